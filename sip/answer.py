"""A 2xx to INVITE: repeated until its ACK comes (RFC 3261 §13.3.1.4)."""

from __future__ import annotations

from typing import Protocol

from sip.deadlines import Deadlines
from sip.timers import Timers
from sip.transport.flow import Flow

__all__ = ["Answer", "AnswerUser"]


class AnswerUser(Protocol):
    """Who answered an INVITE."""

    def on_ack_missing(self) -> None:
        """No ACK has come within 64*T1; the dialog ought to be ended by BYE."""
        ...


class Answer:
    """One 2xx in flight. Call `acknowledge` when its ACK comes, `abandon` to stop silently.

    A flow that has closed is sent nothing more; the ACK may still come by another one. Where the
    element itself no longer listens, it stops for good, and silently.
    """

    __slots__ = ("_data", "_deadlines", "_flow", "_give_up", "_interval", "_t2",
                 "_user", "repetitions")  # fmt: skip

    def __init__(
        self, data: bytes, flow: Flow, user: AnswerUser, deadlines: Deadlines, timers: Timers
    ) -> None:
        self._data = data
        self._flow = flow
        self._user: AnswerUser | None = user
        self._deadlines = deadlines
        self._interval = timers.t1
        self._t2 = timers.t2
        self._give_up = deadlines.clock() + timers.timeout
        self.repetitions = 0
        # §13.3.1.4: repeated over reliable transports too, as a proxy may change over to UDP.
        # `later`: nearly every ACK comes in time, and then the callback finds nothing to do.
        deadlines.later(timers.t1, _repeat, self)

    def acknowledge(self) -> None:
        """The ACK has come, or is no longer awaited: stop, and let go of the response."""
        self._user = None
        self._data = b""

    def abandon(self) -> None:
        """Stop silently, and let go of the response."""
        self.acknowledge()

    def _repeat(self) -> None:
        user = self._user
        if user is None:
            return
        now = self._deadlines.clock()
        if now >= self._give_up:
            self.acknowledge()
            user.on_ack_missing()
            return
        if self._data and self._flow.send(self._data):
            self.repetitions += 1
        elif not self._flow.is_listening:
            # Nobody is reproached for an ACK that can't come.
            self.acknowledge()
            return
        else:
            self._data = b""
            self._interval = self._t2
        self._interval = min(self._interval * 2, self._t2)
        delay = min(self._interval, max(self._give_up - now, 0.001))
        self._deadlines.after(delay, _repeat, self)


def _repeat(answer: Answer) -> None:
    answer._repeat()
