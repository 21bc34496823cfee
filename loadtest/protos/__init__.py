"""TensorFlow Serving's Predict messages on the wire, without TensorFlow.

Written anew by `python -m grpc_tools.protoc --proto_path=. --python_out=. --pyi_out=.
loadtest/protos/predict.proto` (grpcio-tools).
"""
