"""A menu: the caller is asked, and presses a key, by INFO (application/dtmf-relay or dtmf)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from emulator.model.actions import TERMINATE, Question
from sip.deadlines import Deadline
from sip.message import Request

if TYPE_CHECKING:
    from emulator.service.pending import PendingCall

__all__ = ["Menu", "pressed_key"]

_SIGNAL = re.compile(rb"(?im)^[ \t]*signal[ \t]*=[ \t]*([0-9*#A-D]+)[ \t]*\r?$").search
_BARE = re.compile(rb"\s*([0-9*#A-Da-d]+)\s*").fullmatch
_BY_NUMBER = {"10": "*", "11": "#"}  # the events of RFC 4733 as some clients write them


class Menu:
    """Asks `pending`'s caller one question until there is an answer, or no more patience."""

    __slots__ = ("_deadline", "_pending", "_question", "_tries")

    def __init__(self, pending: PendingCall, question: Question) -> None:
        self._pending = pending
        self._question = question
        self._tries = 0
        self._deadline: Deadline | None = None

    def ask(self) -> None:
        """Ask, for the first time or again; the last time over, the call is ended."""
        self.close()
        if self._tries >= self._question.tries:
            self._pending.leave_by(TERMINATE)
            return
        self._tries += 1
        pending = self._pending
        pending.caller.menu = self
        pending.progress()
        self._deadline = pending.pool.site.deadlines.after(
            self._question.answer_seconds, Menu.ask, self
        )

    def hear(self, request: Request) -> None:
        """The caller has sent INFO: if it tells of a key, what that stands for is done.

        A wrong one has the question asked again.
        """
        key = pressed_key(request)
        if key is None:
            return
        for answer in self._question.answers:
            if answer.dtmf == key:
                self.close()
                self._pending.leave_by(answer.action)
                return
        self.ask()

    def close(self) -> None:
        """Wait for no answer any more."""
        self._pending.caller.menu = None
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def pressed_key(request: Request) -> str | None:
    """The key that an INFO tells of; None for one that tells of none."""
    kind = (request.first(b"Content-Type") or b"").partition(b";")[0].strip().lower()
    if kind == b"application/dtmf-relay":
        found = _SIGNAL(request.body)
    elif kind == b"application/dtmf":
        found = _BARE(request.body) or _SIGNAL(request.body)
    else:
        return None
    if found is None:
        return None
    key = found[1].decode().upper()
    key = _BY_NUMBER.get(key, key)
    return key if len(key) == 1 else None
