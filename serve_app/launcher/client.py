"""A small HTTP client with which the launcher asks its own service."""

from __future__ import annotations

import json
import urllib.error
import urllib.request

from foundation.json_types import JsonValue

_TIMEOUT_S = 10


class Client:
    """Talks to the public port, as any user would."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url

    def get(self, path: str) -> tuple[int, JsonValue]:
        """Returns the status and JSON body of a GET; status 0 where nobody answers."""
        return self._send(urllib.request.Request(self.base_url + path))  # noqa: S310 - http, ours

    def post(self, path: str, document: JsonValue) -> tuple[int, JsonValue]:
        data = json.dumps(document).encode()
        request = urllib.request.Request(self.base_url + path, data=data)  # noqa: S310 - as above
        return self._send(request)

    def _send(self, request: urllib.request.Request) -> tuple[int, JsonValue]:
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as response:  # noqa: S310
                return response.status, _json(response.read())
        except urllib.error.HTTPError as error:
            with error:
                return error.code, _json(error.read())
        except OSError:
            return 0, None


def _json(body: bytes) -> JsonValue:
    try:
        return json.loads(body)
    except ValueError:
        return body.decode(errors="replace")
