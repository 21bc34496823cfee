"""A second kind of models, as small as one can be, served beside the first by every protocol."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from serve_app.kinds.registry import KINDS, kind_of
from serve_app.kinds.servable import Call, Kind, LoadOptions, Tensors
from serve_app.kinds.signature import Signature, TensorSpec
from serve_app.kinds.traits import CallTraits

SCALES = {"factor": 3.0}


@dataclass
class Scales:
    """Multiplies a column by a number that stands in a file."""

    factor: float
    memory_bytes: int = 8
    learned: CallTraits = field(default_factory=lambda: CallTraits(shared_rows=64, bounded=True))

    @property
    def signatures(self) -> Mapping[str, Signature]:
        """One, of a column of doubles."""
        spec = TensorSpec("x", "double", (-1,))
        method = "tensorflow/serving/predict"
        return {
            "serving_default": Signature("serving_default", method, {"x": spec}, {"y": spec}, {})
        }

    def traits(self, _signature: str) -> CallTraits:
        """Rows are apart by the nature of a product."""
        return self.learned

    def learn(self, recorded: Mapping[str, Tensors]) -> None:
        """Nothing is left to learn."""

    def run(self, call: Call, inputs: Tensors, **_options: Any) -> dict[str, np.ndarray]:
        """One product per row."""
        return dict.fromkeys(call.outputs, inputs["x"] * self.factor)

    def close(self) -> None:
        """It holds nothing."""


def load(folder: Path, _options: LoadOptions) -> Scales:
    """Reads the factor."""
    return Scales(json.loads((folder / "scales.json").read_text())["factor"])


KIND = Kind("scales", lambda folder: (folder / "scales.json").exists(), load)


@pytest.fixture
def scales(tmp_path: Path) -> Iterator[Path]:
    """An export of the second kind, while there is one."""
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "scales.json").write_text(json.dumps(SCALES))
    KINDS.append(KIND)
    yield folder
    KINDS.remove(KIND)


def test_a_folder_is_of_the_kind_that_recognises_it(scales: Path, iris_export: Path) -> None:
    """By its files alone."""
    assert (kind_of(scales).name, kind_of(iris_export).name) == ("scales", "tensorflow")


def test_a_second_kind_is_served_beside_the_first(
    scales: Path,
    iris_export: Path,
    publish: Callable[..., Path],
    manage: Callable[..., Any],
    rest_of: Callable[..., Any],
) -> None:
    """Rows, columns, its metadata; no transport and no protocol knows of it."""
    publish(iris_export)
    rest = rest_of(manage(publish(scales, "scales")))
    assert rest.predict("scales", {"instances": [{"x": 2.0}, {"x": 5.0}]}).json == {
        "predictions": [6.0, 15.0]
    }
    assert rest.predict("scales", {"inputs": {"x": [1.5]}}).json == {"outputs": [4.5]}
    assert "signature_def" in rest.get("/v1/models/scales/metadata").json["metadata"]
    assert rest.get("/v1/models/iris").status == 200
    assert rest.predict("scales", {"instances": [{"z": 2.0}]}).status == 400
