"""A lane: one socket, over which batch after batch of messages goes out and is accounted for."""

from __future__ import annotations

import asyncio
import itertools
from random import Random
from typing import Protocol

from tests.mutation.channel import Connection, DatagramSocket
from tests.mutation.draft import Draft, Offence
from tests.mutation.oracle import Framing, frame_of
from tests.mutation.peer import Ledger, Peer
from tests.mutation.seeds import SDP, Address, Ongoing, Scene
from tests.mutation.wording import bye, cancel, invite, options, remote_of, target_of

__all__ = ["Board", "DatagramLane", "ServerSilent", "StreamLane"]

_PATIENCE_SECONDS = 10.0
_LATE_SECONDS = 2.0
_FIRST_REPETITION_SECONDS = 0.5
_count = itertools.count(1)


class ServerSilent(Exception):
    """The server no longer answers what it has to."""


class Board(Protocol):
    """What the lanes of a campaign tell, and ask."""

    server: Address

    def new_ledger(self) -> Ledger:
        """A ledger for a lane."""
        ...

    def write(self, index: int, scene: Scene) -> Draft:
        """The message of that number."""
        ...

    def report(self, offence: Offence) -> None:
        """Something has gone wrong."""
        ...

    def report_fault(self, fault: str, message: bytes, out: list[Draft]) -> None:
        """The server has sent `message`, which is malformed, while `out` were out."""
        ...

    def count_reconnection(self) -> None:
        """A connection has been made anew."""
        ...


class _Conversation:
    """What both kinds of lane do: set up calls, ask, end calls."""

    def __init__(self, board: Board, scene: Scene) -> None:
        self.board = board
        self.scene = scene
        self.ledger = board.new_ledger()
        self.channel: DatagramSocket | Connection
        self.peer = Peer(scene, self._write, self.ledger, self._fault)

    def _write(self, data: bytes) -> None:
        self.channel.send(data)

    def _fault(self, fault: str, message: bytes) -> None:
        self.board.report_fault(fault, message, self.ledger.drafts)

    async def ask(self, data: bytes, call_id: bytes, at_least: int = 200) -> bytes:
        """Send a request of our own and give the answer; repeated over UDP. Or ServerSilent."""
        answer = self.peer.expect(call_id, at_least)
        wait = _FIRST_REPETITION_SECONDS
        waited = 0.0
        try:
            while waited < _PATIENCE_SECONDS:
                if waited == 0.0 or self.scene.transport == "UDP":
                    self.channel.send(data)
                await asyncio.wait((answer,), timeout=wait)
                if answer.done():
                    return answer.result()
                waited += wait
                wait = min(wait * 2, 2.0)
        finally:
            self.peer.forget(call_id)
        raise ServerSilent(f"no answer in {_PATIENCE_SECONDS:g} s to {data[:60]!r}")

    async def fence(self) -> None:
        """Ask something whose answer comes after those to all that was sent before."""
        call_id = b"fence-%d@127.0.0.1" % next(_count)
        await self.ask(options(self.scene, call_id), call_id)

    async def set_up(self, group: str, at_least: int = 200) -> Ongoing:
        """Make a call that stands; with `at_least` 180 one that rings."""
        number = next(_count)
        call_id = b"call-%d@127.0.0.1" % number
        local = b"<sip:caller@contoso.example>;tag=caller-%d" % number
        branch = b"z9hG4bKcall-%d" % number
        uri = b"sip:%b@contoso.example" % group.encode()
        answer = await self.ask(
            invite(self.scene, uri, call_id, local, branch, SDP), call_id, at_least
        )
        if not answer.startswith((b"SIP/2.0 18", b"SIP/2.0 200")):
            raise ServerSilent(f"a call to {group} was answered {answer[:60]!r}")
        return Ongoing(call_id, local, remote_of(answer), target_of(answer, uri), branch, uri)

    async def call(self, group: str) -> None:
        """Make a call and end it."""
        call = await self.set_up(group)
        await self.ask(bye(self.scene, call), call.call_id)

    async def set_up_all(self) -> None:
        """Make the calls that messages of the next batch are sent within."""
        self.scene.calls = {
            "normal": await self.set_up("helpdesk"),
            "anonymous": await self.set_up("hotline"),
            "pending": await self.set_up("waiting", 180),
        }

    def end_all(self) -> None:
        """End the calls of the last batch, if its messages have left any."""
        for kind, call in self.scene.calls.items():
            end = cancel if kind == "pending" else bye
            self.channel.send(end(self.scene, call))
        self.scene.calls = {}


class DatagramLane(_Conversation):
    """A lane over UDP."""

    def __init__(self, board: Board) -> None:
        super().__init__(board, Scene(board.server, ("", 0), "UDP"))
        self.channel = DatagramSocket(board.server, self.peer.receive)

    async def open(self) -> None:
        """Bind the socket."""
        await self.channel.open()
        self.scene.address = self.channel.address

    async def run(self, indices: range) -> None:
        """Send a batch and account for it."""
        await self.set_up_all()
        drafts = [self.board.write(index, self.scene) for index in indices]
        await self.send(drafts)
        self.end_all()

    async def send(self, drafts: list[Draft]) -> None:
        """Send `drafts`; those that must be answered and are not get a second chance."""
        self.ledger.open(drafts)
        for draft in drafts:
            self.channel.send(draft.data)
        await self.fence()
        if not self.ledger.unanswered():
            return
        await asyncio.sleep(_LATE_SECONDS)
        for draft in self.ledger.unanswered():  # as a client does: datagrams get lost
            self.channel.send(draft.data)
        await self.fence()
        for draft in self.ledger.unanswered():
            self.board.report(Offence("not answered", draft))

    def close(self) -> None:
        """Close the socket."""
        self.channel.close()


class StreamLane(_Conversation):
    """A lane over TCP, which connects anew whenever a message has left the stream uncut."""

    channel: Connection

    def __init__(self, board: Board) -> None:
        super().__init__(board, Scene(board.server, ("", 0), "TCP"))
        self._is_closed = asyncio.Event()

    async def open(self) -> None:
        """Connect."""
        self._is_closed.clear()
        self.channel = Connection(self.board.server, self.peer.receive, self._on_closed)
        await self.channel.open()
        self.scene.address = self.channel.address

    def _on_closed(self) -> None:
        self._is_closed.set()
        self.ledger.changed.set()

    async def run(self, indices: range) -> None:
        """Send a batch, as far as each message lets the stream go on, and account for it."""
        await self.set_up_all()
        run: list[Draft] = []
        for index in indices:
            draft = self.board.write(index, self.scene)
            run.append(draft)
            if frame_of(draft.data) is not Framing.WHOLE:
                await self.send(run)
                run = []
        await self.send(run)
        self.end_all()

    async def send(self, drafts: list[Draft]) -> None:
        """Send `drafts`, of which only the last may leave the stream uncut."""
        if not drafts:
            return
        chance = Random(drafts[0].index)
        *sound, last = drafts
        is_whole = frame_of(last.data) is Framing.WHOLE
        if sound and not is_whole and chance.random() < 0.7:
            # Mostly apart: a server that closes the connection may take answers with it that
            # have not been read, so that nothing could be said of the others.
            await self._send_stream(chance, sound)
            await self._end_whole(sound)
            drafts = [last]
        await self._send_stream(chance, drafts)
        if is_whole:
            await self._end_whole(drafts)
        else:
            await self._end_uncut(drafts)

    async def _send_stream(self, chance: Random, drafts: list[Draft]) -> None:
        """Send `drafts` in one piece or two."""
        self.ledger.open(drafts)
        stream = b"".join(draft.data for draft in drafts)
        cut = chance.randrange(len(stream)) if chance.random() < 0.5 else len(stream)
        for part in (stream[:cut], stream[cut:]):
            if part:
                self.channel.send(part)
            await asyncio.sleep(0)

    async def _end_whole(self, drafts: list[Draft]) -> None:
        fence = asyncio.ensure_future(self.fence())
        closed = asyncio.ensure_future(self._is_closed.wait())
        await asyncio.wait((fence, closed), return_when=asyncio.FIRST_COMPLETED)
        closed.cancel()
        if not fence.done():
            fence.cancel()
            suspect = next(iter(self.ledger.unanswered()), drafts[-1])
            self.board.report(Offence("made the server close a sound connection", suspect))
            await self._reconnect()
            return
        fence.result()
        await self._account(None)

    async def _end_uncut(self, drafts: list[Draft]) -> None:
        framing = frame_of(drafts[-1].data)
        await self._account(drafts[-1] if framing is Framing.AWAITED else None)
        await self._reconnect()

    async def _account(self, exempt: Draft | None) -> None:
        """Wait for the answers that are due, but for `exempt`; report what does not come.

        A connection that the server closes makes up for them where a message cannot be cut.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + _PATIENCE_SECONDS
        while not self._is_closed.is_set():
            waiting = [draft for draft in self.ledger.unanswered() if draft is not exempt]
            left = deadline - loop.time()
            if not waiting or left <= 0:
                break
            self.ledger.changed.clear()
            try:
                await asyncio.wait_for(self.ledger.changed.wait(), left)
            except TimeoutError:
                break
        may_close = frame_of(self.ledger.drafts[-1].data) is Framing.BROKEN
        if self._is_closed.is_set() and may_close:
            return
        for draft in self.ledger.unanswered():
            if draft is not exempt:
                self.board.report(Offence("not answered", draft))

    async def _reconnect(self) -> None:
        self.channel.close()
        self.board.count_reconnection()
        await self.open()

    def close(self) -> None:
        """Close the connection."""
        self.channel.close()
