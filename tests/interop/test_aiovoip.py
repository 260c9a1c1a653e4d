"""aiovoip, an asyncio user agent of others' making, as caller and as registered agent.

Where it has ways of its own, the test that has to know says so.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiovoip
import pytest
from aiovoip.contact import Contact
from aiovoip.via import Via

from tests.support.admin_client import AdminClient
from tests.support.emulator_process import Address, EmulatorProcess
from tests.support.phases import PHASES, STYLES, connects
from tests.support.ports import free_port

pytestmark = pytest.mark.xdist_group("aiovoip")

_SDP = (
    "v=0\r\no=aiovoip 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 40000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n"
)
_DESCRIBED = {"Content-Type": "application/sdp"}
_PATIENCE_SECONDS = 10.0


@pytest.fixture(scope="module")
def topology() -> Path:
    """Agents who answer at once, and two who have to register."""
    return Path(__file__).parent / "aiovoip.yaml"


def name_addr(user: str, address: Address) -> Any:
    """A name-addr as the library wants it: with a port, which it needs everywhere."""
    return Contact.from_header(f"<sip:{user}@{address[0]}:{address[1]}>")


class Client:
    """One aiovoip; `application` is the library's, whose every request goes to the director."""

    def __init__(self, director: Address, dialplan: Any = None) -> None:
        self.director = director
        self.address: Address = ("127.0.0.1", free_port())
        self.application = aiovoip.Application(
            dialplan=dialplan, defaults={"override_contact_host": "127.0.0.1"}
        )

    async def peer(self) -> Any:
        """The way to the director, from this client's one port."""
        return await self.application.connect(self.director, local_addr=self.address)

    async def invite(self, group: str) -> Any:
        """Send an INVITE; gives the library's dialog."""
        peer = await self.peer()
        return await peer.invite(
            from_details=name_addr("aiovoip", self.address),
            to_details=name_addr(group, self.director),
            headers=dict(_DESCRIBED),
            payload=_SDP,
        )

    async def register(self, person: str, expires: int = 600) -> int:
        """Register `person` here; gives the status. Its `close` would take it back again."""
        peer = await self.peer()
        dialog = await peer.register(
            expires=expires,
            from_details=name_addr(person, self.director),
            to_details=name_addr(person, self.director),
            contact_details=name_addr(person, self.address),
        )
        await dialog.close(fast=True)
        status: int = dialog.status_code
        return status

    async def listen(self) -> None:
        """Hear others than the director too: callers' ACKs come by themselves."""
        await self.application.run(local_addr=self.address)

    async def close(self) -> None:
        """Close its sockets."""
        await self.application.close()


class Agent(aiovoip.BaseDialplan):  # type: ignore[misc] # the library has no types
    """Answers every INVITE, and BYE with 200; `dialogs` are the calls, `heard` what came."""

    def __init__(self) -> None:
        super().__init__()
        self.dialogs: asyncio.Queue[Any] = asyncio.Queue()
        self.heard: asyncio.Queue[str] = asyncio.Queue()

    async def resolve(self, method: str, **_: Any) -> Any:
        """Who deals with a request outside of dialogs (called by the library)."""
        return self._on_invite if method == "INVITE" else None

    async def _on_invite(self, request: Any, invite: Any) -> None:
        dialog = await request.prepare(180)
        await dialog.reply(invite, 200, headers=dict(_DESCRIBED), payload=_SDP)
        await self.dialogs.put(dialog)
        async for message in dialog:  # the ACK comes here too
            await self.heard.put(message.method)
            if message.method == "BYE":
                await dialog.reply(message, 200)

    async def answered(self) -> Any:
        """The next call that this agent has answered, once its ACK has come."""
        async with asyncio.timeout(_PATIENCE_SECONDS):
            dialog = await self.dialogs.get()
            assert await self.heard.get() == "ACK"
        return dialog

    async def hears(self) -> str:
        """The method of the next request within a call."""
        async with asyncio.timeout(_PATIENCE_SECONDS):
            return await self.heard.get()


@pytest.fixture
async def caller(emulator: EmulatorProcess) -> AsyncIterator[Client]:
    """Somebody who calls the director of `emulator`."""
    client = Client(emulator.director)
    yield client
    await client.close()


@pytest.fixture
async def agent(emulator: EmulatorProcess, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Agent]:
    """Rita and Rob, both registered by aiovoip."""
    # It reads the Vias of a request as one, and fails where there are two, as behind any proxy.
    read_via = Via.from_header
    monkeypatch.setattr(
        Via, "from_header", lambda vias: read_via(vias[0] if isinstance(vias, list) else vias)
    )
    agent = Agent()
    client = Client(emulator.director, dialplan=agent)
    await client.listen()
    assert await client.register("rita") == 200
    assert await client.register("rob") == 200
    yield agent
    await client.close()


# -- as caller ------------------------------------------------------------------------------------


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("is_imported", [False, True], ids=["not imported", "imported"])
async def test_aiovoip_is_answered_where_the_rules_connect_and_refused_elsewhere(
    caller: Client, admin: AdminClient, style: str, is_imported: bool
) -> None:
    if is_imported:
        admin.import_groups()
    for phase in PHASES:
        if phase != "normal":
            admin.phase(phase, style if phase == "outage" else None)
        for group in ("helpdesk", "hotline", "sales", "legal"):
            dialog = await caller.invite(group)
            if connects(group, phase, is_imported=is_imported):
                async with asyncio.timeout(_PATIENCE_SECONDS):
                    await dialog.ready()
                    await dialog.close()
                [call] = admin.calls(latest=1)
                assert (call["group"], call["ended_by"]) == (group, "caller"), phase
            else:
                with pytest.raises(RuntimeError, match="480" if phase == "failed_over" else "503"):
                    await dialog.ready()
        assert admin.counts() == {"connected": 0, "pending": 0}, phase


@pytest.mark.parametrize("style", STYLES)
async def test_handed_over_call_of_aiovoip_outlives_the_primary_pool(
    caller: Client, admin: AdminClient, style: str
) -> None:
    dialog = await caller.invite("helpdesk")
    await dialog.ready()
    for phase in PHASES[1:]:
        admin.phase(phase, style if phase == "outage" else None)
    await dialog.close()
    [call] = admin.calls()
    assert (call["ended_by"], call["connected"] is not None) == ("caller", True)


# -- as registered agent --------------------------------------------------------------------------


@pytest.mark.parametrize("group", ["phones", "veiled"])
@pytest.mark.parametrize("who", ["admin", "agent"])
async def test_call_that_aiovoip_has_answered_is_hung_up(
    agent: Agent, admin: AdminClient, group: str, who: str
) -> None:
    call = await asyncio.to_thread(admin.place, "frank", group)
    dialog = await agent.answered()
    if who == "admin":
        admin.ask("DELETE", f"/calls/{call['id']}")
        assert await agent.hears() == "BYE"
    else:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            answer = await dialog.request("BYE")
        assert answer.status_code == 200
    ended = await asyncio.to_thread(admin.wait, state="ended", call_id=call["call_ids"][0])
    assert ended["ended_by"] == who
    assert ended["agent"] in ("rita", "rob")
    assert all(each["calls"] == 0 for each in admin.agents())


@pytest.mark.parametrize("style", STYLES)
async def test_aiovoip_answers_as_a_registered_agent_through_the_phases(
    agent: Agent, admin: AdminClient, style: str
) -> None:
    admin.import_groups()
    for phase in PHASES:
        if phase != "normal":
            admin.phase(phase, style if phase == "outage" else None)
        for group in ("phones", "veiled"):
            call = await asyncio.to_thread(admin.place, "frank", group)
            await agent.answered()
            connected = admin.call(call["id"])
            assert connected["state"] == "connected", phase
            if not connects("onlyprimary", phase, is_imported=True):
                assert connected["agent"] == "rob", phase
            admin.ask("DELETE", f"/calls/{call['id']}")
            assert await agent.hears() == "BYE"
        assert all(each["calls"] == 0 for each in admin.agents()), phase


@pytest.mark.parametrize("style", STYLES)
async def test_normal_call_that_aiovoip_has_answered_outlives_the_primary_pool(
    agent: Agent, admin: AdminClient, style: str
) -> None:
    call = await asyncio.to_thread(admin.place, "frank", "phones")
    dialog = await agent.answered()
    admin.phase("outage", style)
    assert admin.call(call["id"])["state"] == "connected"
    async with asyncio.timeout(_PATIENCE_SECONDS):
        answer = await dialog.request("BYE")
    assert answer.status_code == 200
    assert admin.call(call["id"])["ended_by"] == "agent"


@pytest.mark.parametrize(
    ("style", "status"), [("crash", 481), ("blackhole", 408)], ids=["crash", "blackhole"]
)
async def test_anonymous_call_that_aiovoip_has_answered_has_ended_without_a_word(
    agent: Agent, admin: AdminClient, style: str, status: int
) -> None:
    call = await asyncio.to_thread(admin.place, "frank", "veiled")
    dialog = await agent.answered()
    admin.phase("outage", style)
    assert admin.call(call["id"])["state"] == "ended"
    async with asyncio.timeout(_PATIENCE_SECONDS):
        answer = await dialog.request("BYE")
    assert answer.status_code == status
    assert agent.heard.empty()
