"""Google's own command lines, pointed at the embedded services by the environment alone."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

import pytest

from bqml_export.client_environment import client_environment, write_client_files

if TYPE_CHECKING:
    from pathlib import Path

    from bqml_export.clients import Clients
    from bqml_export.settings import Target

CommandLine: TypeAlias = Callable[..., subprocess.CompletedProcess[str]]
TRAIN = (
    "OPTIONS(model_type='logistic_reg', max_iterations=2, input_label_cols=['species']) AS "
    "SELECT * FROM `bigquery-public-data.ml_datasets.iris`"
)


@pytest.fixture(scope="session")
def google_environment(
    running_target: Target, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """The environment that `bqml-export emulate` prints for the running services."""
    assert running_target.bigquery_url is not None
    assert running_target.storage_url is not None
    assert running_target.project is not None
    folder = tmp_path_factory.mktemp("client")
    write_client_files(folder, running_target.bigquery_url)
    printed = client_environment(
        running_target.bigquery_url, running_target.storage_url, running_target.project, folder
    )
    return {**os.environ, **printed}


@pytest.fixture
def run(google_environment: dict[str, str], tmp_path: Path) -> CommandLine:
    """Runs one command in a folder of the test's own; a wrong exit code fails the test."""

    def run_command(*words: str, exit_code: int = 0) -> subprocess.CompletedProcess[str]:
        if shutil.which(words[0]) is None:
            pytest.skip(f"{words[0]} of the Google Cloud SDK is not installed")
        done = subprocess.run(
            words,
            env=google_environment,
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        assert done.returncode == exit_code, f"{words}\n{done.stdout}\n{done.stderr}"
        return done

    return run_command


@pytest.fixture
def dataset(google_clients: Clients) -> str:
    """The name of a new, empty dataset."""
    name = f"cli_{secrets.token_hex(6)}"
    google_clients.bigquery.create_dataset(name)
    return name


@pytest.fixture
def model(google_clients: Clients, dataset: str) -> str:
    """`dataset.model` of a trained classifier."""
    name = f"{dataset}.iris_model"
    google_clients.bigquery.query_and_wait(f"CREATE MODEL {name} {TRAIN}")
    return name
