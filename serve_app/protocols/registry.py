"""The protocols that there are. A new one is a room beside `tfs/`, and a line or two here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from serve_app.predictor import Admission, Predictor
from serve_app.protocols.http import HttpProtocol
from serve_app.protocols.ops.metrics import MetricsPage
from serve_app.protocols.ops.ops import Ops
from serve_app.protocols.tfs.grpc.services import TFS_SERVICES
from serve_app.protocols.tfs.rest.tfs_rest import TfsRest

if TYPE_CHECKING:
    from serve_app.protocols.rpc import RpcProtocol
    from serve_app.protocols.tfs.grpc.servicing import Servicing


def http_protocols(
    predictor: Predictor,
    admission: Admission,
    metrics: MetricsPage | None = None,
    *,
    cors: bool = False,
) -> list[HttpProtocol]:
    """What is spoken over HTTP; the first that owns a request answers, the last owns all."""
    return [Ops(predictor, metrics), TfsRest(predictor, admission, cors=cors)]


def rpc_protocols(
    servicing: Servicing, admission: Admission, timeout_s: float
) -> dict[str, RpcProtocol]:
    """Returns who answers each gRPC method, by its bare name; loads TensorFlow's messages."""
    from serve_app.protocols.tfs.grpc.methods import TfsGrpc

    tfs = TfsGrpc(servicing, admission, timeout_s)
    return {method: tfs for methods in TFS_SERVICES.values() for method in methods}
