"""How the director keeps itself in the path: Record-Route values and the flows to both ends."""

from __future__ import annotations

from sip.dialog import uri_of
from sip.endpoint import Endpoint
from sip.errors import SipParseError
from sip.message import Request
from sip.transport.flow import Flow
from sip.transport.resolve import named_target, numeric_target
from sip.uri import SipUri, parse_uri

__all__ = [
    "address_of",
    "leads_by_name",
    "record_routes",
    "routes_beyond",
    "strip_own_routes",
    "way_to",
]


def record_routes(director: Endpoint, caller: Flow, agent: Flow) -> tuple[bytes, ...]:
    """The director's Record-Route entries, to be put on in this order.

    One if both sides use the same transport, else one for each side (RFC 5658 §3), so that each
    end finds an entry that it can send to.
    """
    near = _entry(director, caller.transport)
    far = _entry(director, agent.transport)
    return (near,) if near == far else (near, far)


def strip_own_routes(request: Request, own: frozenset[tuple[str, int]]) -> None:
    """Take the Route entries on top that name one of our listeners away (§16.4)."""
    while request.routes and address_of(request.routes[0]) in own:
        request.pop_route()


def routes_beyond(record_routes: list[bytes], own: frozenset[tuple[str, int]]) -> tuple[bytes, ...]:
    """The route set from us to who answered: what stands above our entry, nearest to us first."""
    beyond: list[bytes] = []
    for value in record_routes:
        if address_of(value) in own:
            break
        beyond.insert(0, value)
    return tuple(beyond)


def way_to(director: Endpoint, uri: bytes, known: Flow) -> Flow:
    """The flow to a remote target: the one it has, if that is an open connection, else its URI's.

    Where the URI names no numeric address, the address of the known flow is all there is.
    """
    if known.reliable and known.is_open:
        return known
    found = director.flow_for(uri)
    if found is None and not known.reliable:
        found = director.udp.flow_to(
            known.remote
        )  # whichever listener it came by, that may be gone
    return found or known


def leads_by_name(uri: bytes, known: Flow) -> bool:
    """Whether the way to `uri` is to be looked for by a host name, as no open connection is known.

    `way_to` is the last resort then.
    """
    return not (known.reliable and known.is_open) and named_target(uri) is not None


def _entry(director: Endpoint, transport: bytes) -> bytes:
    uri = uri_of(director.contact(b"", transport))
    return b"<%b;lr>" % uri


def address_of(route: bytes) -> tuple[str, int] | None:
    """The host and port that a Route value names, None if it can't be read."""
    try:
        uri = uri_of(route)
        target = numeric_target(uri)
        if target is not None:
            return target[1]
        parsed = parse_uri(uri)
    except SipParseError:
        return None
    if isinstance(parsed, SipUri):
        return parsed.host.decode("ascii", "replace").lower(), parsed.port or 5060
    return None
