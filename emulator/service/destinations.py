"""Whom a Request-URI is for: a group, a person, this listener, nobody, or another domain."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from emulator.model.topology import Group, Topology
from sip.errors import SipParseError
from sip.uri import SipUri, TelUri, parse_uri

__all__ = ["LONGEST_KNOWN", "MAX_KNOWN", "Destination", "Destinations", "Reach"]

# Bounded in number and in octets, as callers choose what is asked for.
MAX_KNOWN = 4_096
LONGEST_KNOWN = 256
_SEPARATORS = re.compile(r"[-.() ]")


class Reach(Enum):
    """What a Request-URI turns out to be."""

    GROUP = "group"
    PERSON = "person"
    LISTENER = "listener"
    UNKNOWN = "unknown"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True)
class Destination:
    """What a Request-URI is for; `name` of a group or person."""

    reach: Reach
    name: str = ""


_UNKNOWN = Destination(Reach.UNKNOWN)
_FOREIGN = Destination(Reach.FOREIGN)
_LISTENER = Destination(Reach.LISTENER)


class Destinations:
    """Looks Request-URIs up; the newest few thousand answers are remembered, long URIs excepted.

    `addresses` are the host:port pairs of our own listeners, which count as the domain.
    """

    __slots__ = ("_agents", "_domain", "_known", "_own", "_users")

    def __init__(self, topology: Topology) -> None:
        self._domain = topology.domain.lower()
        self._own: set[tuple[str, int]] = set()
        self._known: dict[bytes, Destination] = {}
        self._agents = topology.agents
        self._users: dict[str, Destination] = {}
        self.list_groups(topology.groups)

    def list_groups(self, groups: Iterable[Group]) -> None:
        """Let these be the groups that there are, from now on."""
        users: dict[str, Destination] = {}
        for agent in self._agents:
            users[agent.name.lower()] = Destination(Reach.PERSON, agent.name)
            if agent.tel:
                users[_number(agent.tel)] = Destination(Reach.PERSON, agent.name)
        for group in groups:
            users[group.name.lower()] = Destination(Reach.GROUP, group.name)
            if group.tel:
                users[_number(group.tel)] = Destination(Reach.GROUP, group.name)
        self._users = users
        self._known.clear()

    def own(self, host: str, port: int) -> None:
        """Let a listener's address count as the domain."""
        self._own.add((host.lower(), port))
        if host.startswith("127.") or host == "::1":
            self._own.add(("localhost", port))
        self._known.clear()

    def find(self, uri: bytes) -> Destination:
        """What `uri`, a raw Request-URI, is for."""
        found = self._known.get(uri)
        if found is None:
            found = self._look_up(uri)
            if len(uri) > LONGEST_KNOWN:
                return found
            if len(self._known) >= MAX_KNOWN:
                self._known.clear()
            self._known[uri] = found
        return found

    def find_user(self, user: str) -> Destination:
        """What a bare name or number stands for."""
        return self._users.get(user.lower()) or self._users.get(_number(user)) or _UNKNOWN

    def _look_up(self, uri: bytes) -> Destination:
        try:
            parsed = parse_uri(uri)
        except SipParseError:
            return _UNKNOWN
        if isinstance(parsed, TelUri):
            return self._users.get(_number(parsed.number.decode("utf-8", "replace"))) or _UNKNOWN
        if not isinstance(parsed, SipUri):
            return _UNKNOWN
        host = parsed.host.decode("utf-8", "replace").lower().strip("[]")
        if host != self._domain and (host, parsed.port or 5060) not in self._own:
            return _FOREIGN
        user = parsed.user
        if not user:
            return _LISTENER
        return self.find_user(user.decode("utf-8", "replace"))


def _number(text: str) -> str:
    """A number without visual separators (RFC 3966 §3); parameters cut off."""
    return _SEPARATORS.sub("", text.removeprefix("tel:").partition(";")[0])
