from __future__ import annotations

import pytest

from kuberay.validate.suggestion import did_you_mean, did_you_mean_in_any_case


@pytest.mark.parametrize(
    ("word", "fix"), [("replica", "did you mean replicas?"), ("REPLICAS", "-"), ("x", "-")]
)
def test_the_nearest_name_is_suggested(word: str, fix: str) -> None:
    """Of a field; else what to do instead."""
    assert did_you_mean(word, ["replicas", "minReplicas"], "-") == fix


def test_the_case_of_a_word_is_no_matter() -> None:
    """It is suggested as Kubernetes spells it."""
    assert did_you_mean_in_any_case("ifnotpresent", ["IfNotPresent"]) == (
        "did you mean IfNotPresent?"
    )
