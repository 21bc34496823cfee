"""Where the time of a predict request goes inside a replica, stage by stage.

    python -m benchmarks.request_budget [--export FOLDER]

Each stage runs alone, many times; the best of several rounds counts, in microseconds per request,
for a request alone and in company of 32 and 64. What lies outside of the replica's Python (HAProxy,
the kernel, Ray's daemons) is in `bqml-loadtest bench`: CPU of the whole process tree per request.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from rich.console import Console
from rich.table import Table

from serve_app.kinds.tensorflow.threads import prepare_environment

if TYPE_CHECKING:
    from serve_app.kinds.signature import Signature

SIZES = (1, 32, 64)
ROUNDS, REPEATS = 15, 40


def best_us(stage: Callable[[], object]) -> float:
    """Returns the microseconds of one call of `stage`."""
    best_s = float("inf")
    for _ in range(ROUNDS):
        began_s = time.perf_counter()
        for _ in range(REPEATS):
            stage()
        best_s = min(best_s, (time.perf_counter() - began_s) / REPEATS)
    return best_s * 1e6


def stages(root: Path) -> dict[str, dict[int, float]]:
    """Returns microseconds per request, by stage and by company."""
    from serve_app.hosting.fast_paths import FastPaths
    from serve_app.lifecycle.manager import ServableManager
    from serve_app.metrics.recorder import Recorder
    from serve_app.predictor import Admission, Executor, ModelSpec, Outcome, Predictor, Query
    from serve_app.protocols.http import Answer
    from serve_app.protocols.registry import http_protocols
    from serve_app.protocols.tfs.rest.adapters import PLAIN
    from serve_app.protocols.tfs.rest.plain_rows import read_plain_rows
    from serve_app.protocols.tfs.rest.predict import PredictFastPath
    from serve_app.settings import RepositorySettings, TensorFlowSettings
    from serve_app.transports.http.head import HEAD_END, Heads

    manager = ServableManager(RepositorySettings(root=root), TensorFlowSettings(threads=1))
    manager.start()
    manager.wait_until_settled(120)
    executor, recorder, admission = Executor(1), Recorder(), Admission(10_000, 1)
    predictor = Predictor(manager, executor, recorder)
    (model,) = manager.models()
    query = Query(ModelSpec(model))
    lease = predictor.lease(query)
    call, traits = lease.call(PLAIN)
    body = json.dumps({"instances": [_row(call.signature)]}).encode()
    head = (
        f"POST /v1/models/{model}:predict HTTP/1.1\r\nhost: 127.0.0.1:8501\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}"
    ).encode()
    protocols = http_protocols(predictor, admission)
    heads = Heads(protocols, 1_000_000)
    fast_paths = FastPaths(predictor, admission, heads)
    whole = head + HEAD_END + body
    way = PredictFastPath(ModelSpec(model))

    def compute(inputs: Mapping[str, np.ndarray], size: int) -> Callable[[], Any]:
        return partial(lease.compute_here, call, inputs, size, traits.pace)

    def measured(size: int) -> dict[str, float]:
        """Returns microseconds per request in company of that size."""
        plain = read_plain_rows(body)
        assert plain is not None
        payloads, counts = [plain] * size, [1] * size
        inputs = PLAIN.merge(payloads, call)
        assert inputs is not None
        outcome = Outcome(compute(inputs, size)(), call, 1)
        answer = Answer(200, PLAIN.write(payloads, counts, outcome)[0])

        def admit_and_leave() -> None:
            admission.enter()
            admission.leave()

        once: dict[str, Callable[[], Any]] = {
            "accept: head, found by its bytes": lambda: heads.read(whole[: whole.find(HEAD_END)]),
            "parse: JSON": lambda: way.read(body),
            "admit and leave": admit_and_leave,
            "write: message": lambda: fast_paths.message(answer, b"x" * 32, ()),
        }
        shared: dict[str, Callable[[], Any]] = {
            "version: take hold, let go": lambda: leave(predictor.lease(query, lease)),
            "decode: rows to tensors": lambda: PLAIN.merge(payloads, call),
            "model: TensorFlow, its metrics": compute(inputs, size),
            "encode: tensors to JSON": lambda: PLAIN.write(payloads, counts, outcome),
            "metrics of the requests": lambda: recorder.answered("REST", "predict", model, counts),
        }
        return {name: best_us(stage) for name, stage in once.items()} | {
            name: best_us(stage) / size for name, stage in shared.items()
        }

    by_size = {size: measured(size) for size in SIZES}
    leave(lease)
    manager.close()
    executor.close()
    return {name: {size: by_size[size][name] for size in SIZES} for name in by_size[1]}


def leave(lease: AbstractContextManager[object]) -> None:
    """Lets go of what a request has taken hold of."""
    with lease:
        return


def _row(signature: Signature) -> dict[str, object]:
    return {
        alias: "1" if spec.dtype == "string" else 1 if "int" in spec.dtype else 1.5
        for alias, spec in signature.inputs.items()
    }


def main() -> None:
    """Measures and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    default = Path("serving_dir/iris_model/1")
    parser.add_argument("--export", type=Path, default=default, help="a version folder")
    export = parser.parse_args().export
    prepare_environment(1)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        shutil.copytree(export, root / "model" / "1")

        async def in_a_loop() -> dict[str, dict[int, float]]:
            return stages(root)

        found = asyncio.run(in_a_loop())
    table = Table(title="Replica's Python and TensorFlow, us per request")
    table.add_column("stage")
    for size in SIZES:
        table.add_column("alone" if size == 1 else f"in company of {size}", justify="right")
    for name, by_size in found.items():
        table.add_row(name, *(f"{by_size[size]:.1f}" for size in SIZES))
    table.add_row("all", *(f"{sum(each[size] for each in found.values()):.1f}" for size in SIZES))
    Console().print(table)


if __name__ == "__main__":
    main()
