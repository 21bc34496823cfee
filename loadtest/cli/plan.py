"""`bqml-loadtest plan`: how many replicas a wanted load needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from foundation.errors import SettingsError
from loadtest.cli._options import load_settings, settings_options

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from loadtest.plan.capacity import CapacityPlan
    from loadtest.plan.step import Step
    from loadtest.settings.plan import PlanSettings

_TYPED = ("command line", "--chaos")
_NOT_READ = frozenset({"phases", "rules", "chaos", "replicas", "report", "traffic.mode",
                       "traffic.think_s", "traffic.rps_per_user", "traffic.retries",
                       "traffic.retry_wait_s"})  # fmt: skip


@click.command(
    epilog="Example: bqml-loadtest plan --local --set plan.wanted_rps=2000 --set plan.p99_ms=50"
)
@settings_options
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def plan(*, as_json: bool, **options: object) -> None:
    """Measure one replica step by step and write the settings that a wanted load needs.

    `plan/serve.yaml` is for `bqml-serve serve --settings`, `plan/workers.yaml` an overlay for the
    deploy file of a cluster.
    """
    from loadtest.plan.capacity import capacity_plan
    from loadtest.plan.files import WHOLE, write_plan
    from loadtest.plan.measurement import measure

    loaded = load_settings(options)
    _refuse_what_a_plan_does_not_read(loaded.origins)
    settings = loaded.settings
    _require_folder(settings.plan)
    measurement = measure(settings, _tell)
    result = capacity_plan(measurement.steps, settings.plan)
    files = write_plan(settings.plan.folder, settings.plan, measurement, result)
    if as_json:
        click.echo((settings.plan.folder / WHOLE).read_text(), nl=False)
    else:
        _print(measurement.steps, result, settings.plan, files)


def _refuse_what_a_plan_does_not_read(origins: Mapping[str, str]) -> None:
    """A file may be shared with other commands; what was typed is meant for this one."""
    for key, origin in origins.items():
        if origin in _TYPED and (key.partition(".")[0] in _NOT_READ or key in _NOT_READ):
            raise SettingsError(
                f"{key} has no effect on a plan: its load is plan.max_users, plan.steps and "
                "plan.step_s, its goal plan.p99_ms and plan.wanted_rps"
            )


def _require_folder(settings: PlanSettings) -> None:
    """Minutes of measuring are not to end with a folder that cannot be made."""
    try:
        settings.folder.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise SettingsError(
            f"plan.folder: {settings.folder} cannot be made: {exc.strerror}"
        ) from exc


def _tell(step: Step) -> None:
    click.echo(
        f"{step.users} users: {step.rps:.0f} requests/s, p99 {_ms(step.p99_ms)}, "
        f"{step.failures} failures",
        err=True,
    )


def _print(
    steps: tuple[Step, ...], result: CapacityPlan, wanted: PlanSettings, files: list[Path]
) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for header in ("users", "requests/s", "p50", "p99", "failures", f"p99 <= {wanted.p99_ms:g} ms"):
        table.add_column(header, justify="right")
    for step in steps:
        mark = "best" if step == result.best else "yes" if step.meets(wanted.p99_ms) else "no"
        table.add_row(str(step.users), f"{step.rps:.0f}", _ms(step.p50_ms), _ms(step.p99_ms),
                      str(step.failures), mark)  # fmt: skip
    Console().print(table)
    click.echo(
        f"\n{wanted.wanted_rps:g} requests/s and {wanted.headroom:.0%} on top need "
        f"{result.max_replicas} replicas, on {result.workers} workers in a cluster\n"
        f"target_ongoing_requests {result.target_ongoing_requests:g}, max_ongoing_requests "
        f"{result.max_ongoing_requests} (a full replica answers within "
        f"{result.full_queue_ms:.0f} ms)\n\n" + "\n".join(map(str, files))
    )


def _ms(value: float | None) -> str:
    return "-" if value is None else f"{value:g} ms"
