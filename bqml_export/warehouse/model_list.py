"""The models of a dataset (bigquery/docs/reference/rest/v2/models/list)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bqml_export.errors import NotFoundError
from bqml_export.foreign_errors import foreign_errors
from bqml_export.warehouse.description import from_resource

if TYPE_CHECKING:
    from bqml_export.clients import Clients
    from bqml_export.model_reference import ModelReference


@dataclass(frozen=True, slots=True)
class ListedModel:
    """What a list says about a model; `created` is RFC 3339 in UTC."""

    reference: ModelReference
    model_type: str
    created: str


def list_models(clients: Clients, dataset: str) -> list[ListedModel]:
    """Returns the models of `[project.]dataset`, by name.

    Raises:
        NotFoundError: The dataset does not exist.
    """
    full = dataset if "." in dataset else f"{clients.project}.{dataset}"
    try:
        with foreign_errors(f"listing the models of {full}"):
            found = list(
                clients.bigquery.list_models(
                    full, retry=clients.bigquery_retry, timeout=clients.call_timeout_s
                )
            )
    except NotFoundError as exc:
        raise NotFoundError(f"dataset {full} does not exist", hint="check --project") from exc
    listed = [from_resource(model) for model in found]
    models = [ListedModel(one.reference, one.model_type, one.created) for one in listed]
    return sorted(models, key=lambda model: model.reference.model)
