"""A statement is tokenised once by the command line, and once by the service that gets it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("bqemulator", reason="needs the extra [local]")

from google.cloud.bigquery import QueryJobConfig, ScalarQueryParameter
from sqlglot.dialects.bigquery import BigQuery

from bqml_export.warehouse import training
from bqml_export.warehouse.statement import read_statement

if TYPE_CHECKING:
    from types import FrameType

    from bqml_export.clients import Clients

CREATE = """
CREATE OR REPLACE MODEL shop.read_once
TRANSFORM(ML.BUCKETIZE(petal_length, [1.5, 4]) AS length, ML.MAX_ABS_SCALER(sepal_width) OVER() w,
          petal_width)
OPTIONS(model_type='linear_reg', input_label_cols=['petal_width'], max_iterations=1) AS
WITH rows AS (SELECT * FROM `bigquery-public-data.ml_datasets.iris`)
SELECT * EXCEPT(species) FROM rows"""


@pytest.fixture
def tokenised(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that we, and not the backend, give to the tokenizer from now on."""
    texts: list[str] = []
    tokenize = BigQuery.Tokenizer.tokenize

    def count(self: BigQuery.Tokenizer, sql: str) -> object:
        if caller() == "bqml_export":
            texts.append(sql)
        return tokenize(self, sql)

    monkeypatch.setattr(BigQuery.Tokenizer, "tokenize", count)
    return texts


def caller() -> str:
    """Returns the package, ours or the backend's, that is nearest in the stack."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        package = str(frame.f_globals["__name__"]).partition(".")[0]
        if package in ("bqml_export", "bqemulator"):
            return package
        frame = frame.f_back
    return ""


def test_training_tokenises_the_statement_once_on_each_side(
    google_clients: Clients, tokenised: list[str]
) -> None:
    """The service gets it twice: as a free dry run, and as the job."""
    google_clients.bigquery.create_dataset("shop", exists_ok=True)
    statement = read_statement(CREATE)
    assert tokenised == [CREATE]
    plan = training.plan_training(google_clients, statement, force=True)
    training.train(google_clients, plan, lambda _: None)
    assert tokenised == [CREATE] * 3


def test_parameters_are_put_in_without_another_reading(
    google_clients: Clients, tokenised: list[str]
) -> None:
    """Positional ones and BYTES change the text; what changed keeps its tokens."""
    google_clients.bigquery.create_dataset("shop", exists_ok=True)
    sql = f"{CREATE} WHERE petal_length > ? AND CAST(species AS BYTES) != ?"
    given = [ScalarQueryParameter(None, "FLOAT64", 1.4), ScalarQueryParameter(None, "BYTES", b"x")]
    config = QueryJobConfig(query_parameters=given)
    google_clients.bigquery.query_and_wait(sql, job_config=config)
    assert tokenised == [sql]


def test_a_script_with_variables_and_predictions_is_read_once(
    google_clients: Clients, tokenised: list[str]
) -> None:
    """Its statements are cut from the script, and values put in, without another reading."""
    google_clients.bigquery.create_dataset("shop", exists_ok=True)
    google_clients.bigquery.query_and_wait(CREATE)
    tokenised.clear()
    sql = """
    DECLARE least FLOAT64 DEFAULT 5.5;
    WITH big AS (SELECT * FROM `bigquery-public-data.ml_datasets.iris` WHERE petal_length > least)
    SELECT COUNT(*), ML.BUCKETIZE(MAX(predicted_petal_width), [1]) AS top
    FROM ML.PREDICT(MODEL shop.read_once, (SELECT * FROM big))"""
    (row,) = google_clients.bigquery.query_and_wait(sql)
    assert row["f0_"] > 10
    of_the_model = ["ML.BUCKETIZE(petal_length, [1.5, 4])", "ML.MAX_ABS_SCALER(sepal_width) OVER()"]
    assert tokenised == [sql, *of_the_model]
