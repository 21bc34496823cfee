"""Recorded requests run as if a client had sent them."""

from __future__ import annotations

from typing import Any

import pytest

from serve_app.errors import ServeAppError
from serve_app.warmup.replay import Replay


@pytest.fixture
def runs(servable: Any, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The outputs that are asked for, call by call."""
    calls: list[tuple[str, ...]] = []
    real = servable.run

    def run(call: Any, inputs: Any, **more: Any) -> Any:
        calls.append(call.outputs)
        return real(call, inputs, **more)

    monkeypatch.setattr(servable, "run", run)
    return calls


@pytest.mark.parametrize(
    ("kind", "signature", "outputs"),
    [
        ("predict_log", "", 2),
        ("classify_log", "classify", 1),
        ("regress_log", "regress", 1),
        ("multi_inference_log", "", 2),
    ],
)
def test_each_kind_of_request_runs_the_model_by_both_paths(
    servable: Any, log: Any, runs: Any, kind: str, signature: str, outputs: int
) -> None:
    """That of REST and that of gRPC, whatever model is named; a multi-inference is one call."""
    Replay(servable).record(log(kind, (0.25, 0.75), signature))
    assert [len(fetched) for fetched in runs] == [outputs, outputs]


def test_an_output_filter_is_honoured(servable: Any, log: Any, runs: Any) -> None:
    """Only the named outputs are computed."""
    record = log("predict_log")
    record.predict_log.request.output_filter.append("y")
    Replay(servable).record(record)
    assert set(runs) == {("y",)}


def test_a_record_without_a_request_is_skipped(servable: Any, runs: Any) -> None:
    """An empty log_type, as in TensorFlow Serving."""
    from foundation.protos.prediction_log_pb2 import PredictionLog

    Replay(servable).record(PredictionLog())
    assert runs == []


@pytest.mark.parametrize("kind", ["session_run_log", "predict_streamed_log"])
def test_what_tensorflow_serving_does_not_replay_is_refused(servable: Any, kind: str) -> None:
    """UNIMPLEMENTED, by its name."""
    from foundation.protos.prediction_log_pb2 import PredictionLog

    record = PredictionLog()
    getattr(record, kind).SetInParent()
    with pytest.raises(ServeAppError, match=kind) as caught:
        Replay(servable).record(record)
    assert caught.value.code_name == "UNIMPLEMENTED"


@pytest.mark.parametrize(
    ("kind", "values", "signature", "code", "words"),
    [
        ("predict_log", (-1.0,), "", "INVALID_ARGUMENT", "x must be positive"),
        ("predict_log", (1.0,), "nope", "FAILED_PRECONDITION", '"nope" not found'),
        ("predict_log", (1.0,), "classify", "INVALID_ARGUMENT", "Signature input alias: inputs"),
        ("classify_log", (), "classify", "INVALID_ARGUMENT", "Input is empty."),
        ("classify_log", (1.0,), "nope", "INVALID_ARGUMENT", "No signature was found"),
        ("regress_log", (1.0,), "classify", "INVALID_ARGUMENT", "No regression outputs found"),
    ],
)
def test_a_wrong_request_fails(  # noqa: PLR0917
    servable: Any, log: Any, kind: str, values: Any, signature: str, code: str, words: str
) -> None:
    """With the code and the words that a client would get."""
    with pytest.raises(ServeAppError, match=words) as caught:
        Replay(servable).record(log(kind, values, signature))
    assert caught.value.code_name == code


def test_types_are_never_converted(servable: Any, log: Any) -> None:
    """A double is no float."""
    import tensorflow as tf

    record = log("predict_log")
    record.predict_log.request.inputs["x"].CopyFrom(tf.make_tensor_proto([1.0], tf.float64))
    with pytest.raises(ServeAppError, match="double"):
        Replay(servable).record(record)
