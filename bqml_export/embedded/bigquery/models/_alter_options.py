"""ALTER MODEL ... SET OPTIONS(...) as changes of the Model resource."""

from __future__ import annotations

from collections.abc import Mapping

from bqml_export.embedded.bigquery.backend.client import QueryScope
from bqml_export.embedded.bigquery.stores.services import Services
from bqml_export.errors import InvalidQueryError, NotSupportedError
from bqml_export.sql.values import OptionValue, SqlExpression, StructValue, describe_value

_TEXTS = {"description": "description", "friendly_name": "friendlyName"}
_OPTIONS = (*_TEXTS, "labels", "expiration_timestamp")
_ELSEWHERE = {
    "vertex_ai_model_id": "the embedded engine has no Vertex AI Model Registry",
    "deploy_model": "the embedded engine has no Vertex AI endpoints",
    "endpoint_idle_ttl": "the embedded engine has no Vertex AI endpoints",
    "kms_key_name": "the embedded store does not encrypt",
}


def model_changes(
    services: Services, scope: QueryScope, options: Mapping[str, OptionValue]
) -> dict[str, object]:
    """Returns the changed fields of the resource; NULL clears one."""
    changes: dict[str, object] = {}
    for name, value in options.items():
        if name in _ELSEWHERE:
            raise NotSupportedError(
                f"ALTER MODEL SET OPTIONS({name}) is not supported: {_ELSEWHERE[name]}"
            )
        if name not in _OPTIONS:
            raise InvalidQueryError(
                f"Unknown option for ALTER MODEL: {name}; known are {', '.join(_OPTIONS)}"
            )
        if isinstance(value, SqlExpression):
            changes["expirationTime"] = _milliseconds(services, scope, value.sql)
        elif name == "labels":
            changes["labels"] = _labels(value)
        else:
            changes[_TEXTS[name]] = _text(name, value)
    return changes


def _text(name: str, value: OptionValue) -> str | None:
    if value is not None and not isinstance(value, str):
        raise InvalidQueryError(
            f"ALTER MODEL: option {name} must be a STRING, but got {describe_value(value)}"
        )
    return value


def _labels(value: OptionValue) -> dict[str, str]:
    pairs = [] if value is None else value
    result: dict[str, str] = {}
    for pair in pairs if isinstance(pairs, list) else [pairs]:
        texts = pair.values if isinstance(pair, StructValue) else ()
        if len(texts) != 2 or not all(isinstance(text, str) for text in texts):
            raise InvalidQueryError(
                "ALTER MODEL: option labels must be an ARRAY of (key, value) pairs of STRING, "
                f"but got {describe_value(value)}"
            )
        result[str(texts[0])] = str(texts[1])
    return result


def _milliseconds(services: Services, scope: QueryScope, sql: str) -> str | None:
    rows = services.backend.rows(scope, f"SELECT UNIX_MILLIS({sql}) AS ms")
    value = rows.columns["ms"][0]
    return None if value is None else str(value)
