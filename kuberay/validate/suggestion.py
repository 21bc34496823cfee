"""What was probably meant by a word that is not among the known ones."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def did_you_mean(word: str, known: Iterable[str], otherwise: str = "") -> str:
    close = difflib.get_close_matches(word, list(known), n=1)
    return f"did you mean {close[0]}?" if close else otherwise


def did_you_mean_in_any_case(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """For words whose case is a usual slip."""
    folded = {one.lower(): one for one in known}
    close = difflib.get_close_matches(word.lower(), folded, n=1)
    return f"did you mean {folded[close[0]]}?" if close else otherwise
