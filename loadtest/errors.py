"""The one error tree of loadtest.

LoadTestError               exit 2   anything this tool reports on purpose: nothing was proven
├── TargetError                      the service cannot be reached, or has not what is asked for
├── RowsError                        the file of rows cannot be read or does not fit the model
├── GeneratorError                   the load generator did not start, or ended early
├── PlanError                        one replica could not be measured, or misses the goal
├── ReplicasError                    Ray's dashboard cannot be read, or has not what is asked for
├── ServiceError                     the run's own service did not start
└── RecordError                      the record of a run cannot be read

Exit 2 is that of an invalid run, which proves nothing either; 1 is a rule that failed.
"""

from __future__ import annotations

from foundation.errors import BqmlError


class LoadTestError(BqmlError):
    """Root of every error that this tool raises on purpose; its text is one line."""

    exit_code = 2


class TargetError(LoadTestError):
    """The service cannot be reached, or does not have what is asked for."""


class RowsError(LoadTestError):
    """The file of rows cannot be read, or does not fit the model."""


class GeneratorError(LoadTestError):
    """The load generator did not start, or ended before the run was over."""


class ReplicasError(LoadTestError):
    """Ray's dashboard cannot be read, or does not have what is asked for."""


class ServiceError(LoadTestError):
    """The run's own service did not start."""


class RecordError(LoadTestError):
    """The record of a run cannot be read."""


class PlanError(LoadTestError):
    """One replica could not be measured, or cannot keep the latency goal."""
