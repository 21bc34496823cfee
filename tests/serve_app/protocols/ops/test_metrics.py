"""The page for Prometheus as TensorFlow Serving prints it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

PATH = "/monitoring/prometheus/metrics"
ROW = {"petal_length": 1.4, "petal_width": 0.2, "sepal_length": 5.1, "sepal_width": 3.5}


def value(rest: Any, series: str) -> float:
    """Returns the number of one series, 0 where it is not there yet."""
    lines = rest.get(PATH).body.decode().splitlines()
    return next((float(x.rpartition(" ")[2]) for x in lines if x.startswith(f"{series} ")), 0)


def test_the_page_is_plain_text_for_any_method(rest: Any) -> None:
    """GET and POST alike, as in TensorFlow Serving."""
    for method in ("GET", "POST"):
        answer = rest.request(method, PATH)
        assert (answer.status, answer.headers["content-type"]) == (200, "text/plain")


def test_a_query_is_refused(rest: Any) -> None:
    """Its words quote the target."""
    answer = rest.get(f"{PATH}?name=x")
    assert (answer.status, answer.body) == (
        400,
        f"Unexpected path: {PATH}?name=x. Should be {PATH}".encode(),
    )


@pytest.mark.parametrize(
    ("method", "target", "body", "series"),
    [
        ("POST", "/v1/models/iris:predict", {"instances": [ROW]}, 'model_name="iris",status="OK"'),
        ("POST", "/v1/models/iris:predict", {}, 'model_name="iris",status="INVALID_ARGUMENT"'),
        ("GET", "/v1/models/iris", None, 'model_name="iris",status="OK"'),
        ("GET", "/v1/models/iris/metadata", None, 'model_name="iris",status="OK"'),
        ("GET", "/v1/models/gone/metadata", None, 'model_name="gone",status="NOT_FOUND"'),
        ("GET", "/v1/nonsense", None, 'model_name="",status="INVALID_ARGUMENT"'),
    ],
)
def test_every_rest_call_counts(
    rest: Any, method: str, target: str, body: Any, series: str
) -> None:
    """By model and status; a path that cannot be read belongs to no model."""
    name = f":tensorflow:serving:request_count{{{series}}}"
    before = value(rest, name)
    rest.request(method, target, json.dumps(body) if body is not None else None)
    assert value(rest, name) == before + 1


def test_scrapes_and_probes_do_not_count(rest: Any) -> None:
    """Only what is below /v1/ is a request to a model."""

    def counts() -> list[str]:
        lines = rest.get(PATH).body.decode().splitlines()
        return [line for line in lines if line.startswith(":tensorflow:serving:request_count")]

    before = counts()
    rest.get("/readyz")
    rest.get("/favicon.ico")
    assert counts() == before


def test_latency_has_the_labels_and_buckets_of_tensorflow_serving(rest: Any) -> None:
    """33 bounds of 10 * 1.8^i microseconds in six digits, and +Inf; cumulative."""
    rest.predict("iris", {"instances": [ROW]})
    labels = 'model_name="iris",API="predict",entrypoint="REST"'
    name = ":tensorflow:serving:request_latency"
    text = rest.get(PATH).body.decode()
    found = re.findall(rf'^{name}_bucket{{{labels},le="(.+?)"}} (\d+)$', text, re.MULTILINE)
    bounds, counts = [b for b, _ in found], [int(c) for _, c in found]
    assert bounds == [*(f"{10 * 1.8**i:.6g}" for i in range(33)), "+Inf"]
    assert counts == sorted(counts)
    assert counts[-1] == value(rest, f"{name}_count{{{labels}}}") > 0
    assert f"# TYPE {name} histogram\n" in text


def test_failures_have_no_latency(rest: Any) -> None:
    """As in TensorFlow Serving: successes only."""
    labels = '{model_name="iris",API="predict",entrypoint="REST"}'
    series = f":tensorflow:serving:request_latency_count{labels}"
    rest.predict("iris", {"instances": [ROW]})
    before = value(rest, series)
    rest.predict("iris", {"instances": ["wrong"]})
    assert value(rest, series) == before


def test_rows_and_model_time_are_measured(rest: Any) -> None:
    """Our own metrics carry model and version."""
    labels = 'model_name="iris",version="3"'
    before = value(rest, f"bqml_serve_rows_total{{{labels}}}")
    rest.predict("iris", {"instances": [ROW, ROW, ROW]})
    assert value(rest, f"bqml_serve_rows_total{{{labels}}}") == before + 3
    for name in ("batch_rows", "queue_time_seconds", "model_time_seconds"):
        assert value(rest, f"bqml_serve_{name}_count{{{labels}}}") > 0


def test_non_finite_outputs_are_counted(rest: Any) -> None:
    """One per value, not per request."""
    series = 'bqml_serve_non_finite_outputs_total{model_name="mixed",version="1"}'
    before = value(rest, series)
    body = '{"signature_name": "double", "instances": [NaN, 1, Infinity]}'
    assert rest.request("POST", "/v1/models/mixed:predict", body).status == 200
    assert value(rest, series) == before + 2


def test_a_client_cannot_break_the_page(rest: Any) -> None:
    """Quotes and line ends of a model's name are escaped."""
    rest.get("/v1/models/a%22%0A%5C/metadata")
    assert 'model_name="a\\"\\n\\\\",status="NOT_FOUND"' in rest.get(PATH).body.decode()


def test_the_serving_families_are_those_that_tensorflow_serving_prints(
    rest: Any, shared: Path
) -> None:
    """Every family of ours with its prefix is in the recorded page, with the same type."""
    lines = (shared / "data/tf-serving-recordings/recordings.jsonl").read_text().splitlines()
    (page,) = [one for one in map(json.loads, lines) if one["name"] == "GET prometheus"]
    recorded = page["response"]["body"]["text"].splitlines()
    ours = [line for line in rest.get(PATH).body.decode().splitlines() if "TYPE :" in line]
    assert ours == [line for line in recorded if line in ours]
    assert len(ours) == 7
