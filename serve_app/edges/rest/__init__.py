"""The REST edge: one plain ASGI application."""
