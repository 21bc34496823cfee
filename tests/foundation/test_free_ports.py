"""Free ports."""

from __future__ import annotations

import socket

import pytest

from foundation.errors import UnavailableError
from foundation.free_ports import free_ports


def test_ports_differ_and_can_be_listened_on() -> None:
    """Each of them."""
    ports = free_ports(5, "127.0.0.1")
    assert len(set(ports)) == 5
    for port in ports:
        socket.create_server(("127.0.0.1", port)).close()


def test_an_address_that_is_not_ours_has_none() -> None:
    """The error counts."""
    with pytest.raises(UnavailableError, match="1 free ports are needed, 0 were found"):
        free_ports(1, "192.0.2.1")
