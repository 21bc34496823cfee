"""Hand-written tf.Example bytes, read back by TensorFlow's own generated classes."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serve_app.protocols.tfs.messages.tf_example import Feature, write_example

NAMES = st.text(max_size=5).filter(lambda text: text.isprintable())
FEATURES = st.one_of(
    st.builds(Feature, st.just("bytes"), st.lists(st.binary(max_size=300), min_size=1)),
    st.builds(Feature, st.just("float"), st.lists(st.floats(width=32), min_size=1)),
    st.builds(Feature, st.just("int64"), st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1)),
    st.just(Feature(None, [])),
)


def read(data: bytes) -> dict[str, tuple[str | None, list[object]]]:
    """Returns kind and values by name, as the official parser finds them."""
    from tensorflow.core.example.example_pb2 import Example

    found = {}
    for name, feature in Example.FromString(data).features.feature.items():
        kind = feature.WhichOneof("kind")
        values = list(getattr(feature, kind).value) if kind else []
        found[name] = (kind and kind.removesuffix("_list"), values)
    return found


@settings(deadline=None)  # the first example imports TensorFlow
@given(st.dictionaries(NAMES, FEATURES, max_size=4))
def test_the_official_parser_reads_what_is_written(features: dict[str, Feature]) -> None:
    """Every kind, every size of number and string, any number of features."""
    expected = {name: (one.kind, list(one.values)) for name, one in features.items()}
    assert repr(sorted(read(write_example(features)).items())) == repr(sorted(expected.items()))


@pytest.mark.parametrize(("value", "stored"), [(1e39, math.inf), (-1e39, -math.inf), (1e-50, 0.0)])
def test_floats_beyond_float32_become_infinite_or_zero(value: float, stored: float) -> None:
    """As in C++, silently."""
    assert read(write_example({"x": Feature("float", [value])}))["x"] == ("float", [stored])


def test_concatenated_examples_merge_and_the_last_feature_wins() -> None:
    """What context merging rests on."""
    context = write_example({"a": Feature("int64", [1]), "b": Feature("int64", [2])})
    example = write_example({"b": Feature("float", [3.0])})
    assert read(context + example) == {"a": ("int64", [1]), "b": ("float", [3.0])}
