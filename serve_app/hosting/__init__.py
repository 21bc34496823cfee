"""All that touches the insides of Ray, uvicorn and HAProxy."""
