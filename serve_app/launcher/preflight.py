"""Checks that take milliseconds, before Ray takes seconds."""

from __future__ import annotations

import errno
import os
import socket

from serve_app.config.listing import configured, nothing_found
from serve_app.config.serving_config import ModelConfig
from serve_app.errors import ServeAppError, SettingsError, UnavailableError
from serve_app.kinds.registry import kind_of
from serve_app.repository.place import open_place, scheme_of
from serve_app.repository.versions import wanted_versions
from serve_app.settings import RepositorySettings


def require_free_port(host: str, port: int, option: str) -> None:
    """Returns quietly if `port`, which `option` chooses, can be listened on.

    Raises:
        SettingsError: It is taken, or the address is not this machine's.
    """
    try:
        socket.create_server((host, port)).close()
    except OSError as exc:
        hint = f"; choose another with {option}" if exc.errno == errno.EADDRINUSE else ""
        raise SettingsError(
            f"cannot listen on {host}:{port}: {os.strerror(exc.errno or 0)}{hint}"
        ) from exc


def require_something_to_serve(repository: RepositorySettings) -> None:
    """Returns quietly if the repository holds at least one version that can be served.

    Raises:
        UnavailableError: It holds none; says what was found instead.
        ServeAppError: The model config file cannot be served.
    """
    try:
        listed = configured(repository)
    except OSError as exc:
        raise UnavailableError(f"{exc.filename}: {os.strerror(exc.errno or 0)}") from exc
    refusals: list[str] = []
    for model in listed.models:
        # A bucket takes seconds to look at; the replica says what it misses there.
        if scheme_of(model.base_path) == "gs" or _has_servable(model, repository, refusals):
            return
    empty_on_purpose = repository.model_config_file and not listed.models
    if not empty_on_purpose:
        raise UnavailableError("; ".join(refusals) or nothing_found(repository, listed))


def _has_servable(model: ModelConfig, repository: RepositorySettings, refusals: list[str]) -> bool:
    """Tells whether a wanted version can be served; adds why others cannot."""
    try:
        files = open_place(model.base_path, repository.cache_dir).versions()
    except OSError as exc:
        refusals.append(f"{model.name}: {exc.filename}: {os.strerror(exc.errno or 0)}")
        return False
    for number in wanted_versions(files, model.version_policy):
        try:
            kind_of(files[number].fetch())
        except ServeAppError as error:
            refusals.append(f"{model.name} version {number}: {error}")
        else:
            return True
    return False
