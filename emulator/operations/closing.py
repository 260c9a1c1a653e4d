"""Ending in order: no call is left hanging when the emulator goes away."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from functools import partial
from typing import Any

from emulator.deployment import Deployment
from emulator.model.calls import CallState, EndedBy
from emulator.operations.administration import Administration
from emulator.service.partings import end_in_turn
from emulator.service.wording import Lines
from sip.transaction.server import InviteServer
from sip.transaction.tables import State

__all__ = ["end_all_calls"]

_SEND_SECONDS = 4.0
_ANSWER_SECONDS = 1.0
_LOOK_AGAIN_SECONDS = 0.02
_WHY: Lines = ((b"Reason", b'SIP;cause=503;text="Shutting down"'),)


async def end_all_calls(administration: Administration) -> int:
    """End every live call, pending ones with 503, others with BYE; gives how many there were.

    New calls are refused with 503 from now on, and connections have closed in the end, after what
    was sent on them has gone. Takes six seconds at most: four until the last BYE has gone out, one
    for answers and ACKs, one for peers who are slow to read.
    """
    deployment = administration.deployment
    deployment.site.max_live_calls = 0
    count, refused = _end_live_calls(deployment)
    await _within(_SEND_SECONDS, lambda: not len(deployment.pacer))
    await _within(_ANSWER_SECONDS, lambda: not _awaits_answers(deployment, refused))
    for listener in deployment.listeners:
        listener.endpoint.layer.abandon_all()  # nobody hears of the connections that end by this
        listener.endpoint.tcp.close(is_orderly=True)
    await _within(_ANSWER_SECONDS, lambda: not _has_connections(deployment))
    return count


async def _within(seconds: float, is_so: Callable[[], bool]) -> None:
    """Wait until something is so; past `seconds` no more: some peers are gone, and find out."""
    try:
        async with asyncio.timeout(seconds):
            while not is_so():  # noqa: ASYNC110 - many transactions, no one event
                await asyncio.sleep(_LOOK_AGAIN_SECONDS)
    except TimeoutError:
        pass


def _end_live_calls(deployment: Deployment) -> tuple[int, list[InviteServer]]:
    """Say how many calls have been ended, and which INVITEs have got a failure."""
    site = deployment.site
    refused: list[InviteServer] = []
    calls = site.calls.live_calls()
    for call in calls:
        carrier: Any = call.carrier
        if call.ended is not None:
            continue
        if call.state == CallState.PENDING and carrier is not None:
            refused.append(carrier.caller.transaction)
            carrier.refuse(503, EndedBy.ADMIN, _WHY, None)
            continue
        end_in_turn(site, deployment.pacer, call, EndedBy.ADMIN, why=_WHY)
    for held in list(site.held.values()):  # transferred, and not let go of yet
        deployment.pacer.add(partial(held.hang_up, _WHY))
    return len(calls), refused


def _awaits_answers(deployment: Deployment, refused: Collection[InviteServer]) -> bool:
    """Whether a BYE waits for an ACK or an answer, or a failure for its ACK."""
    return (
        bool(deployment.site.parting)
        or any(invite.state == State.COMPLETED for invite in refused)
        or any(
            not client.is_final
            for listener in deployment.listeners
            for client in listener.endpoint.layer.clients.values()
        )
    )


def _has_connections(deployment: Deployment) -> bool:
    return any(listener.endpoint.tcp.connections for listener in deployment.listeners)
