"""What a new configuration may change, and where labels may point."""

from __future__ import annotations

import pytest

from serve_app.config.check import check_config, check_labels
from serve_app.config.serving_config import ModelConfig, ServingConfig
from serve_app.errors import FailedPreconditionError, InvalidArgumentError


def one_model(**changes: object) -> ServingConfig:
    """Returns a configuration of one model."""
    model = ModelConfig.model_validate({"name": "m", "base_path": "/m", **changes})
    return ServingConfig(models=(model,))


def test_a_model_keeps_its_platform() -> None:
    """This is said before the platform is found unsupported."""
    with pytest.raises(InvalidArgumentError, match="Illegal to change a model's platform"):
        check_config(one_model(platform="foo"), one_model())


LABELLED = one_model(labels={"stable": 2})


def test_a_label_may_point_at_an_available_version() -> None:
    """It is checked at the moment of the request."""
    check_labels(LABELLED, {"m": [2]}, {}, allow_unavailable=False)


@pytest.mark.parametrize("available", [{}, {"m": []}, {"m": [1, 3]}, {"other": [2]}])
def test_a_label_may_not_point_elsewhere(available: dict[str, list[int]]) -> None:
    """TensorFlow Serving's words."""
    with pytest.raises(FailedPreconditionError) as caught:
        check_labels(LABELLED, available, {}, allow_unavailable=False)
    assert caught.value.message == (
        "Request to assign label to version 2 of model m, "
        "which is not currently available for inference"
    )


def test_only_new_labels_may_be_allowed_to_point_ahead() -> None:
    """Re-pointing one that clients use would send them to a version that is not there."""
    check_labels(LABELLED, {}, {"m": {"canary": 1}}, allow_unavailable=True)
    with pytest.raises(FailedPreconditionError):
        check_labels(LABELLED, {}, {"m": {"stable": 1}}, allow_unavailable=True)
