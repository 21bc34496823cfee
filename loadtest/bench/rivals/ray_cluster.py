"""An isolated Ray Serve for one application, until standard input ends."""

from __future__ import annotations

import logging
import sys
from typing import Any


def serve_until_told(application: Any, port: int) -> None:  # noqa: ANN401 - Ray's own type
    """Deploys and waits; the caller has set Ray's environment."""
    import ray
    from ray import serve

    logging.getLogger("ray.serve").setLevel(logging.ERROR)
    ray.init(address="local", num_cpus=4, include_dashboard=False, log_to_driver=False,
             logging_level="ERROR")  # fmt: skip
    serve.start(
        proxy_location="HeadOnly",
        http_options={"host": "127.0.0.1", "port": port},
        logging_config={"log_level": "WARNING", "enable_access_log": False},
    )
    serve.run(application, name="rival", route_prefix="/")
    sys.stdin.read()
    serve.shutdown()
    ray.shutdown()
