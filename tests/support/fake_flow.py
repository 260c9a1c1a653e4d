"""A flow without a network: keeps what was sent, and is lost when a test says so."""

from __future__ import annotations

from collections.abc import Callable

from sip.message import Request, Response, parse_message
from sip.transport.flow import Address

__all__ = ["FakeFlow"]


class FakeFlow:
    """A flow to 192.0.2.1:5060, over UDP or over TCP."""

    def __init__(
        self,
        transport: bytes = b"UDP",
        remote: Address = ("192.0.2.1", 5060),
        *,
        fails: bool = False,
    ) -> None:
        self.transport = transport
        self.reliable = transport != b"UDP"
        self.remote = remote
        self.name = f"{remote[0]}:{remote[1]}".encode()
        self.local: Address = ("192.0.2.99", 5060)
        self.is_open = True
        self.is_listening = True
        self.fails = fails
        self.sent: list[bytes] = []
        self._watchers: dict[int, Callable[[], None]] = {}

    def send(self, data: bytes) -> bool:
        """Keep `data`, unless sending is to fail."""
        if self.fails:
            return False
        self.sent.append(data)
        return True

    def watch(self, watcher: object, on_lost: Callable[[], None]) -> None:
        """Remember whom to tell."""
        self._watchers[id(watcher)] = on_lost

    def unwatch(self, watcher: object) -> None:
        """Forget whom to tell."""
        self._watchers.pop(id(watcher), None)

    @property
    def is_watched(self) -> bool:
        """Whether somebody would be told of its end."""
        return bool(self._watchers)

    def lose(self) -> None:
        """End, as a connection does that is cut."""
        self.is_open = False
        self.fails = True
        watchers = list(self._watchers.values())
        self._watchers.clear()
        for on_lost in watchers:
            on_lost()

    def messages(self) -> list[Request | Response]:
        """What was sent, parsed."""
        return [parse_message(data) for data in self.sent]

    def responses(self) -> list[Response]:
        """The responses among what was sent."""
        return [message for message in self.messages() if isinstance(message, Response)]

    def requests(self) -> list[Request]:
        """The requests among what was sent."""
        return [message for message in self.messages() if isinstance(message, Request)]

    def statuses(self) -> list[int]:
        """The status of each response that was sent."""
        return [response.status for response in self.responses()]

    def methods(self) -> list[bytes]:
        """The method of each request that was sent."""
        return [request.method for request in self.requests()]

    def take(self) -> list[bytes]:
        """What was sent since the last `take`."""
        taken, self.sent = self.sent, []
        return taken
