"""What is sent for a row with NULLs."""

from __future__ import annotations

from bqml_export.parity._case import Case, Kind, Row
from bqml_export.parity._sendable import Sendable, to_sendable
from bqml_export.repository.saved_model_pb import TensorMap

INPUTS = {"Age": "float64[-1]", "city": "string[-1]", "s_f": "float64[-1]"}
MEANS = {"age": 40.5, "s_f": 2.0}


def sendable_of(row: Row, inputs: TensorMap, means: dict[str, float]) -> Sendable:
    """Returns what is sent for a row."""
    return to_sendable(Case(kind=Kind.TRAINING, name="r", row=row), inputs, means)


def test_a_whole_row_is_sent_as_it_is() -> None:
    """Nothing is put in its place, and the keys are those of the signature."""
    sendable = sendable_of({"age": 3, "city": "Rome", "s": {"f": 1}}, INPUTS, MEANS)
    assert sendable.instance == {"Age": 3.0, "city": "Rome", "s_f": 1.0}
    assert sendable.substituted == {}


def test_null_is_sent_as_bigquery_takes_it() -> None:
    """The training mean for a number, the NULL category for a text, in a STRUCT too."""
    sendable = sendable_of({"age": None, "city": None, "s": None}, INPUTS, MEANS)
    assert sendable.instance == {"Age": 40.5, "city": "_null_filler", "s_f": 2.0}
    assert sendable.substituted == sendable.instance


def test_what_has_no_substitute_is_not_sent() -> None:
    """An input of type bool has no third value, and a mean may be unknown."""
    flag = sendable_of({"b": None}, {"b": "bool[-1]"}, {})
    assert (flag.instance, flag.obstacle) == (None, "the input b (bool[-1]) can hold no NULL")
    assert sendable_of({"x": None}, {"x": "float64[-1]"}, {}).instance is None
