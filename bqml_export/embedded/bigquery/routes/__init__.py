"""The REST API's methods as functions from request to response."""
