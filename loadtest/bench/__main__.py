"""`python -m loadtest.bench`: `bqml-loadtest bench` by itself."""

from __future__ import annotations

import sys

from loadtest.__main__ import main

if __name__ == "__main__":
    sys.argv[1:1] = ["bench"]
    main()
