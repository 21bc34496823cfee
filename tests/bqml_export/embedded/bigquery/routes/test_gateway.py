"""The gateway's answers to requests that no client library sends."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import httpx
import pytest

if TYPE_CHECKING:
    from bqml_export.embedded.services import Endpoints

PROJECT = "/bigquery/v2/projects/local"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/jobs", b"not json"),
        ("POST", "/jobs", b"[]"),
        ("POST", "/jobs", b"{}"),
        ("POST", "/jobs", b'{"configuration": {"extract": {"sourceModel": {}}}}'),
        ("POST", "/jobs", b'{"configuration": {"extract": {"sourceModel": 7}}}'),
        ("POST", "/queries", b'{"query": "SELECT \'x"}'),
        ("POST", "/queries", b'{"query": 7}'),
        ("POST", "/queries", b'{"query": "SELECT * FROM ML.WEIGHTS(MODEL d.m)", "timeoutMs": "x"}'),
        ("GET", "/datasets/none/models?maxResults=x", b""),
        ("GET", "/queries/none", b""),
        ("PUT", "/jobs", b""),
        ("GET", "/nonsense", b""),
    ],
)
def test_a_wrong_request_is_never_a_server_error(
    services: Endpoints, method: str, path: str, body: bytes
) -> None:
    """Google's clients repeat server errors for ten minutes: every mistake is a 4xx."""
    answer = httpx.request(method, f"{services.bigquery_url}{PROJECT}{path}", content=body)
    assert 400 <= answer.status_code < 500


def test_bodies_may_be_compressed(services: Endpoints) -> None:
    """A gzip body is read, and a damaged one is an error of the client."""
    url = f"{services.bigquery_url}{PROJECT}/queries"
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    body = gzip.compress(json.dumps({"query": "SELECT 5 AS x", "useLegacySql": False}).encode())
    assert httpx.post(url, content=body, headers=headers).json()["rows"] == [{"f": [{"v": "5"}]}]
    assert httpx.post(url, content=b"damaged", headers=headers).status_code == 400


def test_an_error_has_bigquerys_form(services: Endpoints) -> None:
    """Code, message, status and a list of errors with reasons."""
    url = f"{services.bigquery_url}{PROJECT}/datasets/d/models/m"
    error = httpx.get(url).json()["error"]
    assert (error["code"], error["status"]) == (404, "NOT_FOUND")
    assert error["errors"][0]["reason"] == "notFound"
    assert error["message"] == "Not found: Model local:d.m"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/datasets/d/tables/t:getIamPolicy"),
        ("GET", "/nonsense"),
        ("PATCH", "/jobs/x"),
    ],
)
def test_what_is_not_there_is_named(services: Endpoints, method: str, path: str) -> None:
    """A path without a handler is BigQuery's error form too, which `bq` prints as one line."""
    answer = httpx.request(method, f"{services.bigquery_url}{PROJECT}{path}", content=b"{}")
    error = answer.json()["error"]
    assert (answer.status_code, error["errors"][0]["reason"]) == (400, "notImplemented")
    assert f"{method} {PROJECT}{path}" in error["message"]


def test_tokens_are_handed_out(services: Endpoints) -> None:
    """google.auth gets what it asks for with the credentials of `emulate`."""
    answer = httpx.post(f"{services.bigquery_url}/token", content=b"grant_type=x")
    assert answer.json()["token_type"] == "Bearer"


def test_the_discovery_document_leads_back_here(services: Endpoints) -> None:
    """The `bq` command line finds every method of models and jobs, each with a response."""
    url = f"{services.bigquery_url}/$discovery/rest?version=v2"
    document = httpx.get(url).json()
    assert document["rootUrl"] == f"{services.bigquery_url}/"
    for name, methods in (("models", 4), ("jobs", 7)):
        found = document["resources"][name]["methods"]
        assert len(found) >= methods
        assert all("response" in m for m in found.values() if m["httpMethod"] != "DELETE")
