"""The loaded versions of all models: what requests find, and how they are started and stopped."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from serve_app.config.serving_config import ServingConfig
from serve_app.errors import InvalidArgumentError, NotFoundError
from serve_app.kinds.servable import Servable
from serve_app.lifecycle.served_model import ServedModel
from serve_app.lifecycle.version import ModelVersion
from serve_app.lifecycle.watcher import Watcher
from serve_app.metrics.recorder import Recorder
from serve_app.predictor import ModelSpec, State, VersionStatus
from serve_app.settings import RepositorySettings, TensorFlowSettings


class ServableManager:
    """The versions of all models."""

    def __init__(
        self,
        repository: RepositorySettings,
        tensorflow: TensorFlowSettings,
        recorder: Recorder | None = None,
    ) -> None:
        self.watcher = Watcher(repository, tensorflow, recorder or Recorder())

    def start(self, config: ServingConfig | None = None) -> None:
        """Starts to load and watch, in the background; None serves what the settings list."""
        self.watcher.start(config)

    def wait_until_settled(self, timeout_s: float) -> bool:
        """Waits until each wanted version found at start is AVAILABLE or given up; tells if so.

        A version that failed once and waits for a retry counts as settled: the others serve.
        """
        return self.watcher.settled.wait(timeout_s)

    def close(self) -> None:
        """Stops watching and unloads every version; ongoing requests are waited for."""
        self.watcher.close()

    @property
    def alive(self) -> bool:
        return self.watcher.alive

    def models(self) -> list[str]:
        """Returns the names of all models that ever had a wanted version, sorted."""
        return sorted(name for name, model in self._models().items() if model.versions)

    def ready(self) -> bool:
        """Tells whether the first look is over and at least one model answers.

        One model that cannot be served does not keep the others from being ready.
        """
        return self.watcher.settled.is_set() and any(self.available().values())

    def loading(self) -> bool:
        """Tells whether a version still waits for its first load, or for a retry."""
        return any(model.loading() for model in self._models().values())

    def available(self) -> dict[str, list[int]]:
        """Returns the AVAILABLE versions by model, newest first."""
        models = self._models().items()
        return {name: [version.number for version in m.available()] for name, m in models}

    def labels(self) -> dict[str, dict[str, int]]:
        return {name: dict(model.labels) for name, model in self._models().items()}

    def statuses(self, model: str, version: int | None = None) -> list[VersionStatus]:
        """Returns the status of one version, or of all versions of a model, newest first.

        Raises:
            NotFoundError: The model or version was never wanted.
        """
        served = self._models().get(model)
        found = served.statuses() if served else []
        if not found:
            raise NotFoundError(f"Could not find any versions of model {model}")
        if version is None:
            return found
        found = [status for status in found if status.version == version]
        if not found:
            raise NotFoundError(f"Could not find version {version} of model {model}")
        return found

    def find(self, spec: ModelSpec) -> ModelVersion:
        """Returns the version that `spec` asks for.

        Raises:
            NotFoundError: It is not AVAILABLE.
            InvalidArgumentError: It is asked for by a label that is not known.
        """
        model = self.watcher.models.get(spec.name)
        number = self._labelled(model, spec.label) if spec.label is not None else spec.version
        found = model and (model.newest() if number is None else model.versions.get(number))
        if found and found.state is State.AVAILABLE:
            return found
        what = f"Latest({spec.name})" if number is None else f"Specific({spec.name}, {number})"
        raise NotFoundError(f"Servable not found for request: {what}")

    def _labelled(self, model: ServedModel | None, label: str) -> int:
        number = model.labels.get(label) if model else None
        if number is None:
            raise InvalidArgumentError(f"Unrecognized servable version label: {label}")
        return number

    @contextmanager
    def lease(self, spec: ModelSpec) -> Iterator[tuple[ModelVersion, Servable]]:
        """Lends the version; it is not unloaded before the lease ends. Raises as `find`."""
        version, servable = self.acquire(spec)
        try:
            yield version, servable
        finally:
            version.release()

    def acquire(self, spec: ModelSpec) -> tuple[ModelVersion, Servable]:
        """Returns the version, loaded until its `release`. Raises as `find`."""
        # A version may be retired between the two calls: then its successor is found, or none.
        while (servable := (version := self.find(spec)).acquire()) is None:
            pass
        return version, servable

    def _models(self) -> dict[str, ServedModel]:
        """Returns the models as they are at this moment; the watcher adds more."""
        return dict(self.watcher.models)
