"""`train`: run a CREATE MODEL statement."""

from __future__ import annotations

from typing import TextIO

import click

from bqml_export.cli._options import dry_run_option, force_option, target_options
from bqml_export.cli._source import read_sql, sql_argument
from bqml_export.settings import Target
from foundation.cli.options import example, json_option
from foundation.cli.output import report, write_document, write_result


@click.command(
    epilog=example("bqml-export train sql/iris_model.sql --local"),
)
@sql_argument
@force_option
@dry_run_option
@json_option
@target_options
def train(sql_file: TextIO, target: Target, *, force: bool, dry_run: bool, as_json: bool) -> None:
    """Train the model that SQLFILE creates; - reads the SQL from stdin.

    Any CREATE MODEL statement goes through as it is. The job's id follows from the statement, so
    that a retry after a network failure finds the job that runs and never trains twice.
    """
    sql = read_sql(sql_file)
    from bqml_export.clients import open_clients  # seconds to import
    from bqml_export.warehouse import training
    from bqml_export.warehouse.statement import read_statement

    statement = read_statement(sql)
    with open_clients(target) as clients:
        plan = training.plan_training(clients, statement, force=force)
        if dry_run:
            sends = plan.action == "send"
            write_document(
                {
                    "action": plan.action,
                    "reads_bytes": training.bytes_announced(clients, plan) if sends else 0,
                    "request": training.request_body(clients, plan) if sends else None,
                }
            )
            return
        trained = training.train(clients, plan, report)
    model = trained.model
    document = {
        "model": str(model.reference),
        "action": trained.action,
        "job_id": trained.job_id,
        "model_type": model.model_type,
        "created": model.created,
        "location": model.location,
        "iterations": model.iterations,
        "metrics": model.metrics,
    }
    write_result(document, str(model.reference), as_json=as_json)
