from foundation.protos import classification_pb2 as _classification_pb2
from foundation.protos import model_metadata_pb2 as _model_metadata_pb2
from foundation.protos import multi_inference_pb2 as _multi_inference_pb2
from foundation.protos import predict_pb2 as _predict_pb2
from foundation.protos import regression_pb2 as _regression_pb2
from google.protobuf import descriptor as _descriptor
from typing import ClassVar as _ClassVar

DESCRIPTOR: _descriptor.FileDescriptor
