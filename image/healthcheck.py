"""Tells Docker whether the service of this container answers: exit code 0 or 1."""

from __future__ import annotations

import sys
import urllib.error
import urllib.request

from image.entrypoint import REST_PORT_FILE

_TIMEOUT_S = 3


def failure(url: str) -> str:
    """Returns why the service at `url` does not answer 200, or an empty text where it does."""
    # No proxy from the environment may come between a container and itself.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=_TIMEOUT_S):
            return ""
    except (urllib.error.URLError, OSError) as exc:
        return f"{url}: {exc}"


def main() -> None:
    """Asks /readyz on the port that the entry point wrote down."""
    try:
        port = REST_PORT_FILE.read_text()
    except OSError:
        sys.exit("no service was started in this container")
    reason = failure(f"http://127.0.0.1:{port}/readyz")
    sys.exit(reason or 0)


if __name__ == "__main__":
    main()
