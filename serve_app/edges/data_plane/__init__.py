"""The short way for predict requests: from the replica's socket to the model and back.

It stands in front of the ASGI applications, Ray Serve's included, on their own listener. What it
does not know at a glance goes on to them, byte for byte as it came.
"""
