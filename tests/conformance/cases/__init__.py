"""The cases, by group."""

from __future__ import annotations

from tests.conformance.case import GrpcCase, RestCase
from tests.conformance.cases import (
    examples,
    grpc_models,
    grpc_predict,
    http_layer,
    json_in,
    models,
    numbers_out,
    predict_columns,
    predict_rows,
    strings,
    types_in,
)

ALL: tuple[RestCase | GrpcCase, ...] = (
    *predict_rows.CASES,
    *predict_columns.CASES,
    *types_in.CASES,
    *strings.CASES,
    *json_in.CASES,
    *numbers_out.CASES,
    *examples.CASES,
    *models.CASES,
    *http_layer.CASES,
    *grpc_predict.CASES,
    *grpc_models.CASES,
)
"""Every case, in the order in which it is run."""
