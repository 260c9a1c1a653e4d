"""The addresses that `up` is given, judged before anything is bound."""

from __future__ import annotations

import ipaddress
import re

from emulator.cli.exits import ExitCode, Failure

__all__ = ["judge_addresses"]

_HOST_NAME = re.compile(
    r"(?=.{1,253}\Z)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
    r"(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*\.?\Z"
)


def judge_addresses(host: str, advertise: str | None, token: str | None) -> tuple[str, str]:
    """Give the address to bind and the one to advertise; raises Failure for what can't be."""
    bound = "127.0.0.1" if host == "localhost" else host.strip("[]")
    try:
        address = ipaddress.ip_address(bound)
    except ValueError:
        raise Failure(
            ExitCode.USAGE, f"up: --host {host} is no numeric address, such as 127.0.0.1 or ::1"
        ) from None
    shown = bound if advertise is None else advertise.strip("[]")
    if not _is_address(shown) and not _HOST_NAME.match(shown):
        raise Failure(ExitCode.USAGE, f"up: --advertise {advertise} is no address and no host name")
    if advertise is None and address.is_unspecified:
        raise Failure(
            ExitCode.USAGE,
            f"up: --host {host} is every address of this machine: say by --advertise which of "
            "them SIP clients are to be told",
        )
    if not address.is_loopback and token is None:
        raise Failure(
            ExitCode.USAGE,
            f"up: --host {host} can be reached from elsewhere: set a token for the admin API, "
            "by --token or RGS_TOKEN",
        )
    if token is not None and not re.fullmatch(r"[A-Za-z0-9._~+/=-]+", token):
        raise Failure(
            ExitCode.USAGE, "up: the token may have letters, digits and - . _ ~ + / = only"
        )
    return bound, shown


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
