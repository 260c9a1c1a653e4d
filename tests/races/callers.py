"""Callers who race: one socket, any number of calls, each with what it knows of its fate."""

from __future__ import annotations

import itertools

from tests.races.dialogs import DialogEnd
from tests.races.letters import SDP, Address, Letter, branch, request, response
from tests.races.post import Post

__all__ = ["Callers", "Placed"]

_numbers = itertools.count(1)


class Placed:
    """One call as its caller sees it."""

    def __init__(self, group: str, listener: str, server: Address, own: Address) -> None:
        self.group = group
        self.listener = listener
        self.server = server
        self.number = next(_numbers)
        self.call_id = f"race-{self.number}@127.0.0.1"
        self.uri = f"sip:{group}@{server[0]}:{server[1]}"
        self.branch = branch()
        self.local = f"<sip:racer@127.0.0.1>;tag=c{self.number}"
        self.end = DialogEnd("racer", own, self.call_id, self.local, f"<{self.uri}>", 1)
        self.has_rung = False
        self.final: int | None = None
        self.cancelled = False
        self.cancel_status: int | None = None
        self.rule = ""

    @property
    def is_pending(self) -> bool:
        """Whether no final response has come."""
        return self.final is None

    def __str__(self) -> str:
        end = self.end
        return (
            f"{self.call_id} to {self.group} by {self.listener}: final {self.final}, "
            f"cancelled {self.cancelled} ({self.cancel_status}), BYE here {end.ended_here} there "
            f"{end.ended_there}, answers {end.answers}, awaited {end.awaited}"
        )


class Callers:
    """The socket behind all calls of one story."""

    def __init__(self) -> None:
        self.post = Post(self._read)
        self.placed: dict[str, Placed] = {}

    def invite(self, group: str, listener: str, server: Address) -> Placed:
        """Place a call to `group` by the listener at `server`."""
        placed = Placed(group, listener, server, self.post.address)
        self.placed[placed.call_id] = placed
        self._send(placed, "INVITE", SDP)
        return placed

    def cancel(self, placed: Placed) -> None:
        """Give a call up, if it has rung and has no final response (§9.1)."""
        if placed.is_pending and placed.has_rung and not placed.cancelled:
            placed.cancelled = True
            self._send(placed, "CANCEL")

    def hang_up(self, placed: Placed, to: Address | None = None) -> None:
        """Send BYE, if the call stands; `to` as simple clients do, instead of to its next hop."""
        if placed.end.believes_in_call:
            self.post.send(placed.end.bye(), to or placed.end.next_hop)

    def reinvite(self, placed: Placed) -> None:
        """Send a re-INVITE, if the call stands and none is under way."""
        if placed.end.believes_in_call and "INVITE" not in placed.end.awaited:
            self.post.send(placed.end.reinvite(), placed.end.next_hop)

    def _send(self, placed: Placed, method: str, body: str = "") -> None:
        host, port = self.post.address
        lines = [
            ("Via", f"SIP/2.0/UDP {host}:{port};branch={placed.branch}"),
            ("Max-Forwards", "70"),
            ("From", placed.local),
            ("To", f"<{placed.uri}>"),
            ("Call-ID", placed.call_id),
            ("CSeq", f"1 {method}"),
            ("Contact", f"<sip:racer@{host}:{port}>"),
        ]
        self.post.send(request(method, placed.uri, lines, body), placed.server)

    def _read(self, letter: Letter) -> None:
        placed = self.placed.get(letter.call_id)
        if placed is None:
            return
        if letter.status:
            self._hear(placed, letter)
        elif letter.method == "BYE":
            placed.end.ended_there = True
            placed.rule = letter.one("x-rgs-rule")
            self.post.send(response(letter, 200), letter.source)
        elif letter.method == "INVITE":
            contact = [("Contact", f"<sip:racer@{self.post.address[0]}:{self.post.address[1]}>")]
            self.post.send(response(letter, 200, headers=contact, body=SDP), letter.source)
        elif letter.method != "ACK":
            self.post.send(response(letter, 200), letter.source)

    def _hear(self, placed: Placed, letter: Letter) -> None:
        if letter.method == "CANCEL":
            placed.cancel_status = letter.status
        elif letter.method != "INVITE":
            placed.end.hear(letter)
        elif letter.cseq == 1:
            self._hear_first(placed, letter)
        elif letter.status >= 200:
            placed.end.hear(letter)
            self.post.send(*placed.end.ack(letter))

    def _hear_first(self, placed: Placed, letter: Letter) -> None:
        if letter.status < 200:
            placed.has_rung = placed.has_rung or letter.status > 100
            return
        end = placed.end
        if letter.status >= 300:
            if placed.final is None:
                placed.final = letter.status
                placed.rule = letter.one("x-rgs-rule")
            self._acknowledge_failure(placed, letter)
            return
        if placed.final is None:
            placed.final = letter.status
            end.is_established = True
            end.remote = letter.one("to")
            end.target = letter.contact
            end.routes = list(reversed(letter.all("record-route")))
        elif end.remote != letter.one("to"):
            raise AssertionError(f"two answers from two ends: {placed}")
        self.post.send(*end.ack(letter))

    def _acknowledge_failure(self, placed: Placed, letter: Letter) -> None:
        host, port = self.post.address
        lines = [
            ("Via", f"SIP/2.0/UDP {host}:{port};branch={placed.branch}"),
            ("Max-Forwards", "70"),
            ("From", placed.local),
            ("To", letter.one("to")),
            ("Call-ID", placed.call_id),
            ("CSeq", "1 ACK"),
        ]
        self.post.send(request("ACK", placed.uri, lines), placed.server)
