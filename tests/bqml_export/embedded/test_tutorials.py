"""SQL in the style of BigQuery ML's public tutorials, through Google's client."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from google.api_core.exceptions import BadRequest
from google.cloud import bigquery

if TYPE_CHECKING:
    from collections.abc import Iterator

    from google.cloud.bigquery import Client, Row
    from google.cloud.storage import Bucket

PENGUINS = "`bigquery-public-data.ml_datasets.penguins`"
NESTS = "`bigquery-public-data.ml_datasets.penguin_nests`"


class Tutorial:
    """Runs statements in one dataset; `{d}` in them is its name."""

    def __init__(self, client: Client, dataset: str) -> None:
        self._client = client
        self.dataset = dataset

    def run(self, sql: str) -> list[Row]:
        """Returns the rows of one statement."""
        return list(self._client.query_and_wait(sql.replace("{d}", self.dataset)))

    def columns(self, sql: str) -> list[str]:
        """Returns the names of the columns of a query."""
        result = self._client.query_and_wait(sql.replace("{d}", self.dataset))
        return [field.name for field in result.schema]


@pytest.fixture(scope="module")
def tutorial(bigquery_client: Client) -> Iterator[Tutorial]:
    """A dataset with the models of all tutorials."""
    dataset = f"bqml_tutorial_{random.randrange(10**9)}"
    bigquery_client.create_dataset(dataset)
    schema = [
        bigquery.SchemaField(name, type_)
        for name, type_ in (
            ("age", "INT64"), ("workclass", "STRING"), ("hours_per_week", "INT64"),
            ("functional_weight", "INT64"), ("joined", "TIMESTAMP"), ("income_bracket", "STRING"),
        )
    ]  # fmt: skip
    bigquery_client.load_table_from_json(
        census(1000), f"{dataset}.census", job_config=bigquery.LoadJobConfig(schema=schema)
    ).result()
    one = Tutorial(bigquery_client, dataset)
    for sql in MODELS:
        one.run(sql)
    yield one
    bigquery_client.delete_dataset(dataset, delete_contents=True)


def census(rows: int) -> list[dict[str, object]]:
    """Returns people whose income rises with age and hours; some have no class of work."""
    rng = random.Random(5)
    people: list[dict[str, object]] = []
    for _ in range(rows):
        age, hours = rng.randint(18, 80), rng.randint(10, 60)
        work = rng.choice(["Private", "Self-emp", "State-gov", None])
        rich = age / 4 + hours / 3 + (work == "Self-emp") * 8 + rng.gauss(0, 4) > 32
        people.append({
            "age": age, "workclass": work, "hours_per_week": hours,
            "functional_weight": rng.randint(1, 10**6),
            "joined": f"201{rng.randint(0, 9)}-0{rng.randint(1, 9)}-11T0{rng.randint(0, 9)}:30:00Z",
            "income_bracket": " >50K" if rich else " <=50K",
        })  # fmt: skip
    return people


MODELS = (
    f"""#standardSQL
    CREATE OR REPLACE MODEL `{{d}}.penguins_model`
    OPTIONS
      (model_type='linear_reg',
       input_label_cols=['body_mass_g']) AS
    SELECT * FROM {PENGUINS} WHERE body_mass_g IS NOT NULL""",
    """CREATE OR REPLACE VIEW {d}.input_data AS
    SELECT *,
      CASE WHEN MOD(functional_weight, 10) < 8 THEN 'training'
           WHEN MOD(functional_weight, 10) = 8 THEN 'evaluation'
           ELSE 'prediction' END AS dataframe
    FROM {d}.census""",
    """CREATE OR REPLACE MODEL {d}.census_model
    OPTIONS
      (model_type="LOGISTIC_REG", auto_class_weights=TRUE, enable_global_explain=TRUE,
       data_split_method="NO_SPLIT", input_label_cols=["income_bracket"], max_iterations=15) AS
    SELECT * EXCEPT(dataframe, functional_weight, joined)
    FROM {d}.input_data WHERE dataframe = "training" """,
    f"""CREATE OR REPLACE MODEL {{d}}.sexed
    OPTIONS(model_type='logistic_reg', labels=['sex'],
            class_weights=[STRUCT('MALE', 0.7), STRUCT('FEMALE', 1.3)],
            data_split_method='SEQ', data_split_col='egg_date', data_split_eval_fraction=0.1) AS
    SELECT * EXCEPT(study, bird, clutch_completed, egg_date), egg_date,
      EXTRACT(MONTH FROM egg_date) AS month
    FROM {NESTS} WHERE sex IS NOT NULL""",
    f"""CREATE MODEL IF NOT EXISTS {{d}}.clutches
    OPTIONS(model_type='logistic_reg', input_label_cols=['clutch_completed'],
            data_split_method='CUSTOM', data_split_col='held_out', l2_reg=0.1,
            category_encoding_method='DUMMY_ENCODING', calculate_p_values=TRUE) AS
    SELECT egg_date > '2008-11-20' AS late, island, body_mass_g, clutch_completed,
      MOD(ABS(FARM_FINGERPRINT(bird)), 10) < 2 AS held_out
    FROM {NESTS}""",
    """CREATE OR REPLACE MODEL {d}.joined
    OPTIONS(model_type='linear_reg', input_label_cols=['hours_per_week'], l2_reg=1) AS
    SELECT joined, STRUCT(age AS years, workclass AS work) AS person,
      [income_bracket, IFNULL(workclass, 'none')] AS tags, hours_per_week
    FROM {d}.census""",
)


def test_linear_regression_on_penguins(tutorial: Tutorial) -> None:
    """The metrics, the birds of one island and their explanations."""
    (metrics,) = tutorial.run(
        "SELECT * FROM ML.EVALUATE(MODEL `{d}.penguins_model`, "
        f"(SELECT * FROM {PENGUINS} WHERE body_mass_g IS NOT NULL))"
    )
    assert list(metrics.keys()) == [
        "mean_absolute_error", "mean_squared_error", "mean_squared_log_error",
        "median_absolute_error", "r2_score", "explained_variance",
    ]  # fmt: skip
    assert metrics["r2_score"] > 0.86  # Google's tutorial shows 0.872
    birds = tutorial.run(
        "SELECT * FROM ML.PREDICT(MODEL `{d}.penguins_model`, "
        f"(SELECT * FROM {PENGUINS} WHERE island = 'Biscoe'))"
    )
    assert len(birds) == 168
    (explained, *_) = tutorial.run(
        "SELECT * FROM ML.EXPLAIN_PREDICT(MODEL `{d}.penguins_model`, "
        f"(SELECT * FROM {PENGUINS} WHERE island = 'Biscoe'), STRUCT(3 AS top_k_features))"
    )
    assert len(explained["top_feature_attributions"]) == 3


def test_census_classification(tutorial: Tutorial) -> None:
    """Evaluation over a view, prediction over a CTE, the probability of one class by UNNEST."""
    (metrics,) = tutorial.run(
        "SELECT * FROM ML.EVALUATE(MODEL {d}.census_model, "
        "(SELECT * FROM {d}.input_data WHERE dataframe = 'evaluation'))"
    )
    assert list(metrics.keys()) == [
        "precision", "recall", "accuracy", "f1_score", "log_loss", "roc_auc",
    ]  # fmt: skip
    assert metrics["roc_auc"] > 0.9
    rows = tutorial.run("""
        WITH people AS (SELECT * FROM {d}.input_data WHERE dataframe = 'prediction')
        SELECT predicted_income_bracket AS said, p.prob
        FROM ML.PREDICT(MODEL {d}.census_model, (SELECT * EXCEPT(income_bracket) FROM people)),
          UNNEST(predicted_income_bracket_probs) AS p
        WHERE p.label = ' >50K'""")
    assert all((row["said"] == " >50K") == (row["prob"] >= 0.5) for row in rows)


@pytest.mark.parametrize(
    ("call", "columns"),
    [
        ("ML.PREDICT(MODEL {d}.census_model, TABLE {d}.census, STRUCT(0.55 AS threshold))",
         ["predicted_income_bracket", "predicted_income_bracket_probs", "age"]),
        (("ML.EXPLAIN_PREDICT(MODEL {d}.census_model, (SELECT * FROM {d}.input_data LIMIT 5), "
          "STRUCT(3 as top_k_features))"),
         ["predicted_income_bracket", "probability", "top_feature_attributions",
          "baseline_prediction_value", "prediction_value", "approximation_error", "age"]),
        ("ML.GLOBAL_EXPLAIN(MODEL {d}.census_model)", ["feature", "attribution"]),
        ("ML.GLOBAL_EXPLAIN(MODEL {d}.census_model, STRUCT(TRUE AS class_level_explain))",
         ["class_name", "feature", "attribution"]),
        ("ML.CONFUSION_MATRIX(MODEL {d}.census_model, TABLE {d}.census, STRUCT(0.4 AS threshold))",
         ["expected_label", "___50K", "__50K"]),
        ("ML.ROC_CURVE(MODEL {d}.census_model, TABLE {d}.census, GENERATE_ARRAY(0.4, 0.6, 0.1))",
         ["threshold", "recall", "true_positives", "false_positives", "true_negatives",
          "false_negatives"]),
        ("ML.ROC_CURVE(MODEL {d}.census_model)", ["threshold", "recall", "true_positives"]),
        ("ML.WEIGHTS(MODEL {d}.census_model, STRUCT(TRUE AS standardize))",
         ["processed_input", "weight", "category_weights"]),
        ("ML.ADVANCED_WEIGHTS(MODEL {d}.clutches)",
         ["processed_input", "category", "weight", "standard_error", "p_value"]),
        ("ML.FEATURE_INFO(MODEL {d}.census_model)",
         ["input", "min", "max", "mean", "median", "stddev", "category_count", "null_count",
          "dimension"]),
        ("ML.TRAINING_INFO(MODEL {d}.census_model)",
         ["training_run", "iteration", "loss", "eval_loss", "learning_rate", "duration_ms"]),
    ],
)  # fmt: skip
def test_columns_are_those_of_bigquerys_pages(
    tutorial: Tutorial, call: str, columns: list[str]
) -> None:
    """Names and order, so that a tutorial's next query finds them."""
    assert tutorial.columns(f"SELECT * FROM {call}")[: len(columns)] == columns


def test_thresholds_of_the_roc_curve_are_the_asked_ones(tutorial: Tutorial) -> None:
    """One row each, the highest first."""
    rows = tutorial.run(
        "SELECT * FROM ML.ROC_CURVE(MODEL {d}.census_model, TABLE {d}.census, [0.25, 0.5])"
    )
    assert [row["threshold"] for row in rows] == [0.5, 0.25]
    assert rows[0]["recall"] <= rows[1]["recall"]


def test_dates_split_sequentially_and_class_weights(tutorial: Tutorial) -> None:
    """The last tenth evaluates; the split column is no feature."""
    inputs = tutorial.run("SELECT input FROM ML.FEATURE_INFO(MODEL {d}.sexed)")
    assert "egg_date" not in {row["input"] for row in inputs}
    (metrics,) = tutorial.run("SELECT * FROM ML.EVALUATE(MODEL {d}.sexed)")
    assert metrics["roc_auc"] > 0.9


def test_timestamp_struct_and_array_features(tutorial: Tutorial, bucket: Bucket) -> None:
    """They train and predict; BigQuery does not export such a model, nor do we."""
    names = tutorial.run("SELECT processed_input AS n FROM ML.WEIGHTS(MODEL {d}.joined)")
    assert {"joined", "_TS_DOW_joined", "person_years", "person_work", "tags"} <= {
        row["n"] for row in names
    }
    rows = tutorial.run("""
        SELECT predicted_hours_per_week AS h FROM ML.PREDICT(MODEL {d}.joined, (
          SELECT joined, STRUCT(age AS years, workclass AS work) AS person, ['new'] AS tags
          FROM {d}.census LIMIT 7))""")
    assert all(row["h"] is not None for row in rows)
    with pytest.raises(BadRequest, match=r"Model local:.*\.joined is not exportable from"):
        tutorial.run(f"EXPORT MODEL {{d}}.joined OPTIONS(URI='gs://{bucket.name}/joined')")


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ("model_type='boosted_tree_classifier'", "supports 'LINEAR_REG' and 'LOGISTIC_REG'"),
        ("model_type='logistic_reg', l2_reg=HPARAM_RANGE(0, 1), num_trials=3", "L2_REG|NUM_TRIALS"),
        ("model_type='logistic_reg', learn_rate=0.3", "LEARN_RATE needs"),
    ],
)
def test_other_tutorials_are_refused_by_name(tutorial: Tutorial, options: str, named: str) -> None:
    """The message says what is not supported."""
    with pytest.raises(BadRequest, match=named):
        tutorial.run(f"CREATE MODEL {{d}}.other OPTIONS({options}) AS SELECT 1 AS label, 2 AS x")
