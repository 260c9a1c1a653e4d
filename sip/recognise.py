"""The fast path: one pattern that knows the shape which load generators and softphones write.

It recognises a request or declines; it never judges. Whatever it takes, the general parser
(`sip.message`) takes too, and reads the same in every attribute: a property test holds that.
"""

import re
from collections.abc import Callable

from sip.envelope import MAX_HEAD_BYTES, MAX_MESSAGE_BYTES
from sip.grammar import (
    CALL_ID,
    PLAIN_ADDRESS,
    PLAIN_HOST_PORT,
    PLAIN_PARAM,
    PLAIN_SIP_URI,
    TOKEN,
    TOKEN_CHARS,
)
from sip.request import VIA_PLAIN, VIA_RPORT, Request

_PARAMS = rb"(?:" + PLAIN_PARAM + rb")*+"
# Headers that ask nothing of an element on the way or at the end.
_HARMLESS = (
    rb"Subject|User-Agent|Allow|Supported|Allow-Events|Accept-Language|Date|Organization"
    rb"|X-[A-Za-z0-9\-]++|Accept(?=: application/sdp" + _PARAMS + rb"\r)"
)

# What is matched as `.*` is read to the end of its line in a quarter of the time that one set of
# characters takes; the tables below say whether it is what it must be.
_COMMON = re.compile(
    rb"([A-Z]++) (sip:.*) SIP/2\.0\r\n"
    rb"Via: (SIP/2\.0/(?:UDP|TCP) (" + PLAIN_HOST_PORT + rb")"
    rb"(;rport(?=;))?+;branch=(z9hG4bK[" + TOKEN_CHARS + rb"]++)(;rport)?+)\r\n"
    rb"(?:Max-Forwards: ([0-9]{1,2})\r\n)?+"
    rb"From: *+(.*)\r\n"
    rb"To: *+(.*)\r\n"
    rb"Call-ID: (" + CALL_ID + rb")\r\n"
    rb"CSeq: ([0-9]{1,9}) \1\r\n"
    rb"(?:Contact: *+(.*)\r\n)?+"
    rb"(?:Max-Forwards: ([0-9]{1,2})\r\n)?+"
    rb"((?:(?:" + _HARMLESS + rb"): .*\r\n){0,32}+)"
    rb"(?:Content-Type: application/sdp" + _PARAMS + rb"\r\n)?+"
    rb"Content-Length: *+([0-9]{1,5})\r\n\r\n"
).match
_is_uri = re.compile(PLAIN_SIP_URI).fullmatch
_is_address = re.compile(PLAIN_ADDRESS).fullmatch
_is_tag = re.compile(TOKEN).fullmatch
_is_contact = re.compile(PLAIN_ADDRESS + rb"(?:" + PLAIN_PARAM + rb")?+").fullmatch

# Values that have been read before: within a call, and from the same peer, they come again and
# again. Whole values only, so that a table can't say anything that the patterns do not.
MAX_REMEMBERED = 4_096
MAX_REMEMBERED_BYTES = 256
_tags: dict[bytes, bytes] = {}  # of From and To; b"" where there is none
_uris: dict[bytes, None] = {}
_contacts: dict[bytes, None] = {}

# Saves a tenth of a microsecond for each CSeq that is read.
_NUMBERS = {b"%d" % number: number for number in range(256)}


def recognise(data: bytes) -> Request | None:
    """Give the request that fills `data` if it has the common shape, else None.

    The shape: a `sip:` URI, one Via over UDP or TCP with a branch of RFC 3261, From with a tag,
    the headers in their usual spelling and order, and none that asks for anything (Require,
    Proxy-Require, Route, Record-Route and the like), a body of application/sdp or none.
    """
    found = _COMMON(data)
    if found is None or found.end() > MAX_HEAD_BYTES or len(data) > MAX_MESSAGE_BYTES:
        return None
    (
        method,
        uri,
        via,
        sent_by,
        early,
        branch,
        late,
        hops,
        from_value,
        to_value,
        call_id,
        cseq,
        contact,
        later_hops,
        harmless,
        length,
    ) = found.groups()
    if not (uri in _uris or _learn(uri, _is_uri, _uris)):
        return None
    if not (contact is None or contact in _contacts or _learn(contact, _is_contact, _contacts)):
        return None
    from_tag = _tags.get(from_value) or _learn_tag(from_value)
    to_tag = _tags.get(to_value)
    if to_tag is None:
        to_tag = _learn_tag(to_value)
    end = found.end()
    body = data[end:]
    if length != b"0" or body:
        size = int(length)
        if size > len(body):
            return None
        body = body[:size]
    if harmless.count(b"\r") != harmless.count(b"\n"):  # CR alone ends no line
        return None
    if not from_tag or to_tag is None or (hops and later_hops) or (early and late):
        return None
    hops = hops or later_hops
    request = Request()
    request.method = method
    request.uri = uri
    request.sent_by = sent_by
    request.branch = branch
    request.from_value = from_value
    request.from_tag = from_tag
    request.to_value = to_value
    request.to_tag = to_tag
    request.call_id = call_id
    request.contact = contact
    request.vias = [via]
    request.routes = []
    request.record_routes = []
    request.via_mark = VIA_RPORT if early or late else VIA_PLAIN
    request.cseq = _NUMBERS.get(cseq) or int(cseq)
    request.max_forwards = 70 if hops is None or hops == b"70" else int(hops)
    request.body = body
    request.raw = data[: end - 4]
    request.listed = None
    request.ordered = None
    request.edited = False
    return request


def _learn(
    value: bytes, is_plain: Callable[[bytes], object], remembered: dict[bytes, None]
) -> bool:
    """Say whether `value`, which is not `remembered`, is plain, and remember it then."""
    if is_plain(value) is None:
        return False
    if len(value) <= MAX_REMEMBERED_BYTES:
        if len(remembered) >= MAX_REMEMBERED:
            remembered.clear()
        remembered[value] = None
    return True


def _learn_tag(value: bytes) -> bytes | None:
    """Give the tag of a From or To that is not remembered, None if it is not a plain one.

    Of one that a peer writes the same but for its tag, only the tag has to be looked at.
    """
    address, mark, tag = value.rpartition(b";tag=")
    if not mark:
        address, tag = value, b""
    elif _is_tag(tag) is None:
        return None
    if _tags.get(address) != b"":
        if _is_address(address) is None:
            return None
        _remember_tag(address, b"")
    _remember_tag(value, tag)
    return tag


def _remember_tag(value: bytes, tag: bytes) -> None:
    if len(value) <= MAX_REMEMBERED_BYTES:
        if len(_tags) >= MAX_REMEMBERED:
            _tags.clear()
        _tags[value] = tag
