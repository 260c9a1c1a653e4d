"""A probe that asks a server OPTIONS every millisecond and sees when it was away.

Run as a process of its own: `python -m benchmarks.probe PORT RECORD` until SIGTERM; the record is
written when it ends. Answers carry the kernel's time of arrival, so that a probe that waits for its
core does not call the server slow.
"""

from __future__ import annotations

import json
import select
import signal
import socket
import struct
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

_INTERVAL_NS = 1_000_000
_LAST_ANSWERS_NS = 1_500_000_000
_SO_TIMESTAMPNS = 35  # Linux; `socket` has no name for it
_TIMESPEC = struct.Struct("@qq")
_BUFFER_BYTES = 4_194_304
_REQUEST = (
    "OPTIONS sip:127.0.0.1:{port} SIP/2.0\r\n"
    "Via: SIP/2.0/UDP 127.0.0.1:{own};branch=z9hG4bK-probe-{number}\r\n"
    "Max-Forwards: 70\r\n"
    "From: <sip:probe@127.0.0.1:{own}>;tag=probe{number}\r\n"
    "To: <sip:127.0.0.1:{port}>\r\n"
    "Call-ID: {number}@probe\r\n"
    "CSeq: 1 OPTIONS\r\n"
    "Content-Length: 0\r\n\r\n"
)


@dataclass(frozen=True, slots=True)
class Absence:
    """What the probe saw of a server within a span of time, in milliseconds."""

    longest_ms: float
    blind_ms: float
    asked: int
    unanswered: int


def absence_between(
    sent: Sequence[int], arrived: Mapping[int, int], start: int, end: int
) -> Absence:
    """The longest wait for an answer to a question put from `start` to `end`, all in ns.

    `sent` holds the time of each question, `arrived` that of the answer by the question's index.
    `blind_ms` is the longest time in which nothing was asked: what is shorter may go unseen.
    """
    within = [index for index, instant in enumerate(sent) if start <= instant <= end]
    waits = [arrived[index] - sent[index] for index in within if index in arrived]
    asked = [start, *(sent[index] for index in within), end]
    blind = max(later - earlier for earlier, later in pairwise(asked))
    return Absence(max(waits, default=0) / 1e6, blind / 1e6, len(within), len(within) - len(waits))


def number_of(answer: bytes) -> int | None:
    """Which question an answer belongs to, by its Call-ID; None when it is no answer of ours."""
    start = answer.find(b"Call-ID: ")
    end = answer.find(b"@probe", start)
    if start < 0 or end < 0 or not answer.startswith(b"SIP/2.0 "):
        return None
    digits = answer[start + 9 : end]
    return int(digits) if digits.isdigit() else None


class Probe:
    """Asks, collects, and remembers both by index."""

    __slots__ = ("_own", "_port", "_socket", "arrived", "is_over", "sent")

    def __init__(self, port: int) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER_BYTES)
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self._own = self._socket.getsockname()[1]
        self._port = port
        self.sent: list[int] = []
        self.arrived: dict[int, int] = {}
        self.is_over = False

    def run(self) -> None:
        """Ask every millisecond until `is_over`, then wait for the last answers."""
        due = time.time_ns()
        while not self.is_over:
            now = time.time_ns()
            if now >= due:
                self._ask()
                due = max(due + _INTERVAL_NS, now)
            self._collect(max(due - time.time_ns(), 0))
        end = time.time_ns() + _LAST_ANSWERS_NS
        while (left := end - time.time_ns()) > 0 and len(self.arrived) < len(self.sent):
            self._collect(left)

    def _ask(self) -> None:
        number = len(self.sent)
        request = _REQUEST.format(port=self._port, own=self._own, number=number).encode()
        self.sent.append(time.time_ns())
        self._socket.sendto(request, ("127.0.0.1", self._port))

    def _collect(self, patience_ns: int) -> None:
        ready, _, _ = select.select([self._socket], [], [], patience_ns / 1e9)
        while ready:
            try:
                answer, ancillary, _, _ = self._socket.recvmsg(4096, 64)
            except BlockingIOError:
                return
            except ConnectionRefusedError:
                continue
            number = number_of(answer)
            if number is not None and number not in self.arrived:
                self.arrived[number] = _kernel_time(ancillary)


def _kernel_time(ancillary: Sequence[tuple[int, int, bytes]]) -> int:
    for level, kind, content in ancillary:
        if level == socket.SOL_SOCKET and kind == _SO_TIMESTAMPNS:
            seconds, nanoseconds = _TIMESPEC.unpack_from(content)
            return int(seconds) * 1_000_000_000 + int(nanoseconds)
    return time.time_ns()


def read_record(path: Path) -> tuple[list[int], dict[int, int]]:
    """What a probe wrote: the times of its questions, and of the answers by index."""
    record = json.loads(path.read_text())
    return record["sent"], {int(number): instant for number, instant in record["arrived"]}


def main() -> None:
    """Probe until SIGTERM, then write the record."""
    port, path = int(sys.argv[1]), Path(sys.argv[2])
    probe = Probe(port)

    def end(_number: int, _frame: object) -> None:
        probe.is_over = True

    signal.signal(signal.SIGTERM, end)
    probe.run()
    path.write_text(json.dumps({"sent": probe.sent, "arrived": list(probe.arrived.items())}))


if __name__ == "__main__":
    main()
