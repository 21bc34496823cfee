"""Makes an instance that a model accepts, for the `curl` line and the first prediction."""

from __future__ import annotations

from pathlib import Path

from foundation.json_types import JsonObject, JsonValue

_NUMBERS: JsonObject = {"DT_FLOAT": 1.0, "DT_DOUBLE": 1.0, "DT_BOOL": True}
_INTEGERS = ("DT_INT", "DT_UINT")
_FILLER = "_null_filler"


def example_instance(
    signature: JsonObject, folder: Path | None, record: JsonObject | None
) -> JsonObject:
    """Returns one row for `signature`.

    A published example row wins; else strings come from the model's own vocabulary and numbers
    are 1.
    """
    inputs: JsonObject = signature["inputs"]
    published = (record or {}).get("example_instance")
    if isinstance(published, dict) and published.keys() == inputs.keys():
        return published
    return {name: _value(name, info, folder) for name, info in sorted(inputs.items())}


def _value(name: str, info: JsonObject, folder: Path | None) -> JsonValue:
    dtype = str(info["dtype"])
    value = _NUMBERS.get(dtype, 1 if dtype.startswith(_INTEGERS) else _category(name, folder))
    for _ in info["tensor_shape"]["dim"][1:]:
        value = [value]
    return value


def _category(name: str, folder: Path | None) -> str:
    """Returns the first category of a feature's vocabulary, or an empty text."""
    for suffix in (".txt", ".csv") if folder else ():
        try:
            assert folder
            words = (folder / "assets" / f"{name}{suffix}").read_text().splitlines()
        except (OSError, UnicodeDecodeError):
            continue
        return next((word for word in words if word and word != _FILLER), "")
    return ""
