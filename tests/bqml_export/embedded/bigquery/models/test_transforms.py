"""The TRANSFORM clause through the real client."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest
from google.api_core.exceptions import BadRequest
from google.cloud import bigquery

if TYPE_CHECKING:
    from collections.abc import Iterator

    from google.cloud.bigquery import Client
    from google.cloud.storage import Bucket

PENGUINS = "`bigquery-public-data.ml_datasets.penguins`"
CLAUSE = """
    body_mass_g,
    ML.QUANTILE_BUCKETIZE(culmen_depth_mm, 4) OVER() AS depth,
    ML.STANDARD_SCALER(flipper_length_mm) OVER() AS flipper,
    ML.FEATURE_CROSS(STRUCT(species, sex)) AS crossed,
    ML.ONE_HOT_ENCODER(island) OVER() AS place,
    ML.MULTI_HOT_ENCODER([island, species]) OVER() AS places,
    ML.MIN_MAX_SCALER(ML.IMPUTER(culmen_length_mm, 'median') OVER()) OVER() AS length
"""


@pytest.fixture(scope="module")
def model(bigquery_client: Client) -> Iterator[str]:
    """`dataset.model` of a regression with a TRANSFORM clause."""
    dataset = f"d_{uuid.uuid4().hex}"
    bigquery_client.create_dataset(dataset)
    bigquery_client.query_and_wait(
        f"CREATE MODEL {dataset}.m TRANSFORM({CLAUSE}) OPTIONS(model_type='linear_reg', "
        "input_label_cols=['body_mass_g']) AS "
        f"SELECT * FROM {PENGUINS} WHERE body_mass_g IS NOT NULL AND sex IS NOT NULL"
    )
    yield f"{dataset}.m"
    bigquery_client.delete_dataset(dataset, delete_contents=True)


def test_inputs_go_through_the_clause_with_the_training_rows_statistics(
    bigquery_client: Client, model: str
) -> None:
    """One row alone is transformed as it was in training; prediction needs no label."""
    sql = (
        f"SELECT * FROM ML.TRANSFORM(MODEL {model}, (SELECT 'Dream' island, 'MALE' sex, 200.0 "
        "flipper_length_mm, 13.0 culmen_depth_mm, CAST(NULL AS FLOAT64) culmen_length_mm, "
        "'new' species))"
    )
    (row,) = bigquery_client.query_and_wait(sql)
    assert (row["depth"], row["crossed"]) == ("bin_1", {"species_sex": "new_MALE"})
    assert row["place"] == [{"index": 2, "value": 1.0}]
    assert [entry["index"] for entry in row["places"]] == [0, 4]
    assert 0 < row["length"] < 1
    assert abs(row["flipper"]) < 0.1


def test_predict_shows_the_columns_as_given(bigquery_client: Client, model: str) -> None:
    """And predicts body mass well with the clause."""
    sql = f"SELECT * FROM ML.PREDICT(MODEL {model}, (SELECT * FROM {PENGUINS} WHERE sex > '.'))"
    result = bigquery_client.query_and_wait(sql)
    assert [f.name for f in result.schema][:3] == ["predicted_body_mass_g", "species", "island"]
    errors = [abs(r["predicted_body_mass_g"] - r["body_mass_g"]) for r in result]
    assert sum(errors) / len(errors) < 250


def test_evaluate_transforms_too(bigquery_client: Client, model: str) -> None:
    """With data as without it: the training rows are the evaluation rows here."""
    data = f"(SELECT * FROM {PENGUINS} WHERE body_mass_g IS NOT NULL AND sex IS NOT NULL)"
    (own,) = bigquery_client.query_and_wait(f"SELECT * FROM ML.EVALUATE(MODEL {model})")
    (given,) = bigquery_client.query_and_wait(f"SELECT * FROM ML.EVALUATE(MODEL {model}, {data})")
    assert own["r2_score"] == pytest.approx(given["r2_score"])
    assert own["r2_score"] > 0.85


def test_resource_shows_both_sides_of_the_clause(bigquery_client: Client, model: str) -> None:
    """A user gives featureColumns; the model sees transformColumns."""
    resource = bigquery_client.get_model(model).to_api_repr()
    assert [c["name"] for c in resource["featureColumns"]] == [
        "species", "island", "culmen_length_mm", "culmen_depth_mm", "flipper_length_mm", "sex",
    ]  # fmt: skip
    depth = resource["transformColumns"][1]
    assert depth["transformSql"] == "ML.QUANTILE_BUCKETIZE(culmen_depth_mm, 4) OVER()"
    assert (depth["name"], depth["type"]["typeKind"]) == ("depth", "STRING")


def test_export_is_refused_by_name(bigquery_client: Client, model: str, bucket: Bucket) -> None:
    """The embedded engine writes no `transform/` graph, and says what to do."""
    sql = f"EXPORT MODEL {model} OPTIONS(uri='gs://{bucket.name}/m')"
    with pytest.raises(BadRequest, match="TRANSFORM clause; move its expressions"):
        bigquery_client.query_and_wait(sql)


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("ML.PREDICT(MODEL {m}, (SELECT 1 AS x))", "Column species, an input of the TRANSFORM"),
        ("ML.TRANSFORM(MODEL {i}, (SELECT 1 AS x))", "needs a model with a TRANSFORM"),
    ],
)
def test_what_the_clause_lacks_is_named(
    bigquery_client: Client, model: str, iris_model: str, sql: str, named: str
) -> None:
    """A missing input is named before any SQL runs."""
    with pytest.raises(BadRequest, match=named):
        bigquery_client.query_and_wait(f"SELECT * FROM {sql.format(m=model, i=iris_model)}")


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("ML.BUCKETIZE(2.5, [1, 2, 3])", "bin_3"),
        ("ML.BUCKETIZE(2.5, [1, 2, 3], TRUE)", "bin_2"),
        ("ML.BUCKETIZE(0, [1, 2, 3], FALSE, 'bucket_ranges')", "(-inf, 1)"),
        ("ML.BUCKETIZE(3, [1, 2], FALSE, 'bucket_ranges_json')",
         '{"start": "2", "end": "Infinity"}'),
        ("ML.BUCKETIZE(NULL, [1])", None),
        ("ML.POLYNOMIAL_EXPAND(STRUCT(2 AS f1, 3 AS f2))",
         {"f1": 2.0, "f1_f1": 4.0, "f1_f2": 6.0, "f2": 3.0, "f2_f2": 9.0}),
        ("ML.FEATURE_CROSS(STRUCT('a' AS f1, 'b' AS f2, TRUE AS f3), 3)",
         {"f1_f2": "a_b", "f1_f2_f3": "a_b_true", "f1_f3": "a_true", "f2_f3": "b_true"}),
        ("[ML.HASH_BUCKETIZE('a', 3), ML.HASH_BUCKETIZE('b', 3), ML.HASH_BUCKETIZE('d', 3)]",
         [0, 1, 2]),
        ("ML.NGRAMS(['a', 'b', 'c'], [2, 3], '#')", ["a#b", "a#b#c", "b#c"]),
        ("ML.NORMALIZER([3.0, 4.0])", [0.6, 0.8]),
    ],
)  # fmt: skip
def test_functions_of_one_row_work_in_any_query(
    bigquery_client: Client, expression: str, expected: object
) -> None:
    """The examples of BigQuery's pages."""
    (row,) = bigquery_client.query_and_wait(f"SELECT {expression} AS v")
    assert row["v"] == expected


def test_functions_of_all_rows_work_in_any_query(bigquery_client: Client) -> None:
    """BigQuery's examples over the numbers from 1 to 5."""
    rows = bigquery_client.query_and_wait(
        "SELECT ML.STANDARD_SCALER(f) OVER() s, ML.MIN_MAX_SCALER(f) OVER() m, "
        "ML.MAX_ABS_SCALER(f) OVER() a, ML.ROBUST_SCALER(f) OVER() r, "
        "ML.QUANTILE_BUCKETIZE(f, 3) OVER() q FROM UNNEST([1, 2, 3, 4, 5]) f ORDER BY f"
    )
    last = list(rows)[-1]
    assert last["s"] == pytest.approx(1.2649110640673518)
    assert [last[name] for name in "marq"] == [1.0, 1.0, 1.0, "bin_3"]


@pytest.mark.parametrize(
    ("clause", "query", "named"),
    [
        ("ML.TF_IDF(x) OVER() AS t, y", "SELECT 1 AS x, 2 AS y", "ML.TF_IDF is not supported"),
        ("ML.BUCKETIZE(x, [2, 1]) AS b, y", "SELECT 1 AS x, 2 AS y", "must ascend"),
        ("x, y, X", "SELECT 1 AS x, 2 AS y", "Duplicate column name x"),
        ("x", "SELECT 1 AS x, 2 AS y", "Label column y is not in the training data"),
        ("nowhere + 1 AS n, y", "SELECT 1 AS x, 2 AS y", "nowhere"),
    ],
)
def test_wrong_clause_is_refused_before_training(
    bigquery_client: Client, dataset: str, clause: str, query: str, named: str
) -> None:
    """By the function's or the column's name."""
    with pytest.raises(BadRequest, match=named):
        bigquery_client.query_and_wait(
            f"CREATE MODEL {dataset}.m TRANSFORM({clause}) OPTIONS(model_type='linear_reg', "
            f"input_label_cols=['y']) AS {query}"
        )


def test_dry_run_checks_the_clause_and_the_query(bigquery_client: Client, dataset: str) -> None:
    """Nothing is trained; preprocessing functions in the query are understood."""
    sql = (
        f"CREATE MODEL {dataset}.m TRANSFORM(ML.STANDARD_SCALER(x) OVER() AS x, y) OPTIONS("
        "model_type='linear_reg', input_label_cols=['y']) AS SELECT ML.BUCKETIZE(1, [2]), 1 x, 2 y"
    )
    job = bigquery_client.query(sql, job_config=bigquery.QueryJobConfig(dry_run=True))
    assert job.statement_type == "CREATE_MODEL"
    assert list(bigquery_client.list_models(dataset)) == []
