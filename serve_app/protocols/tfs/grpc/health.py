"""grpc.health.v1.Health.Check."""

from __future__ import annotations

from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse

from serve_app.errors import NotFoundError
from serve_app.protocols.services import SERVICES
from serve_app.protocols.tfs.grpc.servicing import Servicing

# With and without the package: TensorFlow Serving registers the bare names.
_KNOWN = frozenset({"", *SERVICES, *(name.rpartition(".")[2] for name in SERVICES)})


async def check(
    servicing: Servicing, request: HealthCheckRequest, _deadline_s: float | None
) -> HealthCheckResponse:
    """Returns SERVING if at least one model answers, which is what `/readyz` says by REST.

    Raises:
        NotFoundError: The request names a service that there is not.
    """
    if request.service not in _KNOWN:
        raise NotFoundError("service name unknown")
    ready = servicing.predictor.ready()
    status = HealthCheckResponse.SERVING if ready else HealthCheckResponse.NOT_SERVING
    return HealthCheckResponse(status=status)
