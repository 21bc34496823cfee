"""Which versions may go, as TensorFlow Serving's availability preserving policy has it."""

from __future__ import annotations

from typing import Any, cast

import pytest

from serve_app.lifecycle.swap import versions_to_retire
from serve_app.predictor import State


class Version:
    """A version as the policy sees it."""

    def __init__(self, number: int, state: State) -> None:
        self.number = number
        self.state = state


READY, LOADING, END = State.AVAILABLE, State.LOADING, State.END


@pytest.mark.parametrize(
    ("states", "wanted", "go"),
    [
        ({1: READY, 2: READY}, [2], [1]),
        ({1: READY, 2: LOADING}, [2], []),
        ({1: READY, 2: END}, [2], []),
        ({1: READY}, [], [1]),
        ({1: READY, 2: READY, 3: READY, 4: LOADING}, [4], [1, 2]),
        ({1: READY, 2: READY, 3: READY, 4: LOADING}, [4, 3], [1, 2]),
        ({1: READY, 2: READY}, [1, 2], []),
        ({1: END, 2: State.UNLOADING, 3: READY}, [3], []),
    ],
)
def test_the_last_answering_version_stays(
    states: dict[int, State], wanted: list[int], go: list[int]
) -> None:
    """Until a wanted one is ready, or none is wanted."""
    versions = [Version(number, state) for number, state in states.items()]
    retired = versions_to_retire(cast("Any", versions), wanted)
    assert [version.number for version in retired] == go
