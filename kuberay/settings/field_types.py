"""The base of every group of the deploy file, and the kinds of text that Kubernetes accepts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Group(BaseModel):
    """A frozen group of settings; an unknown key is an error, a field's docstring its help."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_VALUE = r"[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?"

DnsLabel = Annotated[str, Field(pattern=rf"^{_LABEL}$", max_length=63)]
"""RFC 1123: a namespace, a name of a container."""
ObjectName = Annotated[str, Field(pattern=rf"^{_LABEL}(\.{_LABEL})*$", max_length=253)]
"""RFC 1123 subdomain: a Secret, a ServiceAccount, a class."""
HostName = Annotated[str, Field(pattern=rf"^(\*\.)?{_LABEL}(\.{_LABEL})+$", max_length=253)]
"""A DNS name with at least one dot; may begin with `*.`."""
LabelValue = Annotated[str, Field(pattern=rf"^({_VALUE})?$", max_length=63)]
LabelKey = Annotated[str, Field(pattern=rf"^({_LABEL}(\.{_LABEL})*/)?{_VALUE}$", max_length=317)]
Labels = Mapping[LabelKey, LabelValue]
Count = Annotated[int, Field(ge=1)]
Seconds = Annotated[int, Field(ge=0)]


class SecretKey(Group):
    """One key of a Secret that somebody else makes; the manifests never hold a secret."""

    name: ObjectName
    """Name of the Secret."""
    key: Annotated[str, Field(pattern=r"^[-._a-zA-Z0-9]+$", max_length=253)] = "password"
    """The key in it."""


class Toleration(Group):
    """A taint that pods may be placed in spite of."""

    key: str = ""
    """Taint key; empty matches every one, with operator Exists."""
    operator: Annotated[str, Field(pattern="^(Exists|Equal)$")] = "Equal"
    """Equal compares the value, Exists does not."""
    value: str = ""
    """Taint value."""
    effect: Annotated[str, Field(pattern="^(NoSchedule|PreferNoSchedule|NoExecute|)$")] = ""
    """NoSchedule, PreferNoSchedule, NoExecute; empty matches all."""
