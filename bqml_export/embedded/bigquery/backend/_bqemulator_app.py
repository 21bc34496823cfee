"""The one place that knows bqemulator.

bqemulator 1.4.0 has one maintainer and no extension points. Everything else sees only an ASGI
application that speaks BigQuery's REST API, so that another emulator can take its place here.
What is changed and why:

* it is composed without its gRPC server, which nothing here uses and which costs start time;
* DuckDB's `spatial` extension is not loaded: it is a download, and the services work offline;
* CREATE MODEL that reaches it all the same, out of EXECUTE IMMEDIATE or a stored procedure, is
  refused: it would record a model without training it;
* a query is not refused because "ML.PREDICT" is somewhere in its text, a literal say: what calls
  it has been computed before the text comes here;
* pages of rows are JSON already, and checking them again takes most of the time of reading them;
* tables.get has the text of a view, which it leaves out;
* no copy of each table is made after each write for time travel; time travel is refused.
"""

from __future__ import annotations

import functools
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, TypeAlias

from bqemulator.api.app import create_app
from bqemulator.api.dependencies import AppContext
from bqemulator.api.routes import tables
from bqemulator.catalog.duckdb_repository import DuckDBCatalogRepository
from bqemulator.catalog.models import TableMeta
from bqemulator.config import PersistenceMode, Settings
from bqemulator.domain.clock import SystemClock
from bqemulator.domain.errors import UnsupportedFeatureError
from bqemulator.domain.events import EventBus
from bqemulator.jobs import executor
from bqemulator.jobs.upload_session_manager import UploadSessionManager
from bqemulator.observability.metrics import MetricsRegistry
from bqemulator.row_access.policy import RowAccessPolicyManager
from bqemulator.sql import translator
from bqemulator.storage.engine import DuckDBEngine
from bqemulator.udf.runtime import UDFRegistry
from bqemulator.versioning.materialized_views import (
    clear_subscriptions_for_context,
    hydrate_subscriptions,
)
from bqemulator.versioning.snapshots import SnapshotManager
from starlette.responses import JSONResponse

AsgiApp: TypeAlias = Any
"""An ASGI application."""


class _OfflineEngine(DuckDBEngine):  # type: ignore[misc]  # types are skipped, see pyproject.toml
    """DuckDB without the extension that has to be downloaded."""

    def _load_spatial(self) -> None:
        """Leaves GEOGRAPHY functions out."""


class _NoHistory(SnapshotManager):  # type: ignore[misc]  # as above
    """Keeps no copies of tables."""

    def capture(
        self, project_id: str, dataset_id: str, table_id: str, *, kind: str = "AUTO"
    ) -> object:
        if kind == "AUTO":
            return None
        return super().capture(project_id, dataset_id, table_id, kind=kind)

    def resolve_time_travel(self, *_args: object, **_kwargs: object) -> NoReturn:
        raise UnsupportedFeatureError("FOR SYSTEM_TIME AS OF: no history of tables is kept")


def _refuse_create_model(*_args: object, **_kwargs: object) -> NoReturn:
    raise UnsupportedFeatureError("CREATE MODEL in EXECUTE IMMEDIATE or a stored procedure")


_table_resource = tables._table_to_rest  # noqa: SLF001 - see the module's docstring


def _table_with_view(table: TableMeta) -> dict[str, Any]:
    resource: dict[str, Any] = _table_resource(table)
    if table.view_query:
        resource["view"] = {"query": table.view_query, "useLegacySql": False}
    return resource


tables._table_to_rest = _table_with_view  # noqa: SLF001
executor.preflight_create_model = _refuse_create_model
translator._UNSUPPORTED_KEYWORDS = frozenset()  # noqa: SLF001 - see the module's docstring


_ROW_ROUTES = ("get_query_results", "list_tabledata")


def _without_encoder(call: Callable[..., Any]) -> Callable[..., JSONResponse]:
    """Returns an endpoint whose answer FastAPI does not walk through value by value."""

    @functools.wraps(call)
    def answer(**arguments: object) -> JSONResponse:
        return JSONResponse(call(**arguments))

    return answer


class Backend:
    """bqemulator on a folder; used on one event loop."""

    def __init__(self, state_dir: Path) -> None:
        uploads = state_dir / "uploads"
        shutil.rmtree(uploads, ignore_errors=True)  # what a kill left
        self._settings = Settings(
            persistence_mode=PersistenceMode.PERSISTENT,
            data_dir=state_dir,
            upload_staging_dir=uploads,
            enable_format_extensions=False,
            metrics_enabled=False,
        )
        self._engine = _OfflineEngine(self._settings)
        self._context: AppContext | None = None

    async def open(self) -> AsgiApp:
        await self._engine.start()
        self._context = _compose(self._settings, self._engine)
        application = create_app(self._context)
        for route in application.routes:
            if getattr(route, "name", "") in _ROW_ROUTES:
                route.dependant.call = _without_encoder(route.dependant.call)
        return application

    async def close(self) -> None:
        if self._context is not None:
            clear_subscriptions_for_context(self._context)
        await self._engine.stop()


def _compose(settings: Settings, engine: DuckDBEngine) -> AppContext:
    """Wires bqemulator's parts as its own server does, without the gRPC half."""
    clock, events = SystemClock(), EventBus()
    catalog = DuckDBCatalogRepository(engine)
    catalog.ensure_ready()
    udfs = UDFRegistry(settings)
    context = AppContext(
        settings=settings,
        clock=clock,
        engine=engine,
        catalog=catalog,
        metrics=MetricsRegistry(),
        events=events,
        udf_registry=udfs,
        snapshots=_NoHistory(
            engine=engine,
            catalog=catalog,
            clock=clock,
            events=events,
            retention_days=settings.time_travel_retention_days,
        ),
        row_access=RowAccessPolicyManager(catalog=catalog, clock=clock),
        upload_sessions=UploadSessionManager(
            staging_dir=settings.upload_staging_dir,
            max_bytes=settings.upload_max_bytes,
            ttl_seconds=settings.upload_session_ttl_seconds,
            clock=clock,
        ),
    )
    udfs.hydrate(catalog, engine)
    hydrate_subscriptions(context)
    return context
