"""A campaign: lanes that share out the messages, what they report, and the watch on the server."""

from __future__ import annotations

import asyncio
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable

from tests.mutation.author import write_draft
from tests.mutation.draft import NONCE, Draft, Duty, Expectation, Offence
from tests.mutation.lane import DatagramLane, ServerSilent, StreamLane
from tests.mutation.peer import Ledger
from tests.mutation.seeds import Address, Scene

__all__ = ["Campaign"]

_DATAGRAM_LANES = 4
_STREAM_LANES = 5
_BATCH = 48
_MOST_OFFENCES = 20
_PROGRESS_SECONDS = 5.0
_RECENT = 50_000


class Campaign:
    """`count` messages to `server`, made from `seed`, `rate` a second (0: as fast as it goes).

    `trouble` gives what the server has complained of since it was last asked, or None.
    """

    def __init__(
        self,
        server: Address,
        seed: int,
        count: int,
        rate: float,
        trouble: Callable[[], str | None],
        say: Callable[[str], None],
    ) -> None:
        self.server = server
        self.seed = seed
        self.count = count
        self.offences: list[Offence] = []
        self.complaints: list[str] = []
        self.statuses: Counter[int] = Counter()
        self.duties: Counter[Duty] = Counter()
        self.transports: Counter[str] = Counter()
        self.reconnections = 0
        self.sent = 0
        self._next = 0
        self._began = 0.0
        self._rate = rate
        self._recent: dict[bytes, Draft] = {}
        self._transactions: dict[tuple[bytes, bytes, bytes], None] = {}
        self._trouble = trouble
        self._say = say
        self._lanes: list[DatagramLane | StreamLane] = []

    # -- what lanes ask and tell ------------------------------------------------------------------

    def new_ledger(self) -> Ledger:
        """A ledger for a lane."""
        return Ledger(self.report, self.statuses)

    def write(self, index: int, scene: Scene) -> Draft:
        """The message of that number."""
        draft = write_draft(self.seed, index, scene)
        transaction = draft.expected.transaction
        if transaction is not None:
            if transaction in self._transactions:
                # A repetition by §17.2.3, and one of an INVITE that was answered is absorbed.
                draft.expected = Expectation(Duty.ANYTHING)
            self._transactions.pop(transaction, None)
            self._transactions[transaction] = None
            while len(self._transactions) > _RECENT:
                del self._transactions[next(iter(self._transactions))]
        self.duties[draft.expected.duty] += 1
        self.transports[draft.transport] += 1
        self.sent += 1
        for nonce in draft.nonces:
            self._recent[nonce] = draft
        while len(self._recent) > _RECENT:
            del self._recent[next(iter(self._recent))]
        return draft

    def report(self, offence: Offence) -> None:
        """Something has gone wrong."""
        self.offences.append(offence)

    def report_fault(self, fault: str, message: bytes, out: list[Draft]) -> None:
        """The server has sent `message`, which is malformed, while `out` were out."""
        suspects = [self._recent[each] for each in NONCE.findall(message) if each in self._recent]
        what = f"made the server send a malformed message ({fault})"
        if suspects or out:
            self.report(Offence(what, (suspects or out)[0], message))
        else:
            self.complaints.append(f"{what}: {message!r}")

    def count_reconnection(self) -> None:
        """A connection has been made anew."""
        self.reconnections += 1

    # -- the run ----------------------------------------------------------------------------------

    async def open(self) -> None:
        """Open the lanes."""
        self._lanes = [DatagramLane(self) for _ in range(_DATAGRAM_LANES)]
        self._lanes += [StreamLane(self) for _ in range(_STREAM_LANES)]
        for lane in self._lanes:
            await lane.open()

    def close(self) -> None:
        """Close the lanes."""
        for lane in self._lanes:
            lane.close()

    async def warm_up(self, calls: int) -> None:
        """Make `calls` ordinary calls; raises ServerSilent if one does not work."""
        numbers = iter(range(calls))

        async def make_calls(lane: DatagramLane | StreamLane) -> None:
            for number in numbers:
                await lane.call(("helpdesk", "hotline")[number % 2])

        await _all(make_calls(lane) for lane in self._lanes)

    async def run(self) -> None:
        """Send all messages, or as many as it takes to see what is wrong."""
        self._began = asyncio.get_running_loop().time()
        progress = asyncio.ensure_future(self._tell_progress())
        try:
            await _all(self._work(lane) for lane in self._lanes)
        except ServerSilent as silence:
            self.complaints.append(str(silence))
            self._suspect_all(str(silence))
        finally:
            progress.cancel()
        if self.complaints:
            await self._narrow()

    async def _work(self, lane: DatagramLane | StreamLane) -> None:
        loop = asyncio.get_running_loop()
        while self._next < self.count and not self._is_enough:
            early = self._began + self._next / self._rate - loop.time() if self._rate else 0.0
            if early > 0:
                await asyncio.sleep(early)
                continue
            first = self._next
            self._next = min(self.count, first + _BATCH)
            await lane.run(range(first, self._next))
            complaint = self._trouble()
            if complaint is not None:
                self.complaints.append(complaint)

    @property
    def _is_enough(self) -> bool:
        return len(self.offences) >= _MOST_OFFENCES or bool(self.complaints)

    async def _tell_progress(self) -> None:
        began = time.monotonic()
        while True:
            await asyncio.sleep(_PROGRESS_SECONDS)
            pace = self.sent / (time.monotonic() - began)
            self._say(f"{self.sent} of {self.count} messages, {pace:.0f} a second")

    def _suspects(self) -> list[Draft]:
        return [draft for lane in self._lanes for draft in lane.ledger.drafts]

    def _suspect_all(self, why: str) -> None:
        for draft in self._suspects()[:_MOST_OFFENCES]:
            self.report(Offence(f"was out when: {why}", draft))

    async def _narrow(self) -> None:
        """Send each suspect again by itself, to see which of them the server complains of."""
        guilty = False
        for draft in self._suspects():
            lane = DatagramLane(self) if draft.transport == "UDP" else StreamLane(self)
            await lane.open()
            try:
                lane.channel.send(draft.data)
                await asyncio.sleep(0.05)
                complaint = self._trouble()
                if complaint is not None:
                    guilty = True
                    self.report(Offence("the server complained", draft, complaint.encode()))
            finally:
                lane.close()
        if not guilty:
            self._suspect_all("the server complained")


async def _all(work: Iterable[Awaitable[None]]) -> None:
    """Wait for all; the first exception ends the others."""
    tasks = [asyncio.ensure_future(each) for each in work]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def say(text: str) -> None:
    """Tell how things go, on stderr."""
    sys.stderr.write(f"mutate: {text}\n")
    sys.stderr.flush()
