"""Which model, which folder, which versions a source stands for."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from kuberay.settings.served_model import Model


@pytest.mark.parametrize(
    ("source", "name", "base_path", "version"),
    [
        ("gs://b/models/iris/3", "iris", "gs://b/models/iris", 3),
        ("gs://b/iris", "iris", "gs://b/iris", None),
        ("gs://b/iris/", "iris", "gs://b/iris", None),
        ("/models/iris/1", "iris", "/models/iris", 1),
        ("/models/iris", "iris", "/models/iris", None),
        ("gs://b/iris/20260801093000", "iris", "gs://b/iris", 20260801093000),
    ],
)
def test_a_source_says_folder_name_and_version(
    source: str, name: str, base_path: str, version: int | None
) -> None:
    """The last part is the version if it is a number."""
    model = Model(source=source)
    assert (model.served_name, model.base_path, model.version) == (name, base_path, version)


def test_a_version_in_the_source_is_the_only_one_served() -> None:
    """A newer one in the bucket changes nothing until the deploy file does."""
    entry = Model(source="gs://b/iris/3", name="flowers").entry()
    assert (entry.name, entry.version_policy.kind, entry.version_policy.specific) == (
        "flowers", "specific", (3,),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"source": "s3://b/m/1"}, "String should match pattern"),
        ({"source": "models/m"}, "String should match pattern"),
        ({"source": "gs://bucket"}, "names no model folder"),
        ({"source": "gs://bucket/7"}, "names no model folder"),
        ({"source": "/m/3", "version_policy": {"kind": "all"}}, "take one of them away"),
        ({"source": "/m", "name": "a/b"}, "String should match pattern"),
    ],
)
def test_a_source_that_names_nothing_is_refused(fields: dict[str, object], words: str) -> None:
    """Before a replica looks for it for ten minutes."""
    with pytest.raises(ValidationError, match=words):
        Model.model_validate(fields)
