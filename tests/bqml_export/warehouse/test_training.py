"""A statement is trained once, however often it is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

pytest.importorskip("google.cloud.bigquery", reason="needs the extra [gcp]")

from bqml_export.errors import AccessDeniedError, JobError, QueryError
from bqml_export.warehouse import training
from bqml_export.warehouse.statement import read_statement

if TYPE_CHECKING:
    from bqml_export.clients import Clients
    from bqml_export.warehouse.description import ModelDescription
    from bqml_export.warehouse.statement import TrainingStatement
    from tests.bqml_export.conftest import Fault, Faulty

SQL = """CREATE OR REPLACE MODEL shop.{name}
OPTIONS(model_type='linear_reg', input_label_cols=['petal_width'], optimize_strategy='{strategy}')
AS SELECT petal_length, petal_width FROM `bigquery-public-data.ml_datasets.iris`"""


def statement(name: str, strategy: str = "normal_equation") -> TrainingStatement:
    """Returns a statement that creates the model `shop.<name>`."""
    return read_statement(SQL.format(name=name, strategy=strategy))


def run(clients: Clients, wanted: TrainingStatement, lines: list[str] | None = None) -> str:
    """Trains and returns the id of the job that made the model."""
    plan = training.plan_training(clients, wanted, force=False)
    return training.train(clients, plan, (lines if lines is not None else []).append).job_id


def test_the_same_statement_is_not_trained_twice(google_clients: Clients) -> None:
    """The second run finds the first one's job and model."""
    first = run(google_clients, statement("once"))
    plan = training.plan_training(google_clients, statement("once"), force=False)
    assert plan.action == "nothing"
    assert training.train(google_clients, plan, lambda _: None).job_id == first


def test_a_job_whose_answer_was_lost_is_found_again(google_clients: Clients) -> None:
    """Sending a job that is there already waits for it instead of training twice."""
    wanted = statement("lost")
    plan = training.plan_training(google_clients, wanted, force=False)
    first = training.train(google_clients, plan, lambda _: None)
    again = training.train(google_clients, plan, lambda _: None)
    assert plan.action == "send"
    assert (again.job_id, again.model.etag) == (first.job_id, first.model.etag)


@pytest.mark.parametrize(("after", "status"), [("lost", 0), ("reset", 0), ("", 503), ("", 429)])
def test_an_accident_of_the_network_trains_once(
    faulty: Faulty, fault: type[Fault], after: str, status: int
) -> None:
    """jobs.insert is sent again under the same id, whether or not the first one came through."""
    name = f"accident_{after}{status}"
    plan = training.plan_training(faulty.clients, statement(name), force=True)
    training.bytes_announced(faulty.clients, plan)
    accident = fault(r"POST .*/jobs(\?|$)", after=after, status=status, times=2)
    faulty.bigquery.faults.append(accident)
    trained = training.train(faulty.clients, plan, lambda _: None)
    assert (accident.met, trained.job_id) == (2, plan.attempt.next_job_id)
    again = training.plan_training(faulty.clients, statement(name), force=False)
    assert (again.action, again.attempt.number) == ("nothing", plan.attempt.number + 1)


def test_a_refusal_is_not_repeated(faulty: Faulty, fault: type[Fault]) -> None:
    """Who may not train is told at once, with the role to ask for."""
    plan = training.plan_training(faulty.clients, statement("refused"), force=False)
    message = "Access Denied: Project local: User does not have bigquery.jobs.create permission."
    denied = fault(r"POST .*/jobs(\?|$)", status=403, reason="accessDenied", message=message)
    faulty.bigquery.faults.append(denied)
    with pytest.raises(AccessDeniedError, match=r"roles/bigquery\.jobUser on the project"):
        training.train(faulty.clients, plan, lambda _: None)
    assert denied.met == 1


def test_force_trains_again_under_the_next_number(google_clients: Clients) -> None:
    """Every attempt has an id of its own, counted up."""
    wanted, ids = statement("forced"), []
    for _ in range(4):
        plan = training.plan_training(google_clients, wanted, force=True)
        ids.append(training.train(google_clients, plan, lambda _: None).job_id)
    assert [job_id.rpartition("_")[2] for job_id in ids] == ["0", "1", "2", "3"]


def test_a_model_that_was_replaced_since_is_trained_again(google_clients: Clients) -> None:
    """Another statement made the model meanwhile, so this one has to run again."""
    first, second = statement("shared"), statement("shared", "batch_gradient_descent")
    run(google_clients, first)
    google_clients.bigquery.delete_model("local.shop.shared")
    run(google_clients, second)
    google_clients.bigquery.delete_model("local.shop.shared")
    assert training.plan_training(google_clients, first, force=False).action == "send"


def test_iterations_are_reported_as_they_end(google_clients: Clients) -> None:
    """Each iteration is one line with its loss."""
    lines: list[str] = []
    run(google_clients, statement("progress", "batch_gradient_descent"), lines)
    assert any(line.startswith("iteration 0: loss ") for line in lines)
    assert "LINEAR_REGRESSION" in lines[-1]


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE MODEL shop.bad OPTIONS(model_type='linear_reg') AS SELECT nope FROM shop.none",
        "CREATE MODEL shop.bad OPTIONS(model_type='nonsense') AS SELECT 1 AS label",
    ],
)
def test_a_wrong_statement_ends_in_bigquerys_own_words(google_clients: Clients, sql: str) -> None:
    """The error is one line."""
    with pytest.raises((JobError, QueryError)) as error:
        run(google_clients, read_statement(sql))
    assert "\n" not in str(error.value)


def test_the_request_of_a_dry_run_is_the_one_that_is_sent(google_clients: Clients) -> None:
    """Id, location, statement and labels of the job are those that were printed."""
    plan = training.plan_training(google_clients, statement("printed"), force=False)
    body = training.request_body(google_clients, plan)
    training.train(google_clients, plan, lambda _: None)
    job = google_clients.bigquery.get_job(body["jobReference"]["jobId"])
    assert job.location == body["jobReference"]["location"]
    assert job.query == body["configuration"]["query"]["query"]
    assert job.labels == body["configuration"]["labels"]


def test_the_tiny_model_has_metrics(tiny_model: ModelDescription) -> None:
    """Evaluation metrics reach the description, and with it the record."""
    assert tiny_model.record("embedded", None).metrics
