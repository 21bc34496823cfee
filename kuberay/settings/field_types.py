"""The base of every group of the deploy file, and the kinds of text that Kubernetes accepts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from foundation.settings.group import Group
from kuberay.name_syntax import DNS_LABEL, LABEL_VALUE, SUBDOMAIN

DnsLabel = Annotated[str, Field(pattern=rf"^{DNS_LABEL}$", max_length=63)]
"""RFC 1123: a namespace, a name of a container."""
ObjectName = Annotated[str, Field(pattern=rf"^{SUBDOMAIN}$", max_length=253)]
"""RFC 1123 subdomain: a Secret, a ServiceAccount, a class."""
HostName = Annotated[str, Field(pattern=rf"^(\*\.)?{DNS_LABEL}(\.{DNS_LABEL})+$", max_length=253)]
"""A DNS name with at least one dot; may begin with `*.`."""
LabelValue = Annotated[str, Field(pattern=rf"^({LABEL_VALUE})?$", max_length=63)]
LabelKey = Annotated[str, Field(pattern=rf"^({SUBDOMAIN}/)?{LABEL_VALUE}$", max_length=317)]
Labels = Mapping[LabelKey, LabelValue]


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
