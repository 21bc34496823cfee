"""Request targets: what each names, and what is malformed."""

from __future__ import annotations

import pytest

from serve_app.errors import InvalidArgumentError
from serve_app.predictor import ModelSpec
from serve_app.protocols.tfs.rest.routes import EmptyBodyError, Target, read_target


@pytest.mark.parametrize(
    ("method", "target", "verb", "spec"),
    [
        ("POST", "/v1/models/m:predict", "predict", ModelSpec("m")),
        ("POST", "/V1/Models/m/Versions/007:predict", "predict", ModelSpec("m", 7)),
        ("POST", "/v1/models/m/labels/stable:classify", "classify", ModelSpec("m", label="stable")),
        ("POST", "/v1/models/a%2Fb%3A%20c:regress", "regress", ModelSpec("a/b: c")),
        ("GET", "/v1/models/m", "status", ModelSpec("m")),
        ("GET", "/v1/models/m/METADATA", "status", ModelSpec("m")),
        ("GET", "/v1/models/m/versions/3/metadata", "metadata", ModelSpec("m", 3)),
        ("GET", "/v1/models/metadata", "status", ModelSpec("metadata")),
        ("GET", "/v1/models/m?x=1", "status", ModelSpec("m?x=1")),
    ],
)
def test_reads(method: str, target: str, verb: str, spec: ModelSpec) -> None:
    """Case does not matter but in verbs; names are decoded after matching."""
    assert read_target(method, target) == Target(verb, spec)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("POST", "/v1/models/m"),
        ("POST", "/v1/models/m:PREDICT"),
        ("POST", "/v1/models/m%3Apredict"),
        ("POST", "/v1/models/m:predict?x=1"),
        ("POST", "/v1/models/m:predict/"),
        ("GET", "/v1/"),
        ("GET", "/v1/models/"),
        ("GET", "/v1/models/m/versions/x"),
        ("PUT", "/v1/models/m:predict"),
        ("HEAD", "/v1/models/m"),
    ],
)
def test_all_else_is_malformed_and_quoted(method: str, target: str) -> None:
    """The text repeats method and target as sent."""
    with pytest.raises(InvalidArgumentError) as caught:
        read_target(method, target)
    assert str(caught.value) == f"Malformed request: {method} {target}"


@pytest.mark.parametrize("target", ["/v1/models", "/v1/models/versions/1"])
def test_a_missing_name_has_its_own_words(target: str) -> None:
    """TensorFlow Serving's."""
    with pytest.raises(InvalidArgumentError, match=r"^Missing model name in request\.$"):
        read_target("GET", target)


def test_a_version_beyond_int64_is_the_one_error_without_body() -> None:
    """An oddity that clients may have met."""
    with pytest.raises(EmptyBodyError):
        read_target("GET", f"/v1/models/m/versions/{2**63}")
