"""The model config file: both formats, what they say, and what is refused in which words."""

from __future__ import annotations

from pathlib import Path

import pytest

from serve_app.config.file import open_config
from serve_app.config.serving_config import ServingConfig
from serve_app.errors import InvalidArgumentError, NotFoundError

TEXT = """
# comments are fine
model_config_list {
  config {
    name: "a" base_path: "/models/a" model_platform: "tensorflow"
    model_version_policy { specific { versions: 1 versions: 2 } }
    version_labels { key: "stable" value: 1 }
    version_labels { key: 'canary' value: 2 }
  }
  config {
    name: "b" base_path: "gs://bucket/b" model_platform: "tensorflow"
    model_version_policy { latest { num_versions: 3 } }
  }
  config { name: "c" base_path: "/c" model_type: TENSORFLOW model_version_policy { all {} } }
}
"""
COLONS = """
model_config_list: { config: { name: "a", base_path: "/models/a", model_platform: "tensorflow",
  model_version_policy: { specific: { versions: [1, 2] } },
  version_labels: { key: "stable", value: 1 }, version_labels: { key: "canary", value: 2 } },
config: { name: "b", base_path: "gs://bucket/b", model_platform: "tensorflow",
  model_version_policy: { latest: { num_versions: 3 } } },
config: { name: "c"; base_path: "/c"; model_platform: "tensorflow";
  model_version_policy: { all: {} } } }
"""
YAML = """
models:
  - name: a
    base_path: /models/a
    version_policy: {kind: specific, specific: [1, 2]}
    labels: {stable: 1, canary: 2}
  - name: b
    base_path: gs://bucket/b
    version_policy: {latest: 3}
  - {name: c, base_path: /c, version_policy: {kind: all}}
"""


def read(folder: Path, text: str, name: str = "models.config") -> ServingConfig:
    """Returns the configuration of a file with this text."""
    file = folder / name
    file.write_text(text)
    return open_config(file).read()


@pytest.mark.parametrize(
    ("name", "text"), [("m.config", TEXT), ("m.config", COLONS), ("m.yaml", YAML)]
)
def test_all_forms_say_the_same(tmp_path: Path, name: str, text: str) -> None:
    """Text with and without colons, and YAML."""
    a, b, c = read(tmp_path, text, name).models
    assert (a.name, a.base_path, a.labels) == ("a", "/models/a", {"stable": 1, "canary": 2})
    assert (a.version_policy.kind, a.version_policy.specific) == ("specific", (1, 2))
    assert (b.base_path, b.version_policy.kind, b.version_policy.latest) == (
        "gs://bucket/b", "latest", 3,
    )  # fmt: skip
    assert (c.platform, c.version_policy.kind) == ("tensorflow", "all")


@pytest.mark.parametrize("policy", ["", "model_version_policy {}",
                                    "model_version_policy { latest {} }"])  # fmt: skip
def test_the_default_policy_is_the_latest_version(tmp_path: Path, policy: str) -> None:
    """Zero versions mean one."""
    text = f'config {{ name: "a" base_path: "/a" model_platform: "tensorflow" {policy} }}'
    (model,) = read(tmp_path, f"model_config_list {{ {text} }}").models
    assert (model.version_policy.kind, model.version_policy.latest) == ("latest", 1)


@pytest.mark.parametrize("text", ["model_config_list {}", "# nothing\n"])
def test_a_list_may_be_empty(tmp_path: Path, text: str) -> None:
    """The service starts with no models."""
    assert read(tmp_path, text).models == ()


def model(fields: str) -> str:
    """Returns the text of a list with one model."""
    return f"model_config_list {{ config {{ {fields} }} }}"


GOOD = 'name: "m" base_path: "/m" model_platform: "tensorflow"'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Invalid protobuf file"),
        ("model_config_list {", "Invalid protobuf file"),
        (model(f"{GOOD} nonsense: 1"), 'no field named "nonsense"'),
        (f"model_config_list {{ config {{ {GOOD} }} config {{ {GOOD} }} }}",
         "Illegal to list model m multiple times in config list"),
        (model('name: "m" base_path: "m" model_platform: "tensorflow"'),
         "Expected model m to have an absolute path or URI; got base_path()=m"),
        (model('name: "m" base_path: "/m"'),
         "ModelServerConfig::model_platform, model name is m"),
        (model('name: "zz" base_path: "/m" model_platform: "foo"'),
         "Model zz requests unsupported platform foo"),
        (model(f"{GOOD} model_type: TENSORFLOW"), "Illegal setting both"),
        (model('name: "m" base_path: "/m" model_type: OTHER'), "model_type choice 2 not supported"),
        (model('name: "m" base_path: "s3://b/m" model_platform: "tensorflow"'),
         "expected a local path, file:// or gs://, got base_path()=s3://b/m"),
        (model(f"{GOOD} logging_config {{}}"), "No request-logger-creator provided"),
        (model(f"{GOOD} model_version_policy {{ specific {{}} }}"), "lists no versions"),
        ("custom_model_config {}", "does not yet support custom model config"),
        (model('base_path: "/m" model_platform: "tensorflow"'), "models.0.name"),
    ],
)  # fmt: skip
def test_what_cannot_be_served_is_refused(tmp_path: Path, text: str, words: str) -> None:
    """TensorFlow Serving's words where it has some."""
    with pytest.raises(InvalidArgumentError) as caught:
        read(tmp_path, text)
    assert words in caught.value.message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("models: [{name: a, base_path: /a, version_labels: {}}]", "models.0.version_labels"),
        ("models: [{name: a, base_path: /a, labels: {stable: one}}]", "models.0.labels.stable"),
        ("models: [{name: a}]", "models.0.base_path: Field required"),
        ("model_config_list: {}", "model_config_list: Extra inputs are not permitted"),
        ("models: [", "is not YAML"),
        ("- a", "should be a valid dictionary"),
    ],
)
def test_yaml_is_checked_key_by_key(tmp_path: Path, text: str, words: str) -> None:
    """A misspelt key is never ignored."""
    with pytest.raises(InvalidArgumentError) as caught:
        read(tmp_path, text, "models.yaml")
    assert words in caught.value.message


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """No stack trace."""
    with pytest.raises(NotFoundError, match=r"model config file .*absent: No such file"):
        open_config(tmp_path / "absent")
