"""What an answer makes of a pending call: handed over, or bridged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.model.agents import Agent
from emulator.model.calls import EndedBy
from emulator.model.ladder import Party
from emulator.service.branches import Branch, Seeker
from emulator.service.bridge import BridgedCall, Host
from emulator.service.bridge_legs import Leg
from emulator.service.descriptions import content_of
from emulator.service.dialogs import ServedDialog
from emulator.service.emulated import hang_up_later
from emulator.service.registered import RegisteredBranch
from emulator.service.relay import RelayedCall
from emulator.service.wording import ELSEWHERE
from sip.dialog import Dialog
from sip.message import Response

if TYPE_CHECKING:
    from emulator.service.element import Element
    from emulator.service.site import Site

__all__ = ["connect"]


def connect(
    site: Site,
    seeker: Seeker,
    branch: Branch,
    response: Response | None,
    bridge: Host | None,
) -> None:
    """`branch` has answered the call of `seeker`: hand it over, or bridge it in `bridge`.

    `response` is a registered endpoint's 2xx, None if an emulated one answers.
    """
    call, caller = seeker.call, seeker.caller
    caller.let_go()
    if response is not None:
        assert isinstance(branch, RegisteredBranch)
        branch.cancel_others(ELSEWHERE)
        if bridge is not None:
            _bridge_registered(bridge, seeker, branch, response)
        else:
            _connect_registered(site, seeker, branch, response)
        return
    agent = branch.agent
    assert agent is not None
    transport = caller.transaction.flow.transport
    if bridge is not None:
        element, tag, contact = bridge.element, caller.tag, bridge.contact(transport)
        if call.agent_call_id is None:
            call.agent_call_id = element.endpoint.new_call_id()
            site.calls.index(call.agent_call_id, call)
    else:
        element = site.elements.agents
        tag = element.endpoint.new_tag()
        contact = site.elements.agent_contact(agent, transport)
        call.agent_call_id = caller.request.call_id
    _connect_emulated(site, seeker, agent, element, tag, contact)


def _connect_emulated(
    site: Site, seeker: Seeker, agent: Agent, element: Element, tag: bytes, contact: bytes
) -> None:
    """Answer the caller for an emulated agent; `element` is the listener that `contact` names.

    Where the caller's offer can't be read, the call ends with 488.
    """
    call, caller = seeker.call, seeker.caller
    transaction, request = caller.transaction, caller.request
    served = ServedDialog(
        site, call, Dialog.of_server(request, tag), element, contact, transaction.flow
    )
    if not served.accept(transaction, request):
        agent.release()
        site.end_call(call, EndedBy.FAULT, status=488)
        site.elements.offer_waiting(agent)
        return
    call.agent = agent
    call.carrier = served
    site.calls.connect(call)
    steps = caller.element.steps
    call.saw_both(steps.from_agents, steps.answer)
    site.tell(call)
    hang_up_later(site, served, agent)


def _connect_registered(
    site: Site, seeker: Seeker, branch: RegisteredBranch, response: Response
) -> None:
    """Forward a registered endpoint's 2xx: its tag, its Contact, its body."""
    assert branch.winner is not None
    call, caller = seeker.call, seeker.caller
    transaction, request = caller.transaction, caller.request
    target = branch.winner.target
    relay = RelayedCall(
        site,
        call,
        transaction,
        request,
        response,
        branch.winner.flow,
        b"<%b>" % target.uri,
        has_registered=target.keeps_flow,
    )
    branch.hand_to(relay)
    call.agent = branch.agent
    call.agent_call_id = request.call_id
    call.carrier = relay
    transaction.send(response.status, response.to_bytes())
    site.calls.connect(call)
    call.saw_response(caller.element.party, Party.CALLER, response.status, b"INVITE")
    site.tell(call)


def _bridge_registered(
    pool: Host, seeker: Seeker, branch: RegisteredBranch, response: Response
) -> None:
    """Answer the caller from the pool, and keep both dialogs there."""
    assert branch.winner is not None
    site, call = pool.site, seeker.call
    transaction, request = seeker.caller.transaction, seeker.caller.request
    target = branch.winner.target
    near = Leg(
        site,
        call,
        Party.CALLER,
        pool.party,
        Dialog.of_server(request, seeker.caller.tag),
        pool.element.endpoint,
        pool.contact(transaction.flow.transport),
        transaction.flow,
    )
    far = Leg(
        site,
        call,
        Party.AGENT,
        pool.party,
        Dialog.of_client(branch.winner.request, response),
        site.elements.director.endpoint,
        pool.contact(target.flow.transport),
        branch.winner.flow,
    )
    bridged = BridgedCall(pool, call, near, far)
    branch.hand_to(bridged)
    call.agent = branch.agent
    call.carrier = bridged
    far.must_acknowledge(branch.winner.request.cseq)
    if request.body:
        far.acknowledge(b"", [])
    near.answer(transaction, request, bridged.hide(response), content_of(response))
    site.calls.connect(call)
    call.saw_response(pool.party, Party.CALLER, 200, b"INVITE")
    site.tell(call)
