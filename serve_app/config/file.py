"""Reads the model config file: TensorFlow Serving's text format, or our YAML."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import yaml

from serve_app.config.check import check_config
from serve_app.config.message import read_text
from serve_app.config.serving_config import ServingConfig, read_tree
from serve_app.errors import InvalidArgumentError, NotFoundError

_YAML_SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class ConfigText:
    """A config file's content at one moment, not yet read."""

    path: Path
    data: bytes

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    def read(self) -> ServingConfig:
        """Returns the configuration; a file without a list of models serves none.

        Raises:
            InvalidArgumentError: The content is empty, malformed, or cannot be served.
        """
        if not self.data:
            raise InvalidArgumentError(f"Invalid protobuf file: '{self.path}': the file is empty")
        try:
            text = self.data.decode()
        except UnicodeDecodeError as exc:
            raise InvalidArgumentError(f"Invalid protobuf file: '{self.path}': {exc}") from exc
        yaml_file = self.path.suffix in _YAML_SUFFIXES
        config = _read_yaml(text, self.path) if yaml_file else read_text(text, str(self.path))
        check_config(config or ServingConfig())
        return config or ServingConfig()


def open_config(path: Path) -> ConfigText:
    """Raises NotFoundError where the file cannot be read."""
    try:
        return ConfigText(path, path.read_bytes())
    except OSError as exc:
        raise NotFoundError(f"model config file {path}: {exc.strerror}") from exc


def _read_yaml(text: str, path: Path) -> ServingConfig:
    try:
        tree = yaml.safe_load(text)
    except yaml.YAMLError as exc:
        words = " ".join(str(exc).split())
        raise InvalidArgumentError(f"model config file {path} is not YAML: {words}") from exc
    return read_tree(tree, f"model config file {path}")
