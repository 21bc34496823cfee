"""The one error tree of kuberay.

KuberayError                    exit 1   anything this tool reports on purpose
├── UsageError                  exit 2   the command line or a file is wrong
├── InvalidManifestError        exit 1   validation found errors, nothing was sent
├── ClusterError                exit 1   the API server refused, or could not be asked
│   ├── UnreachableError                 no kubeconfig, no connection, no answer in time
│   ├── DeniedError             401/403  the account may not do this
│   ├── RefusedError            400/422  the API server does not accept the object
│   ├── ConflictError           409      another field manager owns a field that was applied
│   └── MissingError            404      the object, or the kind, is not on the cluster
├── RolloutFailedError          exit 3   the rollout ended in an error that will not heal
└── RolloutTimeoutError         exit 4   the rollout did not end in time; it may still go on

A key of the deploy file that is wrong is the ground floor's SettingsError: exit 2.
"""

from __future__ import annotations

from foundation.errors import BqmlError


class KuberayError(BqmlError):
    """Root of every error that this tool alone raises on purpose."""


class UsageError(KuberayError):
    """The command line, a settings value or a file is wrong."""

    exit_code = 2


class InvalidManifestError(KuberayError):
    """Validation found errors, and nothing was sent to the cluster."""


class ClusterError(KuberayError):
    """The API server refused a request, or could not be asked."""


class UnreachableError(ClusterError):
    """No kubeconfig, no connection, or no answer in time."""


class DeniedError(ClusterError):
    """The account may not do this."""


class RefusedError(ClusterError):
    """The API server does not accept the object."""


class ConflictError(ClusterError):
    """Another field manager owns a field that was applied."""


class MissingError(ClusterError):
    """The object, or its kind, is not on the cluster."""


class RolloutFailedError(KuberayError):
    """The rollout ended in an error that will not heal by waiting."""

    exit_code = 3


class RolloutTimeoutError(KuberayError):
    """The rollout did not end in time; it may still go on."""

    exit_code = 4
