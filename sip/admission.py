"""What an element checks of a request before it asks whom it is for (RFC 3261 §8.2, §16.3)."""

from __future__ import annotations

from dataclasses import dataclass

from sip.headers import media_type
from sip.message import Request

__all__ = ["ACCEPT_SDP", "Fault", "judge"]

ACCEPT_SDP = b"Accept: application/sdp, multipart/mixed\r\n"
_SCHEMES = (b"sip:", b"sips:", b"tel:")


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a request is refused by whoever gets it: the response, and header lines for it."""

    status: int
    reason: bytes | None = None
    headers: bytes = b""


def judge(request: Request, extensions: frozenset[bytes]) -> Fault | None:
    """The fault of a well-formed request, or None.

    416 for a scheme that nobody here routes (§8.2.2.1), 420 for option tags that aren't in
    `extensions` (§8.2.2.3, all of them named in Unsupported), 415 and 406 for bodies of an INVITE
    that can't be read or answered (§8.2.3). What depends on who the request is for is not looked
    at: a proxy asks for Max-Forwards itself.
    """
    if not request.uri[:5].lower().startswith(_SCHEMES):
        return Fault(416)
    if request.method not in (b"ACK", b"CANCEL"):
        unknown = [
            tag
            for name in (b"Require", b"Proxy-Require")
            for tag in request.values(name)
            if tag.lower() not in extensions
        ]
        if unknown:
            return Fault(420, None, b"Unsupported: %b\r\n" % b", ".join(dict.fromkeys(unknown)))
    if request.method == b"INVITE":
        return _judge_bodies(request)
    return None


def _judge_bodies(request: Request) -> Fault | None:
    if request.body:
        kind = media_type(request.first(b"Content-Type") or b"application/sdp")
        if kind != b"application/sdp" and not kind.startswith(b"multipart/"):
            return Fault(415, None, ACCEPT_SDP)
        encodings = [e.lower() for e in request.values(b"Content-Encoding")]
        if any(encoding != b"identity" for encoding in encodings):
            return Fault(415, None, b"Accept-Encoding: identity\r\n")
    accepted = [media_type(value) for value in request.values(b"Accept")]
    if accepted and not any(r in (b"*/*", b"application/*", b"application/sdp") for r in accepted):
        return Fault(406, None, b'Warning: 399 sip "only application/sdp can be offered"\r\n')
    return None
