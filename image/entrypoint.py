"""Starts the container as tensorflow/serving's does: MODEL_NAME, MODEL_BASE_PATH and its flags.

`docker run -p 8501:8501 -e MODEL_NAME=iris_model IMAGE [--flag=value ...]` serves
/models/iris_model. Any other first argument is a command: `docker run IMAGE bqml-kuberay --help`.
In a KubeRay pod none of this runs: the operator puts `ray start` in its place.
"""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from image.flags import FlagError, translate

DEFAULT_BASE_PATH = "/models"
DEFAULT_NAME = "model"
REST_PORT_FILE = Path("/tmp/bqml-serve.rest-port")  # noqa: S108 - one service per container
"""Where the health check finds the REST port."""
_REST_PORT = "http.port"
_MODEL_KEYS = ("repository.model_name", "repository.model_base_path")
_OTHER_MODELS = ("repository.model_config_file", "repository.models", "repository.root")
_WRONG_USAGE = 2


def command(arguments: Sequence[str], environ: Mapping[str, str]) -> list[str]:
    """Returns the command line to become.

    Args:
        arguments: What stands behind the image's name in `docker run`.
        environ: MODEL_NAME and MODEL_BASE_PATH as tensorflow/serving reads them.

    Raises:
        FlagError: A flag is unknown, malformed, or stands for something that is not served.
    """
    if arguments and not arguments[0].startswith("-"):
        return list(arguments)
    if any(argument in ("-h", "--help") for argument in arguments):
        return ["bqml-serve", "serve", "--help"]
    assignments, own = translate(arguments)
    given = [*assignments, *_own_assignments(own)]
    # Ours come first: what the user wrote wins.
    before = ["http.host=0.0.0.0", *_model(given, environ)]
    sets = [part for text in [*before, *assignments] for part in ("--set", text)]
    return ["bqml-serve", "serve", *sets, *own]


def rest_port(command_line: Sequence[str]) -> int:
    """Returns the REST port that a command line asks for; 8501 unless it does."""
    values = [text.partition("=")[2] for text in _own_assignments(command_line)
              if text.startswith(f"{_REST_PORT}=")]  # fmt: skip
    return int(values[-1]) if values and values[-1].isdigit() else 8501


def _model(given: Sequence[str], environ: Mapping[str, str]) -> list[str]:
    """Returns the single model that the environment and the flags name, if they name one."""
    values = dict(text.split("=", 1) for text in given if "=" in text)
    if any(key in values for key in _OTHER_MODELS):
        return []
    name = values.get(_MODEL_KEYS[0]) or environ.get("MODEL_NAME") or DEFAULT_NAME
    base_path = (environ.get("MODEL_BASE_PATH") or DEFAULT_BASE_PATH).rstrip("/")
    return [f"{_MODEL_KEYS[0]}={name}", f"{_MODEL_KEYS[1]}={base_path}/{name}"]


def _own_assignments(own: Sequence[str]) -> list[str]:
    """Returns the values of `--set KEY=VALUE` and `--set=KEY=VALUE`."""
    pairs = itertools.pairwise(own)
    spaced = [value for option, value in pairs if option.lstrip("-") == "set"]
    joined = [text.partition("=")[2] for text in own if text.lstrip("-").startswith("set=")]
    return [*spaced, *joined]


def main() -> None:
    """Becomes the command; a wrong flag is one line."""
    try:
        line = command(sys.argv[1:], os.environ)
    except FlagError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(_WRONG_USAGE)
    if line[:2] == ["bqml-serve", "serve"]:  # other commands need no /tmp, and have no health
        REST_PORT_FILE.write_text(str(rest_port(line)))
    os.execvp(line[0], line)  # noqa: S606 - the user's own command


if __name__ == "__main__":
    main()
