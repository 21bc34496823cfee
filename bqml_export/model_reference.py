"""The name of a BigQuery ML model: project, dataset and model id."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from bqml_export.errors import UsageError

_PATTERN = re.compile(
    r"(?:(?P<project>(?:[a-z0-9.-]+:)?[A-Za-z][A-Za-z0-9-]*[A-Za-z0-9])[.:])?"
    r"(?P<dataset>\w{1,1024})\.(?P<model>\w{1,1024})",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class ModelReference:
    """Project, dataset and model id; `project` is None until a client's default fills it."""

    project: str | None
    dataset: str
    model: str

    @classmethod
    def parse(cls, text: str) -> ModelReference:
        """Returns the reference written as `[project.]dataset.model`, with or without backticks.

        The legacy form `project:dataset.model` and domain-scoped projects
        (`example.com:project.dataset.model`) are read too.

        Raises:
            UsageError: It is not a model name.
        """
        match = _PATTERN.fullmatch(text.strip().replace("`", ""))
        if match is None:
            raise UsageError(
                f"'{text}' is not a model name",
                hint="write project.dataset.model or dataset.model, letters, digits and _",
            )
        return cls(match["project"], match["dataset"], match["model"])

    def in_project(self, project: str) -> ModelReference:
        return self if self.project else replace(self, project=project)

    def __str__(self) -> str:
        return ".".join(part for part in (self.project, self.dataset, self.model) if part)
