"""The fixed answer through Ray Serve's ordinary ingress, in the mode and with the settings of ours.

Argument: the port. The environment has HAProxy and a throughput-optimised replica, as ours.
"""

from __future__ import annotations

import sys

from ray import serve

from benchmarks.rivals._echo_app import echo
from benchmarks.rivals._ray_cluster import serve_until_told


class Echo:
    """One replica."""


if __name__ == "__main__":
    deployment = serve.deployment(serve.ingress(echo)(Echo), max_ongoing_requests=1200)
    serve_until_told(deployment.bind(), int(sys.argv[1]), quiet=True)
