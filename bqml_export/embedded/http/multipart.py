"""Multipart bodies: uploads of metadata with content, and batches."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser

# `gcloud storage` writes boundary='...', which MIME does not know: the quotes are no part of it.
_BOUNDARY = re.compile(r"boundary=(?:\"([^\"]+)\"|'([^']+)'|([^;\s]+))", re.IGNORECASE)
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")


class MultipartError(ValueError):
    """A body is not multipart."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its headers and its bytes."""

    headers: Message
    content: bytes


def read_parts(body: bytes, content_type: str) -> list[Part]:
    """Returns the parts, their bytes untouched."""
    found = _BOUNDARY.search(content_type)
    if found is None:
        raise MultipartError(f"Content-Type has no multipart boundary: '{content_type}'")
    boundary = next(group for group in found.groups() if group).encode("latin-1")
    pieces = re.split(rb"(?:^|\r?\n)--" + re.escape(boundary) + rb"(?=--|[ \t]*\r?\n)", body)
    parts = [_part(piece.lstrip(b" \t")) for piece in pieces[1:] if not piece.startswith(b"--")]
    if not parts:
        raise MultipartError("The multipart body has no parts")
    return parts


def split_message(text: bytes) -> tuple[Message, bytes]:
    """Returns the headers and the bytes behind the blank line."""
    if text.startswith((b"\r\n", b"\n")):  # no headers at all
        return Message(), text.partition(b"\n")[2]
    blank = _BLANK_LINE.search(text)
    head, content = (text[: blank.start()], text[blank.end() :]) if blank else (text, b"")
    return BytesHeaderParser().parsebytes(head + b"\r\n\r\n"), content


def _part(piece: bytes) -> Part:
    headers, content = split_message(piece.partition(b"\n")[2])
    if str(headers.get("Content-Transfer-Encoding", "")).lower() == "base64":
        content = base64.b64decode(content)
    return Part(headers, content)
