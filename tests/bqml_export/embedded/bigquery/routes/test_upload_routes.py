"""The upload protocols of load jobs, as raw requests."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING

import httpx
import pytest

if TYPE_CHECKING:
    from google.cloud.bigquery import Client

    from bqml_export.embedded.services import Endpoints


def _job(dataset: str) -> dict[str, object]:
    target = {"projectId": "local", "datasetId": dataset, "tableId": "t"}
    schema = {"fields": [{"name": "s", "type": "STRING"}]}
    return {"configuration": {"load": {"destinationTable": target, "schema": schema}}}


def _url(services: Endpoints, kind: str) -> str:
    path = "/upload/bigquery/v2/projects/local/jobs"
    return f"{services.bigquery_url}{path}?uploadType={kind}"


def _values(client: Client, job: dict[str, dict[str, str]], dataset: str) -> list[str]:
    client.get_job(job["jobReference"]["jobId"]).result()
    return [row.s for row in client.query_and_wait(f"SELECT s FROM {dataset}.t ORDER BY s")]


def test_chunks_arrive_one_by_one(
    services: Endpoints, bigquery_client: Client, dataset: str
) -> None:
    """Each chunk but the last is answered with 308 and the bytes that have arrived."""
    session = httpx.post(_url(services, "resumable"), json=_job(dataset)).headers["location"]
    first = httpx.put(session, content=b"ab\nc", headers={"Content-Range": "bytes 0-3/*"})
    assert (first.status_code, first.headers["range"]) == (308, "bytes=0-3")
    asked = httpx.put(session, headers={"Content-Range": "bytes */*"})
    assert (asked.status_code, asked.headers["range"]) == (308, "bytes=0-3")
    wrong = httpx.put(session, content=b"d", headers={"Content-Range": "bytes 9-9/10"})
    assert wrong.status_code == 400
    last = httpx.put(session, content=b"d\n", headers={"Content-Range": "bytes 4-5/6"})
    assert _values(bigquery_client, last.json(), dataset) == ["ab", "cd"]


@pytest.mark.parametrize("line_end", ["\r\n", "\n"])
def test_a_multipart_upload_keeps_every_byte(
    services: Endpoints, bigquery_client: Client, dataset: str, line_end: str
) -> None:
    """The data part is taken as it is, dashes and line ends included."""
    parts = (json.dumps(_job(dataset)), "--b\nx--\n")
    body = "".join(
        f"--bnd{line_end}Content-Type: */*{line_end}{line_end}{part}{line_end}" for part in parts
    )
    headers = {"Content-Type": "multipart/related; boundary='bnd'"}
    answer = httpx.post(_url(services, "multipart"), content=f"{body}--bnd--", headers=headers)
    assert _values(bigquery_client, answer.json(), dataset) == ["--b", "x--"]


@pytest.mark.parametrize(
    ("kind", "content_type", "status"),
    [("media", "text/csv", 400), ("multipart", "text/csv", 400),
     ("multipart", "multipart/related; boundary=x", 400), ("", "text/csv", 400)],
)  # fmt: skip
def test_another_form_is_refused(
    services: Endpoints, kind: str, content_type: str, status: int
) -> None:
    """What is not an upload of ours is a client error."""
    answer = httpx.post(_url(services, kind), content=b"x", headers={"Content-Type": content_type})
    assert answer.status_code == status


def test_an_unknown_upload_is_not_found(services: Endpoints) -> None:
    """A session that does not exist, or that a restart forgot, is 404."""
    answer = httpx.put(f"{_url(services, 'resumable')}&upload_id={uuid.uuid4().hex}", content=b"x")
    assert answer.status_code == 404
