"""Where a command works."""

from __future__ import annotations

import pytest

from bqml_export.errors import UsageError
from bqml_export.settings import Target, emulator_addresses

BOTH = {"BIGQUERY_EMULATOR_HOST": "127.0.0.1:1", "STORAGE_EMULATOR_HOST": "http://127.0.0.1:2/"}


def test_the_variables_of_googles_clients_are_obeyed() -> None:
    """Addresses are read with and without a scheme."""
    assert emulator_addresses(BOTH) == ("http://127.0.0.1:1", "http://127.0.0.1:2")
    assert emulator_addresses({}) is None


@pytest.mark.parametrize("name", BOTH)
def test_half_an_emulator_is_an_error(name: str) -> None:
    """With one variable set, half of the work would go to Google unnoticed."""
    with pytest.raises(UsageError, match=f"{name} is set"):
        emulator_addresses({name: BOTH[name]})


def test_a_project_is_known_early_only_on_this_machine() -> None:
    """In Google Cloud the credentials may name it, which takes reading them."""
    assert Target(local=True).named_project == "local"
    assert Target().named_project is None
    assert Target(project="p").named_project == "p"
