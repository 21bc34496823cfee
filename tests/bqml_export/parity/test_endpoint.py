"""The other side of the gate: any server that speaks TensorFlow Serving's REST API."""

from __future__ import annotations

import functools
import http.server
import threading
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("requests", reason="needs the extra [gcp]")

from bqml_export.errors import EndpointError
from bqml_export.parity._endpoint import Endpoint, Refusal
from tests.bqml_export.parity.conftest import SPECIES_SQL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bqml_export.repository.versions import Version
    from tests.bqml_export.conftest import Served


@pytest.fixture
def file_server(tmp_path: Path) -> Iterator[str]:
    """A web server that knows nothing of models."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=tmp_path)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_row_that_is_refused_spoils_no_other(
    publish: Callable[[str, Path, str], Version], served: Served
) -> None:
    """The batch is sent again row by row."""
    publish(SPECIES_SQL, served.root, "refused")
    endpoint = Endpoint(url=served.url, model="refused", version=1)
    endpoint.wait_until_available(300, lambda _: None)
    good = {"petal_length": 1.0, "petal_width": 1.0}
    answers = endpoint.predict([good, {**good, "petal_width": "wide"}, good], None)
    assert [isinstance(answer, Refusal) for answer in answers] == [False, True, False]
    assert "not of expected type" in answers[1].text
    assert answers[0] == answers[2]


def test_nothing_that_answers_is_said_with_the_way_out() -> None:
    """At once: a server that is not there is not waited for."""
    with pytest.raises(EndpointError, match="nothing answers at") as caught:
        Endpoint(url="http://127.0.0.1:1", model="m", version=1).wait_until_available(
            60, lambda _: None
        )
    assert "bqml-serve serve" in str(caught.value.hint)


def test_a_server_of_another_kind_is_recognised(file_server: str, tmp_path: Path) -> None:
    """A page is no status of a version."""
    page = tmp_path / "v1" / "models" / "m" / "versions" / "1"
    page.parent.mkdir(parents=True)
    page.write_text("<html>")
    endpoint = Endpoint(url=file_server, model="m", version=1)
    with pytest.raises(EndpointError, match="does not speak TensorFlow Serving"):
        endpoint.wait_until_available(0, lambda _: None)
    with pytest.raises(EndpointError, match="does not speak TensorFlow Serving"):
        endpoint.predict([{}], None)
