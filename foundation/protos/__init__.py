"""TensorFlow Serving's messages and services, restated from their wire format.

Same package, names, numbers and types as the stock `tensorflow-serving-api`, so stock clients and
ours read each other; TensorProto and its like are the TensorFlow wheel's own. Importing a `*_pb2`
module here therefore loads TensorFlow; `client_predict_pb2` alone does not.

The stock package declares the same names in files of its own: one process may import these modules
or the stock ones, not both.

`python -m foundation.protos.generate` writes the `*_pb2` modules anew after a `.proto` was changed.
"""
