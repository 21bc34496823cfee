"""Settings that contradict each other are refused before anything starts."""

from __future__ import annotations

import pytest

from foundation.errors import SettingsError
from loadtest.settings.load import load, text_source

FAULTS = {"chaos.faults": "kill-proxy,new-version", "service.start": "true"}


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        ({"chaos.faults": "kill-proxy"}, "chaos.faults needs service.start=true"),
        ({**FAULTS, "chaos.first_s": "1"}, "chaos.first_s and chaos.apart_s need 81 s"),
        ({"chaos.faults": "kill-all", "service.start": "true"}, "chaos.faults: Input should be"),
        ({"rules.sustained_s": "61"}, "(61) is longer than phases.plateau_s (60)"),
        ({"service.set": "no-assignment"}, "service.set: String should match"),
        ({"replicas.dashboard_url": "127.0.0.1:8265"}, "replicas.dashboard_url"),
        ({"rules.min_rps": "-1"}, "rules.min_rps"),
    ],
)
def test_what_cannot_work_is_named(pairs: dict[str, str], words: str) -> None:
    """With the setting, and what it would need."""
    with pytest.raises(SettingsError) as caught:
        load(text_source(pairs, "test"))
    assert words in str(caught.value)


def test_faults_come_in_the_order_that_is_asked_for() -> None:
    """Text with commas is a list."""
    settings = load(text_source({**FAULTS, "phases.plateau_s": "90"}, "test")).settings
    assert settings.chaos.faults == ("kill-proxy", "new-version")


def test_a_rate_that_nobody_asks_for_need_not_be_sustained() -> None:
    """A short plateau is then no contradiction."""
    load(text_source({"rules.min_rps": "0", "phases.plateau_s": "5"}, "test"))
