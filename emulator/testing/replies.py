"""What a client answers by itself where a phone would."""

from __future__ import annotations

from sip.message import Request, Response
from sip.sdp import answer_offer, make_offer

__all__ = [
    "ALLOW",
    "DEFAULT_REPLIES",
    "Replies",
    "answer_of",
    "offer_of",
    "reply_to",
    "session_headers",
]

Replies = dict[str, int | None]

ALLOW = b"INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, MESSAGE, PRACK, NOTIFY"
_SDP = (b"Content-Type", b"application/sdp")
_MEDIA_PORT = 40_000  # nobody listens: no media is played

# Methods that are not named are answered 405. None: no answer.
DEFAULT_REPLIES: Replies = {
    "BYE": 200,
    "CANCEL": 200,
    "INFO": 200,
    "INVITE": 200,
    "MESSAGE": 200,
    "NOTIFY": 200,
    "OPTIONS": 200,
    "PRACK": 200,
    "UPDATE": 200,
}


def offer_of(host: str) -> bytes:
    """The offer that a client at `host` makes."""
    return make_offer(host=host.encode(), port=_MEDIA_PORT, session=1)


def answer_of(offer: bytes, host: str) -> bytes:
    """The answer to an offer; empty where there is none, or none that can be understood."""
    if not offer:
        return b""
    answer = answer_offer(offer, host=host.encode(), port=_MEDIA_PORT, session=1)
    return answer or b""


def session_headers(body: bytes) -> list[tuple[bytes, bytes]]:
    """The header that a session description needs, none without one."""
    return [_SDP] if body else []


def reply_to(
    request: Request,
    status: int,
    *,
    tag: bytes,
    contact: bytes,
    host: str,
    headers: list[tuple[bytes, bytes]] | None = None,
    body: bytes | None = None,
) -> Response:
    """The response of a phone: a 2xx to an offer carries an answer, unless `body` is given.

    An INVITE without an offer gets one in its 2xx. 405 names the methods that are known.
    """
    lines = list(headers or [])
    content = body or b""
    if request.method in (b"INVITE", b"UPDATE") and status < 300:
        lines.append((b"Contact", contact))
        if body is None and status >= 200:
            content = _session(request, host)
    if status == 405 or (request.method == b"OPTIONS" and status == 200):
        lines.append((b"Allow", ALLOW))
    if content and not any(name == b"Content-Type" for name, _ in lines):
        lines += session_headers(content)
    return Response.build(request, status, to_tag=tag, headers=lines, body=content)


def _session(request: Request, host: str) -> bytes:
    if request.body:
        return answer_of(request.body, host)
    return offer_of(host) if request.method == b"INVITE" else b""
