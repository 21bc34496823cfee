"""What is checked before Ray starts, for each way to list models."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from serve_app.errors import InvalidArgumentError, UnavailableError
from serve_app.launcher.preflight import require_something_to_serve
from serve_app.settings import RepositorySettings

TEXT = 'model_config_list { config { name: "m" base_path: "%s" model_platform: "tensorflow" } }'


def settings(tmp_path: Path, text: str) -> RepositorySettings:
    """Returns the settings of a service with this model config file."""
    file = tmp_path / "models.config"
    file.write_text(text)
    return RepositorySettings(model_config_file=file)


def test_good_configurations_pass(
    tmp_path: Path, publish: Callable[..., Path], iris_export: Path
) -> None:
    """A model on disk, one in a bucket, and none on purpose."""
    base_path = str(publish(iris_export) / "iris")
    for text in (TEXT % base_path, TEXT % "gs://bucket/m", "model_config_list {}"):
        require_something_to_serve(settings(tmp_path, text))
    require_something_to_serve(RepositorySettings(model_name="m", model_base_path=base_path))


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("", InvalidArgumentError, "the file is empty"),
        (TEXT % "relative", InvalidArgumentError, "Expected model m to have an absolute path"),
        (TEXT % "/absent", UnavailableError, "m: /absent: No such file or directory"),
        (TEXT % "/proc/sys", UnavailableError, "no model version found in /proc/sys"),
    ],
)
def test_what_cannot_be_served_is_named(
    tmp_path: Path, text: str, error: type[Exception], words: str
) -> None:
    """In milliseconds, not after Ray has started."""
    with pytest.raises(error) as caught:
        require_something_to_serve(settings(tmp_path, text))
    assert words in str(caught.value)
