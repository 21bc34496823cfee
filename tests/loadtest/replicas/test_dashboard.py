"""Ray's dashboard is asked with a token, and whatever it answers is one line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from loadtest.errors import ReplicasError
from loadtest.replicas.dashboard import Dashboard, dashboard_of
from loadtest.settings.replicas import ReplicaSettings

PATH = "/api/serve/applications/"


@pytest.mark.parametrize("kind", ["token_env", "token_file"])
def test_the_token_comes_from_the_environment_or_a_file(
    fake_ray: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """A line break at the end of the file does not count."""
    monkeypatch.setenv("DASHBOARD_TOKEN", "a-token")
    (tmp_path / "token").write_text("a-token\n")
    where = {"token_env": "DASHBOARD_TOKEN", "token_file": str(tmp_path / "token")}
    settings = ReplicaSettings.model_validate(
        {"dashboard_url": f"{fake_ray.site.url}/", kind: where[kind]}
    )
    assert list(dashboard_of(settings).get(PATH)["applications"]) == ["bqml"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "answers 401: it wants another token; name it in replicas.token_env"),
        ({"token_env": "NOT_SET"}, "replicas.token_env: NOT_SET is not set"),
        ({"token_file": "/nonexistent"}, "replicas.token_file: /nonexistent: No such file"),
        ({"dashboard_url": "http://127.0.0.1:9"}, "Connection refused"),
    ],
)
def test_a_dashboard_that_cannot_be_read_is_one_line(
    fake_ray: Any, changes: dict[str, str], words: str
) -> None:
    """It says what to do."""
    settings = ReplicaSettings.model_validate({"dashboard_url": fake_ray.site.url, **changes})
    with pytest.raises(ReplicasError) as caught:
        dashboard_of(settings).get(PATH)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("page", "words"), [((503, "x"), "answers 503"), ((200, "x"), "Expecting")]
)
def test_an_answer_that_is_none_is_named(site: Any, page: tuple[int, str], words: str) -> None:
    """A status, or no JSON."""
    site.pages["/x"] = page
    with pytest.raises(ReplicasError, match=f"{site.url}/x.*{words}"):
        Dashboard(site.url).get("/x")
