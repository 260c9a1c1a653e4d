"""What the tests of this folder share: the deployment, its attackers, its counters."""

from __future__ import annotations

import asyncio

from emulator.service.element import Element
from tests.support.house import House
from tests.support.stranger import Stranger
from tests.support.until import until

__all__ = ["TOPOLOGY", "Siege"]

# T1 is short, so that what lingers for 64*T1 goes while a test can wait for it.
TOPOLOGY = """
agents:
  - {name: ann, answer_after_ms: 0, concurrent: unlimited}
  - {name: ben, answer_after_ms: null, concurrent: unlimited}
  - {name: cat, endpoint: none}
groups:
  - {name: desk, agents: [ann]}
  - {name: line, kind: anonymous, agents: [ann]}
  - {name: ringing, agents: [ben]}
  - {name: cats, agents: [cat]}
  - {name: hidden, kind: anonymous, agents: [cat]}
silent_call_seconds: %s
timers: {t1_ms: 10, t4_ms: 50}
"""


class Siege:
    """One deployment on the test's own loop, and whoever was sent against it."""

    def __init__(self) -> None:
        self.house = House()
        self._strangers: list[Stranger] = []

    async def begin(self, silent_call_seconds: float = 3_600) -> None:
        """Start the deployment."""
        await self.house.build(TOPOLOGY % silent_call_seconds)

    async def end(self) -> None:
        """Send everybody home."""
        for stranger in self._strangers:
            stranger.close()
        await self.house.close()

    def element(self, name: str = "director") -> Element:
        """One listener."""
        (found,) = [each for each in self.house.deployment.listeners if each.name == name]
        return found

    async def stranger(self, transport: str = "UDP", element: str = "director") -> Stranger:
        """One more attacker."""
        stranger = await Stranger.open(self.house.addresses[element], transport)
        self._strangers.append(stranger)
        return stranger

    def discarded(self, why: str, transport: str = "UDP") -> int:
        """How much the director has thrown away for that reason."""
        endpoint = self.element().endpoint
        traffic = endpoint.udp.traffic if transport == "UDP" else endpoint.tcp.traffic
        return traffic.discarded.get(why, 0)

    def faults(self, status: int) -> int:
        """How many requests the director's stack has refused with that status."""
        return self.element().endpoint.faults.get(status, 0)

    @property
    def transactions(self) -> int:
        """How many server transactions the director keeps."""
        return len(self.element().endpoint.layer.servers)

    @property
    def live_calls(self) -> int:
        """How many calls live."""
        return self.house.site.calls.live_count

    async def stands_still(self) -> None:
        """Let the deployment deal with what has come: a few turns of the loop."""
        for _ in range(5):
            await asyncio.sleep(0)

    async def until_quiet(self) -> None:
        """Wait until no call lives and no server transaction lingers."""
        await until(lambda: not self.transactions and not self.live_calls, 20)

    async def calls_go_through(self, *transports: str, via: str = "director") -> None:
        """Call a normal and an anonymous group, as anybody may, over each of the transports."""
        for transport in transports or ("udp", "tcp"):
            caller = await self.house.client("caller", transport)
            for group in ("desk", "line"):
                call = await caller.invite(group, via=via)
                assert call.status == 200
                assert (await call.hang_up()).status == 200

    async def calls_go_through_while(self, attack: asyncio.Future[None]) -> None:
        """Call again and again until the attack is over, once at least."""
        while True:
            await self.calls_go_through("udp")
            if attack.done():
                break
        await attack

    async def takes_a_call(self, agent: str, group: str) -> None:
        """Register a client as `agent`, and let it take and end a call to `group`."""
        client = await self.house.agent(agent)
        caller = await self.house.client("caller")
        call = await caller.invite(group, wait=None)
        taken = await client.expect_call()
        await taken.answer()
        assert (await call.response()).status == 200
        assert (await call.hang_up()).status == 200

    def nothing_went_wrong(self) -> None:
        """No exception has come up that nobody expected, in a message's handling or on the loop."""
        for each in self.house.deployment.listeners:
            assert each.endpoint.errors == 0, each.name
        assert not self.house._faults, self.house._faults
