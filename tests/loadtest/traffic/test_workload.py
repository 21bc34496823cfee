"""What a process learns from the service before it makes any load."""

from __future__ import annotations

import json
from typing import Any

import pytest

from foundation.errors import BqmlError, SettingsError
from loadtest.errors import TargetError
from loadtest.settings.load_test import LoadTestSettings
from loadtest.traffic.workload import Workload, load_workload


def loaded(site: Any, **target: Any) -> Workload:
    """Returns the workload for a site."""
    tree = {"target": {"url": site.url, **target}}
    return load_workload(LoadTestSettings.model_validate(tree))


def test_the_only_model_its_inputs_and_its_classes_are_found(iris: Any) -> None:
    """With a URL and nothing else."""
    workload = loaded(iris)
    assert workload.path == "/v1/models/iris_model:predict"
    assert workload.labels["predicted_species"] == {"setosa", "versicolor", "virginica"}
    assert workload.rows[0]["sepal_length"] == 5.0


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ({"model": "iris_model", "version": 3}, "/v1/models/iris_model/versions/3"),
        ({"model": "iris_model", "label": "stable"}, "/v1/models/iris_model/labels/stable"),
        ({"model": "a b/c"}, "/v1/models/a%20b%2Fc"),
    ],
)
def test_a_version_or_label_is_asked_for(iris: Any, target: Any, path: str) -> None:
    """In the path, as TensorFlow Serving has it."""
    iris.pages[f"{path}/metadata"] = iris.pages["/v1/models/iris_model/metadata"]
    assert loaded(iris, **target).path == f"{path}:predict"


def test_a_service_that_lists_no_models_is_asked_by_name(iris: Any) -> None:
    """TensorFlow Serving itself has no such page: the name has to be given, rows are drawn."""
    del iris.pages["/models"]
    assert loaded(iris, model="iris_model").rows
    with pytest.raises(TargetError, match=r"name the model to ask; .* has none that it lists"):
        loaded(iris)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((400, {"error": "Failed to process element: 0"}), "400: .*Failed to process element"),
        ((200, {"predictions": []}), "first request is not right: 0 rows"),
        ((200, "<html>"), "first request is not right: the answer is not JSON: <html>"),
        ((503, {"error": "not ready"}), "503: .*not ready"),
    ],
)
def test_a_service_that_refuses_the_first_request_gets_no_load(
    iris: Any, answer: Any, words: str
) -> None:
    """The reason is named, in one line."""
    iris.posted = lambda _body: answer
    with pytest.raises(TargetError, match=words) as caught:
        loaded(iris)
    assert "\n" not in str(caught.value)


def test_a_service_that_is_not_there_is_one_line() -> None:
    """With its URL."""
    settings = LoadTestSettings.model_validate({"target": {"url": "http://127.0.0.1:9"}})
    with pytest.raises(TargetError, match=r"http://127.0.0.1:9 cannot be reached: .*refused"):
        load_workload(settings)


def test_given_labels_are_the_classes(iris: Any) -> None:
    """Then an answer of another class is wrong, whatever the service lists itself."""
    tree = {"target": {"url": iris.url}, "traffic": {"labels": "versicolor"}}
    workload = load_workload(LoadTestSettings.model_validate(tree))
    body = json.dumps(iris.posted(b'{"instances": [1]}')[1]).encode()
    assert "'setosa' is not among the classes" in (workload.check.body(body, 1) or "")


def test_labels_for_a_model_without_any_are_refused_by_name(iris: Any) -> None:
    """Not silently ignored."""
    page = json.loads(json.dumps(iris.pages["/v1/models/iris_model/metadata"][1]))
    signatures = page["metadata"]["signature_def"]["signature_def"]
    signatures["serving_default"]["outputs"] = {
        "price": {"dtype": "DT_DOUBLE", "tensor_shape": {"dim": [{"size": "-1"}]}}
    }
    iris.pages["/v1/models/iris_model/metadata"] = (200, page)
    iris.posted = lambda _body: (200, {"predictions": [1.5]})
    tree = {"target": {"url": iris.url}, "traffic": {"labels": "a"}}
    with pytest.raises(SettingsError, match="predicts no label; it answers price"):
        load_workload(LoadTestSettings.model_validate(tree))


def test_a_token_that_is_not_there_is_named(iris: Any) -> None:
    """By the variable that was to hold it."""
    with pytest.raises(BqmlError, match="NO_SUCH_TOKEN is not in the environment"):
        loaded(iris, token_env="NO_SUCH_TOKEN")
