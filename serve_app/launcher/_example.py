"""Makes an instance that a model accepts, for the `curl` line and the first prediction."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from serve_app.kinds.signature import Json

_NUMBERS: dict[str, Json] = {"DT_FLOAT": 1.0, "DT_DOUBLE": 1.0, "DT_BOOL": True}
_INTEGERS = ("DT_INT", "DT_UINT")
_FILLER = "_null_filler"


def example_instance(signature: Mapping[str, Json], folder: Path | None, record: Json) -> Json:
    """Returns one row for `signature`.

    A published example row wins; else strings come from the model's own vocabulary and numbers
    are 1.

    Args:
        signature: A SignatureDef as metadata JSON.
        folder: The version folder, if it is at hand; its `assets/` hold one vocabulary per
            categorical feature.
        record: The version's bqml.json, or None.
    """
    inputs = signature.get("inputs")
    assert isinstance(inputs, dict)
    published = record.get("example_instance") if isinstance(record, dict) else None
    if isinstance(published, dict) and published.keys() == inputs.keys():
        return published
    return {name: _value(name, info, folder) for name, info in sorted(inputs.items())}


def _value(name: str, info: Json, folder: Path | None) -> Json:
    assert isinstance(info, dict)
    dtype = str(info["dtype"])
    value = _NUMBERS.get(dtype, 1 if dtype.startswith(_INTEGERS) else _category(name, folder))
    shape = info["tensor_shape"]
    rank = len(shape["dim"]) if isinstance(shape, dict) and isinstance(shape["dim"], list) else 1
    for _ in range(rank - 1):
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
