"""Session descriptions in bodies that pass: answered for emulated ends, hidden by bridges.

A description may be the whole body, or a part of a multipart one (RFC 5621).
"""

from __future__ import annotations

from sip.bodies import find_description, replace_description
from sip.message import Request, Response
from sip.sdp import answer_offer, hide, make_offer

__all__ = ["answer_for", "content_of", "hidden"]

_CONTENT_HEADERS = (
    b"Content-Type", b"Content-Disposition", b"Content-Encoding", b"Content-Language",
    b"MIME-Version",
)  # fmt: skip


def answer_for(request: Request, *, host: bytes, port: int, session: int) -> bytes | None:
    """What an emulated end says to the offer in `request`, or its own offer if there is none.

    None if the offer can't be answered (488). Its media ends at `host` and `port`.
    """
    body = request.body
    if body and not request.is_common:
        body = find_description(request.first(b"Content-Type"), body) or b""
    if not body:
        return make_offer(host=host, port=port, session=session)
    return answer_offer(body, host=host, port=port, session=session)


def hidden(message: Request | Response, *, host: bytes, session: int) -> bytes:
    """The body for the other leg: a description in it is a bridge's at `host`, the rest passes."""
    body = message.body
    if not body:
        return body
    content_type = message.first(b"Content-Type")
    description = find_description(content_type, body)
    if description is None:
        return body
    shown = hide(description, host=host, session=session)
    return replace_description(content_type, body, shown)


def content_of(message: Request | Response) -> list[tuple[bytes, bytes]]:
    """The header fields that go along with a body to the other leg."""
    found = [(name, message.first(name)) for name in _CONTENT_HEADERS] if message.body else []
    package = message.first(b"Info-Package")  # RFC 6086: INFO may have one and no body
    return [
        (name, value) for name, value in (*found, (b"Info-Package", package)) if value is not None
    ]
