"""The four commands that people have put a BigQuery ML model online with until now."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bqml_export.clients import Clients

RECIPE = """set -e
bq query --use_legacy_sql=false 'CREATE OR REPLACE MODEL `bqml_tutorial.iris_model`
  OPTIONS (model_type="logistic_reg", max_iterations=10, input_label_cols=["species"])
  AS SELECT * FROM `bigquery-public-data.ml_datasets.iris`'
bq extract -m bqml_tutorial.iris_model gs://{bucket}/iris_model
mkdir tmp_dir
gsutil cp -r gs://{bucket}/iris_model tmp_dir
mkdir -p serving_dir/iris_model/1
cp -r tmp_dir/iris_model/* serving_dir/iris_model/1
rm -r tmp_dir
"""
LOAD = """
import sys
import tensorflow as tf
served = tf.saved_model.load(sys.argv[1]).signatures["serving_default"]
flower = dict(sepal_length=5.1, sepal_width=3.5, petal_length=1.4, petal_width=0.2)
tensors = {name: tf.constant([value], tf.float64) for name, value in flower.items()}
print(served(**tensors)["predicted_species"].numpy().ravel()[0].decode())
"""


def test_the_old_recipe_runs_as_it_is_written(
    run: Callable[..., subprocess.CompletedProcess[str]],
    google_clients: Clients,
    bucket: str,
    tmp_path: Path,
) -> None:
    """They end in a version folder that TensorFlow serves."""
    if shutil.which("bq") is None or shutil.which("gsutil") is None:
        pytest.skip("bq and gsutil of the Google Cloud SDK are not installed")
    google_clients.bigquery.create_dataset("bqml_tutorial")
    run("sh", "-c", RECIPE.format(bucket=bucket))
    version = tmp_path / "serving_dir/iris_model/1"
    files = {path.relative_to(version).as_posix() for path in version.rglob("*") if path.is_file()}
    assert {"saved_model.pb", "variables/variables.index"} <= files
    loaded = subprocess.run(
        [sys.executable, "-c", LOAD, str(version)], capture_output=True, text=True, check=True
    )
    assert loaded.stdout.strip() == "setosa"
