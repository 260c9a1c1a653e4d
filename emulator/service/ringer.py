"""Rings agents: their emulated endpoint, or the clients that have registered for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.model.agents import Agent
from emulator.model.topology import OnCall
from emulator.service.branches import Branch, Seeker
from emulator.service.bridge import Host, bridge_invite
from emulator.service.emulated import EmulatedBranch
from emulator.service.held import HeldCaller
from emulator.service.registered import RegisteredBranch
from emulator.service.routes import leads_by_name, record_routes, strip_own_routes, way_to
from sip.message import Request
from sip.proxy import Target, forwarded
from sip.transport.flow import Flow

if TYPE_CHECKING:
    from emulator.service.site import Site

__all__ = ["Ringer"]


class Ringer:
    """Makes a branch for an agent, whatever answers for it just now."""

    __slots__ = ("_site",)

    def __init__(self, site: Site) -> None:
        self._site = site

    def branch(self, seeker: Seeker, agent: Agent, bridge: Host | None) -> Branch:
        """A branch to `agent`, who has been claimed; `bridge` is who hides the agent."""
        if not agent.bindings:
            return EmulatedBranch(self._site, seeker, agent)
        elements = self._site.elements
        if isinstance(seeker.caller, HeldCaller):  # who can't be referred
            bridge = elements.edge
        return self._registered(seeker, agent, elements.registrar.contacts(agent), bridge)

    def outside_branch(self, seeker: Seeker, uri: bytes, flow: Flow, bridge: Host | None) -> Branch:
        """A branch to a URI that is nobody's of the topology."""
        return self._registered(seeker, None, [(uri, flow)], bridge)

    def answers_within(self, agent: Agent, seconds: float) -> bool:
        """Whether `agent` is emulated and sure to have answered before `seconds` are over."""
        settings = agent.settings
        return (
            not agent.bindings
            and settings.on_call is OnCall.ANSWER
            and settings.answer_after_ms is not None
            and settings.answer_after_ms < seconds * 1000
        )

    def _registered(
        self,
        seeker: Seeker,
        agent: Agent | None,
        contacts: list[tuple[bytes, Flow]],
        bridge: Host | None,
    ) -> RegisteredBranch:
        elements = self._site.elements
        director = elements.director.endpoint
        invite, caller_flow = seeker.caller.request, seeker.caller.transaction.flow
        requests: list[tuple[Request, Target]] = []
        for uri, known in contacts:
            flow = way_to(director, uri, known)
            by_name = agent is not None and leads_by_name(uri, known)
            if bridge is not None:
                call = seeker.call
                if call.agent_call_id is None:
                    call.agent_call_id = bridge.element.endpoint.new_call_id()
                    self._site.calls.index(call.agent_call_id, call)
                target = Target(uri, flow, keeps_flow=agent is not None, by_name=by_name)
                aor = agent.aor.encode() if agent is not None else uri
                requests.append((bridge_invite(bridge, call, invite, aor, uri, flow), target))
                continue
            routes = record_routes(director, caller_flow, flow)
            target = Target(uri, flow, routes, keeps_flow=agent is not None, by_name=by_name)
            request = forwarded(invite, target)
            strip_own_routes(request, elements.addresses)
            _keep_what_is_ours(request)
            requests.append((request, target))
        return RegisteredBranch(self._site, seeker, agent, requests)


def _keep_what_is_ours(request: Request) -> None:
    """Take off what was for us (§22.3), and what only whoever relays a PRACK may pass on.

    The caller's early dialog is ours: an endpoint that rang reliably (RFC 3262) would wait for a
    PRACK that can't reach it.
    """
    if request.first(b"Proxy-Authorization") is not None:
        request.remove_header(b"Proxy-Authorization")
    supported = request.values(b"Supported")
    left = [tag for tag in supported if tag.lower() != b"100rel"]
    if len(left) == len(supported):
        return
    request.remove_header(b"Supported")
    if left:
        request.add_header(b"Supported", b", ".join(left))
