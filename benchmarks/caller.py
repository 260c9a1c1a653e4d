"""A caller with default socket buffers that holds anonymous calls and counts the BYEs for them.

Run as a process of its own: `python -m benchmarks.caller PORT GROUP CALLS RATE REPORT`. It writes
`connected N` to stdout when all its calls are connected, answers every BYE at once, and ends when
each call has had its BYE or none has come for so long that a lost one would have been repeated.
"""

from __future__ import annotations

import json
import select
import socket
import sys
import time
from collections.abc import Iterable
from pathlib import Path

_RESEND_SECONDS = 0.5
_CONNECT_SECONDS = 120.0
_QUIET_SECONDS = 9.0
_WAIT_FOR_FIRST_SECONDS = 180.0
_BATCH = 64
_BODY = (
    b"v=0\r\no=bench 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    b"m=audio 6000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n"
)
_REQUEST = (
    b"%(method)s sip:%(group)s@127.0.0.1:%(port)d SIP/2.0\r\n"
    b"Via: SIP/2.0/UDP 127.0.0.1:%(own)d;branch=z9hG4bK-%(method)s-%(number)d\r\n"
    b"Max-Forwards: 70\r\n"
    b"From: <sip:bench@127.0.0.1:%(own)d>;tag=bench%(number)d\r\n"
    b"To: <sip:%(group)s@127.0.0.1:%(port)d>%(to_tag)s\r\n"
    b"Call-ID: %(number)d@bench\r\n"
    b"CSeq: 1 %(method)s\r\n"
    b"Contact: <sip:bench@127.0.0.1:%(own)d>\r\n"
)
_INVITE_END = b"Content-Type: application/sdp\r\nContent-Length: %d\r\n\r\n%s" % (len(_BODY), _BODY)
_COPIED = (b"via:", b"from:", b"to:", b"call-id:", b"cseq:")


def kernel_drops(table: str, port: int) -> int:
    """Datagrams that the kernel dropped for UDP `port`, by /proc/net/udp (0 if not listed)."""
    for line in table.splitlines()[1:]:
        fields = line.split()
        if fields[1].endswith(f":{port:04X}"):
            return int(fields[-1])
    return 0


def answer_to(request: bytes) -> bytes:
    """200 for an in-dialog request: its Via, From, To, Call-ID and CSeq come back (§8.2.6.2)."""
    lines = request.partition(b"\r\n\r\n")[0].split(b"\r\n")[1:]
    copied = [line for line in lines if line.lower().startswith(_COPIED)]
    return b"\r\n".join([b"SIP/2.0 200 OK", *copied, b"Content-Length: 0", b"", b""])


def number_of(message: bytes) -> int | None:
    """The number of the call that a message belongs to, by its Call-ID.

    An anonymous call's second leg has another Call-ID; the caller's own is seen here only.
    """
    start = message.find(b"Call-ID: ")
    end = message.find(b"@bench\r\n", start)
    digits = message[start + 9 : end]
    return int(digits) if start >= 0 and digits.isdigit() else None


class Caller:
    """Places the calls, then waits for their BYEs."""

    __slots__ = ("_group", "_own", "_port", "_socket", "byes", "connected", "repeated")

    def __init__(self, port: int, group: str) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.setblocking(False)
        self._own = self._socket.getsockname()[1]
        self._port = port
        self._group = group.encode()
        self.connected: set[int] = set()
        self.byes: dict[int, int] = {}
        self.repeated = 0

    def connect(self, calls: int, rate: int) -> None:
        """Open `calls` calls; TimeoutError when some stay unanswered."""
        started = time.monotonic()
        placed, resend_at = 0, started + _RESEND_SECONDS
        while len(self.connected) < calls:
            now = time.monotonic()
            if now > started + calls / rate + _CONNECT_SECONDS:
                raise TimeoutError(f"{len(self.connected)} of {calls} calls connected")
            due = min(calls, int((now - started) * rate) + 1)
            self._invite(range(placed, due))
            placed = due
            self._receive(0.002)
            if placed == calls and now > resend_at:
                self._invite(set(range(calls)) - self.connected)
                resend_at = now + _RESEND_SECONDS

    def wait_for_byes(self) -> None:
        """Answer BYEs until every call has had one, or none has come for a while."""
        quiet_at = time.monotonic() + _WAIT_FOR_FIRST_SECONDS
        seen = 0
        while len(self.byes) < len(self.connected) and time.monotonic() < quiet_at:
            self._receive(0.05)
            if len(self.byes) > seen:
                seen = len(self.byes)
                quiet_at = time.monotonic() + _QUIET_SECONDS

    def drops(self) -> int:
        """What the kernel dropped for this caller's socket so far."""
        return kernel_drops(Path("/proc/net/udp").read_text(), self._own)

    def _receive(self, patience: float) -> None:
        select.select([self._socket], [], [], patience)
        for _ in range(_BATCH):
            try:
                message, source = self._socket.recvfrom(65_535)
            except BlockingIOError:
                return
            except ConnectionRefusedError:
                continue
            number = number_of(message)
            if number is not None:
                self._take(number, message, source)

    def _take(self, number: int, message: bytes, source: tuple[str, int]) -> None:
        if message.startswith(b"BYE "):
            self._socket.sendto(answer_to(message), source)
            if number in self.byes:
                self.repeated += 1
            else:
                self.byes[number] = time.monotonic_ns()
        elif message.startswith(b"SIP/2.0 200 ") and b"\r\nCSeq: 1 INVITE" in message:
            to_line = message[message.find(b"\r\nTo: ") + 2 :].partition(b"\r\n")[0]
            self._send_request(b"ACK", number, b";tag=" + to_line.partition(b";tag=")[2])
            self.connected.add(number)

    def _invite(self, numbers: Iterable[int]) -> None:
        for number in numbers:
            self._send_request(b"INVITE", number)

    def _send_request(self, method: bytes, number: int, to_tag: bytes = b"") -> None:
        values = {
            b"method": method,
            b"group": self._group,
            b"port": self._port,
            b"own": self._own,
            b"number": number,
            b"to_tag": to_tag,
        }
        end = _INVITE_END if method == b"INVITE" else b"Content-Length: 0\r\n\r\n"
        self._socket.sendto(_REQUEST % values + end, ("127.0.0.1", self._port))


def main() -> None:
    """Hold the calls, count the BYEs, write the report."""
    port, group, calls, rate, report = sys.argv[1:6]
    caller = Caller(int(port), group)
    caller.connect(int(calls), int(rate))
    before = caller.drops()
    print(f"connected {len(caller.connected)}", flush=True)
    caller.wait_for_byes()
    arrivals = sorted(caller.byes.values())
    Path(report).write_text(
        json.dumps(
            {
                "arrivals_ns": arrivals,
                "missing": len(caller.connected) - len(caller.byes),
                "repeated": caller.repeated,
                "dropped": caller.drops() - before,
            }
        )
    )


if __name__ == "__main__":
    main()
