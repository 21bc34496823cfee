"""`docker run IMAGE ...`: which command line becomes of which arguments and environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from image import entrypoint
from image.entrypoint import command, rest_port
from image.flags import FLAGS, FlagError
from serve_app.cli.options import load_settings
from serve_app.cli.serve import serve
from serve_app.settings.load import known_keys


def settings_of(line: list[str]) -> dict[str, str]:
    """Returns the settings that a command line gives, later ones over earlier ones."""
    pairs = [line[at + 1] for at, text in enumerate(line) if text == "--set"]
    return dict(pair.split("=", 1) for pair in pairs)


def test_the_old_recipes_line_serves_the_model() -> None:
    """Docker run -p 8501:8501 -e MODEL_NAME=iris_model IMAGE."""
    line = command([], {"MODEL_NAME": "iris_model"})
    assert line[:2] == ["bqml-serve", "serve"]
    assert settings_of(line) == {
        "http.host": "0.0.0.0",
        "repository.model_name": "iris_model",
        "repository.model_base_path": "/models/iris_model",
    }


def test_name_and_folder_have_tensorflow_servings_defaults() -> None:
    """MODEL_NAME is `model`, MODEL_BASE_PATH is /models."""
    assert settings_of(command([], {}))["repository.model_base_path"] == "/models/model"


def test_a_bucket_can_be_the_base_path() -> None:
    """The name is appended, as tensorflow/serving does it."""
    settings = settings_of(command([], {"MODEL_NAME": "m", "MODEL_BASE_PATH": "gs://b/models/"}))
    assert settings["repository.model_base_path"] == "gs://b/models/m"


def test_flags_win_over_the_environment() -> None:
    """The user wrote them last."""
    line = command(["--model_base_path=/data/x", "--rest_api_port", "9000"], {"MODEL_NAME": "m"})
    assert settings_of(line)["repository.model_base_path"] == "/data/x"
    assert settings_of(line)["http.port"] == "9000"


@pytest.mark.parametrize(
    "arguments",
    [["--model_config_file=/models/m.config"], ["--set", "repository.root=/models"],
     ["--set=repository.models=a,b"]],
)  # fmt: skip
def test_whoever_lists_the_models_gets_no_other(arguments: list[str]) -> None:
    """MODEL_NAME, or its default, would exclude the list."""
    line = command(arguments, {"MODEL_NAME": "m"})
    assert "repository.model_name" not in settings_of(line)


def test_another_command_is_run_as_it_is() -> None:
    """Docker run IMAGE bqml-kuberay render ..."""
    assert command(["bqml-kuberay", "-h"], {"MODEL_NAME": "m"}) == ["bqml-kuberay", "-h"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ["--enable_batching=true"],
            "--enable_batching is not supported: requests are",
        ),
        (["--ssl_config_file=x"], "--ssl_config_file is not supported: TLS ends in front"),
        (["--nonsense"], "--nonsense is not a flag of this image"),
        (["--port"], "--port: expected a value"),
        (["--load_retry_interval_micros=soon"], "expected a number, got 'soon'"),
        (["--enable_model_warmup=maybe"], "expected true or false"),
        (["--port=1", "stray"], "stray: expected a flag"),
    ],
)
def test_a_flag_that_cannot_be_honoured_is_refused_by_name(
    arguments: list[str], words: str
) -> None:
    """Whoever set it believes that it works."""
    with pytest.raises(FlagError) as caught:
        command(arguments, {})
    assert words in str(caught.value)


def test_every_flag_stands_for_a_setting_that_exists() -> None:
    """A renamed setting is found here, not by a user's container."""
    assert {setting.key for setting in FLAGS.values()} <= set(known_keys())


def test_the_settings_mean_what_the_flags_meant() -> None:
    """Through the service's own reader: microseconds become seconds, a bare flag is true."""
    line = command(["--load_retry_interval_micros=500000", "--enable_cors_support",
                    "--tensorflow_intra_op_parallelism", "2"], {"MODEL_NAME": "m"})  # fmt: skip
    not_given: dict[str, object] = dict.fromkeys(str(option.name) for option in serve.params)
    pairs = tuple(f"{key}={value}" for key, value in settings_of(line).items())
    settings = load_settings({**not_given, "assignments": pairs}).settings
    assert settings.repository.load_retry_interval_s == 0.5
    assert settings.http.cors
    assert settings.tensorflow.threads == 2


@pytest.mark.parametrize(
    ("line", "port"),
    [([], 8501), (["--set", "http.port=1", "--set", "http.port=2"], 2), (["--set=http.port=3"], 3)],
)
def test_the_health_check_asks_the_port_in_force(line: list[str], port: int) -> None:
    """The last one wins, as in the service."""
    assert rest_port(line) == port


def test_another_command_needs_nothing_to_write_to(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """`docker run --read-only IMAGE bqml-kuberay render ...`."""
    became: list[list[str]] = []
    monkeypatch.setattr(entrypoint, "REST_PORT_FILE", tmp_path / "absent" / "port")
    monkeypatch.setattr("os.execvp", lambda _, line: became.append(line))
    monkeypatch.setattr("sys.argv", ["entrypoint", "bqml-kuberay", "--help"])
    entrypoint.main()
    assert became == [["bqml-kuberay", "--help"]]
