"""Large ACKs: to a registered agent they go as its INVITE did, whatever their size."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Awaitable, Callable

import pytest

from emulator.testing.client import SipClient
from emulator.testing.replies import offer_of
from tests.support.house import House

_TOPOLOGY = """
agents: [{name: ann, endpoint: none, home: backup}]
groups:
  - {name: desk, agents: [ann]}
  - {name: line, kind: anonymous, agents: [ann]}
"""
Hear = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
_MANY_STREAMS = offer_of("127.0.0.1") + 60 * b"m=audio 40000 RTP/AVP 0\r\n"


@pytest.mark.parametrize("group", ["desk", "line"], ids=["relayed", "bridged"])
async def test_a_large_ack_goes_by_the_flow_of_its_invite(house: House, group: str) -> None:
    await house.build(_TOPOLOGY)
    caller = await house.client("caller", "tcp")
    connected = asyncio.Event()

    async def hear(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connected.set()
        writer.close()

    # Whoever listens at the agent's port over TCP is somebody else.
    agent, somebody_else = await _neighbours(house, hear)
    async with somebody_else:
        await house.register(agent)
        placing = asyncio.create_task(caller.invite(group, body=b""))
        taken = await agent.expect_call()
        await taken.answer(_MANY_STREAMS)
        await placing

        ack = await taken.expect("ACK")

    assert len(ack.to_bytes()) > 1_300
    assert b"SIP/2.0/UDP" in ack.vias[0]
    assert not connected.is_set()


async def _neighbours(house: House, hear: Hear) -> tuple[SipClient, asyncio.Server]:
    """A client on a UDP port, and a server on the TCP port of that number, which may be taken."""
    while True:
        client = await house.client("ann", "udp", takes_calls=True)
        try:
            return client, await asyncio.start_server(hear, *client.identity.address)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
