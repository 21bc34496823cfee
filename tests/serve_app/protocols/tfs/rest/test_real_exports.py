"""Real BigQuery ML exports, published as they are, through HTTP."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

SERVED = ["iris_logistic_reg", "tip_linear_reg", "tip_linear_reg_float32"]
REFUSED = [
    "boosted_tree_classifier_transform",
    "dnn_classifier_multiclass_transform",
    "linear_reg_transform",
    "transform_only",
    "xgb_boosted_tree_classifier_model",
    "xgb_boosted_tree_regressor_model",
    "xgb_random_forest_regressor_model",
]


def sample(export: Path) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Returns the sample instances and outputs that SOURCE.txt documents."""
    text = (export / "SOURCE.txt").read_text()
    found = re.search(r"--- sample prediction.*\ninstances = (.*)\noutputs   = (.*)", text)
    assert found
    return json.loads(found[1]), json.loads(found[2])["serving_default"]


@pytest.mark.parametrize("name", SERVED)
def test_the_documented_sample_is_answered(real_rest: Any, real_exports: Path, name: str) -> None:
    """Within 1e-6, by rows; one sample serves several exports, so it has columns too many."""
    instances, outputs = sample(real_exports / name)
    metadata = real_rest.get(f"/v1/models/{name}/metadata").json["metadata"]
    inputs = metadata["signature_def"]["signature_def"]["serving_default"]["inputs"]
    rows = [{key: row[key] for key in inputs} for row in instances]
    predictions = real_rest.predict(name, {"instances": rows}).json["predictions"]
    for index, prediction in enumerate(predictions):
        named = prediction if len(outputs) > 1 else {next(iter(outputs)): prediction}
        for alias, value in named.items():
            expected = outputs[alias][index]
            close = expected if isinstance(expected[0], str) else pytest.approx(expected, rel=1e-6)
            assert value == close


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_served_says_so_in_its_status(real_rest: Any, name: str) -> None:
    """And takes no other model down."""
    (status,) = real_rest.get(f"/v1/models/{name}").json["model_version_status"]
    assert (status["state"], status["status"]["error_code"]) == ("END", "FAILED_PRECONDITION")
    assert "not served yet" in status["status"]["error_message"]
    assert real_rest.predict(name, {"instances": [{}]}).status == 404
