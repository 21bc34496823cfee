"""Checks that take milliseconds, before Ray takes seconds."""

from __future__ import annotations

import errno
import os
import socket

from serve_app.core.repository.export_kind import require_servable
from serve_app.core.repository.versions import scan_models, scan_versions, wanted_versions
from serve_app.errors import ServeAppError, SettingsError, UnavailableError
from serve_app.settings.model import RepositorySettings


def require_free_port(host: str, port: int) -> None:
    """Returns quietly if `port` can be listened on.

    Raises:
        SettingsError: It is taken, or the address is not this machine's.
    """
    try:
        socket.create_server((host, port)).close()
    except OSError as exc:
        hint = "; choose another with --port" if exc.errno == errno.EADDRINUSE else ""
        raise SettingsError(
            f"cannot listen on {host}:{port}: {os.strerror(exc.errno or 0)}{hint}"
        ) from exc


def require_something_to_serve(repository: RepositorySettings) -> None:
    """Returns quietly if the repository holds at least one version that can be served.

    Raises:
        UnavailableError: It holds none; says what was found instead.
    """
    refusals: list[str] = []
    try:
        for name in repository.models or scan_models(repository.root):
            folders = scan_versions(repository.root / name)
            for number in wanted_versions(folders, repository.version_policy):
                try:
                    require_servable(folders[number].path)
                except ServeAppError as error:
                    refusals.append(f"{name} version {number}: {error}")
                else:
                    return
    except OSError as exc:
        raise UnavailableError(f"{exc.filename}: {os.strerror(exc.errno or 0)}") from exc
    raise UnavailableError("; ".join(refusals) or nothing_found(repository))


def nothing_found(repository: RepositorySettings) -> str:
    """Returns the words for a repository without a version."""
    return (
        f"no model version found below {repository.root.resolve()}: expected "
        "<root>/<model>/<version>/saved_model.pb, as bqml-export publishes it"
    )
