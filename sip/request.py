"""SIP requests (RFC 3261 §7.1): making and editing them, and noting where one came from."""

from collections.abc import Iterable

from sip.envelope import Field, Message
from sip.headers import parse_via
from sip.uri import comparable_host

# What the top Via of a request holds: nothing about its source; `;rport` without a value and
# nothing else; anything more, which is looked at in full.
VIA_PLAIN, VIA_RPORT, VIA_OTHER = 0, 1, 2


class Request(Message):
    """A request. `uri` is raw; `max_forwards` is 70 where the header is missing."""

    __slots__ = ("max_forwards", "uri")

    uri: bytes
    max_forwards: int

    @classmethod
    def build(
        cls,
        method: bytes,
        uri: bytes,
        *,
        via: bytes | None,
        from_value: bytes,
        to_value: bytes,
        call_id: bytes,
        cseq: int,
        max_forwards: int = 70,
        headers: Iterable[Field] = (),
        body: bytes = b"",
    ) -> "Request":
        """Make a request of this stack's own; `via` is None if the transaction is to add it."""
        request = cls()
        request.method, request.uri = method, uri
        request.from_value, request.to_value = from_value, to_value
        request.call_id, request.cseq = call_id, cseq
        request.max_forwards = max_forwards
        fields: list[Field] = []
        request.vias, request.branch, request.sent_by = [], b"", b""
        if via is not None:
            parsed = parse_via(via)
            request.vias = [via]
            request.branch, request.sent_by = parsed.branch, parsed.sent_by
            fields.append((b"Via", via))
        fields += [
            (b"Max-Forwards", b"%d" % max_forwards),
            (b"From", from_value),
            (b"To", to_value),
            (b"Call-ID", call_id),
            (b"CSeq", b"%d %b" % (cseq, method)),
        ]
        fields.extend(headers)
        request.fill(fields, body)
        return request

    @property
    def is_common(self) -> bool:
        """True if the fast path has read it, so that there is nothing to judge in it.

        Then its URI is `sip:`, its body at most application/sdp, which is what it accepts, and it
        has none of Require, Proxy-Require, Route, Record-Route and Content-Encoding.
        """
        return self.listed is None and self.raw != b""

    @property
    def start_line(self) -> bytes:
        """The request line, without its line end."""
        return b"%b %b SIP/2.0" % (self.method, self.uri)

    def copy(self) -> "Request":
        """Give a request that can be edited without changing this one."""
        other = super().copy()
        other.uri = self.uri
        other.max_forwards = self.max_forwards
        return other

    def push_route(self, value: bytes) -> None:
        """Put a Route on top."""
        self.routes = [value, *self.routes]
        self.edited = True

    def pop_route(self) -> bytes:
        """Take the top Route away and give it (§16.4)."""
        top = self.routes[0]
        self.routes = self.routes[1:]
        self.edited = True
        return top

    def set_routes(self, values: Iterable[bytes]) -> None:
        """Replace the route set, or take it away with an empty one."""
        self.routes = list(values)
        self.edited = True

    def decrement_max_forwards(self) -> None:
        """Take one off Max-Forwards, or add it with 70 if it is missing (§16.6 step 3)."""
        fields = self._lines()
        at = next((i for i, field in enumerate(fields) if field[0] == b"Max-Forwards"), None)
        if at is None:
            self.ordered = [*fields, (b"Max-Forwards", b"%d" % self.max_forwards)]
            return
        self.max_forwards -= 1
        self.ordered = fields.copy()
        self.ordered[at] = (b"Max-Forwards", b"%d" % self.max_forwards)


def note_source(request: Request, host: bytes, port: int) -> None:
    """Write into the top Via where `request` came from (§18.2.1, RFC 3581 §4).

    `host` is the numeric source address without brackets. `received` is added when sent-by says
    otherwise or `rport` waits for its value; one that a peer has put there itself is not believed.
    """
    mark = request.via_mark
    if mark == VIA_PLAIN:
        # Nearly always so: costs a fifth of a microsecond.
        sent_by = request.sent_by
        if sent_by.startswith(host) and sent_by[len(host) : len(host) + 1] in (b"", b":"):
            return
    elif mark == VIA_RPORT:
        noted = b";rport=%d;received=%b" % (port, host)
        request.replace_top_via(request.vias[0].replace(b";rport", noted, 1))
        return
    value = noted_via(request.vias[0], host, port)
    if value is not request.vias[0]:
        request.replace_top_via(value)


def noted_via(value: bytes, host: bytes, port: int) -> bytes:
    """Give Via `value` with `received` and `rport` as `note_source` sets them."""
    via = parse_via(value)
    params = dict(via.params)
    said = params.pop(b"received", None)
    if b"rport" in params:
        params[b"rport"] = b"%d" % port
        params[b"received"] = host
    elif comparable_host(via.host) != comparable_host(host):
        params[b"received"] = host
    elif said is None:
        return value
    noted = b"%b/%b %b" % (via.protocol, via.transport, via.sent_by)
    for name, param in params.items():
        noted += b";" + name if param is None else b";%b=%b" % (name, param)
    return noted
