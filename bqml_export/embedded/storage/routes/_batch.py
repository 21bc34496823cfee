"""Batches: up to 100 requests in one multipart body, each answered as if it had come alone."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from bqml_export.embedded.http.multipart import Part, split_message
from bqml_export.embedded.storage.protocol.wire import ApiError, FileSlice, Request, Response

_MOST_CALLS = 100

Answer = Callable[[Request], Response]


@dataclass(frozen=True, slots=True)
class _Content:
    content: bytes

    def chunks(self) -> Iterable[bytes]:
        yield self.content

    def read(self) -> bytes:
        return self.content


def batch(request: Request, answer: Answer) -> Response:
    parts = request.parts()
    if len(parts) > _MOST_CALLS:
        raise ApiError(400, f"A batch has at most {_MOST_CALLS} calls, got {len(parts)}")
    boundary = f"batch_{secrets.token_urlsafe(24)}"
    answered = [_answered(part, request, answer) for part in parts]
    marked = b"".join(f"--{boundary}\r\n".encode() + text + b"\r\n" for text in answered)
    headers = {"Content-Type": f"multipart/mixed; boundary={boundary}"}
    return Response(headers=headers, content=marked + f"--{boundary}--\r\n".encode())


def _answered(part: Part, outer: Request, answer: Answer) -> bytes:
    try:
        response = answer(_inner_request(part.content, outer))
    except ApiError as exc:
        response = exc.response()
    if isinstance(response.content, FileSlice):
        response.content.file.close()
        response = ApiError(400, "A batch cannot download objects.").response()
    content = response.content
    assert isinstance(content, bytes)
    asked = str(part.headers.get("Content-ID", "")).strip().removeprefix("<")
    lines = ["Content-Type: application/http"]
    if asked:
        lines.append(f"Content-ID: <response-{asked}")
    lines += ["", f"HTTP/1.1 {response.status} {response.phrase}"]
    lines += [f"{name}: {value}" for name, value in response.headers.items()]
    lines += [f"Content-Length: {len(content)}", "", ""]
    return "\r\n".join(lines).encode() + content


def _inner_request(text: bytes, outer: Request) -> Request:
    line, _, rest = text.lstrip(b"\r\n").partition(b"\n")
    words = line.decode("latin-1").split()
    if len(words) < 2:
        raise ApiError(400, "A part of the batch is no request")
    headers, content = split_message(rest)
    target = urlsplit(words[1])
    return Request(
        method=words[0].upper(),
        path=target.path,
        query=parse_qs(target.query, keep_blank_values=True),
        headers={key.title(): str(value) for key, value in headers.items()},
        body=_Content(content),
        base_url=outer.base_url,
    )
