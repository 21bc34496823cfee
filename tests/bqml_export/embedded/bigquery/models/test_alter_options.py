"""ALTER MODEL through the real client."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from google.api_core.exceptions import BadRequest, NotFound

if TYPE_CHECKING:
    from google.cloud.bigquery import Client


def alter(client: Client, model: str, options: str) -> None:
    """Runs ALTER MODEL ... SET OPTIONS."""
    client.query_and_wait(f"ALTER MODEL {model} SET OPTIONS({options})")


def test_every_field_can_be_set_and_cleared(bigquery_client: Client, own_iris_model: str) -> None:
    """Description, friendly name, labels and expiry, as a user reads them back."""
    later = "TIMESTAMP_ADD(CURRENT_TIMESTAMP(), INTERVAL 7 DAY)"
    alter(
        bigquery_client,
        own_iris_model,
        f"description='d', friendly_name='f', labels=[('team', 'a'), STRUCT('k', 'v')], "
        f"expiration_timestamp={later}",
    )
    model = bigquery_client.get_model(own_iris_model)
    assert (model.description, model.friendly_name) == ("d", "f")
    assert model.labels == {"team": "a", "k": "v"}
    assert model.expires is not None
    assert model.expires.timestamp() == pytest.approx(time.time() + 7 * 86_400, abs=60)
    alter(bigquery_client, own_iris_model, "description=NULL, labels=[], expiration_timestamp=NULL")
    model = bigquery_client.get_model(own_iris_model)
    assert (model.description, model.labels, model.expires) == (None, {}, None)


def test_expired_model_is_gone_and_its_name_free(
    bigquery_client: Client, own_iris_model: str
) -> None:
    """As in BigQuery, which deletes it."""
    alter(
        bigquery_client, own_iris_model, "expiration_timestamp=TIMESTAMP '2001-01-01 00:00:00+00'"
    )
    with pytest.raises(NotFound, match="Not found: Model"):
        bigquery_client.get_model(own_iris_model)
    dataset = own_iris_model.split(".", maxsplit=1)[0]
    assert list(bigquery_client.list_models(dataset)) == []
    bigquery_client.query_and_wait(
        f"CREATE MODEL {own_iris_model} OPTIONS(model_type='linear_reg') AS SELECT 1 x, 2 label"
    )
    assert bigquery_client.get_model(own_iris_model).model_type == "LINEAR_REGRESSION"


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ("description=1", "description must be a STRING"),
        ("labels='a'", "labels must be an ARRAY"),
        ("labels=[('a', 1)]", "labels must be an ARRAY"),
        ("l1_reg=1", "Unknown option for ALTER MODEL: l1_reg"),
        ("vertex_ai_model_id='x'", "no Vertex AI Model Registry"),
        ("expiration_timestamp=yesterday", "yesterday"),
    ],
)
def test_wrong_option_is_refused_by_name(
    bigquery_client: Client, iris_model: str, options: str, named: str
) -> None:
    """Nothing is changed then."""
    with pytest.raises(BadRequest, match=named):
        alter(bigquery_client, iris_model, f"friendly_name='new', {options}")
    assert bigquery_client.get_model(iris_model).friendly_name is None
