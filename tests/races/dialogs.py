"""One end of one dialog, as RFC 3261 has a client keep it, with nothing repeated by itself."""

from __future__ import annotations

from tests.races.letters import SDP, Address, Letter, address_of, branch, request, uri_of

__all__ = ["DialogEnd"]


class DialogEnd:
    """What one client knows of one dialog, and the requests that it may send within it.

    `ended_here` and `ended_there` say who has sent a BYE; `answers` are the final statuses of
    this end's requests by method, 408 or the like included.
    """

    def __init__(
        self, me: str, own: Address, call_id: str, local: str, remote: str, cseq: int
    ) -> None:
        self._me = me
        self._own = own
        self.call_id = call_id
        self.local = local
        self.remote = remote
        self.cseq = cseq
        self.target = ""
        self.routes: list[str] = []
        self.is_established = False
        self.is_acknowledged = False
        self.ended_here = False
        self.ended_there = False
        self.answers: dict[str, int] = {}
        self.awaited: set[str] = set()

    @property
    def believes_in_call(self) -> bool:
        """Whether this end takes the call for one that stands."""
        return self.is_established and not self.ended_here and not self.ended_there

    @property
    def next_hop(self) -> Address:
        """Where its requests go: the first route, or else the remote target."""
        return address_of(uri_of(self.routes[0])) if self.routes else address_of(self.target)

    def request(
        self, method: str, *, cseq: int | None = None, via: str = "", body: str = ""
    ) -> bytes:
        """A request within the dialog; `cseq` and `via` for an ACK only."""
        if cseq is None:
            self.cseq += 1
            cseq = self.cseq
            self.awaited.add(method)
        host, port = self._own
        lines = [
            ("Via", via or f"SIP/2.0/UDP {host}:{port};branch={branch()};rport"),
            ("Max-Forwards", "70"),
            *(("Route", route) for route in self.routes),
            ("From", self.local),
            ("To", self.remote),
            ("Call-ID", self.call_id),
            ("CSeq", f"{cseq} {method}"),
            ("Contact", f"<sip:{self._me}@{host}:{port}>"),
        ]
        return request(method, self.target, lines, body)

    def bye(self) -> bytes:
        """The end, from this side."""
        self.ended_here = True
        return self.request("BYE")

    def reinvite(self) -> bytes:
        """The same offer again."""
        return self.request("INVITE", body=SDP)

    def ack(self, answer: Letter) -> tuple[bytes, Address]:
        """The ACK to a final response to INVITE, and where it goes (§13.2.2.4, §17.1.1.3)."""
        if answer.status < 300:
            return self.request("ACK", cseq=answer.cseq), self.next_hop
        return self.request("ACK", cseq=answer.cseq, via=answer.one("via")), answer.source

    def hear(self, letter: Letter) -> None:
        """Take the final response to one of this end's requests."""
        if letter.status >= 200:
            self.awaited.discard(letter.method)
            self.answers[letter.method] = letter.status
