"""What one socket does of its own accord: notes answers, acknowledges, answers requests."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Iterable

from tests.mutation.draft import NONCE, Draft, Duty, Offence
from tests.mutation.seeds import Scene

__all__ = ["Ledger", "Peer", "cut_stream"]

_STATUS = re.compile(rb"SIP/2\.0 ([1-6][0-9]{2}) [^\r\n]*")
_REQUEST = re.compile(rb"[A-Z]+ [^\s]+ SIP/2\.0")
_LINE = re.compile(rb"[A-Za-z0-9.!%*_+`'~-]+[ \t]*:[^\r\n]*")
_BRANCH = re.compile(rb";[ \t]*branch[ \t]*=[ \t]*([^;,\s]*)", re.IGNORECASE)
_URI = re.compile(rb"<([^>]*)>")


def _lines_of(message: bytes, name: bytes) -> list[bytes]:
    head = message.partition(b"\r\n\r\n")[0]
    start = name.lower() + b":"
    return [line for line in head.split(b"\r\n")[1:] if line.lower().startswith(start)]


def _value_of(message: bytes, name: bytes) -> bytes:
    lines = _lines_of(message, name)
    return lines[0].partition(b":")[2].strip() if lines else b""


def fault_of(message: bytes) -> str | None:
    """Say what is malformed in a message from the server; None if nothing is."""
    head, end, body = message.partition(b"\r\n\r\n")
    start, *lines = head.split(b"\r\n")
    if not end:
        return "the headers do not end"
    if _STATUS.fullmatch(start) is None and _REQUEST.fullmatch(start) is None:
        return "malformed start line"
    if not all(_LINE.fullmatch(line) for line in lines):
        return "malformed header line"
    length = _value_of(message, b"Content-Length")
    if not length.isdigit() or int(length) != len(body):
        return "Content-Length is not the body's"
    if any(len(_lines_of(message, name)) > 1 for name in (b"From", b"To", b"Call-ID", b"CSeq")):
        return "a single header stands twice"
    return None if _lines_of(message, b"Via") else "no Via"


class Ledger:
    """The messages that a lane has out, and the answers that come to them."""

    def __init__(self, report: Callable[[Offence], None], statuses: Counter[int]) -> None:
        self._report = report
        self._statuses = statuses
        self._by_branch: dict[bytes, list[Draft]] = {}
        self._by_nonce: dict[bytes, Draft] = {}
        self.drafts: list[Draft] = []
        self.changed = asyncio.Event()

    def open(self, drafts: Iterable[Draft]) -> None:
        """Forget the messages so far; these are out now."""
        self._by_branch.clear()
        self._by_nonce.clear()
        self.drafts = list(drafts)
        for draft in self.drafts:
            if draft.expected.branch:
                self._by_branch.setdefault(draft.expected.branch, []).append(draft)
            for nonce in draft.nonces:
                self._by_nonce[nonce] = draft

    def note(self, status: int, message: bytes) -> None:
        """Take an answer down: by its top Via's branch, else by what else marks it."""
        self._statuses[status] += 1
        vias = _lines_of(message, b"Via")
        branch = _BRANCH.search(vias[0]) if vias else None
        drafts = self._by_branch.get(branch[1], []) if branch else []
        if not drafts:
            nonces = NONCE.findall(message)
            drafts = [self._by_nonce[nonce] for nonce in nonces if nonce in self._by_nonce]
        for draft in drafts:
            draft.answers.append(status)
            is_its_own = branch and any(nonce in branch[1] for nonce in draft.nonces)
            if draft.expected.duty is Duty.NOTHING and is_its_own:
                self._report(Offence("answered, though it must not be", draft, message))
        if drafts:
            self.changed.set()

    def unanswered(self) -> list[Draft]:
        """The messages that lack the answer they must have."""
        return [
            draft
            for draft in self.drafts
            if draft.expected.duty is Duty.ANSWER and not draft.answers
        ]


class Peer:
    """The user agent of one socket. `write` sends to the server.

    Answers to requests of its own are awaited by Call-ID: `expect`.
    """

    def __init__(
        self, scene: Scene, write: Callable[[bytes], None], ledger: Ledger,
        on_fault: Callable[[str, bytes], None],
    ) -> None:  # fmt: skip
        self._scene = scene
        self._write = write
        self._ledger = ledger
        self._on_fault = on_fault
        self._awaited: dict[bytes, tuple[int, asyncio.Future[bytes]]] = {}

    def expect(self, call_id: bytes, at_least: int = 200) -> asyncio.Future[bytes]:
        """The first response of that Call-ID with at least that status, when it comes."""
        future: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._awaited[call_id] = (at_least, future)
        return future

    def forget(self, call_id: bytes) -> None:
        """No longer wait for that Call-ID."""
        self._awaited.pop(call_id, None)

    def receive(self, message: bytes) -> None:
        """Take a message from the server."""
        fault = fault_of(message)
        if fault is not None:
            self._on_fault(fault, message)
            return
        found = _STATUS.match(message)
        if found is None:
            self._answer(message)
            return
        status = int(found[1])
        awaited = self._awaited.get(_value_of(message, b"Call-ID"))
        if awaited is not None and status >= awaited[0] and not awaited[1].done():
            awaited[1].set_result(message)
        else:
            self._ledger.note(status, message)
        if status >= 200 and _value_of(message, b"CSeq").endswith(b" INVITE"):
            self._write(self._ack(status, message))

    def _ack(self, status: int, response: bytes) -> bytes:
        """The ACK: within the INVITE's transaction for a failure, of its own for a 2xx."""
        contact = _URI.search(_value_of(response, b"Contact"))
        uri = contact[1] if contact and status < 300 else b"sip:helpdesk@contoso.example"
        via = _lines_of(response, b"Via")[0]
        if status < 300:
            via = b"Via: SIP/2.0/%b %b;branch=z9hG4bK-ack-%x" % (
                self._scene.transport.encode(), self._scene.here, hash(response) & 0xFFFFFFFF,
            )  # fmt: skip
        number = _value_of(response, b"CSeq").partition(b" ")[0]
        return b"\r\n".join((
            b"ACK %b SIP/2.0" % uri, via, b"Max-Forwards: 70",
            b"From: " + _value_of(response, b"From"), b"To: " + _value_of(response, b"To"),
            b"Call-ID: " + _value_of(response, b"Call-ID"), b"CSeq: %b ACK" % number,
            b"Content-Length: 0", b"", b"",
        ))  # fmt: skip

    def _answer(self, request: bytes) -> None:
        """Decline an INVITE, say 200 to all else."""
        method = request.partition(b" ")[0]
        if method == b"ACK":
            return
        to = _value_of(request, b"To")
        if b"tag=" not in to:
            to += b";tag=peer"
        self._write(b"\r\n".join((
            b"SIP/2.0 603 Decline" if method == b"INVITE" else b"SIP/2.0 200 OK",
            *_lines_of(request, b"Via"),
            b"From: " + _value_of(request, b"From"), b"To: " + to,
            b"Call-ID: " + _value_of(request, b"Call-ID"),
            b"CSeq: " + _value_of(request, b"CSeq"), b"Content-Length: 0", b"", b"",
        )))  # fmt: skip


def cut_stream(buffer: bytes) -> tuple[list[bytes], bytes]:
    """Cut what a server has sent into its messages, and give the rest."""
    messages: list[bytes] = []
    while True:
        buffer = buffer.lstrip(b"\r\n")
        end = buffer.find(b"\r\n\r\n") + 4
        if end < 4:
            return messages, buffer
        length = _value_of(buffer[:end], b"Content-Length")
        end += int(length) if length.isdigit() else 0
        if len(buffer) < end:
            return messages, buffer
        messages.append(buffer[:end])
        buffer = buffer[end:]
