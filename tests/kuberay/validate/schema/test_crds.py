from __future__ import annotations

from pathlib import Path

import pytest

from kuberay.errors import UsageError
from kuberay.validate.schema.crds import read_crds

CRD = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: probes.example}
spec:
  group: example
  names: {kind: Probe}
  versions:
  - name: v1
    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object}}}}
  - {name: v0}
"""


def test_files_and_folders_are_read(tmp_path: Path) -> None:
    """Versions without a schema judge nothing."""
    (tmp_path / "crd.yaml").write_text(f"kind: Other\n---\n{CRD}")
    for source in (tmp_path, tmp_path / "crd.yaml"):
        assert set(read_crds([str(source)])) == {("example/v1", "Probe")}


@pytest.mark.parametrize("text", ["kind: Other\n", "a: [\n", None])
def test_what_has_no_definition_is_the_callers_mistake(tmp_path: Path, text: str | None) -> None:
    """Else everything would pass without a word."""
    if text is not None:
        (tmp_path / "crd.yaml").write_text(text)
    with pytest.raises(UsageError, match=r"CustomResourceDefinition|not YAML"):
        read_crds([str(tmp_path)])
