"""Settings: the models that the service answers for, and where their versions lie."""

from __future__ import annotations

import re
from typing import Annotated, Self

from pydantic import Field, model_validator

from foundation.settings.group import Group
from serve_app.settings import ModelEntry, VersionPolicy

_SOURCE = r"^(gs://[^/\s]+|/[^/\s]+)(/[^/\s]+)*/?$"
_VERSION = re.compile(r"\d{1,18}")


class Model(Group):
    """One model."""

    source: Annotated[str, Field(pattern=_SOURCE)]
    """gs://bucket/folder, or an absolute path in the image. With a version number as its last part
    (gs://models/iris_model/3) that version is served, and changing it rolls the replicas; without
    one the folder is watched and its newest version served."""
    name: Annotated[str, Field(pattern=r"^[^/:\s]+$")] = ""
    """The name in URLs; empty takes it from the source."""
    version_policy: VersionPolicy | None = None
    """Which versions are loaded; only for a source without a version number."""

    @model_validator(mode="after")
    def _one_way_to_choose_versions(self) -> Self:
        if self.version is not None and self.version_policy is not None:
            raise ValueError(
                f"source ends in version {self.version}, and version_policy chooses versions too: "
                "take one of them away"
            )
        if not self.served_name:
            raise ValueError(f"source {self.source} names no model folder: give `name`")
        return self

    @property
    def version(self) -> int | None:
        last = self.source.rstrip("/").rpartition("/")[2]
        return int(last) if _VERSION.fullmatch(last) else None

    @property
    def base_path(self) -> str:
        whole = self.source.rstrip("/")
        return whole if self.version is None else whole.rpartition("/")[0]

    @property
    def served_name(self) -> str:
        _, found, rest = self.base_path.rpartition("://")
        parts = [part for part in rest.split("/") if part]
        # A bucket's own name is no model's.
        return self.name or (parts[-1] if len(parts) > bool(found) and parts else "")

    @property
    def in_bucket(self) -> bool:
        return self.source.startswith("gs://")

    def entry(self) -> ModelEntry:
        policy = self.version_policy or VersionPolicy()
        if self.version is not None:
            policy = VersionPolicy(kind="specific", specific=(self.version,))
        return ModelEntry(name=self.served_name, base_path=self.base_path, version_policy=policy)
