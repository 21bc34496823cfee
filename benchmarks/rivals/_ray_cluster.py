"""An isolated Ray Serve for one application, until standard input ends."""

from __future__ import annotations

import logging
import sys
from typing import Any

_QUIET: dict[str, Any] = {"log_level": "WARNING", "enable_access_log": False}


def serve_until_told(application: Any, port: int, *, quiet: bool) -> None:  # noqa: ANN401 - Ray's own
    """Deploys and waits; the caller has set Ray's environment.

    Args:
        application: What is deployed.
        port: The public port.
        quiet: Switches Ray Serve's log of each request off, which is on by default.
    """
    import ray
    from ray import serve

    logging.getLogger("ray.serve").setLevel(logging.ERROR)
    ray.init(address="local", num_cpus=4, include_dashboard=False, log_to_driver=False,
             logging_level="ERROR")  # fmt: skip
    serve.start(
        proxy_location="HeadOnly",
        http_options={"host": "127.0.0.1", "port": port},
        logging_config=_QUIET,
    )
    logging_config = _QUIET if quiet else None
    serve.run(application, name="rival", route_prefix="/", logging_config=logging_config)
    sys.stdin.read()
    serve.shutdown()
    ray.shutdown()
