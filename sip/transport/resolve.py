"""From a URI to the addresses to try: transport, port and host (RFC 3263)."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import ip_address

from sip.errors import SipParseError
from sip.transport.flow import Address
from sip.uri import SipUri, parse_uri

__all__ = ["numeric_target"]


@lru_cache(maxsize=8_192)
def numeric_target(uri: bytes) -> tuple[bytes, Address] | None:
    """Transport and address of a URI whose host (or maddr) is numeric; None for other URIs.

    Without a transport parameter it is UDP (§4.1), without a port 5060 (§4.2).
    """
    try:
        parsed = parse_uri(uri)
    except SipParseError:
        return None
    if not isinstance(parsed, SipUri):
        return None
    params = {name.lower(): value for name, value in parsed.params}
    host = (params.get(b"maddr") or parsed.host).decode("ascii", "replace").strip("[]")
    try:
        address = str(ip_address(host))
    except ValueError:
        if host.lower() != "localhost":
            return None
        address = "127.0.0.1"
    transport = (params.get(b"transport") or b"udp").upper()
    port = 5060 if parsed.port is None else parsed.port
    if transport not in (b"UDP", b"TCP") or not 0 < port < 65_536:
        return None
    return transport, (address, port)
