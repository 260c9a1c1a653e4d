"""Ending in order: no call is left hanging when the emulator goes away."""

from __future__ import annotations

import asyncio
from functools import partial

from emulator.deployment import Deployment
from emulator.model.calls import CallState, EndedBy
from emulator.operations.administration import Administration

__all__ = ["end_all_calls"]

_SEND_SECONDS = 4.0
_ANSWER_SECONDS = 1.0
_LOOK_AGAIN_SECONDS = 0.02


async def end_all_calls(administration: Administration) -> int:
    """End every live call, pending ones with 503, others with BYE; gives how many there were.

    Takes five seconds at most: until the last BYE has gone out, and a second for its answer.
    """
    deployment = administration.deployment
    site, pacer = deployment.site, deployment.pacer
    calls = site.calls.live_calls()
    for call in calls:
        carrier = call.carrier
        if call.ended is not None:
            continue
        if call.state == CallState.PENDING:
            carrier.refuse(503, EndedBy.ADMIN, (), None)
            continue
        site.end_call(call, EndedBy.ADMIN)
        if carrier is not None:
            pacer.add(partial(carrier.hang_up, ()))
    if not calls:
        return 0
    idle = asyncio.Event()
    pacer.when_idle(idle.set)
    try:
        async with asyncio.timeout(_SEND_SECONDS):
            await idle.wait()
        async with asyncio.timeout(_ANSWER_SECONDS):
            while _awaits_answers(deployment):  # noqa: ASYNC110 - many transactions, no one event
                await asyncio.sleep(_LOOK_AGAIN_SECONDS)
    except TimeoutError:
        pass  # some callers are gone; they find out by themselves
    return len(calls)


def _awaits_answers(deployment: Deployment) -> bool:
    """Whether a request of ours, such as a BYE, has had no final response yet."""
    return any(
        not client.is_final
        for listener in deployment.listeners
        for client in listener.endpoint.layer.clients.values()
    )
