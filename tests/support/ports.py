"""Addresses and ports of the loopback that nobody uses just now."""

from __future__ import annotations

import secrets
import socket

__all__ = ["free_port", "own_host"]

_TRIES = 50


def free_port(host: str = "127.0.0.1") -> int:
    """A port of `host` that nobody uses over UDP or TCP."""
    for _ in range(_TRIES):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            udp.bind((host, 0))
            port: int = udp.getsockname()[1]
            with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tcp:
                try:
                    tcp.bind((host, port))
                except OSError:
                    continue
                return port
    raise OSError(f"no port of {host} is free for both transports")


def own_host() -> str:
    """An address of the loopback for one program: there every port is free, and stays so."""
    return "127." + ".".join(str(secrets.randbelow(253) + 1) for _ in range(3))
