"""What can be saved of a malformed request, so that it gets the 4xx or 505 that it deserves."""

import re
import zlib
from dataclasses import dataclass

from sip.envelope import MAX_HEADER_LINES, MAX_MESSAGE_BYTES, unfold
from sip.errors import SipParseError
from sip.grammar import HOST, PARAMS, PORT, SWS, TOKEN
from sip.headers import parse_name_addr, parse_via, split_list
from sip.names import canonical_name, reason_phrase
from sip.request import noted_via

_START_LINE = re.compile(rb"(" + TOKEN + rb")[ \t].*SIP/[0-9]", re.IGNORECASE | re.DOTALL).match
_SENT_BY = HOST + rb"(?:" + SWS + rb":" + SWS + PORT + rb")?+"
_SENT = TOKEN + SWS + rb"/" + SWS + TOKEN + SWS + rb"/" + SWS + TOKEN + rb"[ \t]++" + _SENT_BY
_VIA_SENT = re.compile(_SENT).match
_VIA_START = re.compile(_SENT + PARAMS).match
_COPIED = (b"From", b"To", b"Call-ID", b"CSeq")


@dataclass(frozen=True, slots=True)
class Salvaged:
    """A malformed request, as far as its response needs it.

    `vias` are well formed, top first, at least one. `copied` are the header lines that a response
    repeats (From, To, Call-ID, CSeq), those of them that are there, raw.
    """

    method: bytes
    vias: tuple[bytes, ...]
    copied: tuple[tuple[bytes, bytes], ...]

    def response(self, status: int, reason: str, host: bytes, port: int) -> bytes:
        """Write the response, for a request that came from the numeric `host` and `port`.

        An empty `reason` gives the standard phrase.
        """
        lines = [b"SIP/2.0 %d %b" % (status, reason.encode() or reason_phrase(status))]
        top = noted_via(self.vias[0], host, port)
        lines += [b"Via: " + via for via in (top, *self.vias[1:])]
        for name, value in self.copied:
            lines.append(name + b": " + (self._tagged(value) if name == b"To" else value))
        lines.append(b"Content-Length: 0\r\n\r\n")
        return b"\r\n".join(lines)

    def _tagged(self, to_value: bytes) -> bytes:
        try:
            if parse_name_addr(to_value).tag:
                return to_value
        except SipParseError:
            return to_value
        # §8.2.7: without state, the same request gets the same tag each time that it comes.
        return b"%b;tag=%08x" % (to_value, zlib.crc32(b"\n".join(self.vias)))


def salvage(data: bytes) -> Salvaged | None:
    """Save what is needed to answer a request that `parse_message` refused.

    None if that is no request, or an ACK, or its top Via can't be read: then nothing is answered.
    """
    head = data[:MAX_MESSAGE_BYTES].lstrip(b"\r\n").partition(b"\r\n\r\n")[0]
    start, *rows = unfold(head).split(b"\r\n", MAX_HEADER_LINES)
    found = _START_LINE(start)
    if found is None or found[1] in (b"ACK", b"SIP"):
        return None
    via_lines: list[bytes] = []
    copied: dict[bytes, bytes] = {}
    for row in rows:
        raw_name, colon, raw_value = row.partition(b":")
        if not colon:
            continue
        name = canonical_name(raw_name.strip())
        value = raw_value.replace(b"\r", b" ").replace(b"\n", b" ").strip()
        if name == b"Via":
            via_lines.append(value)
        elif name in _COPIED and value:
            copied.setdefault(name, value)
    if not via_lines:
        return None
    vias = [_mended(via) for line in via_lines for via in _elements(line)]
    if not vias or vias[0] is None:
        return None
    return Salvaged(
        method=found[1],
        vias=tuple(via for via in vias if via is not None),
        copied=tuple((name, copied[name]) for name in _COPIED if name in copied),
    )


def _elements(line: bytes) -> list[bytes]:
    try:
        return split_list(line)
    except SipParseError:
        return [part.strip() for part in line.split(b",") if part.strip(b" \t;")]


def _mended(via: bytes) -> bytes | None:
    """Give a Via up to where it stops being one, None if it never was."""
    start = _VIA_START(via)
    if start is None:
        return None
    try:
        parse_via(start[0])
    except SipParseError:
        # A parameter stands twice.
        sent = _VIA_SENT(via)
        return None if sent is None else sent[0]
    return start[0]
