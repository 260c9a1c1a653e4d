"""SIP responses (RFC 3261 §7.2 and §8.2.6): making them from the request that they answer."""

from collections.abc import Iterable

from sip.envelope import Field, Message
from sip.names import DIALOG_FORMING, reason_phrase
from sip.request import Request

# Of the responses that nearly every call has.
_STARTS = {
    status: b"SIP/2.0 %d %b\r\nVia: " % (status, reason_phrase(status)) for status in (180, 200)
}


class Response(Message):
    """A response. `method` is that of its CSeq."""

    __slots__ = ("reason", "status")

    status: int
    reason: bytes

    @classmethod
    def build(
        cls,
        request: Request,
        status: int,
        reason: bytes | None = None,
        *,
        to_tag: bytes = b"",
        headers: Iterable[Field] = (),
        body: bytes = b"",
    ) -> "Response":
        """Make the response to `request` (§8.2.6.2). `to_tag` is used if To has no tag yet."""
        response = cls()
        response.status = status
        response.reason = reason_phrase(status) if reason is None else reason
        response.method, response.cseq = request.method, request.cseq
        response.call_id = request.call_id
        response.from_value = request.from_value
        response.to_value = _to_value(request, status, to_tag)
        response.vias = list(request.vias)
        response.branch, response.sent_by = request.branch, request.sent_by
        fields = [(b"Via", via) for via in request.vias]
        fields += [
            (b"From", response.from_value),
            (b"To", response.to_value),
            (b"Call-ID", response.call_id),
            (b"CSeq", b"%d %b" % (response.cseq, response.method)),
        ]
        fields += [(b"Record-Route", value) for value in _record_routes(request, status)]
        if status == 100:
            fields += [(b"Timestamp", value) for value in request.values(b"Timestamp")]
        fields.extend(headers)
        response.fill(fields, body)
        return response

    def copy(self) -> "Response":
        """Give a response that can be edited without changing this one."""
        other = super().copy()
        other.status = self.status
        other.reason = self.reason
        return other

    @property
    def start_line(self) -> bytes:
        """The status line, without its line end."""
        return b"SIP/2.0 %d %b" % (self.status, self.reason)


def _to_value(request: Request, status: int, to_tag: bytes) -> bytes:
    if to_tag and status > 100 and not request.to_tag:
        return request.to_value + b";tag=" + to_tag
    return request.to_value


def _record_routes(request: Request, status: int) -> list[bytes]:
    # §12.1.1: in every response that makes a dialog, early ones too.
    if 100 < status < 300 and request.method in DIALOG_FORMING:
        return request.record_routes
    return []


def response_bytes(
    request: Request,
    status: int,
    reason: bytes | None = None,
    *,
    to_tag: bytes = b"",
    headers_block: bytes = b"",
    body: bytes = b"",
) -> bytes:
    r"""Write the response to `request` at once, the same octets as `Response.build` would give.

    `headers_block` holds whole lines, each `Name: value\r\n`.
    """
    if request.record_routes:
        routes = _record_routes(request, status)
        headers_block = b"".join([b"Record-Route: %b\r\n" % r for r in routes]) + headers_block
    if status == 100:
        for value in request.values(b"Timestamp"):
            headers_block = b"Timestamp: %b\r\n" % value + headers_block
    start = _STARTS.get(status) if reason is None else None
    if start is None:
        start = b"SIP/2.0 %d %b\r\nVia: " % (
            status,
            reason_phrase(status) if reason is None else reason,
        )
    vias = request.vias
    return (
        b"%b%b\r\nFrom: %b\r\nTo: %b\r\nCall-ID: %b\r\nCSeq: %d %b\r\n"
        b"%bContent-Length: %d\r\n\r\n%b"
    ) % (
        start,
        vias[0] if len(vias) == 1 else b"\r\nVia: ".join(vias),
        request.from_value,
        _to_value(request, status, to_tag),
        request.call_id,
        request.cseq,
        request.method,
        headers_block,
        len(body),
        body,
    )
