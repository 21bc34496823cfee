"""The proof that the generator can make more load than the run asks for."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest

from foundation.protos.client_predict_pb2 import PredictResponse, Tensor, TensorShape
from loadtest.errors import GeneratorError
from loadtest.generator._stub_process import running_stub
from loadtest.generator.preflight import goal_rps, require_fast_enough, run_preflight
from loadtest.generator.stub import StubPages


def test_a_generator_that_is_fast_enough_passes(
    iris: Any, make_settings: Callable[..., Any]
) -> None:
    """The service itself gets no load: it is asked for its pages and for two answers."""
    asked: list[bytes] = []

    def posted(body: bytes) -> Any:
        asked.append(body)
        return answer(body)

    answer, iris.posted = iris.posted, posted
    settings = make_settings(
        iris.url,
        rules={"min_rps": 20, "sustained_s": 1},
        traffic={"rows_per_request": 7},
        generator={"preflight_s": 3},
    )
    proof = require_fast_enough(settings)
    assert proof is not None
    assert proof.wanted_rps == 40
    assert (proof.passed, proof.failures) == (True, 0)
    assert len(asked) == 2


def test_a_generator_that_is_too_slow_ends_the_run_before_it_begins(
    iris: Any, make_settings: Callable[..., Any]
) -> None:
    """With both numbers and the way out."""
    settings = make_settings(
        iris.url, rules={"min_rps": 1e6, "sustained_s": 1}, generator={"preflight_s": 2}
    )
    with pytest.raises(GeneratorError, match=r"generator is the limit: \d+ requests/s.* 2000000 "):
        require_fast_enough(settings)


def test_the_proof_can_be_left_out(make_settings: Callable[..., Any]) -> None:
    """`generator.preflight_factor` of 0; not even the service is asked then."""
    settings = make_settings("http://127.0.0.1:9", generator={"preflight_factor": 0})
    assert require_fast_enough(settings) is None


def test_the_goal_is_what_the_run_asks_for(make_settings: Callable[..., Any]) -> None:
    """The rate of the rule, or the asked rate of an open loop where that is more."""
    closed = make_settings("http://h:1", rules={"min_rps": 500, "sustained_s": 1})
    opened = make_settings("http://h:1", traffic={"mode": "open"}, phases={"asked_rps": 2000})
    assert (goal_rps(closed), goal_rps(opened)) == (500, 2000)


def test_grpc_users_are_proven_by_grpc(iris: Any, make_settings: Callable[..., Any]) -> None:
    """The stub has a gRPC port then; one stub stands for the service, another for the proof."""
    pages = StubPages(
        metadata=iris.pages["/v1/models/iris_model/metadata"][1],
        models=iris.pages["/models"][1],
        answer='{"predictions": [{"species_probs": [0.5, 0.25, 0.25], "species_values":'
        ' ["setosa", "versicolor", "virginica"], "predicted_species": ["setosa"]}]}',
        grpc_answer=base64.b64encode(grpc_answer()).decode(),
    )
    with running_stub(pages) as service:
        settings = make_settings(
            service.url,
            target={"protocol": "grpc", "grpc_target": service.grpc_target},
            rules={"min_rps": 5, "sustained_s": 1},
            generator={"preflight_s": 3},
        )
        proof = run_preflight(settings)
    assert (proof.passed, proof.causes) == (True, ())


def grpc_answer() -> bytes:
    """Returns a right PredictResponse for one row."""
    response = PredictResponse()
    fields: dict[str, dict[str, Any]] = {
        "species_probs": {"dtype": 2, "double_val": [0.5, 0.25, 0.25]},
        "species_values": {"dtype": 7, "string_val": [b"setosa", b"versicolor", b"virginica"]},
        "predicted_species": {"dtype": 7, "string_val": [b"setosa"]},
    }
    for name, field in fields.items():
        shape = TensorShape(
            dim=[TensorShape.Dim(size=size) for size in (1, len(list(field.values())[1]))]
        )
        response.outputs[name].CopyFrom(Tensor(tensor_shape=shape, **field))
    return response.SerializeToString()
