"""How long a model takes, learnt from its calls."""

from __future__ import annotations

_SIZES = 32
_WEIGHT = 0.2
_OUTLIER = 3.0


class Pace:
    """The time of one call of a signature, by its number of rows.

    Sizes are told apart by powers of two; a size that was never seen is judged by the next smaller
    one, as if each row cost the same, or else by the next larger one.
    """

    def __init__(self) -> None:
        self._times_s: list[float | None] = [None] * _SIZES

    def note(self, rows: int, took_s: float) -> None:
        """Takes the time of one call; later ones weigh more, one that was interrupted not much."""
        size = min(rows.bit_length(), _SIZES - 1)
        known_s = self._times_s[size]
        if known_s is not None:
            took_s = known_s + _WEIGHT * (min(took_s, _OUTLIER * known_s) - known_s)
        self._times_s[size] = took_s

    def expected_s(self, rows: int) -> float:
        """Returns the seconds that such a call is likely to take; inf if none was ever seen."""
        size = min(rows.bit_length(), _SIZES - 1)
        known = self._times_s[size]
        if known is not None:
            return known
        for smaller in range(size - 1, -1, -1):
            found = self._times_s[smaller]
            if found is not None:
                return found * 2.0 ** (size - smaller)
        return next((time_s for time_s in self._times_s[size:] if time_s is not None), float("inf"))
