"""Credentials with which Google's Python clients start against the embedded services.

They are a service account's key file of a key that was made here, and their token endpoint is the
embedded BigQuery: whatever uses them cannot reach Google Cloud.
"""

from __future__ import annotations

import json
from pathlib import Path

from bqml_export.settings import LOCAL_PROJECT

_ACCOUNT = "embedded@localhost"


def write_credentials(path: Path, *, token_url: str) -> None:
    """Writes the key file; a key that it already has is kept."""
    document = {
        "type": "service_account",
        "project_id": LOCAL_PROJECT,
        "private_key_id": "embedded",
        "private_key": _known_key(path) or _new_key(),
        "client_email": _ACCOUNT,
        "client_id": "0",
        "token_uri": token_url,
    }
    path.touch(mode=0o600)
    path.write_text(f"{json.dumps(document, indent=2)}\n", encoding="utf-8")


def _known_key(path: Path) -> str | None:
    try:
        return str(json.loads(path.read_text(encoding="utf-8"))["private_key"])
    except (FileNotFoundError, ValueError, KeyError):
        return None


def _new_key() -> str:
    from cryptography.hazmat.primitives import serialization  # heavy
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
