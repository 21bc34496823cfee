"""The service of the load test's tests."""

from __future__ import annotations

from tests.loadtest.conftest import iris, serve_site, site

__all__ = ["iris", "serve_site", "site"]
