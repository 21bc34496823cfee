"""The REST service on a real port, as a client sees it."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

IRIS_ROW = {"sepal_length": 5.0, "sepal_width": 2.0, "petal_length": 3.5, "petal_width": 1.0}
MIXED_ROW = {"f": 0.2, "i": 3, "s": "hé", "b": True}


def test_the_tutorials_request_is_answered(rest: Any) -> None:
    """Rows in, one object per row out."""
    answer = rest.predict("iris", {"instances": [IRIS_ROW, IRIS_ROW]})
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    first, second = answer.json["predictions"]
    assert first == second
    assert first["species_values"] == ["virginica", "versicolor", "setosa"]
    assert sum(first["species_probs"]) == pytest.approx(1)
    assert first["predicted_species"] == ["versicolor"]


def test_columns_in_columns_out(rest: Any) -> None:
    """The column format holds whole tensors."""
    columns = {name: [value, value] for name, value in IRIS_ROW.items()}
    outputs = rest.predict("iris", {"inputs": columns}).json["outputs"]
    assert outputs["predicted_species"] == [["versicolor"], ["versicolor"]]


def test_every_type_passes_through(rest: Any) -> None:
    """Ints stay ints, floats are short, bytes outputs are base64."""
    prediction = rest.predict("mixed", {"instances": [MIXED_ROW]}).json["predictions"]
    assert prediction == [{**MIXED_ROW, "s_bytes": {"b64": "aMOp"}}]


@pytest.mark.parametrize(
    ("signature", "instances", "predictions"),
    [
        ("sum", [[1, 2], [3, 4]], [3.0, 7.0]),
        ("double", [{"x": 1.5}], [3.0]),
        ("small", [300], [44]),
    ],
)
def test_other_signatures_are_chosen_by_name(
    rest: Any, signature: str, instances: list[object], predictions: list[object]
) -> None:
    """A single output loses its name."""
    document = {"signature_name": signature, "instances": instances}
    assert rest.predict("mixed", document).json == {"predictions": predictions}


@pytest.mark.parametrize(
    ("model", "document", "status", "words"),
    [
        ("nope", {"instances": [1]}, 404, "Servable not found for request: Latest(nope)"),
        ("nope", {}, 404, "Latest(nope)"),
        ("iris/versions/9", {"instances": [1]}, 404, "Specific(iris, 9)"),
        ("iris/labels/stable", {"instances": [1]}, 400, "Unrecognized servable version label"),
        ("iris", [1], 400, "JSON Value: [1] Is not object"),
        ("iris", {"signature_name": 3}, 400, "'signature_name' key must be a string value."),
        ("iris", {"signature_name": "x"}, 400, 'signature name: "x" not found in signature def'),
        ("iris", {}, 400, "Missing 'inputs' or 'instances' key"),
        ("iris", {"instances": [], "inputs": 1}, 400, "expecting only one of"),
        ("iris", {"instances": []}, 400, "No values in 'instances' array"),
        ("iris", {"instances": 1}, 400, "Expecting 'instances' to be an list/array"),
        ("iris", {"instances": [{**IRIS_ROW, "petal_width": "1"}]}, 400, "Type: String is not of"),
        ("mixed", {"signature_name": "sum", "instances": [1]}, 400, "Invalid reduction dimension"),
        ("mixed", {"signature_name": "positive", "instances": [-1]}, 400, "assertion failed"),
        (
            "mixed",
            {"signature_name": "scalar", "instances": [1]},
            400,
            "n has no shape information",
        ),
        ("mixed", {"signature_name": "uneven", "instances": [1]}, 400, "inconsistent batch size"),
        ("mixed", {"signature_name": "half", "instances": [1]}, 400, "tensor type: half"),
    ],
)
def test_a_wrong_request_gets_tensorflow_servings_error(
    rest: Any, model: str, document: object, status: int, words: str
) -> None:
    """Status, the one-key body, and the key words."""
    answer = rest.predict(model, document)
    assert answer.status == status
    assert words in answer.error
    assert "Traceback" not in answer.error
    assert ".py" not in answer.error


def test_bad_json_is_reported_before_an_unknown_model(rest: Any) -> None:
    """The order of checks is part of the interface."""
    answer = rest.request("POST", "/v1/models/nope:predict", "{")
    assert answer.status == 400
    assert answer.error == "JSON Parse error: Missing a name for object member. at offset: 1"


def test_an_empty_body_is_an_empty_document(rest: Any) -> None:
    """Its text has no offset."""
    answer = rest.request("POST", "/v1/models/iris:predict", b"")
    assert answer.error == "JSON Parse error: The document is empty"


def test_gzip_bodies_are_inflated(rest: Any) -> None:
    """A damaged one reads as empty."""
    body = gzip.compress(json.dumps({"instances": [IRIS_ROW]}).encode())
    headers = {"Content-Encoding": "gzip"}
    assert rest.request("POST", "/v1/models/iris:predict", body, headers).status == 200
    answer = rest.request("POST", "/v1/models/iris:predict", body[:20], headers)
    assert answer.error == "JSON Parse error: The document is empty"


@pytest.mark.parametrize("compress", [False, True])
def test_a_body_beyond_the_limit_is_413(rest: Any, *, compress: bool) -> None:
    """As sent or inflated, it never fills the memory."""
    body = b" " * 11_000_000
    headers = {"Content-Encoding": "gzip"} if compress else {}
    sent = gzip.compress(body) if compress else body
    answer = rest.request("POST", "/v1/models/iris:predict", sent, headers)
    assert answer.status == 413
    assert "max_body_bytes" in answer.error


def test_status_lists_versions_with_their_states(rest: Any) -> None:
    """A version is a string, as int64 is in proto3 JSON."""
    ok = {"error_code": "OK", "error_message": ""}
    expected = [{"version": "3", "state": "AVAILABLE", "status": ok}]
    for target in ("/v1/models/iris", "/v1/models/iris/versions/3", "/v1/models/iris/labels/any"):
        assert rest.get(target).json == {"model_version_status": expected}


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("/v1/models/nope", "Could not find any versions of model nope"),
        ("/v1/models/iris/versions/9", "Could not find version 9 of model iris"),
        ("/v1/models/nope/metadata", "Servable not found for request: Latest(nope)"),
    ],
)
def test_unknown_models_are_not_found(rest: Any, target: str, words: str) -> None:
    """Status and metadata have words of their own."""
    answer = rest.get(target)
    assert (answer.status, answer.error) == (404, words)


def test_metadata_is_the_signature_def_as_proto3_json(rest: Any) -> None:
    """Nested twice, sizes as strings, as TensorFlow Serving prints it."""
    document = rest.get("/v1/models/iris/metadata").json
    assert document["model_spec"] == {"name": "iris", "signature_name": "", "version": "3"}
    signature = document["metadata"]["signature_def"]["signature_def"]["serving_default"]
    assert signature["inputs"]["petal_width"] == {
        "name": "petal_width:0",
        "dtype": "DT_DOUBLE",
        "tensor_shape": {"dim": [{"size": "-1", "name": ""}], "unknown_rank": False},
    }
    assert signature["method_name"] == "tensorflow/serving/predict"


def test_probes_need_no_model_name(rest: Any) -> None:
    """Liveness and readiness for load balancers."""
    assert rest.get("/healthz").status == rest.get("/livez").status == 200
    assert rest.get("/readyz").json == {"status": "ready"}


def test_the_catalogue_shows_models_and_their_records(rest: Any) -> None:
    """What a publisher wrote beside a model can be read here; a record is optional."""
    models = {model["name"]: model["versions"] for model in rest.get("/models").json["models"]}
    assert models["iris"][0]["bqml"] == {"model_type": "LOGISTIC_REGRESSION"}
    assert (models["mixed"][0]["state"], models["mixed"][0]["bqml"]) == ("AVAILABLE", None)


@pytest.mark.parametrize("target", ["/", "/v1", "/favicon.ico", "/monitoring/prometheus/metricsx"])
def test_outside_v1_there_is_an_html_404(rest: Any, target: str) -> None:
    """As libevent answers."""
    answer = rest.get(target)
    assert (answer.status, answer.headers["content-type"]) == (404, "text/html")


@pytest.mark.parametrize(("origin", "status"), [("http://x", 200), ("", 400)])
def test_options_answers_by_origin(rest: Any, origin: str, status: int) -> None:
    """An empty body either way."""
    answer = rest.request("OPTIONS", "/v1/models/iris:predict", headers={"Origin": origin})
    assert (answer.status, answer.body) == (status, b"")


@pytest.mark.parametrize("verb", ["classify", "regress"])
def test_the_example_apis_need_one_input(rest: Any, verb: str) -> None:
    """BigQuery ML's exports have no tf.Example signature."""
    answer = rest.request("POST", f"/v1/models/iris:{verb}", '{"examples": [{"x": 1.0}]}')
    assert (answer.status, answer.error) == (400, "Expected one input Tensor.")
