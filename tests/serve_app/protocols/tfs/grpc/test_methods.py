"""What all methods have in common: sizes, deadlines, overload, damaged messages, metrics."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import numpy as np
import pytest

from serve_app.predictor import Admission
from serve_app.protocols.rpc import RpcRequest
from serve_app.protocols.services import SERVICES
from serve_app.protocols.tfs.grpc.methods import TfsGrpc
from serve_app.protocols.tfs.grpc.servicing import Servicing
from serve_app.transports.grpc.dispatch import RpcDispatch

PREDICT = "/tensorflow.serving.PredictionService/Predict"
PATHS = [f"/{service}/{method}" for service, methods in SERVICES.items() for method in methods]


def test_messages_beyond_four_megabytes_work_both_ways(stub: Any) -> None:
    """The default limit of gRPC itself is not in force; every value arrives."""
    big = np.arange(2_000_000, dtype=np.float32)
    outputs = stub.predict(x=big).outputs
    assert np.array_equal(np.array(outputs["y"].float_val), big * 2)


def test_a_message_beyond_the_limit_is_refused(stub: Any) -> None:
    """The text names both sizes and the setting."""
    with pytest.raises(grpc.RpcError, match=r"grpc\.max_message_bytes") as caught:
        stub.predict(x=np.zeros(9_000_000, np.float32))
    assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


def test_a_small_message_cannot_stand_for_a_huge_tensor(stub: Any) -> None:
    """Repeating the last value would fill the memory."""
    huge = {"dtype": 1, "tensor_shape": {"dim": [{"size": 2**40}]}, "float_val": [1.0]}
    fields = {"model_spec": {"name": "kinds"}, "inputs": {"x": huge}}
    code, details = stub.fails("Predict", **fields)
    assert code == "INVALID_ARGUMENT"
    assert details.startswith("tensor parsing error: x")


@pytest.mark.parametrize("path", PATHS)
def test_a_damaged_message_is_the_clients_fault(stub: Any, path: str) -> None:
    """Never INTERNAL, whichever method it is sent to."""
    with pytest.raises(grpc.RpcError) as caught:
        stub.channel.unary_unary(path)(b"\xff\xff\xff")
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "The request is not a" in caught.value.details()


def test_an_unknown_method_is_unimplemented(stub: Any) -> None:
    """As by any gRPC server."""
    with pytest.raises(grpc.RpcError) as caught:
        stub.channel.unary_unary("/tensorflow.serving.SessionService/SessionRun")(b"")
    assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED


def test_a_deadline_ends_the_model_call(stub: Any, as_tensor: Callable[[Any], Any]) -> None:
    """A model that never ends gives its thread back: the next call is answered."""
    spec = {"name": "kinds", "signature_name": "endless"}
    inputs = {"x": as_tensor(np.ones(1, np.float32))}
    for _ in range(3):  # more than there are threads
        code, _ = stub.fails("Predict", 0.3, model_spec=spec, inputs=inputs)
        assert code == "DEADLINE_EXCEEDED"
    assert stub.predict(x=[1.0]).outputs["y"].float_val[0] == 2.0


def test_parallel_calls_are_answered_each_with_its_own(stub: Any) -> None:
    """No answer is mixed up with another."""
    values = [np.full(3, number, np.float32) for number in range(50)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda value: stub.predict(x=value).outputs["y"], values))
    assert [list(a.float_val) for a in answers] == [(value * 2).tolist() for value in values]


def test_a_full_replica_refuses_with_a_pushback(stub: Any) -> None:
    """RESOURCE_EXHAUSTED at once, with the metadata that gRPC's retry policies obey."""
    held = [stub.admission.request() for _ in range(64)]
    for request in held:
        request.__enter__()
    try:
        with pytest.raises(grpc.RpcError, match="busy with 64") as caught:
            stub.predict(x=[1.0])
        assert stub("GetModelStatus", model_spec={"name": "kinds"}).model_version_status
    finally:
        for request in held:
            request.__exit__(None, None, None)
    assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert ("grpc-retry-pushback-ms", "3000") in list(caught.value.trailing_metadata())


def test_predictions_are_counted_and_the_rest_is_not(stub: Any) -> None:
    """As TensorFlow Serving does: Predict, Classify and Regress, by model and status."""

    def counts() -> dict[tuple[str, ...], float]:
        points = stub.predictor.recorder.snapshot().get(":tensorflow:serving:request_count", {})
        return {labels: numbers[0] for labels, numbers in points.items()}

    before = counts()
    stub.predict(x=[1.0])
    stub.fails("Regress", model_spec={"name": "nope"})
    stub("GetModelStatus", model_spec={"name": "kinds"})
    after = counts()
    grown = {labels for labels in after if after[labels] > before.get(labels, 0)}
    assert grown == {("kinds", "OK"), ("nope", "NOT_FOUND")}


@pytest.mark.parametrize(("body", "code"), [(b"", 0), (b"\xff", 3)], ids=["answer", "error"])
def test_every_reply_has_the_metadata_of_the_replica(stub: Any, body: bytes, code: int) -> None:
    """It names the replica where that is switched on."""
    name = (("x-replica", "r1"),)
    tfs = TfsGrpc(Servicing(stub.predictor, 1024), Admission(1, 1), 30)
    dispatch = RpcDispatch({"Check": tfs}, name)
    reply = asyncio.run(dispatch.answer("Check", RpcRequest(body)))
    assert (reply.code, reply.metadata) == (code, name)
