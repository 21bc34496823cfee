"""The glob patterns of objects.list (`matchGlob`)."""

from __future__ import annotations

import re

from bqml_export.embedded.storage.protocol.wire import ApiError

_PIECE = re.compile(r"\*\*/|\*\*|\*|\?|\[[!^]?\]?[^\]]*\]|\\.|[{},]|.", re.DOTALL)
_PLAIN = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def glob_pattern(glob: str) -> re.Pattern[str]:
    """Returns the regular expression for a glob: `*`, `**`, `?`, `[a-z]`, `[!a]`, `{a,b}`."""
    depth, parts = 0, []
    for piece in _PIECE.findall(glob):
        depth += {"{": 1, "}": -1}.get(piece, 0)
        parts.append(_translated(piece, inside_braces=depth > 0))
        if depth < 0:
            break
    if depth:
        raise ApiError(400, f"Invalid glob: '{glob}'")
    return re.compile("".join(parts), re.DOTALL)


def _translated(piece: str, *, inside_braces: bool) -> str:
    if piece in _PLAIN:
        return _PLAIN[piece]
    if piece == "{":
        return "(?:"
    if piece == "}":
        return ")"
    if piece == "," and inside_braces:
        return "|"
    if piece.startswith("[") and len(piece) > 2:
        negated = piece[1] in "!^"
        body = piece[2 if negated else 1 : -1].replace("\\", r"\\").replace("[", r"\[")
        return f"[{'^' if negated else ''}{body}]"
    return re.escape(piece[1:] if piece.startswith("\\") and len(piece) > 1 else piece)
