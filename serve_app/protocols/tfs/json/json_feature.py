"""Reads one JSON object as a `tensorflow.Example`; the kind of a feature follows from its values.

A restatement of MakeExampleFromJsonObject and AddValueToFeature of TensorFlow Serving's
util/json_tensor.cc, with the same checks in the same order and the same words.
"""

from __future__ import annotations

from serve_app.errors import InvalidArgumentError
from serve_app.protocols.tfs.json.base64_json import decode, is_base64_object
from serve_app.protocols.tfs.json.debug_text import type_word
from serve_app.protocols.tfs.json.rapid_json import pairs
from serve_app.protocols.tfs.messages.tf_example import Feature, Kind, write_example

_INT64_MAX = 2**63 - 1


def read_example(value: object) -> bytes:
    """Returns the serialized Example for `{feature: value or list}`; the last duplicate wins.

    Raises:
        InvalidArgumentError: Not an object, or a feature's values are of no or of mixed kinds.
    """
    if not isinstance(value, dict):
        raise InvalidArgumentError(f"Example must be JSON object but got JSON {type_word(value)}")
    features = {}
    for key, content in pairs(value):
        name = key.partition("\0")[0]  # a C string in TensorFlow Serving
        features[name] = _feature(name, content if isinstance(content, list) else [content])
    return write_example(features)


def _feature(name: str, elements: list[object]) -> Feature:
    kind: Kind | None = None
    values: list[object] = []
    for element in elements:
        found = _kind(name, element)
        if kind not in (None, found):
            raise InvalidArgumentError(
                f"Unexpected element type in feature: {name} expecting type: {kind}"
            )
        kind = found
        values.append(_value(name, element))
    return Feature(kind, values)


def _kind(name: str, element: object) -> Kind:
    if isinstance(element, str) or is_base64_object(element):
        return "bytes"
    if isinstance(element, float):
        return "float"
    if isinstance(element, int):  # true and false too
        return "int64"
    raise InvalidArgumentError(
        f"Feature: {name} has element with unexpected JSON type: {type_word(element)}"
    )


def _value(name: str, element: object) -> object:
    if isinstance(element, str):
        return element.encode(errors="surrogateescape")
    if is_base64_object(element):
        return decode(element["b64"])
    if isinstance(element, int) and element > _INT64_MAX:
        raise InvalidArgumentError(
            f"Feature: {name} has uint64_t element. Only int64_t is supported."
        )
    return element
