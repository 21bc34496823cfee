"""The fixed answer by uvicorn alone, in one process."""

from __future__ import annotations

import sys

import uvicorn

from benchmarks.rivals._echo_app import echo

if __name__ == "__main__":
    uvicorn.run(echo, port=int(sys.argv[1]), log_level="warning", access_log=False)
