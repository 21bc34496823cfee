"""Names and annotations."""

from __future__ import annotations

import re

from kuberay.validate.operator._duration import go_duration_s
from kuberay.validate.rayservice import RayService
from kuberay.validate.rule import Findings, error

LONGEST_SERVICE_NAME = 47
LONGEST_CLUSTER_NAME = 53

NAME_LENGTH = error(
    "operator/name-length", "at most 47 characters (53 for a RayCluster)",
    "The operator names clusters <name>-<5 characters> and pods after them: names of 63.",
    "shorten metadata.name",
)  # fmt: skip
NAME_FORM = error(
    "operator/name-form", "lower-case letters, digits and -, with a letter first",
    "Services are named after it, and a Service's name is a DNS-1035 label.", "rename the object",
)  # fmt: skip
INITIALIZING_TIMEOUT = error(
    "operator/initializing-timeout",
    'a positive duration ("30m", "1h30m") or a positive whole number of seconds',
    "The operator parses ray.io/initializing-timeout and stops at a value it cannot read.",
    'write it as "30m"',
)  # fmt: skip

_LABEL = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
_TIMEOUT = "ray.io/initializing-timeout"


def check(service: RayService) -> Findings:
    name = service.root["metadata"]["name"]
    longest = LONGEST_SERVICE_NAME if service.is_service else LONGEST_CLUSTER_NAME
    if len(name.text) > longest:
        yield NAME_LENGTH.at(name, f"{len(name.text)} characters")
    if name.text and not _LABEL.fullmatch(name.text):
        yield NAME_FORM.at(name)
    timeout = service.annotations[_TIMEOUT]
    if timeout.text and not _is_positive_time(timeout.text):
        yield INITIALIZING_TIMEOUT.at(timeout)


def _is_positive_time(text: str) -> bool:
    seconds = go_duration_s(text)
    if seconds is None and re.fullmatch(r"\+?\d+", text):
        seconds = float(text)
    return seconds is not None and seconds > 0
