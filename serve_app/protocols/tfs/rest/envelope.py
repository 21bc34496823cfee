"""What the bodies of all POST requests share: a JSON object with an optional signature_name."""

from __future__ import annotations

from serve_app.errors import InvalidArgumentError
from serve_app.protocols.tfs.json.debug_text import debug_text
from serve_app.protocols.tfs.json.json_parser import parse


def read_envelope(body: bytes) -> tuple[dict[str, object], str]:
    """Returns the JSON object in `body`, and its `signature_name`, empty where absent.

    Raises:
        InvalidArgumentError: Not JSON, not an object, or `signature_name` is not a string.
    """
    document = parse(body)
    if not isinstance(document, dict):
        raise InvalidArgumentError(f"JSON Value: {debug_text(document)} Is not object")
    name = document.get("signature_name", "")
    if not isinstance(name, str):
        raise InvalidArgumentError(
            f"JSON Value: {debug_text(document)} not formatted correctly. "
            "'signature_name' key must be a string value."
        )
    return document, name  # type: ignore[return-value]
