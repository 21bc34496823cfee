"""serveConfigV2 as text: the operator only checks that it is YAML."""

from __future__ import annotations

import yaml

from kuberay.validate.rayservice import RayService
from kuberay.validate.rule import Findings, error

UNREADABLE = error(
    "ray/serve-config-yaml", "YAML that is an object",
    "Serve never gets it: the event FailedToUpdateServeApplications repeats and nothing starts.",
    "mend the YAML inside serveConfigV2",
)  # fmt: skip


def check(service: RayService) -> Findings:
    parsed = service.parsed_serve_config
    node = service.spec["serveConfigV2"]
    if isinstance(parsed, yaml.YAMLError):
        problem = getattr(parsed, "problem", None) or "no YAML"
        mark = getattr(parsed, "problem_mark", None)
        where = f" in its line {mark.line + 1}" if mark else ""
        yield UNREADABLE.at(node, f"{problem}{where}")
    elif service.serve is not None and not isinstance(service.serve.root.value, dict):
        yield UNREADABLE.at(node, "no object")
