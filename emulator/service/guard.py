"""Asks persons who have a password for it (RFC 3261 §22, digest)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.model.agents import Agent
from emulator.service.destinations import Destinations, Reach
from sip.digest import Algorithm, Authenticator, Verdict
from sip.errors import SipParseError
from sip.headers import parse_name_addr
from sip.message import Request
from sip.transaction.server import ServerTransaction

if TYPE_CHECKING:
    from emulator.service.element import Element
    from emulator.service.site import Site

__all__ = ["Guard"]

_REGISTRAR = (401, b"Authorization", b"WWW-Authenticate")
_PROXY = (407, b"Proxy-Authorization", b"Proxy-Authenticate")


class Guard:
    """Lets a request in a person's name pass, or answers it with a challenge.

    The realm is the domain. A registrar challenges with 401 (§22.2). An INVITE is challenged with
    407 (§22.3): whoever it is for, a proxy or a pool on the way to that one asks. `is_needed` says
    whether anybody has a password at all.
    """

    __slots__ = ("_authenticator", "_destinations", "_site", "is_needed")

    def __init__(self, site: Site, destinations: Destinations) -> None:
        self._site = site
        self._destinations = destinations
        self._authenticator = Authenticator(site.topology.domain.encode(), site.deadlines.clock)
        self.is_needed = any(agent.password is not None for agent in site.topology.agents)

    def admits(
        self, transaction: ServerTransaction, request: Request, agent: Agent, element: Element
    ) -> bool:
        """Whether `request` may go on in the name of `agent`; if not, it has been answered.

        Wrong credentials are answered as none are: with a challenge.
        """
        password = agent.settings.password
        if password is None:
            return True
        name = agent.name.encode()
        realm = self._authenticator.realm
        secret = password.encode()

        def secret_of(user: bytes, algorithm: Algorithm) -> bytes | None:
            return algorithm.secret_of(user, realm, secret) if user == name else None

        status, carries, asks = _REGISTRAR if request.method == b"REGISTER" else _PROXY
        credentials = request.values(carries)
        verdict = self._authenticator.verify(credentials, request.method, secret_of).verdict
        if verdict is Verdict.VALID:
            return True
        challenges = self._authenticator.challenges(verdict)
        lines = b"".join(b"%b: %b\r\n" % (asks, challenge) for challenge in challenges)
        transaction.respond(status, to_tag=element.endpoint.new_tag(), headers=lines)
        return False

    def admits_call(
        self, transaction: ServerTransaction, request: Request, element: Element
    ) -> bool:
        """Whether an INVITE may go on: it is from nobody of ours, or it proves who it is from.

        What an emulated agent sends itself is known by its branch, and needs no proof.
        """
        agent = self._caller_of(request)
        if agent is None or agent.settings.password is None:
            return True
        own = element.endpoint.layer.clients.get((request.branch, request.method))
        if own is not None and own.request.call_id == request.call_id:
            return True
        return self.admits(transaction, request, agent, element)

    def _caller_of(self, request: Request) -> Agent | None:
        """The person that From names, by an address or a number."""
        try:
            found = self._destinations.find(parse_name_addr(request.from_value).uri)
        except SipParseError:
            return None
        return self._site.agents[found.name] if found.reach is Reach.PERSON else None
