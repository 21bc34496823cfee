"""300 graphs put together at random: sharing changes no bit, and what mixes rows is not shared."""

from __future__ import annotations

import numpy as np
import pytest

from tests.serve_app.kinds.tensorflow.sharing.generated import generated, rows_of
from tests.serve_app.kinds.tensorflow.sharing.in_memory import InMemory, alone, pick, same_bits

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

_EACH = 30
_SIZES = (2, 7, 16, 33, 100)


def judged(seed: int, *, mixes: bool) -> tuple[InMemory, str, dict[str, np.ndarray]] | None:
    """A graph, why it is not shared, and rows; None of operations that do not fit together."""
    body, dtype = generated(seed, mixes=mixes)
    columns = int(np.random.default_rng(seed).integers(2, 9))
    try:
        model = InMemory(body, {"x": (dtype, [columns])})
    except (TypeError, ValueError):
        return None
    rows = {"x": rows_of(dtype, columns, seed)}
    return model, model.judge(pick(rows, slice(0, 2))).why_not, rows


@pytest.mark.parametrize("first", range(0, 150, _EACH))
def test_rows_in_company_have_the_bits_of_rows_alone(first: int) -> None:
    """In every place and size, with numbers of every kind beside them."""
    shared = 0
    for seed in range(first, first + _EACH):
        made = judged(2 * seed, mixes=False)
        if made is None:
            continue
        model, why_not, rows = made
        assert why_not == "", seed
        expected = alone(model.run, rows)
        shared += 1
        for size in (4, 16) if model.through.by_rows else _SIZES:
            run = model.copy(size) if model.through.by_rows else model.run
            places = (np.arange(size) * 7 + size) % len(expected)
            outputs = run(pick(rows, places))["y"]
            together = np.concatenate([expected[place]["y"] for place in places])
            assert same_bits(outputs, together), (seed, size)
        model.close()
    assert shared > _EACH * 0.9


@pytest.mark.parametrize("first", range(0, 150, _EACH))
def test_a_graph_that_mixes_rows_anywhere_is_not_shared(first: int) -> None:
    """Whatever comes before and after it."""
    for seed in range(first, first + _EACH):
        made = judged(2 * seed + 1, mixes=True)
        if made is not None:
            assert made[1] != "", seed
            made[0].close()
