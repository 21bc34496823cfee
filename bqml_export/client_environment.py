"""The environment in which Google's own clients and command lines talk to the embedded services.

`bq` and `gcloud storage` need no flags with it; what each variable is for was found by running
them.
"""

from __future__ import annotations

import shlex
from pathlib import Path

from bqml_export.embedded_credentials import write_credentials
from bqml_export.settings import BIGQUERY_HOST_VARIABLE, STORAGE_HOST_VARIABLE


def client_environment(
    bigquery_url: str, storage_url: str, project: str, folder: Path
) -> dict[str, str]:
    """Returns the variables by name; `folder` has the files that `write_client_files` wrote."""
    config = folder.resolve()
    return {
        BIGQUERY_HOST_VARIABLE: bigquery_url,
        STORAGE_HOST_VARIABLE: storage_url,
        "GOOGLE_CLOUD_PROJECT": project,
        # bigquery.Client() asks for credentials also where nobody checks them.
        "GOOGLE_APPLICATION_CREDENTIALS": str(config / "credentials.json"),
        # These two keep the user's own settings of gcloud and bq out of it.
        "CLOUDSDK_CONFIG": str(config),
        "BIGQUERYRC": str(config / "bigqueryrc"),
        "CLOUDSDK_API_ENDPOINT_OVERRIDES_BIGQUERY": f"{bigquery_url.rstrip('/')}/",
        "CLOUDSDK_API_ENDPOINT_OVERRIDES_STORAGE": f"{storage_url.rstrip('/')}/",
        "CLOUDSDK_AUTH_ACCESS_TOKEN_FILE": str(config / "access-token"),
        "CLOUDSDK_CORE_PROJECT": project,
        "CLOUDSDK_CORE_CHECK_GCE_METADATA": "false",
        "CLOUDSDK_CORE_DISABLE_PROMPTS": "1",
        "CLOUDSDK_CORE_DISABLE_USAGE_REPORTING": "true",
        "CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK": "1",
        # gsutil's own client insists on https; through gcloud storage it does not.
        "BOTO_CONFIG": str(config / "boto"),
    }


def write_client_files(folder: Path, bigquery_url: str) -> None:
    """Writes the files that the variables name: a token that is none, and gsutil's settings."""
    folder.mkdir(parents=True, exist_ok=True)
    write_credentials(folder / "credentials.json", token_url=f"{bigquery_url}/token")
    (folder / "access-token").write_text("embedded\n", encoding="utf-8")
    (folder / "bigqueryrc").touch()
    (folder / "boto").write_text("[GSUtil]\nuse_gcloud_storage = True\n", encoding="utf-8")


def export_lines(environment: dict[str, str]) -> str:
    return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in environment.items())
