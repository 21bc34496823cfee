"""BYTES parameters, which the backend takes for text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bqml_export.embedded.sql.tokens import tokenize

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bqml_export.embedded.sql.parameters import Parameter


def decode_bytes_parameters(
    sql: str, parameters: Sequence[Parameter]
) -> tuple[str, tuple[Parameter, ...]]:
    """Returns `sql` and its named parameters with BYTES as base64 text that the SQL decodes."""
    names = {
        str(parameter.get("name")).lower()
        for parameter in parameters
        if parameter.get("parameterType", {}).get("type") == "BYTES"
    }
    if not names:
        return sql, tuple(parameters)
    tokens = tokenize(sql)
    for index in range(len(tokens) - 1, 0, -1):
        sign, name = tokens[index - 1], tokens[index]
        if sign.word == "@" and sql[name.start : name.end].strip("`").lower() in names:
            sql = f"{sql[: sign.start]}FROM_BASE64({sql[sign.start : name.end]}){sql[name.end :]}"
    return sql, tuple(_as_text(parameter, names) for parameter in parameters)


def _as_text(parameter: Parameter, names: set[str]) -> Parameter:
    if str(parameter.get("name")).lower() not in names:
        return parameter
    return {**parameter, "parameterType": {"type": "STRING"}}
