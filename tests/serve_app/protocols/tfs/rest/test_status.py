"""Status, metadata and targets, as a client sees them."""

from __future__ import annotations

from typing import Any

import pytest

AVAILABLE = {
    "version": "1",
    "state": "AVAILABLE",
    "status": {"error_code": "OK", "error_message": ""},
}


@pytest.mark.parametrize(
    "target",
    ["/v1/models/kinds", "/V1/MODELS/kinds", "/v1/models/kinds/versions/1",
     "/v1/models/kinds/Versions/0001", "/v1/models/kinds/labels/anything", "/v1/models/kind%73",
     "/v1/models/kinds/METADATA", "/v1/models/kinds/labels/x/METADATA"],
)  # fmt: skip
def test_status(odd_rest: Any, target: str) -> None:
    """Case does not matter but in names and verbs; a label is ignored."""
    answer = odd_rest.get(target)
    assert (answer.status, answer.json) == (200, {"model_version_status": [AVAILABLE]})
    assert answer.headers["content-type"] == "application/json"
    assert answer.body.endswith(b"}\n")


@pytest.mark.parametrize(
    ("target", "status", "words"),
    [
        ("/v1/models/nope", 404, "Could not find any versions of model nope"),
        ("/v1/models/KINDS", 404, "Could not find any versions of model KINDS"),
        ("/v1/models/metadata", 404, "Could not find any versions of model metadata"),
        ("/v1/models/a%2Fb%3A%20c+d", 404, "Could not find any versions of model a/b: c+d"),
        ("/v1/models/%00", 404, "Could not find any versions of model \0"),
        ("/v1/models/kinds?x=1", 404, "Could not find any versions of model kinds?x=1"),
        ("/v1/models/kinds/versions/0", 404, "Could not find version 0 of model kinds"),
        ("/v1/models/kinds/versions/99", 404, "Could not find version 99 of model kinds"),
        ("/v1/models/nope/versions/1", 404, "Could not find any versions of model nope"),
        ("/v1/models/nope/metadata", 404, "Servable not found for request: Latest(nope)"),
        ("/v1/models/kinds/versions/9/metadata", 404, "Specific(kinds, 9)"),
        ("/v1/models/kinds/labels/x/metadata", 400, "Unrecognized servable version label: x"),
        ("/v1/models/nope/labels/x%20y/metadata", 400, "Unrecognized servable version label: x y"),
        ("/v1/models", 400, "Missing model name in request."),
        ("/v1/models/versions/1", 400, "Missing model name in request."),
        ("/v1/models/metadata/metadata/metadata", 400, "Malformed request: GET /v1/models/meta"),
    ],
)
def test_errors_have_one_key(odd_rest: Any, target: str, status: int, words: str) -> None:
    """TensorFlow Serving's words."""
    answer = odd_rest.get(target)
    assert (answer.status, words in answer.error) == (status, True), answer.body


@pytest.mark.parametrize(
    ("method", "target"),
    [
        *[
            ("GET", target)
            for target in (
                "/v1/", "/v1/foo", "/v1/models/", "/v1/models/kinds/", "/v1/models/kinds/x",
                "/v1/models/kinds/versions/", "/v1/models/kinds/versions/-1",
                "/v1/models/kinds/versions/x", "/v1/models/kinds/labels/",
                "/v1/models/kinds:predict",
                "/v1/models/kinds/versions/1/labels/a", "/v1/models/kinds/metadata?x=/",
                "/v1/models?a/b", "/V1/x",
            )
        ],
        *[
            ("POST", target)
            for target in (
                "/v1/models/kinds", "/v1/models/kinds:", "/v1/models/kinds:PREDICT",
                "/v1/models/kinds:Classify", "/v1/models/kinds:foo", "/v1/models/kinds%3Apredict",
                "/v1/models/kinds:predict?x=1", "/v1/models/kinds:predict/", "/v1/models/:predict",
                "/v1/models/kinds/predict", "/v1/models/kinds/versions/1/labels/a:predict",
            )
        ],
        ("PUT", "/v1/models/kinds:predict"),
        ("DELETE", "/v1/models/kinds"),
        ("PATCH", "/v1/"),
    ],
)  # fmt: skip
def test_what_has_no_form_is_malformed(odd_rest: Any, method: str, target: str) -> None:
    """Method and target are quoted as sent."""
    answer = odd_rest.request(method, target)
    assert (answer.status, answer.error) == (400, f"Malformed request: {method} {target}")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_version_beyond_int64_is_400_without_a_body(odd_rest: Any, method: str) -> None:
    """The one error of the API that has none."""
    verb = ":predict" if method == "POST" else ""
    answer = odd_rest.request(method, f"/v1/models/nope/versions/9223372036854775808{verb}")
    assert (answer.status, answer.body) == (400, b"")
    assert answer.headers["content-type"] == "application/json"


def test_head_is_malformed_and_has_no_body(odd_rest: Any) -> None:
    """As every method but GET and POST."""
    answer = odd_rest.request("HEAD", "/v1/models/kinds")
    assert (answer.status, answer.body) == (400, b"")


@pytest.mark.parametrize(
    ("method", "target", "status"),
    [
        ("GET", "/", 404), ("GET", "/v1", 404), ("GET", "/v2/models", 404), ("POST", "/", 404),
        ("DELETE", "/readyz", 404), ("GET", "/v1/models/%2", 400), ("POST", "/%", 400),
        ("TRACE", "/v1/models/kinds", 501), ("PROPFIND", "/", 501),
    ],
)  # fmt: skip
def test_what_the_http_library_answers_is_html(
    odd_rest: Any, method: str, target: str, status: int
) -> None:
    """And the connection is closed."""
    answer = odd_rest.request(method, target)
    assert (answer.status, answer.headers["content-type"]) == (status, "text/html")
    assert (answer.headers["connection"], b"<H1>" in answer.body) == ("close", True)


def test_metadata_shows_every_signature(odd_rest: Any) -> None:
    """TF2's init signature, unknown ranks and defaults included."""
    document = odd_rest.get("/v1/models/kinds/versions/1/metadata").json
    assert document["model_spec"] == {"name": "kinds", "signature_name": "", "version": "1"}
    found = document["metadata"]["signature_def"]["signature_def"]
    assert found["half"]["inputs"]["x"]["tensor_shape"] == {"dim": [], "unknown_rank": True}
    assert found["half"]["outputs"]["y"]["dtype"] == "DT_HALF"
    init = found["__saved_model_init_op"]
    assert (init["inputs"], init["method_name"], init["defaults"]) == ({}, "", {})
    (output,) = init["outputs"].values()
    assert output["dtype"] == "DT_INVALID"


def test_an_upgrade_to_websocket_is_answered_as_the_get_it_is(odd_rest: Any) -> None:
    """Clients never cause a 500."""
    headers = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version": "13",
    }
    answer = odd_rest.request("GET", "/v1/models/nope", headers=headers)
    assert (answer.status, answer.error) == (404, "Could not find any versions of model nope")
