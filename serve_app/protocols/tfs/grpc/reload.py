"""ModelService.HandleReloadConfigRequest."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from foundation.protos.model_management_pb2 import ReloadConfigRequest, ReloadConfigResponse
from serve_app.config.message import read_message
from serve_app.errors import InvalidArgumentError, UnimplementedError
from serve_app.metrics.recorder import Recorder
from serve_app.predictor import remaining_ms
from serve_app.protocols.tfs.grpc.servicing import Servicing


async def handle_reload_config_request(
    servicing: Servicing, request: ReloadConfigRequest, deadline_s: float | None
) -> ReloadConfigResponse:
    """Serves the models that `request` lists, and no others; returns when the new ones answer.

    Raises:
        InvalidArgumentError: It holds no list of models, or one that cannot be served.
        UnimplementedError: This server's models cannot be changed.
        ServeAppError: As `Reloader.reload`.
    """
    if request.config.WhichOneof("config") != "model_config_list":
        raise InvalidArgumentError(
            "ServerModelConfig type not supported by HandleReloadConfigRequest. Only "
            "ModelConfigList is currently supported"
        )
    if servicing.reload is None:
        raise UnimplementedError("HandleReloadConfigRequest is not supported by this server")
    config = read_message(request.config, "HandleReloadConfigRequest")
    assert config is not None, "it has a list"
    recorder = servicing.predictor.recorder
    before = _counters(recorder, request.metric_names)
    timeout_s = remaining_ms(deadline_s) / 1000 if deadline_s is not None else None
    await asyncio.to_thread(servicing.reload, config, timeout_s)
    response = ReloadConfigResponse()
    response.status.SetInParent()
    for name, count in _counters(recorder, request.metric_names).items():
        response.metric.add(name=name, int64_value_increase=count - before.get(name, 0))
    return response


def _counters(recorder: Recorder, names: Iterable[str]) -> dict[str, int]:
    """Returns those of the named counters that this replica has, summed over their labels."""
    snapshot = recorder.snapshot()
    families = {name: snapshot.get(name.replace("/", ":")) for name in names}
    return {
        name: int(sum(numbers[0] for numbers in points.values()))
        for name, points in families.items()
        if points and all(len(numbers) == 1 for numbers in points.values())
    }
