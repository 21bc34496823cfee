"""Ray Serve with FastAPI, as its documentation shows, with Ray's own defaults.

Arguments: the port, the version folder.
"""

import sys
from typing import Any

from fastapi import FastAPI
from ray import serve

from benchmarks.rivals._model_route import predict
from benchmarks.rivals._ray_cluster import serve_until_told

app = FastAPI()


class Model:
    """One replica."""

    def __init__(self, folder: str) -> None:
        import tensorflow as tf

        self._model = tf.saved_model.load(folder)

    @app.post("/v1/models/{name}:predict")
    def answer(self, name: str, body: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        """Answers one request, in one of Ray Serve's threads."""
        return predict(self._model, body)


if __name__ == "__main__":
    deployment = serve.deployment(serve.ingress(app)(Model), max_ongoing_requests=1200)
    serve_until_told(deployment.bind(sys.argv[2]), int(sys.argv[1]), quiet=False)
