"""Our own service in this process, REST and gRPC, with the models of the kit."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import pytest
import uvicorn

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from serve_app.lifecycle.manager import ServableManager
from serve_app.predictor import Admission, Executor, Predictor
from serve_app.protocols.registry import http_protocols
from serve_app.protocols.rpc import RpcRequest
from serve_app.protocols.tfs.grpc.methods import TfsGrpc
from serve_app.protocols.tfs.grpc.servicing import Servicing
from serve_app.settings import RepositorySettings, TensorFlowSettings
from serve_app.transports.grpc.handlers import RpcHandlers
from serve_app.transports.http.app import HttpApp
from tests.conformance.models import write_models

_CODES = {code.value[0]: code for code in grpc.StatusCode}
_LIMIT_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True)
class Service:
    """Where it listens."""

    url: str
    grpc: str


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service with `kit` and `kit_iris`."""
    root = tmp_path_factory.mktemp("serving_dir")
    write_models(root)
    settings = RepositorySettings(root=root, max_load_retries=0)
    manager = ServableManager(settings, TensorFlowSettings(threads=1))
    executor = Executor(2)
    manager.start()
    assert manager.wait_until_settled(120)
    predictor, admission = Predictor(manager, executor), Admission(64, 1)
    edge = TfsGrpc(Servicing(predictor, _LIMIT_BYTES), admission, timeout_s=30)
    with (
        _rest(HttpApp(http_protocols(predictor, admission), _LIMIT_BYTES)) as url,
        _grpc(edge) as target,
    ):
        yield Service(url, target)
    manager.close()
    executor.close()


@contextmanager
def _rest(app: HttpApp) -> Iterator[str]:
    config = uvicorn.Config(app, port=0, log_level="warning", lifespan="on")
    server = uvicorn.Server(config)
    listener = config.bind_socket()
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join()
    listener.close()


@contextmanager
def _grpc(edge: TfsGrpc) -> Iterator[str]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    def run(work: Awaitable[Any]) -> Any:
        async def wait() -> Any:
            return await work

        return asyncio.run_coroutine_threadsafe(wait(), loop).result()

    server, port = run(_start(edge))
    yield f"127.0.0.1:{port}"
    run(server.stop(None))
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


async def _start(edge: TfsGrpc) -> tuple[grpc.aio.Server, int]:
    def behaviour(method: str) -> Any:
        async def answer(request: RpcRequest, context: Any) -> bytes:
            reply = await edge.answer(method, request)
            if reply.code:
                await context.abort(_CODES[reply.code], reply.details, reply.metadata)
            return reply.body

        return answer

    server = grpc.aio.server()
    server.add_generic_rpc_handlers((RpcHandlers(behaviour),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    return server, port


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of this project, where the kit is run from."""
    return Path(__file__).parents[2]
