"""The error tree: every class is in the docstring with its codes, and codes are canonical."""

from __future__ import annotations

import grpc
import pytest

from foundation import errors
from foundation.errors import ERROR_BY_CODE, BqmlError

CLASSES = [value for value in vars(errors).values()
           if isinstance(value, type) and issubclass(value, BqmlError)]  # fmt: skip


@pytest.mark.parametrize("cls", CLASSES)
def test_every_class_stands_in_the_tree_of_the_docstring(cls: type[BqmlError]) -> None:
    """A reader of the docstring knows all errors."""
    assert errors.__doc__ is not None
    assert cls.__name__ in errors.__doc__


@pytest.mark.parametrize(("code", "cls"), ERROR_BY_CODE.items())
def test_codes_are_those_of_grpc(code: int, cls: type[BqmlError]) -> None:
    """Number and name agree with gRPC's own table."""
    by_number = {status.value[0]: status.name for status in grpc.StatusCode}
    assert by_number[code] == cls.code_name


def test_every_failure_code_has_a_class() -> None:
    """No error of TensorFlow can fall through the map."""
    failures = {status.value[0] for status in grpc.StatusCode} - {0}
    assert set(ERROR_BY_CODE) == failures
