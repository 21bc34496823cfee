"""HTTP, as one plain ASGI application."""
