"""Messages that wait to be expected: each is claimed once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from sip.message import Request, Response

__all__ = ["Expected", "Inbox", "matching"]

Expected = str | int
Matches = Callable[[Request | Response], bool]


def matching(expected: Expected) -> Matches:
    """What satisfies an expectation: a request by its method, a response to INVITE by status."""
    if isinstance(expected, int):
        return lambda message: (
            isinstance(message, Response)
            and message.status == expected
            and message.method == b"INVITE"
        )
    method = expected.encode()
    return lambda message: isinstance(message, Request) and message.method == method


class Inbox:
    """Messages in the order in which they came."""

    __slots__ = ("_claimed", "_news", "messages")

    def __init__(self) -> None:
        self.messages: list[Request | Response] = []
        self._claimed: set[int] = set()
        self._news = asyncio.Event()

    def add(self, message: Request | Response) -> None:
        """One more has come."""
        self.messages.append(message)
        self._news.set()

    def claim(self, matches: Matches) -> Request | Response | None:
        """The first one that matches and that nobody has claimed, or None."""
        for number, message in enumerate(self.messages):
            if number not in self._claimed and matches(message):
                self._claimed.add(number)
                return message
        return None

    def unclaimed_requests(self) -> list[Request]:
        """The requests that nobody has claimed; an ACK is nothing that anyone must expect."""
        return [
            message
            for number, message in enumerate(self.messages)
            if number not in self._claimed
            and isinstance(message, Request)
            and message.method != b"ACK"
        ]

    async def claim_within(
        self, matches: Matches, within: float, is_hopeless: Callable[[], bool]
    ) -> Request | Response | None:
        """Claim what matches as soon as it is there; None after `within` s, or if hopeless."""
        deadline = asyncio.get_running_loop().time() + within
        while True:
            self._news.clear()
            found = self.claim(matches)
            if found is not None or is_hopeless():
                return found
            if not await self._news_until(deadline):
                return self.claim(matches)

    async def comes_more_than(self, count: int, within: float) -> bool:
        """Whether there are more than `count` messages before `within` seconds are over."""
        deadline = asyncio.get_running_loop().time() + within
        while len(self.messages) <= count:
            self._news.clear()
            if not await self._news_until(deadline):
                break
        return len(self.messages) > count

    async def _news_until(self, deadline: float) -> bool:
        try:
            async with asyncio.timeout_at(deadline):
                await self._news.wait()
        except TimeoutError:
            return False
        return True
