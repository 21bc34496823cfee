"""Which models are served, and from where."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from foundation.settings.group import Count, Group, List, Seconds


class VersionPolicy(Group):
    """Which versions of a model are loaded (TensorFlow Serving's ServableVersionPolicy)."""

    kind: Literal["latest", "all", "specific"] = "latest"
    """`latest` loads the newest `latest` versions, `all` every one, `specific` those listed."""
    latest: Count = 1
    """How many of the newest versions are loaded; for kind `latest`."""
    specific: List[Annotated[int, Field(ge=0)]] = ()
    """The version numbers to load; for kind `specific`."""

    @model_validator(mode="after")
    def _only_what_the_kind_reads(self) -> Self:
        if (self.kind == "specific") != bool(self.specific):
            raise ValueError("`specific` lists version numbers if, and only if, kind is `specific`")
        if self.kind != "latest" and self.latest != 1:
            raise ValueError(f"`latest` counts only with kind `latest`, not with `{self.kind}`")
        return self


class ModelEntry(Group):
    """One model of a list in the settings; its labels are those of `labels.json` beside it."""

    name: Annotated[str, Field(min_length=1)]
    """The name in URLs and requests."""
    base_path: Annotated[str, Field(min_length=1)]
    """Its folder of versions: local, or gs://bucket/folder."""
    version_policy: VersionPolicy = VersionPolicy()
    """Which of its versions are loaded."""


class RepositorySettings(Group):
    """The model repository `<root>/<model>/<version>/` and how it is watched."""

    root: Path = Path("serving_dir")
    """Folder with one sub-folder per model."""
    models: List[Annotated[str, Field(min_length=1)]] = ()
    """Names of the models to serve; empty serves every model folder below `root`."""
    version_policy: VersionPolicy = VersionPolicy()
    """Which versions of each model are loaded."""
    poll_wait_s: Seconds = 1.0
    """Seconds between two looks at the disk; 0 looks once."""
    max_load_retries: Annotated[int, Field(ge=0)] = 5
    """How often a failed load is tried again before the version is given up."""
    load_retry_interval_s: Seconds = 60.0
    """Seconds between two tries of a failed load."""
    load_threads: Count = 1
    """Versions that are loaded at a time; more load faster and slow requests down meanwhile."""
    model_name: str = ""
    """Name of a single model, served from `model_base_path` instead of `root`."""
    model_base_path: str = ""
    """The single model's folder of versions: local, or gs://bucket/folder."""
    model_config_list: tuple[ModelEntry, ...] = ()
    """The models to serve, each with its own folder; what a model config file would list."""
    model_config_file: Path | None = None
    """The models to serve: TensorFlow Serving's text format, or YAML where it ends in .yaml."""
    model_config_poll_wait_s: Seconds = 0.0
    """Seconds between two looks at the model config file; 0 reads it once."""
    allow_labels_for_unavailable: bool = False
    """Whether a reload request may give a new label to a version that is not AVAILABLE yet."""
    cache_dir: Path = Path("~/.cache/bqml-serve/models")
    """Folder for versions downloaded from gs://, shared by the replicas of a machine."""

    @model_validator(mode="after")
    def _one_source_of_models(self) -> Self:
        if bool(self.model_name) != bool(self.model_base_path):
            raise ValueError("model_name and model_base_path are given together or not at all")
        one_of = {"model_config_file": self.model_config_file, "model_name": self.model_name,
                  "models": self.models, "model_config_list": self.model_config_list}  # fmt: skip
        given = [name for name, value in one_of.items() if value]
        if len(given) > 1:
            raise ValueError(f"{' and '.join(given)} exclude each other: each lists the models")
        if self.model_config_poll_wait_s and not self.model_config_file:
            raise ValueError("model_config_poll_wait_s counts only with a model_config_file")
        for name in ("model_config_file", "model_config_list"):
            if one_of[name] and self.version_policy != VersionPolicy():
                raise ValueError(f"version_policy stands in the {name}, model by model")
        counts = Counter(entry.name for entry in self.model_config_list)
        if twice := [name for name, count in counts.items() if count > 1]:
            raise ValueError(f"model_config_list: model {twice[0]} is listed twice")
        return self
