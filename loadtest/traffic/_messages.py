"""Names of the messages between the master and the processes that send."""

from __future__ import annotations

HELLO = "loadtest_hello"
"""Worker to master: its name. It is there and waits for the settings."""
WELCOME = "loadtest_welcome"
"""Master to worker: the settings, the start of the run's clock, the URL."""
READY = "loadtest_ready"
"""Worker to master: its name, and the problem that keeps it from sending; empty without one."""
PACE = "loadtest_pace"
"""Master to worker: the rate that a user stands for from now on."""
SECOND = "loadtest_second"
"""Worker to master: what it counted in one second, its CPU and its users."""
