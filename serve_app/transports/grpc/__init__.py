"""gRPC, as bytes and a status."""
