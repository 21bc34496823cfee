"""Reads the body of a classify or regress request: `{"signature_name"?, "context"?, "examples"}`.

Unlike a predict request, the whole body is checked before any model is looked up: features do not
depend on a signature.
"""

from __future__ import annotations

from dataclasses import dataclass

from serve_app.errors import InvalidArgumentError
from serve_app.protocols.tfs.examples.examples import Examples
from serve_app.protocols.tfs.json.debug_text import debug_text
from serve_app.protocols.tfs.json.json_feature import read_example
from serve_app.protocols.tfs.rest.envelope import read_envelope


@dataclass(frozen=True, slots=True)
class ExamplesBody:
    """A checked body.

    Attributes:
        signature_name: As sent; empty where absent.
    """

    signature_name: str
    input: Examples


def read_examples_body(body: bytes) -> ExamplesBody:
    """Returns the examples of a classify or regress request.

    Raises:
        InvalidArgumentError: Not JSON, or not of the form above; the text says where.
    """
    document, signature_name = read_envelope(body)
    context = read_example(document["context"]) if "context" in document else b""
    examples = [read_example(example) for example in _examples(document)]
    return ExamplesBody(signature_name, Examples(examples, context))


def _examples(document: dict[str, object]) -> list[object]:
    if "examples" not in document:
        # "classify" is TensorFlow Serving's word for both methods.
        raise _fault(
            document, "When method is classify, key 'examples' is expected and was not found"
        )
    examples = document["examples"]
    if not isinstance(examples, list):
        raise _fault(document, "Expecting 'examples' value to be an list/array")
    if not examples:
        raise _fault(document, "'examples' value is an empty array")
    return examples


def _fault(document: dict[str, object], complaint: str) -> InvalidArgumentError:
    return InvalidArgumentError(f"JSON Value: {debug_text(document)} {complaint}")
