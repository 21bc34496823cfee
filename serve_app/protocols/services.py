"""The gRPC services of all protocols by name, for servers that only pass calls on.

Loads neither messages nor TensorFlow. A new protocol adds its table here, and who answers its
methods in `protocols/registry.py`.
"""

from __future__ import annotations

from serve_app.protocols.rpc import Services
from serve_app.protocols.tfs.grpc.services import HEALTH_SERVICE, TFS_DIRECT, TFS_SERVICES

SERVICES: Services = {**TFS_SERVICES}
DIRECT: frozenset[str] = frozenset(TFS_DIRECT)
"""Methods, by their bare names, that a replica answers ahead of Ray Serve's bookkeeping."""
WATCH = f"/{HEALTH_SERVICE}/Watch"
"""The one method that streams: refused, see `transports/grpc/handlers.py`."""
