"""The kinds of values that settings have, and the base of every group."""

from __future__ import annotations

from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
PositiveSeconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Rate = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Port = Annotated[int, Field(ge=1, le=65535)]
Count = Annotated[int, Field(ge=1)]
CountOrNone = Annotated[int, Field(ge=0)]
"""A number that may be 0, which switches something off."""
Share = Annotated[float, Field(ge=0, le=1)]
Item = TypeVar("Item")


def _split(value: object) -> object:
    """Returns `a,b` as a list: environment and command line hold text."""
    if isinstance(value, str):
        return [item.strip() for item in value.split(",") if item.strip()]
    return [value] if isinstance(value, int | float) else value


def _split_headers(value: object) -> object:
    """Returns `Name: value, Other: value` as a mapping."""
    if not isinstance(value, str):
        return value
    pairs = [item.partition(":") for item in value.split(",") if item.strip()]
    if any(not colon for _, colon, _ in pairs):
        raise ValueError("expected `Name: value`, several separated by commas")
    return {name.strip(): text.strip() for name, _, text in pairs}


List = Annotated[tuple[Item, ...], BeforeValidator(_split)]
Headers = Annotated[dict[str, str], BeforeValidator(_split_headers)]


class SettingsGroup(BaseModel):
    """A frozen group of settings; an unknown key is an error, a field's docstring its help."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)
