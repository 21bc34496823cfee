"""The base of every group of settings, and the kinds of values that settings have."""

from __future__ import annotations

from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
PositiveSeconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Port = Annotated[int, Field(ge=1, le=65535)]
Count = Annotated[int, Field(ge=1)]
Item = TypeVar("Item")


def _split(value: object) -> object:
    """Environment and command line hold text: `a,b` is a list."""
    if isinstance(value, str):
        return [item.strip() for item in value.split(",") if item.strip()]
    return [value] if isinstance(value, int | float) else value


List = Annotated[tuple[Item, ...], BeforeValidator(_split)]


class Group(BaseModel):
    """A frozen group of settings; an unknown key is an error, a field's docstring its help."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)
