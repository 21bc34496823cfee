"""Arguments of the preprocessing functions of one row; their values are checked by running them."""

from __future__ import annotations

import pytest

from bqml_export.embedded.functions.preprocessing import expand
from bqml_export.errors import InvalidQueryError
from bqml_export.sql.tokens import read_sql


@pytest.mark.parametrize(
    ("call", "named"),
    [
        ("BUCKETIZE(x)", "takes 2 to 4 arguments, but got 1"),
        ("BUCKETIZE(x, [2, 1])", "must ascend"),
        ("BUCKETIZE(x, y)", "not a constant|ARRAY of numbers"),
        ("BUCKETIZE(x, [1], 1)", "exclude_boundaries must be TRUE or FALSE"),
        ("BUCKETIZE(x, [1], TRUE, 'names')", "output format must be one of bucket_names"),
        ("FEATURE_CROSS(x)", "takes STRUCT"),
        ("FEATURE_CROSS(STRUCT(a, b), 5)", "degree must be an INT64 from 2 to 4"),
        ("FEATURE_CROSS(STRUCT(a, UPPER(b)))", "needs a name of its own"),
        ("FEATURE_CROSS(STRUCT(a, a))", "needs a name of its own"),
        ("POLYNOMIAL_EXPAND(STRUCT(a), 0)", "degree must be an INT64 from 1 to 4"),
        ("HASH_BUCKETIZE(x, -1)", "number of buckets"),
        ("NGRAMS(x, [2, 1])", "range must be"),
        ("NORMALIZER(x, 0)", "p must be"),
    ],
)
def test_wrong_argument_is_refused_by_function_and_name(call: str, named: str) -> None:
    """The message says what was expected."""
    with pytest.raises(InvalidQueryError, match=named):
        expand(read_sql(f"SELECT ML.{call} FROM t"))


def test_struct_fields_take_the_names_of_their_columns() -> None:
    """As in the tutorials: STRUCT(is_male, t.mother_race)."""
    sql = expand(read_sql("SELECT ML.FEATURE_CROSS(STRUCT(is_male, t.mother_race)) FROM t"))
    assert "AS `is_male_mother_race`" in sql.text
