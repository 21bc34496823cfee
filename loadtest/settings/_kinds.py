from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

Rate = Annotated[float, Field(gt=0, allow_inf_nan=False)]
CountOrNone = Annotated[int, Field(ge=0)]
"""A number that may be 0, which switches something off."""
Share = Annotated[float, Field(ge=0, le=1)]


def _split_headers(value: object) -> object:
    """`Name: value, Other: value` becomes a mapping."""
    if not isinstance(value, str):
        return value
    pairs = [item.partition(":") for item in value.split(",") if item.strip()]
    if any(not colon for _, colon, _ in pairs):
        raise ValueError("expected `Name: value`, several separated by commas")
    return {name.strip(): text.strip() for name, _, text in pairs}


Headers = Annotated[dict[str, str], BeforeValidator(_split_headers)]
