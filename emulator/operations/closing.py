"""Ending in order: no call is left hanging when the emulator goes away."""

from __future__ import annotations

import asyncio
from functools import partial

from emulator.deployment import Deployment
from emulator.model.calls import CallState, EndedBy
from emulator.operations.administration import Administration
from emulator.service.wording import Lines

__all__ = ["end_all_calls"]

_SEND_SECONDS = 4.0
_ANSWER_SECONDS = 1.0
_LOOK_AGAIN_SECONDS = 0.02
_WHY: Lines = ((b"Reason", b'SIP;cause=503;text="Shutting down"'),)


async def end_all_calls(administration: Administration) -> int:
    """End every live call, pending ones with 503, others with BYE; gives how many there were.

    Takes five seconds at most: until the last BYE has gone out, those of calls that came meanwhile
    too, and a second for the answers.
    """
    deployment = administration.deployment
    count = 0
    try:
        async with asyncio.timeout(_SEND_SECONDS):
            while ended := _end_live_calls(deployment):
                count += ended
                sent = asyncio.Event()
                deployment.pacer.when_idle(sent.set)
                await sent.wait()
        async with asyncio.timeout(_ANSWER_SECONDS):
            while _awaits_answers(deployment):  # noqa: ASYNC110 - many transactions, no one event
                await asyncio.sleep(_LOOK_AGAIN_SECONDS)
    except TimeoutError:
        pass  # some callers are gone; they find out by themselves
    return count


def _end_live_calls(deployment: Deployment) -> int:
    site = deployment.site
    count = 0
    for call in site.calls.live_calls():
        carrier = call.carrier
        if call.ended is not None:
            continue
        count += 1
        if call.state == CallState.PENDING and carrier is not None:
            carrier.refuse(503, EndedBy.ADMIN, _WHY, None)
            continue
        site.end_call(call, EndedBy.ADMIN)
        if carrier is not None:
            deployment.pacer.add(partial(carrier.hang_up, _WHY))
    return count


def _awaits_answers(deployment: Deployment) -> bool:
    """Whether a request of ours, such as a BYE, has had no final response yet."""
    return any(
        not client.is_final
        for listener in deployment.listeners
        for client in listener.endpoint.layer.clients.values()
    )
