"""BYTES parameters."""

from __future__ import annotations

from bqml_export.embedded.sql.bytes_parameters import decode_bytes_parameters

TEXT = {"name": "t", "parameterType": {"type": "STRING"}, "parameterValue": {"value": "x"}}
BYTES = {"name": "b", "parameterType": {"type": "BYTES"}, "parameterValue": {"value": "eA=="}}


def test_bytes_are_decoded_where_they_are_used() -> None:
    """Only the BYTES parameter changes, at every use of it and nowhere in literals."""
    sql, parameters = decode_bytes_parameters("SELECT @b, '@b', @t, @b", (TEXT, BYTES))
    assert sql == "SELECT FROM_BASE64(@b), '@b', @t, FROM_BASE64(@b)"
    assert [parameter["parameterType"]["type"] for parameter in parameters] == ["STRING"] * 2
