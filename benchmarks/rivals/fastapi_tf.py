"""FastAPI, uvicorn and TensorFlow in one process. Arguments: the port, the version folder."""

from __future__ import annotations

import sys

import tensorflow as tf
import uvicorn

from benchmarks.rivals._model_route import application

if __name__ == "__main__":
    loaded = tf.saved_model.load(sys.argv[2])
    uvicorn.run(application(loaded), port=int(sys.argv[1]), log_level="warning", access_log=False)
