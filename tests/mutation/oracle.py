"""Says what a server owes a message, from patterns of its own that know nothing of the product.

A request has to be answered if its start line is one and its top Via parses and leads back to
whoever sent it. Where the standard leaves a choice, anything will do.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from tests.mutation.draft import Duty, Expectation

__all__ = ["Framing", "expect", "frame_of"]

_TOKEN = rb"[A-Za-z0-9.!%*_+`'~-]+"
_START = re.compile(rb"(" + _TOKEN + rb") [^\s]+ SIP/[0-9]+\.[0-9]+")
_WS = rb"[ \t]*"
_LABEL = rb"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_NAME = rb"(?:" + _LABEL + rb"\.)*[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.?"
_OCTET = rb"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_V4 = _OCTET + rb"(?:\." + _OCTET + rb"){3}"
_QUOTED = rb'"(?:[^"\\\x00-\x08\x0a-\x1f\x7f]|\\[\x00-\x09\x0b\x0c\x0e-\x7f])*"'
_PARAM = _TOKEN + rb"(?:" + _WS + rb"=" + _WS + rb"(?:" + _TOKEN + rb"|" + _QUOTED + rb"))?"
_VIA = re.compile(
    _WS + _TOKEN + _WS + rb"/" + _WS + _TOKEN + _WS + rb"/" + _WS + _TOKEN + rb"[ \t]+"
    rb"(" + _V4 + rb"|" + _NAME + rb")(?:" + _WS + rb":" + _WS + rb"([0-9]{1,5}))?"
    rb"((?:" + _WS + rb";" + _WS + _PARAM + rb")*)" + _WS + rb"(?:,|$)"
)
_EACH_PARAM = re.compile(
    rb";" + _WS + rb"(" + _TOKEN + rb")(?:" + _WS + rb"=" + _WS + rb"("
    + _TOKEN + rb"|" + _QUOTED + rb"))?"
)  # fmt: skip
_BRANCH = re.compile(rb";[ \t]*branch[ \t]*=[ \t]*([^;,\s]*)", re.IGNORECASE)
# A value may go on in the next line, a name may not.
_LENGTH = re.compile(rb"\r\n(?:Content-Length|l)[ \t]*:((?:[^\r\n]|\r\n[ \t])*)", re.IGNORECASE)
# What a response repeats, by which it is known.
_REPEATED = tuple(
    re.compile(rb"\r\n(?:" + names + rb")[ \t]*:[^\r\n]*", re.IGNORECASE)
    for names in (b"From|f", b"To|t", b"Call-ID|i")
)
_MAX_LINES = 250
_ANYTHING = Expectation(Duty.ANYTHING)
_NOTHING = Expectation(Duty.NOTHING)


def expect(data: bytes, nonces: Collection[bytes], port: int | None) -> Expectation:
    """Say what is due to `data`, sent from UDP `port`, or (None) over a connection.

    Without a branch its answer is known by its `nonces`.
    """
    while data.startswith(b"\r\n"):
        data = data[2:]
    if data.startswith((b"SIP/2.0 ", b"ACK ")):
        branch = _BRANCH.search(data)
        return Expectation(Duty.NOTHING, branch[1] if branch else b"")
    head, end, _ = data.partition(b"\r\n\r\n")
    if not end and port is None:
        return _ANYTHING  # a stream waits for the rest
    lines = head.split(b"\r\n")
    if not end:
        lines.pop()  # cut off somewhere
    start = _START.fullmatch(lines[0]) if lines else None
    near = b"\r\n".join(lines[:_MAX_LINES])
    via = _top_via(lines[:_MAX_LINES])
    if start is None or via is None:
        return _ANYTHING
    found = _VIA.match(via)
    if found is None:
        return _ANYTHING
    params = [(name.lower(), value) for name, value in _EACH_PARAM.findall(found[3])]
    names = [name for name, _ in params]
    branch = dict(params).get(b"branch", b"")
    is_odd = (
        len(names) != len(set(names))
        or b"maddr" in names
        or (b"branch" in names and (not branch or branch.startswith(b'"')))
        or (found[2] is not None and not 0 < int(found[2]) < 65_536)
    )
    sent_by = found[1] + b":" + (found[2] or b"")
    transaction = (branch, sent_by, start[1]) if branch else None
    if is_odd or not _leads_back(dict(params), found[2], port):
        return Expectation(Duty.ANYTHING, branch, transaction)
    if not branch and not _is_marked(near, nonces):
        return _ANYTHING  # nothing would tell its answer from others
    return Expectation(Duty.ANSWER, branch, transaction)


def _top_via(lines: list[bytes]) -> bytes | None:
    """The value of the first Via line, made whole if it goes on in the next ones."""
    for at, line in enumerate(lines[1:], 1):
        name, colon, value = line.partition(b":")
        if not colon or name.rstrip(b" \t").lower() not in (b"via", b"v"):
            continue
        for further in lines[at + 1 :]:
            if further[:1] not in (b" ", b"\t"):
                break
            value += b" " + further.lstrip(b" \t")
        return value
    return None


def _is_marked(head: bytes, nonces: Collection[bytes]) -> bool:
    """Whether the first From, To or Call-ID has a nonce: a response repeats no second one."""
    found = [pattern.search(head) for pattern in _REPEATED]
    return any(nonce in line[0] for line in found if line is not None for nonce in nonces)


def _leads_back(params: dict[bytes, bytes], sent_port: bytes | None, port: int | None) -> bool:
    if port is None:
        return True
    if b"rport" in params:
        return not params[b"rport"]
    return int(sent_port or b"5060") == port


class Framing:
    """How a stream takes a message: alone and whole, with more behind it, or not at all."""

    WHOLE = "whole"
    HEADED = "headers whole, body shorter or longer than it says"
    AWAITED = "more is to come"
    BROKEN = "cannot be cut"


def frame_of(data: bytes) -> str:
    """Say how `data` divides a stream that it is the last of."""
    while data.startswith(b"\r\n"):
        data = data[2:]
    head, end, body = data.partition(b"\r\n\r\n")
    if not end:
        return Framing.AWAITED
    lengths = {length.strip() for length in _LENGTH.findall(head + b"\r\n")}
    if not lengths:
        return Framing.HEADED if body else Framing.WHOLE
    length = lengths.pop()
    if lengths or not re.fullmatch(rb"[0-9]{1,9}", length):
        return Framing.BROKEN
    if len(head) + 4 >= 32_000 or len(head) + 4 + int(length) > 65_000:
        return Framing.BROKEN
    if int(length) > len(body):
        return Framing.AWAITED
    return Framing.HEADED if int(length) < len(body) else Framing.WHOLE
