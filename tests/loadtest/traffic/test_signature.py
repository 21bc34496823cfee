"""Signatures read from a model's metadata page."""

from __future__ import annotations

from typing import Any

import pytest

from loadtest.errors import TargetError
from loadtest.traffic._signature import read_signature


def page(**signatures: Any) -> dict[str, Any]:
    """Returns a metadata page."""
    return {"metadata": {"signature_def": {"signature_def": signatures}}}


def tensor(dtype: str, *sizes: int) -> dict[str, Any]:
    """Returns the description of a tensor."""
    return {"dtype": dtype, "tensor_shape": {"dim": [{"size": str(size)} for size in sizes]}}


CALLABLE = {"inputs": {"x": tensor("DT_FLOAT", -1, 2)}, "outputs": {"y": tensor("DT_INT64", -1)}}
INITIAL: dict[str, Any] = {"inputs": {}, "outputs": {}}


@pytest.mark.parametrize(
    ("signatures", "asked", "name"),
    [
        ({"serving_default": CALLABLE, "other": CALLABLE}, "", "serving_default"),
        ({"serving_default": CALLABLE, "other": CALLABLE}, "other", "other"),
        ({"only": CALLABLE, "__saved_model_init_op": INITIAL}, "", "only"),
    ],
    ids=["default", "asked", "only"],
)
def test_the_asked_one_or_the_default_or_the_only_one_is_taken(
    signatures: Any, asked: str, name: str
) -> None:
    """As clients of TensorFlow Serving are used to."""
    signature = read_signature(page(**signatures), asked)
    assert signature.name == name
    assert (signature.inputs["x"].kind, signature.inputs["x"].row_shape) == ("float", (2,))
    assert (signature.outputs["y"].kind, signature.outputs["y"].row_shape) == ("int", ())


@pytest.mark.parametrize(
    ("document", "asked", "words"),
    [
        (page(a=CALLABLE, b=CALLABLE), "", "no serving_default; it has a, b"),
        (page(a=CALLABLE), "z", "no z; it has a"),
        (page(), "", "it has none"),
        ({"error": "no"}, "", "no signatures in the usual form"),
        (page(a={"inputs": {"x": {}}, "outputs": {}}), "", "no signatures in the usual form"),
    ],
)
def test_what_is_missing_is_named(document: Any, asked: str, words: str) -> None:
    """With what there is instead."""
    with pytest.raises(TargetError, match=words):
        read_signature(document, asked)


def test_a_label_is_known_by_bigquery_mls_names() -> None:
    """`predicted_x` beside `x_values`; a number without classes is none."""
    outputs = {name: tensor("DT_STRING", -1) for name in ("predicted_a", "a_values", "predicted_b")}
    found = read_signature(page(s={**CALLABLE, "outputs": outputs}), "")
    assert found.label_outputs() == {"predicted_a": "a_values"}
