"""`serve`: what is wrong is said before Ray takes its seconds."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from foundation.free_ports import free_ports


def serve(*arguments: str) -> tuple[int, str]:
    """Returns the exit code and stderr of a `serve` that cannot start."""
    command = [sys.executable, "-m", "serve_app", "serve", *arguments]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return result.returncode, result.stderr


def test_an_empty_repository_is_named(tmp_path: Path) -> None:
    """And what was expected in it."""
    code, text = serve("--root", str(tmp_path), "--port", str(free_ports(1)[0]))
    assert code == 1
    assert f"no model version found below {tmp_path}: expected <root>/<model>/<version>" in text


def test_a_repository_of_refused_exports_says_what_they_are(
    publish: Callable[..., Path], iris_export: Path
) -> None:
    """Each with its reason."""
    root = publish(iris_export)
    (root / "iris" / "1" / "model.bst").touch()
    code, text = serve("--root", str(root), "--port", str(free_ports(1)[0]))
    assert code == 1
    assert "iris version 1:" in text
    assert "boosted tree or random forest" in text


def test_a_port_in_use_is_one_line_with_the_fix(tmp_path: Path) -> None:
    """No stack trace."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, text = serve("--root", str(tmp_path), "--port", str(port))
    assert code == 2
    expected = f"error: cannot listen on 127.0.0.1:{port}: Address already in use"
    assert text.splitlines() == [f"{expected}; choose another with --port"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--set", "http.prot=1"], "did you mean http.port?"),
        (["--set", "http.port"], "expected KEY=VALUE"),
        (["--settings", "/nonexistent.yaml"], "No such file or directory"),
        (["--max-replicas", "none"], "autoscaling.max_replicas"),
    ],
)
def test_a_wrong_setting_is_exit_code_2(arguments: list[str], words: str) -> None:
    """One line that names it."""
    code, text = serve(*arguments)
    assert code == 2
    assert words in text
    assert len(text.splitlines()) == 1


def test_a_package_that_is_not_there_is_named_with_the_way_to_get_it(tmp_path: Path) -> None:
    """The base installation has neither Ray nor TensorFlow; that is a line, not a traceback."""
    code = (
        "import sys; sys.modules['google.protobuf'] = None\n"
        f"sys.argv = ['bqml-serve', 'serve', '--root', {str(tmp_path)!r}]\n"
        "from serve_app.__main__ import main; main()"
    )
    finished = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert finished.returncode == 1
    assert "error: package google.protobuf is not installed" in finished.stderr
    assert "pip install '.[serve]'" in finished.stderr
    assert "Traceback" not in finished.stderr
