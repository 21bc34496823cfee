"""The command lines and settings of the load test: the only module that knows them."""

from __future__ import annotations

from foundation.errors import SettingsError
from foundation.settings.sources import merged
from kuberay.render.commented import Object
from kuberay.render.names import Names
from kuberay.render.ports import DASHBOARD, LOCUST, SERVE, SERVE_GRPC
from kuberay.render.ray.serve_config import LOADTEST_HEADER
from kuberay.settings import DeployFile, Plan
from kuberay.settings.surroundings import LoadTest

SETTINGS_FILE = "/etc/loadtest/settings.yaml"
SETTINGS_VARIABLE = "BQML_LOADTEST_SETTINGS"
"""Names the settings file to a Locust that was not started by `python -m loadtest`."""
TOKEN_VARIABLE = "RAY_AUTH_TOKEN"  # noqa: S105 - a variable's name
REPORTS = "/reports"
_OURS = ("generator.processes", "generator.workers", "generator.master_host",
         "generator.master_port", "generator.preflight_factor", "target.replica_header",
         "replicas.token_env", "report.folder")  # fmt: skip


def master_command() -> list[str]:
    return ["python3", "-m", "loadtest", "run", "--settings", SETTINGS_FILE]


def worker_command(names: Names) -> list[str]:
    return [
        "locust", "--locustfile", "loadtest/locustfile.py", "--worker",
        "--master-host", names.host(names.loadtest), "--master-port", str(LOCUST),
    ]  # fmt: skip


def settings(deploy: DeployFile, plan: Plan, loadtest: LoadTest) -> Object:
    names = Names.of(deploy)
    own = dict(loadtest.settings)
    for dotted in _OURS:
        group, _, key = dotted.partition(".")
        values = own.get(group)
        if isinstance(values, dict) and key in values:
            raise SettingsError(f"loadtest.settings.{dotted} has no effect here: it follows from "
                                "the manifests (see loadtest.workers)")  # fmt: skip
    service = names.host(names.serve_service)
    derived: Object = {
        "target": {
            "url": f"http://{service}:{SERVE}",
            "grpc_target": f"{service}:{SERVE_GRPC}",
            "replica_header": deploy.serve.http.replica_header or LOADTEST_HEADER,
        },
        "generator": {
            "processes": 0,
            "workers": loadtest.workers,
            "master_host": "0.0.0.0",  # noqa: S104 - the network policy decides who may connect
            "master_port": LOCUST,
            "preflight_factor": 0,  # the stub of that proof is out of other pods' reach
        },
        "replicas": {"dashboard_url": f"http://{names.host(names.head_service)}:{DASHBOARD}"}
        | ({"token_env": TOKEN_VARIABLE} if deploy.token_auth.enabled else {}),
        "rules": {"start_replicas": plan.min_replicas, "end_replicas": plan.min_replicas},
        "report": {"folder": REPORTS},
    }
    return merged(derived, own)
