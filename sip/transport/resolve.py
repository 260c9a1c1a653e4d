"""From a URI to the addresses to try: transport, port and host (RFC 3263), sans I/O."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address

from sip.errors import SipParseError
from sip.transport.flow import Address
from sip.uri import SipUri, parse_uri

__all__ = [
    "MAX_TARGETS",
    "Kind",
    "Named",
    "Naptr",
    "Question",
    "Record",
    "Srv",
    "Target",
    "named_target",
    "numeric_target",
    "targets_of",
]

MAX_TARGETS = 8
_MAX_QUESTIONS = 24
_BROADCAST = IPv4Address("255.255.255.255")
_SERVICES = {"SIP+D2U": b"UDP", "SIP+D2T": b"TCP"}

Target = tuple[bytes, Address]


@dataclass(frozen=True, slots=True)
class Named:
    """What a URI with a host name says of where it leads: None for what it leaves open."""

    host: str
    port: int | None
    transport: bytes | None


class Kind(Enum):
    """What can be asked of the names of the network."""

    NAPTR = "NAPTR"
    SRV = "SRV"
    IPV4 = "A"
    IPV6 = "AAAA"


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to be asked of one name."""

    kind: Kind
    name: str


@dataclass(frozen=True, slots=True)
class Naptr:
    """A NAPTR record (RFC 3403): where the records of a service are."""

    order: int
    preference: int
    flags: str
    service: str
    replacement: str


@dataclass(frozen=True, slots=True)
class Srv:
    """An SRV record (RFC 2782): a server for a service."""

    priority: int
    weight: int
    port: int
    target: str


Record = Naptr | Srv | str  # the last: an address


def numeric_target(uri: bytes) -> Target | None:
    """Transport and address of a URI whose host (or maddr) is numeric; None for other URIs.

    Without a transport parameter it is UDP (§4.1), without a port 5060 (§4.2). None too for what
    is no single host's address: nothing is ever sent to a group, to everyone or to nobody.
    """
    found = _read_and_keep(uri) if len(uri) <= _LONGEST_KEPT else _read(uri)
    return found if isinstance(found, tuple) else None


def named_target(uri: bytes) -> Named | None:
    """What a URI with a host name leads to; None for numeric URIs and those of other transports.

    None too for names that are known to lead nowhere (RFC 6761 §6.4).
    """
    found = _read_and_keep(uri) if len(uri) <= _LONGEST_KEPT else _read(uri)
    return found if isinstance(found, Named) else None


def _read(uri: bytes) -> Target | Named | None:
    try:
        parsed = parse_uri(uri)
    except SipParseError:
        return None
    if not isinstance(parsed, SipUri):
        return None
    params = {name.lower(): value for name, value in parsed.params}
    host = (params.get(b"maddr") or parsed.host).decode("ascii", "replace").strip("[]").lower()
    transport = (params.get(b"transport") or b"").upper() or None
    port = parsed.port
    if transport not in (None, b"UDP", b"TCP") or (port is not None and not 0 < port < 65_536):
        return None
    try:
        address = ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError:
        return _name(parsed, host, port, transport)
    if not _is_of_one_host(address):
        return None
    return transport or b"UDP", (str(address), port or 5060)


# Bounded in number and in octets, as callers choose what is asked for.
_MOST_KEPT = 2_048
_LONGEST_KEPT = 256
_read_and_keep = lru_cache(maxsize=_MOST_KEPT)(_read)


def _name(uri: SipUri, host: str, port: int | None, transport: bytes | None) -> Named | None:
    host = host.rstrip(".")
    if uri.scheme.lower() != b"sip" or host.rpartition(".")[2] in ("invalid", ""):
        return None
    return Named(host, port, transport)


def _is_of_one_host(address: IPv4Address | IPv6Address) -> bool:
    return not (address.is_multicast or address.is_unspecified or address == _BROADCAST)


def targets_of(
    named: Named, *, is_ipv6: bool, draw: Callable[[int], int]
) -> Generator[Question, list[Record], list[Target]]:
    """Find the targets of a name, best first (RFC 3263 §4): asks questions, is sent the records.

    `draw(n)` gives a number from 0 to n - 1, by which servers share the load. At most
    `MAX_TARGETS` come out of it, whatever the records say.
    """
    search = _Search(Kind.IPV6 if is_ipv6 else Kind.IPV4, draw)
    if named.port is not None:
        yield from search.address(named.transport or b"UDP", named.host, named.port)
        return search.targets
    for transport, name in (yield from search.services(named)):
        yield from search.servers(transport, name)
    if not search.targets:
        yield from search.address(named.transport or b"UDP", named.host, 5060)
    return search.targets


Asking = Generator[Question, list[Record], None]


class _Search:
    """One walk through the records of a name, with the bounds that hold for all of it."""

    __slots__ = ("_address_kind", "_draw", "_questions", "targets")

    def __init__(self, address_kind: Kind, draw: Callable[[int], int]) -> None:
        self._address_kind = address_kind
        self._draw = draw
        self._questions = 0
        self.targets: list[Target] = []

    def ask(self, kind: Kind, name: str) -> Generator[Question, list[Record], list[Record]]:
        """The records, or none once too much has been asked."""
        if self._questions >= _MAX_QUESTIONS or len(self.targets) >= MAX_TARGETS:
            return []
        self._questions += 1
        return (yield Question(kind, name.rstrip(".").lower()))

    def services(self, named: Named) -> Generator[Question, list[Record], list[tuple[bytes, str]]]:
        """Transports and the names of their servers' records (§4.1)."""
        if named.transport is None:
            records = yield from self.ask(Kind.NAPTR, named.host)
            pointers = [r for r in records if isinstance(r, Naptr) and r.flags.lower() == "s"]
            pointers.sort(key=lambda pointer: (pointer.order, pointer.preference))
            found = [
                (_SERVICES[pointer.service.upper()], pointer.replacement)
                for pointer in pointers
                if pointer.service.upper() in _SERVICES
            ]
            if found:
                return found
        transports = (b"UDP", b"TCP") if named.transport is None else (named.transport,)
        return [(each, f"_sip._{each.decode().lower()}.{named.host}") for each in transports]

    def servers(self, transport: bytes, name: str) -> Asking:
        """Take the servers of an SRV record set, in the order of RFC 2782 (§4.2)."""
        records = yield from self.ask(Kind.SRV, name)
        servers = [record for record in records if isinstance(record, Srv)]
        for server in self._in_order(servers):
            if server.target.rstrip("."):  # a lone dot: the service is not offered here
                yield from self.address(transport, server.target, server.port)

    def address(self, transport: bytes, host: str, port: int) -> Asking:
        """Take the addresses of a host."""
        records = yield from self.ask(self._address_kind, host)
        for record in records:
            if isinstance(record, str) and 0 < port < 65_536 and len(self.targets) < MAX_TARGETS:
                self.targets.append((transport, (record, port)))

    def _in_order(self, servers: list[Srv]) -> list[Srv]:
        ordered: list[Srv] = []
        rest = sorted(servers, key=lambda server: (server.priority, server.weight))
        while rest:
            best = [server for server in rest if server.priority == rest[0].priority]
            lot = self._draw(sum(server.weight for server in best) + 1)
            for server in best:
                lot -= server.weight
                if lot <= 0:
                    break
            ordered.append(server)
            rest.remove(server)
        return ordered
