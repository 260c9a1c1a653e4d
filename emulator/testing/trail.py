"""What a client sent and received, with times: the client's own ladder."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

from sip.message import Message, Request, Response

__all__ = ["Address", "Trail", "told"]

Address = tuple[str, int]
_MOST_LINES = 2_000


@dataclass(frozen=True, slots=True)
class Step:
    """One line: when, which way (`->`, `<-` or a note), with whom, what."""

    seconds: float
    arrow: str
    peer: Address | None
    text: str
    call_id: bytes


class Trail:
    """The steps of one client since it was opened; the newest few thousand are kept.

    `names` says what the addresses of the emulator's elements are called.
    """

    __slots__ = ("_began", "_names", "_steps", "owner")

    def __init__(self, owner: str, names: Mapping[Address, str]) -> None:
        self.owner = owner
        self._names = names
        self._began = time.monotonic()
        self._steps: list[Step] = []

    def sent(self, message: Message, peer: Address, *, again: bool = False) -> None:
        """Note a message that went out; `again` if it is a retransmission."""
        self._add("->", peer, told(message) + (" (again)" if again else ""), message.call_id)

    def received(self, message: Message, peer: Address, *, again: bool = False) -> None:
        """Note a message that came in; `again` if it is a retransmission."""
        self._add("<-", peer, told(message) + (" (again)" if again else ""), message.call_id)

    def note(self, text: str, peer: Address | None = None, call_id: bytes = b"") -> None:
        """Note something that is no message; without `call_id` it concerns every call."""
        self._add("  ", peer, text, call_id)

    def drawn(self, call_id: bytes = b"") -> str:
        """The steps as text, those of one call or all of them."""
        steps = [step for step in self._steps if not call_id or step.call_id in (call_id, b"")]
        if not steps:
            return f"{self.owner}: nothing was sent and nothing was received\n"
        width = max(len(self._name(step.peer)) for step in steps)
        lines = [f"{self.owner}:"]
        lines += [
            f"{step.seconds:9.3f}  {step.arrow} {self._name(step.peer):<{width}}  {step.text}"
            for step in steps
        ]
        return "\n".join(lines) + "\n"

    def _add(self, arrow: str, peer: Address | None, text: str, call_id: bytes) -> None:
        if len(self._steps) >= _MOST_LINES:
            del self._steps[: _MOST_LINES // 2]
        seconds = time.monotonic() - self._began
        self._steps.append(Step(seconds, arrow, peer, text, call_id))

    def _name(self, peer: Address | None) -> str:
        if peer is None:
            return ""
        return self._names.get(peer) or f"{peer[0]}:{peer[1]}"


def told(message: Message) -> str:
    """A message in one line: its first line, and why, where it says so."""
    text = message.start_line.removesuffix(b" SIP/2.0").removeprefix(b"SIP/2.0 ")
    line = text.decode("utf-8", "replace")
    if isinstance(message, Response):
        line += f" ({message.method.decode('utf-8', 'replace')})"
    elif isinstance(message, Request) and message.routes:
        line += f"  Route: {b', '.join(message.routes).decode('utf-8', 'replace')}"
    rule = message.first(b"X-RGS-Rule")
    return line + (f"  {rule.decode('utf-8', 'replace')}" if rule else "")
