"""A service that cannot start says why in one line, and leaves nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from loadtest.errors import ServiceError
from loadtest.service.command import last_line, options, settings_in_force
from loadtest.service.local_service import LocalService
from loadtest.settings.load_test import LoadTestSettings
from loadtest.settings.service import ServiceSettings


def settings(tmp_path: Path, **changes: object) -> LoadTestSettings:
    """Returns settings for a service of the run's own."""
    return LoadTestSettings(
        service=ServiceSettings.model_validate({"start": True, "root": tmp_path, **changes})
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "the service did not start: no model version found below"),
        ({"set": "http.prot=1"}, "the service's settings: unknown setting http.prot"),
        ({"config": "/nonexistent.yaml"}, "settings file /nonexistent.yaml: No such file"),
    ],
)
def test_a_service_that_does_not_start_is_one_line(
    tmp_path: Path, changes: dict[str, object], words: str
) -> None:
    """In the service's own words."""
    wanted = settings(tmp_path, **changes)
    with pytest.raises(ServiceError) as caught, LocalService(wanted, tmp_path, tmp_path):
        pytest.fail("it must not start")
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_run_decides_the_ports_and_the_user_the_rest(tmp_path: Path) -> None:
    """The report shows what was in force."""
    chosen = "autoscaling.max_replicas=3,http.port=1"
    arguments = options(settings(tmp_path, set=chosen), tmp_path, 11, 12, 13)
    found = settings_in_force(arguments)
    assert (found["http"]["port"], found["grpc"]["port"]) == (11, 12)
    assert found["dashboard"] == {"enabled": True, "port": 13}
    assert found["http"]["replica_header"] == "X-Replica"
    assert found["autoscaling"]["max_replicas"] == 3


def test_the_last_line_that_says_something_is_the_reason() -> None:
    """Without the word that every error begins with."""
    assert last_line("starting ...\nerror: no\n\n") == "no"
    assert last_line("") == "it said nothing"
