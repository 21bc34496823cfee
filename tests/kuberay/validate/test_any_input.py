"""The validator over inputs that nobody would write."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kuberay.validate.checks import Report
from kuberay.validate.manifest.stream import read_text

SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.floats()
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


def paths_of(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Returns the path of everything in a manifest."""
    found = [path]
    if isinstance(value, dict | list):
        for key, child in value.items() if isinstance(value, dict) else enumerate(value):
            found += paths_of(child, (*path, key))
    return found


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data(), value=JSON)
def test_any_value_in_any_place_gives_a_report(
    valid_manifest: dict[str, Any], report_of: Callable[..., Report], data: Any, value: Any
) -> None:
    """Whatever stands there: findings or none, never an exception."""
    manifest = copy.deepcopy(valid_manifest)
    *path, last = data.draw(st.sampled_from(paths_of(manifest)[1:]))
    target = manifest
    for key in path:
        target = target[key]
    target[last] = value
    report = report_of(yaml.dump(manifest, Dumper=yaml.CSafeDumper, allow_unicode=True))
    assert all(finding.place.line > 0 for finding in report.findings)


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=60))
def test_any_text_is_read_or_found_fault_with(text: str) -> None:
    """Never an exception: a file may be anything."""
    stream = read_text(text, "a.yaml")
    assert all(isinstance(document.value, dict) for document in stream.documents)


@settings(max_examples=100, deadline=None)
@given(value=st.dictionaries(st.text(min_size=1, max_size=6), JSON, min_size=1, max_size=4))
def test_what_was_written_is_what_is_read(value: dict[str, Any]) -> None:
    """Quoted texts stay texts, whatever they look like; every value has a line."""
    text = yaml.safe_dump(value, default_style='"', allow_unicode=False)
    stream = read_text(text, "a.yaml")
    if value.get("kind") != "List":
        assert not stream.findings
        assert set(stream.documents[0].value) == set(value)
