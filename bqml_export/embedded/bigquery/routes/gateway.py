"""The route table: what the gateway answers itself, and what goes to the backend."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import unquote

from bqml_export.embedded.bigquery.backend.errors import readable_error
from bqml_export.embedded.bigquery.protocol.discovery import discovery_document
from bqml_export.embedded.bigquery.protocol.wire import (
    Request,
    Response,
    error_response,
    json_response,
)
from bqml_export.embedded.bigquery.routes._dataset_routes import DatasetRoutes
from bqml_export.embedded.bigquery.routes._job_routes import JobRoutes
from bqml_export.embedded.bigquery.routes._model_routes import ModelRoutes
from bqml_export.embedded.bigquery.routes._table_routes import TableRoutes
from bqml_export.embedded.bigquery.routes._upload_routes import UploadRoutes
from bqml_export.embedded.bigquery.stores.services import Services
from bqml_export.errors import InvalidQueryError, QueryError

_PROJECT = r"/bigquery/v2/projects/([^/]+)"
_DATASET = rf"{_PROJECT}/datasets/([^/]+)"
_TABLE = rf"{_DATASET}/tables/([^/]+)"


class Gateway:
    """BigQuery's REST API: a function from request to response, callable from any thread."""

    def __init__(self, services: Services) -> None:
        self._services = services
        datasets = DatasetRoutes(services, self._forward)
        tables = TableRoutes(services, self._forward)
        jobs = JobRoutes(services)
        models = ModelRoutes(services)
        uploads = UploadRoutes(jobs.insert_upload)
        table: tuple[tuple[str, str, Callable[..., Response]], ...] = (
            ("POST", "/token", _token),
            ("GET", r"/\$discovery/rest", _discovery),
            ("GET", r"/discovery/v1/apis/bigquery/v2/rest", _discovery),
            ("GET", r"/bigquery/v2/projects", self._projects),
            ("POST", rf"{_PROJECT}/jobs", jobs.insert),
            ("GET", rf"{_PROJECT}/jobs", jobs.list),
            ("GET", rf"{_PROJECT}/jobs/([^/]+)", jobs.get),
            ("POST", rf"{_PROJECT}/jobs/([^/]+)/cancel", jobs.cancel),
            ("DELETE", rf"{_PROJECT}/jobs/([^/]+)(?:/delete)?", jobs.delete),
            ("POST", rf"{_PROJECT}/queries", jobs.query),
            ("GET", rf"{_PROJECT}/queries/([^/]+)", jobs.results),
            ("GET", rf"{_PROJECT}/datasets", datasets.list),
            ("POST", rf"{_PROJECT}/datasets", datasets.insert),
            ("PATCH", _DATASET, datasets.change),
            ("PUT", _DATASET, datasets.change),
            ("DELETE", _DATASET, datasets.delete),
            ("GET", rf"{_DATASET}/tables", tables.list),
            ("POST", rf"{_DATASET}/tables", tables.insert),
            ("GET", _TABLE, tables.get),
            ("PATCH", _TABLE, tables.change),
            ("PUT", _TABLE, tables.change),
            ("DELETE", _TABLE, tables.delete),
            ("GET", rf"{_TABLE}/data", tables.data),
            ("POST", rf"{_TABLE}/insertAll", tables.insert_all),
            ("GET", rf"{_DATASET}/models", models.list),
            ("GET", rf"{_DATASET}/models/([^/]+)", models.get),
            ("PATCH", rf"{_DATASET}/models/([^/]+)", models.patch),
            ("DELETE", rf"{_DATASET}/models/([^/]+)", models.delete),
            ("POST", rf"(?:/resumable)?/upload{_PROJECT}/jobs", uploads.start),
            ("PUT", rf"(?:/resumable)?/upload{_PROJECT}/jobs", uploads.resume),
        )
        self._routes = tuple(
            (method, re.compile(pattern), handler) for method, pattern, handler in table
        )

    def __call__(self, request: Request) -> Response:
        """Returns the answer to a request; errors come as BigQuery's error objects."""
        try:
            for method, pattern, handler in self._routes:
                match = pattern.fullmatch(request.path)
                if match and method == request.method:
                    return handler(request, *(unquote(part) for part in match.groups()))
            return self._forward(request)
        except QueryError as exc:
            return error_response(exc)
        except Exception as exc:  # noqa: BLE001 - an HTTP 500 would be repeated for ten minutes
            message = f"The request has a form that is not expected: {type(exc).__name__}: {exc}"
            return error_response(InvalidQueryError(message))

    def _projects(self, _request: Request) -> Response:
        answer = self._services.backend.call("GET", "")
        for number, project in enumerate(answer.get("projects", ()), start=1):
            project.setdefault("numericId", str(number))
        return json_response(answer)

    def _forward(self, request: Request) -> Response:
        target = f"{request.path}?{request.query_string}" if request.query_string else request.path
        answer = self._services.api.request(
            request.method, target, body=request.body, headers=tuple(request.headers.items())
        )
        return readable_error(request, answer) if answer.status >= 400 else answer


def _token(_request: Request) -> Response:
    # google.auth fetches a token for the credentials that `emulate` hands out.
    return json_response({"access_token": "embedded", "token_type": "Bearer", "expires_in": 3600})


def _discovery(request: Request) -> Response:
    return json_response(discovery_document(request.base_url))
