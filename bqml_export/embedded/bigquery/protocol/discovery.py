"""The discovery document that the `bq` command line asks for before its first request.

It names methods and parameters only. Every method but DELETE has a response schema: without one
the client library hands raw bytes to `bq`, which crashes.
"""

from __future__ import annotations

import re

from bqml_export.embedded.bigquery.protocol.wire import Json

_PROJECT = "projects/{+projectId}"
_DATASET = f"{_PROJECT}/datasets/{{+datasetId}}"
_TABLE = f"{_DATASET}/tables/{{+tableId}}"
_UPLOAD = f"/upload/bigquery/v2/{_PROJECT}/jobs"
_COMMON = ("alt", "fields", "key", "prettyPrint", "quotaUser", "access_token", "oauth_token")
_LIST = ("maxResults", "pageToken", "all", "filter")
_GET = ("datasetView", "view", "selectedFields", "readMask", "accessPolicyVersion")
_CHANGE = ("autodetect_schema", "accessPolicyVersion", "updateMode")
_JOB_LIST = ("maxResults", "pageToken", "allUsers", "projection", "stateFilter*")
_RESULTS = ("location", "maxResults", "pageToken", "startIndex", "timeoutMs")
_ANY = {"$ref": "Any"}


def discovery_document(root_url: str) -> Json:
    return {
        "kind": "discovery#restDescription",
        "id": "bigquery:v2",
        "name": "bigquery",
        "version": "v2",
        "title": "BigQuery API",
        "protocol": "rest",
        "batchPath": "batch/bigquery/v2",
        "rootUrl": f"{root_url}/",
        "baseUrl": f"{root_url}/bigquery/v2/",
        "servicePath": "bigquery/v2/",
        "basePath": "/bigquery/v2/",
        "schemas": {"Any": {"id": "Any", "type": "object"}},
        "parameters": {name: _parameter(name, "query") for name in _COMMON},
        "resources": _resources(),
    }


def _resources() -> Json:
    projects = {"list": _method("projects.list", "GET", "projects", _LIST[:2])}
    return {
        "projects": {"methods": projects},
        "datasets": _collection("datasets", f"{_PROJECT}/datasets", _DATASET),
        "tables": _collection("tables", f"{_DATASET}/tables", _TABLE),
        "models": _collection(
            "models", f"{_DATASET}/models", f"{_DATASET}/models/{{+modelId}}", insert=False
        ),
        "routines": _collection(
            "routines", f"{_DATASET}/routines", f"{_DATASET}/routines/{{+routineId}}"
        ),
        "tabledata": {"methods": _table_data()},
        "jobs": {"methods": _jobs()},
    }


def _collection(name: str, base: str, item: str, *, insert: bool = True) -> Json:
    methods = {
        "list": _method(f"{name}.list", "GET", base, _LIST),
        "get": _method(f"{name}.get", "GET", item, _GET),
        "delete": _method(f"{name}.delete", "DELETE", item, ("deleteContents",)),
        "patch": _method(f"{name}.patch", "PATCH", item, _CHANGE),
        "update": _method(f"{name}.update", "PUT", item, _CHANGE),
    }
    if insert:
        methods["insert"] = _method(f"{name}.insert", "POST", base, ("accessPolicyVersion",))
    return {"methods": methods}


def _table_data() -> Json:
    rows = ("maxResults", "pageToken", "startIndex", "selectedFields")
    return {
        "list": _method("tabledata.list", "GET", f"{_TABLE}/data", rows),
        "insertAll": _method("tabledata.insertAll", "POST", f"{_TABLE}/insertAll"),
    }


def _jobs() -> Json:
    base, item = f"{_PROJECT}/jobs", f"{_PROJECT}/jobs/{{+jobId}}"
    protocols = {kind: {"multipart": True, "path": _UPLOAD} for kind in ("simple", "resumable")}
    upload = {"accept": ["*/*"], "protocols": protocols}
    insert = _method("jobs.insert", "POST", base)
    results = f"{_PROJECT}/queries/{{+jobId}}"
    return {
        "list": _method("jobs.list", "GET", base, (*_JOB_LIST, "parentJobId")),
        "get": _method("jobs.get", "GET", item, ("location",)),
        "cancel": _method("jobs.cancel", "POST", f"{item}/cancel", ("location",)),
        "delete": _method("jobs.delete", "DELETE", f"{item}/delete", ("location",)),
        "query": _method("jobs.query", "POST", f"{_PROJECT}/queries"),
        "getQueryResults": _method("jobs.getQueryResults", "GET", results, _RESULTS),
        "insert": {**insert, "supportsMediaUpload": True, "mediaUpload": upload},
    }


def _method(name: str, verb: str, path: str, query: tuple[str, ...] = ()) -> Json:
    in_path = re.findall(r"{\+(\w+)}", path)
    parameters = {part: {**_parameter(part, "path"), "required": True} for part in in_path}
    parameters |= {part.strip("*"): _parameter(part, "query") for part in query}
    method: Json = {
        "id": f"bigquery.{name}",
        "httpMethod": verb,
        "path": path,
        "parameterOrder": in_path,
        "parameters": parameters,
    }
    if verb in ("POST", "PATCH", "PUT"):
        method["request"] = _ANY
    if verb != "DELETE":
        method["response"] = _ANY
    return method


def _parameter(name: str, location: str) -> Json:
    repeated = {"repeated": True} if name.endswith("*") else {}
    return {"location": location, "type": "string", **repeated}
