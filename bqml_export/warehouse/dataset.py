"""The dataset that a model belongs to: its location decides where every job runs."""

from __future__ import annotations

from google.cloud import bigquery

from bqml_export.clients import Clients
from bqml_export.errors import NotFoundError, UsageError
from bqml_export.foreign_errors import foreign_errors
from bqml_export.model_reference import ModelReference
from bqml_export.warehouse.description import ModelDescription, from_resource


def dataset_location(clients: Clients, model: ModelReference) -> str:
    """Returns the location of the model's dataset, for example `US` or `europe-west1`."""
    name = _full_name(clients, model)
    try:
        with foreign_errors(f"reading dataset {name}"):
            found = clients.bigquery.get_dataset(name, **clients.bigquery_call)
    except NotFoundError as exc:
        raise NotFoundError(
            f"dataset {name} does not exist",
            hint=f"create it where your data is: bq --location=LOCATION mk -d {name}",
        ) from exc
    location = str(found.location or clients.location or "US")
    if clients.location and clients.location.lower() != location.lower():
        raise UsageError(
            f"dataset {name} is in {location}, not in {clients.location}",
            hint=f"leave --location out, or give --location {location}",
        )
    return location


def missing_dataset_is_ours(clients: Clients, model: ModelReference) -> bool:
    """Returns whether the dataset is missing and will be made, which the embedded project allows.

    In Google Cloud nothing is created: its location and its access are the owner's decision.
    """
    if not clients.owns_project:
        return False
    try:
        dataset_location(clients, model)
    except NotFoundError:
        return True
    return False


def create_dataset(clients: Clients, model: ModelReference, location: str) -> None:
    """Creates the dataset of the model; one that exists by now is left as it is."""
    dataset = bigquery.Dataset(_full_name(clients, model))
    dataset.location = location
    with foreign_errors(f"creating dataset {dataset.dataset_id}"):
        clients.bigquery.create_dataset(dataset, exists_ok=True, **clients.bigquery_call)


def _full_name(clients: Clients, model: ModelReference) -> str:
    return f"{model.project or clients.project}.{model.dataset}"


def models_of(clients: Clients, dataset: str) -> list[ModelDescription]:
    """Returns the models of `[project.]dataset`, by name.

    Of what a model is, a list tells only the name, the type, the dates and the labels.
    """
    full = dataset if "." in dataset else f"{clients.project}.{dataset}"
    try:
        with foreign_errors(f"listing the models of {full}"):
            found = list(clients.bigquery.list_models(full, **clients.bigquery_call))
    except NotFoundError as exc:
        raise NotFoundError(f"dataset {full} does not exist", hint="check --project") from exc
    return sorted(map(from_resource, found), key=lambda model: model.reference.model)
