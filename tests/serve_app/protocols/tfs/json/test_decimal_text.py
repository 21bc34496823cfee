"""float32 as TensorFlow Serving prints it, one by one and many at a time."""

from __future__ import annotations

import numpy as np
import pytest

from serve_app.protocols.tfs.json.decimal_text import decimal_float32


def printed(value: np.float32) -> float:
    """What C prints: six digits if they read back, else nine."""
    short = float(f"{value:.6g}")
    return short if np.float32(short) == value else float(f"{value:.9g}")


@pytest.mark.parametrize("count", [1, 15, 16, 40])
def test_few_and_many_are_alike(count: int) -> None:
    """There are two ways to compute them."""
    values = np.linspace(0.001, 1, count, dtype=np.float32)
    assert decimal_float32(values).tolist() == [printed(value) for value in values]


def random_values(kind: str) -> np.ndarray:
    """Values of every size and with every number of digits."""
    random = np.random.default_rng(7)
    size = 20_000
    made = {
        "probabilities": random.random(size),
        "near one": 1 - 10.0 ** random.uniform(-9, -3, size),
        "short decimals": random.integers(0, 10**6, size) / 1000,
        "every size": 10.0 ** random.uniform(-40, 38, size) * random.choice([-1, 1], size),
        "around powers of ten": 10.0 ** random.integers(-6, 7, size)
        * (1 + random.normal(size=size) * 1e-7),
        "integers": random.integers(-(2**24), 2**24, size),
        "halves": random.integers(-10**6, 10**6, size) / 2**12,
    }  # fmt: skip
    values: np.ndarray = made[kind].astype(np.float32)
    return values


@pytest.mark.parametrize(
    "kind",
    ["probabilities", "near one", "short decimals", "every size", "around powers of ten",
     "integers", "halves"],
)  # fmt: skip
def test_many_at_a_time_have_the_same_bits(kind: str) -> None:
    """Compared as bits, so that -0.0 counts."""
    values = random_values(kind)
    expected = np.array([printed(value) for value in values])
    assert decimal_float32(values).tobytes() == expected.tobytes()


def test_special_values_stay_what_they_are() -> None:
    """No warning either."""
    special = np.array([0, -0.0, np.inf, -np.inf, np.nan, 1e-45, 3.4e38] * 3, np.float32)
    expected = np.array([printed(value) for value in special])
    assert decimal_float32(special).tobytes() == expected.tobytes()
    assert decimal_float32(special.reshape(3, 7)).shape == (3, 7)
