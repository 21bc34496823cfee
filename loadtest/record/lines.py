"""One observation as one line of JSON, `{"load": {...}}`: in the journal, and from Locust."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar

from foundation.json_types import JsonObject
from loadtest.record.observations import (
    Event,
    FaultOutcome,
    GeneratorSample,
    LoadSample,
    Phase,
    ReplicaSample,
    ServerSample,
)

if TYPE_CHECKING:
    from pydantic import TypeAdapter


Kind = TypeVar("Kind")


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratorState:
    """How far the Locust processes are; for the generator, not for the record.

    `ready`: all processes can send. `failed`: one cannot, and why. `done`: the last phase has ended
    and everything is counted.
    """

    state: Literal["ready", "failed", "done"]
    text: str = ""


Observation: TypeAlias = (
    Phase | LoadSample | ReplicaSample | GeneratorSample | ServerSample | Event | FaultOutcome
)
Listener: TypeAlias = Callable[[Observation], None]
"""Takes what is observed; it may be called from any thread."""

SERIES: dict[type[Observation | GeneratorState], str] = {
    Phase: "phases",
    LoadSample: "load",
    ReplicaSample: "replicas",
    GeneratorSample: "generator",
    ServerSample: "server",
    Event: "events",
    FaultOutcome: "faults",
    GeneratorState: "state",
}
_BY_NAME: dict[str, type] = {name: cls for cls, name in SERIES.items()}
_ADAPTERS: dict[type, TypeAdapter[Any]] = {}


def encode(observation: Observation | GeneratorState) -> bytes:
    cls: type[Any] = type(observation)
    writer: TypeAdapter[Any] = adapter(cls)
    return b'{"%s":%s}\n' % (SERIES[cls].encode(), writer.dump_json(observation))


def decode(line: bytes) -> Observation | GeneratorState:
    observed: Observation | GeneratorState = of_tree(json.loads(line))
    return observed


def of_tree(tree: JsonObject) -> Any:  # noqa: ANN401 - which class, the tree says
    [(series, content)] = tree.items()
    return adapter(_BY_NAME[series]).validate_python(content)


def adapter(cls: type[Kind]) -> TypeAdapter[Kind]:
    from pydantic import TypeAdapter  # a tenth of a second, which `--help` has no use for

    if cls not in _ADAPTERS:
        _ADAPTERS[cls] = TypeAdapter(cls)
    return _ADAPTERS[cls]
