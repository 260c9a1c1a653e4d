"""What an answer makes of a pending call: handed over, or bridged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.model.agents import Agent
from emulator.model.calls import EndedBy
from emulator.model.ladder import Party
from emulator.service.branches import Seeker
from emulator.service.bridge import BridgedCall, hidden
from emulator.service.bridge_legs import Leg
from emulator.service.dialogs import ServedDialog
from emulator.service.emulated import hang_up_later
from emulator.service.registered import RegisteredBranch
from emulator.service.relay import RelayedCall
from sip.dialog import Dialog
from sip.message import Response

if TYPE_CHECKING:
    from emulator.service.element import Element
    from emulator.service.pool import PoolService
    from emulator.service.site import Site

__all__ = ["bridge_registered", "connect_emulated", "connect_registered"]


def connect_emulated(
    site: Site, seeker: Seeker, agent: Agent, element: Element, tag: bytes, contact: bytes
) -> bool:
    """Answer the caller for an emulated agent; `element` is the listener that `contact` names.

    False where the caller's offer can't be read: the call has ended with 488.
    """
    call, transaction, request = seeker.call, seeker.transaction, seeker.request
    served = ServedDialog(
        site, call, Dialog.of_server(request, tag), element, contact, transaction.flow
    )
    if not served.accept(transaction, request):
        agent.release()
        site.end_call(call, EndedBy.FAULT, status=488)
        site.elements.offer_waiting(agent)
        return False
    call.agent = agent
    call.carrier = served
    site.calls.connect(call)
    steps = seeker.element.steps
    call.saw_both(steps.from_agents, steps.answer)
    site.tell(call)
    hang_up_later(site, served, agent)
    return True


def connect_registered(
    site: Site, seeker: Seeker, branch: RegisteredBranch, response: Response
) -> None:
    """Forward a registered endpoint's 2xx: its tag, its Contact, its body."""
    assert branch.winner is not None
    call, transaction, request = seeker.call, seeker.transaction, seeker.request
    target = branch.winner.target
    relay = RelayedCall(
        site, call, transaction, request, response, target.flow, b"<%b>" % target.uri
    )
    branch.hand_to(relay)
    call.agent = branch.agent
    call.agent_call_id = call.call_id
    call.carrier = relay
    transaction.send(response.status, response.to_bytes())
    site.calls.connect(call)
    call.saw_response(seeker.element.party, Party.CALLER, response.status, b"INVITE")
    site.tell(call)


def bridge_registered(
    pool: PoolService, seeker: Seeker, tag: bytes, branch: RegisteredBranch, response: Response
) -> None:
    """Answer the caller from the pool, and keep both dialogs there."""
    assert branch.winner is not None
    site, call = pool.site, seeker.call
    transaction, request = seeker.transaction, seeker.request
    target = branch.winner.target
    caller = Leg(
        site,
        call,
        Party.CALLER,
        pool.party,
        Dialog.of_server(request, tag),
        pool.element.endpoint,
        pool.contact(transaction.flow.transport),
        transaction.flow,
    )
    agent = Leg(
        site,
        call,
        Party.AGENT,
        pool.party,
        Dialog.of_client(branch.winner.request, response),
        site.elements.director.endpoint,
        pool.contact(target.flow.transport),
        target.flow,
    )
    bridged = BridgedCall(pool, call, caller, agent)
    branch.hand_to(bridged)
    call.agent = branch.agent
    call.carrier = bridged
    agent.must_acknowledge(branch.winner.request.cseq)
    if request.body:
        agent.acknowledge(b"", [])
    content_type = response.first(b"Content-Type")
    content = [(b"Content-Type", content_type)] if response.body and content_type else []
    caller.answer(transaction, request, hidden(response, pool, call), content)
    site.calls.connect(call)
    call.saw_response(pool.party, Party.CALLER, 200, b"INVITE")
    site.tell(call)
