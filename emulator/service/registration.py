"""The registrars: which clients answer for an agent just now (RFC 3261 §10)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from emulator.model.agents import Agent
from emulator.model.topology import Registrations
from emulator.rules import Phase, Pool
from emulator.service.destinations import Destinations, Reach
from sip.deadlines import Deadline
from sip.errors import SipParseError
from sip.headers import parse_contacts, parse_name_addr
from sip.message import Request
from sip.registrar import Binding, Bindings, Refusal
from sip.transaction.server import ServerTransaction
from sip.transport.flow import Flow

if TYPE_CHECKING:
    from emulator.service.element import Element
    from emulator.service.site import Site

__all__ = ["Registration"]


@dataclass(frozen=True, slots=True)
class Way:
    """What a person's binding came by: the flow, and the pool whose registrar took it."""

    name: str
    pool: Pool
    flow: Flow


class Registration:
    """Takes REGISTER at every living element, and knows where each agent can be rung.

    Bindings belong to the person, whichever pool's registrar took them. While an agent has one,
    it takes the place of the emulated endpoint.
    """

    __slots__ = ("_bindings", "_destinations", "_expiry", "_site", "_ways")

    def __init__(self, site: Site, destinations: Destinations) -> None:
        self._site = site
        self._destinations = destinations
        self._bindings = Bindings()
        self._ways: dict[int, set[Way]] = {}
        self._expiry: Deadline | None = None

    def on_register(
        self, transaction: ServerTransaction, request: Request, element: Element
    ) -> None:
        """Answer one REGISTER."""
        site = self._site
        tag = element.endpoint.new_tag()
        try:
            destination = self._destinations.find(parse_name_addr(request.to_value).uri)
        except SipParseError:
            transaction.respond(400, to_tag=tag)
            return
        if destination.reach is not Reach.PERSON:
            foreign = destination.reach is Reach.FOREIGN
            transaction.respond(403 if foreign else 404, to_tag=tag)
            return
        agent = site.agents[destination.name]
        if not site.elements.guard.admits(transaction, request, agent, element):
            return
        lines = request.values(b"Contact")
        contacts = parse_contacts(b", ".join(lines)) if lines else []
        expires = request.first(b"Expires")
        now = site.deadlines.clock()
        way = Way(agent.name, self._serving_pool(agent, element), transaction.flow)
        result = self._bindings.register(
            agent.name.encode(),
            contacts,
            call_id=request.call_id,
            cseq=request.cseq,
            expires=int(expires) if expires is not None and expires.isdigit() else None,
            flow=way,
            now=now,
        )
        if isinstance(result, Refusal):
            headers = b"Min-Expires: %d\r\n" % result.min_expires if result.min_expires else b""
            transaction.respond(
                result.status, result.reason.encode() or None, to_tag=tag, headers=headers
            )
            return
        headers = b"".join(b"Contact: %b\r\n" % each.to_contact(now) for each in result)
        transaction.respond(200, to_tag=tag, headers=headers)
        if any(binding.flow == way for binding in result):
            self._watch(way)
        self._changed(agent, len(result))
        self._await_expiry()

    def contacts(self, agent: Agent) -> list[tuple[bytes, Flow]]:
        """Where `agent` is registered: each contact's URI and the flow it came by."""
        found = self._bindings.lookup(agent.name.encode(), self._site.deadlines.clock())
        return [(each.uri.to_bytes(), _way_of(each).flow) for each in found]

    def contact_uris(self, agent: Agent) -> list[str]:
        """The contacts of `agent` as text."""
        return [uri.decode("utf-8", "replace") for uri, _ in self.contacts(agent)]

    def follow(self, before: Phase, now: Phase) -> None:
        """End what `registrations: lost` says ends when the phase changes."""
        site = self._site
        if site.topology.registrations is not Registrations.LOST:
            return
        downs = (Phase.OUTAGE, Phase.FAILING_OVER, Phase.FAILED_OVER)
        for agent in site.agents.values():
            name = agent.name.encode()
            bound = self._bindings.lookup(name, site.deadlines.clock())
            lost: set[Way] = set()
            if now in downs and before not in downs:
                lost = {_way_of(each) for each in bound if _way_of(each).pool is Pool.PRIMARY}
            elif now is Phase.FAILING_BACK and agent.home is Pool.PRIMARY:
                lost = {_way_of(each) for each in bound if _way_of(each).pool is Pool.BACKUP}
            for way in lost:
                self._drop(way)

    def clear(self) -> None:
        """Forget every binding."""
        for agent in self._site.agents.values():
            self._bindings.remove(agent.name.encode())
            agent.bindings = 0

    def _serving_pool(self, agent: Agent, element: Element) -> Pool:
        if element.pool is not None:
            return element.pool
        return Pool.BACKUP if self._site.is_down(agent.home) else agent.home

    def _watch(self, way: Way) -> None:
        flow = way.flow
        if not flow.reliable:
            return
        ways = self._ways.get(id(flow))
        if ways is None:
            ways = self._ways[id(flow)] = set()
            flow.watch(self, lambda: self._lose(flow))
        ways.add(way)

    def _lose(self, flow: Flow) -> None:
        for way in self._ways.pop(id(flow), set()):
            self._drop(way)

    def _drop(self, way: Way) -> None:
        self._tell(self._bindings.drop_flow(way))

    def _tell(self, ended: list[Binding]) -> None:
        for name in {binding.aor for binding in ended}:
            agent = self._site.agents.get(name.decode())
            if agent is not None:
                left = self._bindings.lookup(name, self._site.deadlines.clock())
                self._changed(agent, len(left))

    def _changed(self, agent: Agent, bindings: int) -> None:
        had = agent.bindings
        agent.bindings = bindings
        if had == bindings:
            return
        site = self._site
        site.journal.write("agent", agent)
        agent.enter_groups()
        site.elements.offer_waiting(agent)

    def _await_expiry(self) -> None:
        due = self._bindings.next_expiry
        if due is None or (self._expiry is not None and self._expiry.due <= due):
            return
        if self._expiry is not None:
            self._expiry.cancel()
        delay = max(0.0, due - self._site.deadlines.clock())
        self._expiry = self._site.deadlines.after(delay, Registration._expire, self)

    def _expire(self) -> None:
        self._expiry = None
        self._tell(self._bindings.expire(self._site.deadlines.clock()))
        self._await_expiry()


def _way_of(binding: Binding) -> Way:
    way = binding.flow
    assert isinstance(way, Way)
    return way
