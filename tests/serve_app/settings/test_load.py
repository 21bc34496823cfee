"""Settings: sources, precedence, and errors at start instead of surprises later."""

from __future__ import annotations

from pathlib import Path

import pytest

from serve_app.errors import SettingsError
from serve_app.settings.load import env_source, file_source, known_keys, load, text_source


def test_later_sources_win_and_origins_are_known() -> None:
    """The command line over the environment, field by field."""
    environment = env_source({"BQML_SERVE_HTTP__PORT": "1", "BQML_SERVE_HTTP__HOST": "::"})
    loaded = load(environment, text_source({"http.port": "2"}, "command line"))
    assert (loaded.settings.http.host, loaded.settings.http.port) == ("::", 2)
    assert loaded.origins == {"http.host": "environment", "http.port": "command line"}


def test_a_file_sets_nested_keys(tmp_path: Path) -> None:
    """The file has the shape of the settings."""
    file = tmp_path / "settings.yaml"
    file.write_text("repository: {root: /models, version_policy: {kind: all}}\n")
    settings = load(file_source(file)).settings
    assert settings.repository.root == Path("/models")
    assert settings.repository.version_policy.kind == "all"


def test_models_can_be_listed_in_place(tmp_path: Path) -> None:
    """The form that a Kubernetes manifest uses: no second file beside the settings."""
    file = tmp_path / "settings.yaml"
    file.write_text("repository: {model_config_list: [{name: m, base_path: gs://b/m}]}\n")
    (entry,) = load(file_source(file)).settings.repository.model_config_list
    assert (entry.name, entry.base_path, entry.version_policy.kind) == ("m", "gs://b/m", "latest")


def test_a_model_listed_twice_is_an_error(tmp_path: Path) -> None:
    """One of the two would win, nobody knows which."""
    file = tmp_path / "settings.yaml"
    entry = "{name: m, base_path: /m}"
    file.write_text(f"repository: {{model_config_list: [{entry}, {entry}]}}\n")
    with pytest.raises(SettingsError, match="model m is listed twice"):
        load(file_source(file))


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        ({"autoscaling.max_replica": "3"}, "did you mean autoscaling.max_replicas?"),
        ({"nonsense": "1"}, "unknown setting nonsense (from test)"),
        ({"http.port": "eighty"}, "http.port: Input should be a valid integer"),
        ({"http.port": "70000"}, "less than or equal to 65535, got '70000' (from test)"),
        ({"grpc.port": "8501"}, "grpc.port and http.port are both 8501"),
        ({"dashboard.enabled": "true", "dashboard.port": "8500"},
         "dashboard.port and grpc.port are both 8500"),
        ({"http.replica_header": "Content-Length"}, "should match pattern"),
        ({"http.replica_header": "X-Replica-Bin"}, "ends in -bin is for bytes"),
        ({"grpc.max_message_bytes": "3000000000"}, "less than 2147483648"),
        ({"autoscaling.min_replicas": "5"}, "max_replicas (4) is less than min_replicas (5)"),
        ({"autoscaling.upscale_delay_s": "1"}, "upscale_delay_s (1) must be at least look_back"),
        ({"autoscaling.metrics_interval_s": "9"}, "the window would hold no report"),
        ({"replica.max_ongoing_requests": "9"}, "refused before the autoscaler sees an overload"),
        ({"repository.version_policy.kind": "specific"}, "lists version numbers if, and only if"),
        ({"repository.version_policy.latest": "2", "repository.version_policy.kind": "all"},
         "`latest` counts only with kind `latest`"),
        ({"replica.num_cpus": "nan"}, "replica.num_cpus"),
        ({"repository.model_name": "m"}, "are given together or not at all"),
        ({"repository.model_config_file": "f", "repository.models": "m"},
         "model_config_file and models exclude each other"),
        ({"repository.model_config_file": "f", "repository.version_policy.latest": "2"},
         "version_policy stands in the model_config_file"),
        ({"repository.model_config_poll_wait_s": "1"}, "counts only with a model_config_file"),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_an_error_that_names_it(pairs: dict[str, str], words: str) -> None:
    """What was expected, what came, and where from."""
    with pytest.raises(SettingsError) as caught:
        load(text_source(pairs, "test"))
    assert words in str(caught.value)


def test_lists_can_be_given_as_text() -> None:
    """Environment variables hold nothing else."""
    pairs = {"repository.models": "a, b", "repository.version_policy.kind": "specific",
             "repository.version_policy.specific": "1,2"}  # fmt: skip
    repository = load(text_source(pairs, "test")).settings.repository
    assert repository.models == ("a", "b")
    assert repository.version_policy.specific == (1, 2)


def test_every_setting_says_what_it_does() -> None:
    """`config show` has a text for each."""
    for key, cls in known_keys().items():
        assert cls.model_fields[key.rpartition(".")[2]].description, key


def test_settings_cannot_be_changed() -> None:
    """They were validated once, as a whole."""
    with pytest.raises(ValueError, match="frozen"):
        load().settings.http.port = 1
