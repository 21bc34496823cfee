"""A FastAPI application around a SavedModel, as tutorials show it."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI


def plain(value: Any) -> Any:  # noqa: ANN401 - a tensor's values
    """Returns a tensor's values as JSON has them."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.decode() if isinstance(value, bytes) else value


def predict(model: Any, body: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401 - TensorFlow
    """Returns the predictions for `instances`."""
    import tensorflow as tf

    call = model.signatures["serving_default"]
    _, specs = call.structured_input_signature
    rows = body["instances"]
    inputs = {
        name: tf.constant([row[name] for row in rows], dtype=spec.dtype)
        for name, spec in specs.items()
    }
    outputs = {name: plain(tensor.numpy().tolist()) for name, tensor in call(**inputs).items()}
    names = list(outputs)
    lines = zip(*outputs.values(), strict=True)
    return {"predictions": [dict(zip(names, line, strict=True)) for line in lines]}


def application(model: Any) -> FastAPI:  # noqa: ANN401 - TensorFlow
    """Returns the application."""
    app = FastAPI()

    @app.post("/v1/models/{name}:predict")
    def answer(name: str, body: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG001
        return predict(model, body)

    return app
