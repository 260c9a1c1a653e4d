"""The general parser: any octets to a Request or a Response, or the reason why they are none."""

import re

from sip.envelope import (
    MAX_HEAD_BYTES,
    MAX_HEADER_LINES,
    MAX_MESSAGE_BYTES,
    Message,
    index_fields,
    split_lines,
    unfold,
)
from sip.errors import SipParseError
from sip.grammar import (
    CALL_ID,
    PLAIN_ADDRESS,
    PLAIN_HOST_PORT,
    PLAIN_PARAM,
    PLAIN_ROUTE,
    PLAIN_SIP_URI,
    REQUEST_URI,
    TOKEN,
    is_token,
)
from sip.headers import (
    parse_contacts,
    parse_cseq,
    parse_number,
    parse_via,
    party_tag,
    split_list,
    split_routes,
    valid_media_type,
)
from sip.names import METHODS, SINGLE
from sip.request import VIA_OTHER, VIA_PLAIN, VIA_RPORT, Request, note_source
from sip.response import Response, response_bytes

__all__ = [
    "MAX_HEADER_LINES",
    "MAX_MESSAGE_BYTES",
    "Message",
    "Request",
    "Response",
    "note_source",
    "parse_message",
    "response_bytes",
]

_is_request_uri = re.compile(REQUEST_URI).fullmatch
_is_version = re.compile(rb"SIP/[0-9]+\.[0-9]+", re.IGNORECASE).fullmatch
_is_call_id = re.compile(CALL_ID).fullmatch
_STATUS_LINE = re.compile(rb"SIP/2\.0 ([1-6][0-9]{2})(?: ([^\r\n]*+))?+", re.IGNORECASE).fullmatch
# The forms that nearly every message has; whatever they do not match, sip.headers reads in full.
_PLAIN_REQUEST_LINE = re.compile(rb"([A-Z]++) (" + PLAIN_SIP_URI + rb") SIP/2\.0").fullmatch
_PLAIN_VIA = re.compile(
    rb"SIP/2\.0/[A-Z]++ (" + PLAIN_HOST_PORT + rb")(;rport(?![^;]))?+"
    rb"(?:;branch=(" + TOKEN + rb"))?+(;rport)?+"
).fullmatch
_PLAIN_PARTY = re.compile(PLAIN_ADDRESS + rb"(?:;tag=(" + TOKEN + rb"))?+").fullmatch
# One parameter at most: of several, one could stand twice.
_is_plain_contact = re.compile(PLAIN_ADDRESS + rb"(?:" + PLAIN_PARAM + rb")?+").fullmatch

_is_plain_route = re.compile(PLAIN_ROUTE).fullmatch


def parse_message(data: bytes) -> Request | Response:
    """Parse one SIP message that fills `data` (RFC 3261 §7).

    Octets after the body that Content-Length announces are ignored (§18.3), line ends before the
    start line too (§7.5). Raises SipParseError with the octet at which the message stops being
    SIP, and the status that a request like that is answered with.
    """
    if len(data) > MAX_MESSAGE_BYTES:
        raise SipParseError("the message is too large", MAX_MESSAGE_BYTES, 513)
    if data[:2] == b"\r\n":
        data = data.lstrip(b"\r\n")
    head, blank, rest = data.partition(b"\r\n\r\n")
    if not blank:
        raise SipParseError("no empty line ends the headers", len(data))
    if len(head) > MAX_HEAD_BYTES:
        raise SipParseError("the headers are too large", MAX_HEAD_BYTES, 513)
    rows = split_lines(head)
    start = rows.pop(0)
    message = _read_start(start)
    try:
        found, is_repeated = _index(message, head, rows)
        _read_parties(message, found)
        _read_via(message, found[b"Via"].strip(), is_repeated)
        _read_lists(message, found, is_repeated)
        _read_body(message, found, rest)
        if type(message) is Request:
            _read_request(message, found)
    except SipParseError as error:
        error.offset += _position(data, error.value) if error.value else len(start) + 2
        raise
    return message


def _position(data: bytes, value: bytes) -> int:
    """Give the octet at which a header's `value` starts, 0 if it was folded."""
    at = data.find(b" " + value + b"\r\n") + 1
    return at or max(data.find(value), 0)


def _read_start(line: bytes) -> Request | Response:
    plain = _PLAIN_REQUEST_LINE(line)
    if plain is None:
        return _read_start_in_full(line)
    request = Request()
    request.method, request.uri = plain.groups()
    return request


def _read_start_in_full(line: bytes) -> Request | Response:
    if line[:4].upper() == b"SIP/":
        found = _STATUS_LINE(line)
        if found is None:
            raise SipParseError("malformed status line")
        response = Response()
        response.status = int(found[1])
        response.reason = found[2] or b""
        return response
    parts = line.split(b" ")
    if len(parts) != 3:
        raise SipParseError("the first line is no request line")
    method, uri, version = parts
    if version.upper() != b"SIP/2.0":
        status = 400 if _is_version(version) is None else 505
        raise SipParseError("not SIP/2.0", len(line) - len(version), status)
    if is_token(method) is None:
        raise SipParseError("malformed method")
    if _is_request_uri(uri) is None:
        raise SipParseError("malformed Request-URI", len(method) + 1)
    request = Request()
    request.method, request.uri = method, uri
    return request


def _index(message: Message, head: bytes, rows: list[bytes]) -> tuple[dict[bytes, bytes], bool]:
    """Find the header lines, and check that no single one is repeated."""
    try:
        found, is_repeated = index_fields(rows)
    except SipParseError:
        # A line that goes on in the next one is what stops it, or the message is malformed.
        whole = unfold(head)
        if whole == head:
            raise
        head = whole
        found, is_repeated = index_fields(split_lines(head)[1:])
    message.raw, message.listed = head, found
    message.ordered, message.edited = None, False
    if is_repeated:
        seen: set[bytes] = set()
        for name, value in message.fields:
            if name in seen and name in SINGLE:
                raise SipParseError(f"{name.decode()} stands twice", value=value)
            seen.add(name)
    return found, is_repeated


def _read_parties(message: Message, found: dict[bytes, bytes]) -> None:
    """Read From, To, Call-ID and CSeq."""
    try:
        from_value = found[b"From"].strip()
        to_value = found[b"To"].strip()
        call_id = found[b"Call-ID"].strip()
        cseq = found[b"CSeq"].strip()
        found[b"Via"]
    except KeyError as missing:
        raise SipParseError(f"no {missing.args[0].decode()} header") from None
    plain = _PLAIN_PARTY(from_value)
    message.from_value = from_value
    message.from_tag = party_tag(from_value) if plain is None else plain[1] or b""
    plain = _PLAIN_PARTY(to_value)
    message.to_value = to_value
    message.to_tag = party_tag(to_value) if plain is None else plain[1] or b""
    if _is_call_id(call_id) is None:
        raise SipParseError("malformed Call-ID", value=call_id)
    message.call_id = call_id
    number, _, method = cseq.partition(b" ")
    if len(number) < 10 and number.isdigit() and method in METHODS:
        message.cseq = int(number)
    else:
        message.cseq, method = parse_cseq(cseq)
    if type(message) is Response:
        message.method = method
    elif method != message.method:
        # RFC 4475 §3.1.2.18: an unknown method is the graver fault.
        status = 400 if message.method in METHODS else 501
        raise SipParseError("CSeq has another method than the request", 0, status, cseq)


def _read_via(message: Message, value: bytes, is_repeated: bool) -> None:
    """Read all Vias, and from the top one what a response needs."""
    plain = _PLAIN_VIA(value)
    message.vias = [value]
    if is_repeated or plain is None:
        values = [via for name, via in message.fields if name == b"Via"] if is_repeated else [value]
        message.vias = [via for line in values for via in split_list(line)]
        for via in message.vias:
            parse_via(via)
        plain = _PLAIN_VIA(message.vias[0])
    if plain is not None:
        message.sent_by, early, branch, late = plain.groups()
        message.branch = branch or b""
        message.via_mark = VIA_RPORT if early or late else VIA_PLAIN
        if early and late:
            raise SipParseError("a parameter stands twice", value=value)
    else:
        top = parse_via(message.vias[0])
        message.sent_by = top.sent_by
        message.branch = top.branch
        message.via_mark = VIA_OTHER
    if message.branch == b"z9hG4bK":
        raise SipParseError("the branch is nothing but the magic cookie", value=value)


def _read_lists(message: Message, found: dict[bytes, bytes], is_repeated: bool) -> None:
    """Read Contact, Route and Record-Route."""
    message.contact = None
    if b"Contact" in found:
        message.contact = found[b"Contact"].strip()
        if is_repeated or _is_plain_contact(message.contact) is None:
            message.contact = _first_contact(message, _lines(message, b"Contact", is_repeated))
    message.routes = []
    message.record_routes = []
    if b"Route" in found:
        message.routes = _routes(_lines(message, b"Route", is_repeated))
    if b"Record-Route" in found:
        message.record_routes = _routes(_lines(message, b"Record-Route", is_repeated))


def _routes(lines: list[bytes]) -> list[bytes]:
    routes: list[bytes] = []
    for line in lines:
        routes += [line] if _is_plain_route(line) else split_routes(line)
    return routes


def _lines(message: Message, name: bytes, is_repeated: bool) -> list[bytes]:
    """Give the values of header `name`, which is there."""
    if is_repeated:
        return [value for key, value in message.fields if key == name]
    assert message.listed is not None
    return [message.listed[name].strip()]


def _first_contact(message: Message, lines: list[bytes]) -> bytes:
    """Give the first Contact; raises SipParseError if one is malformed."""
    if lines == [b"*"] and message.method == b"REGISTER":
        return b"*"
    for line in lines:
        if parse_contacts(line) is None:
            raise SipParseError("a Contact of * stands alone, in REGISTER", value=line)
    return split_list(lines[0])[0]


def _read_body(message: Message, found: dict[bytes, bytes], rest: bytes) -> None:
    """Read Content-Length and Content-Type, and cut the body to its length."""
    if b"Content-Length" in found:
        stated = found[b"Content-Length"].strip()
        if stated != b"%d" % len(rest):
            length = parse_number(stated)
            if length > len(rest):
                raise SipParseError("the body is shorter than Content-Length", value=stated)
            rest = rest[:length]
    message.body = rest
    if rest and b"Content-Type" in found:
        kind = found[b"Content-Type"].strip()
        if kind != b"application/sdp":
            valid_media_type(kind)


def _read_request(request: Request, found: dict[bytes, bytes]) -> None:
    """Read what only requests have: Max-Forwards, and Expires of a REGISTER."""
    request.max_forwards = 70
    if b"Max-Forwards" in found:
        hops = found[b"Max-Forwards"].strip()
        if hops != b"70":
            request.max_forwards = parse_number(hops, 255)
    if request.method == b"REGISTER" and b"Expires" in found:
        parse_number(found[b"Expires"].strip())
