"""Valid messages to be damaged: of load generators, phones and terse clients, and of the RFCs."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from tests.support.torture_messages import TORTURE

__all__ = ["Address", "Ongoing", "Scene", "Writer", "pick_seed"]

Address = tuple[str, int]

_MARKED = re.compile(
    rb"branch *= *z9hG4bK|^(?:Call-ID|i)[ \t]*:[ \t]*", re.IGNORECASE | re.MULTILINE
)
_QUAD = re.compile(rb"(?:[0-9]{1,3}\.){3}[0-9]{1,3}")

SDP = (
    b"v=0\r\no=user 53655765 2353687637 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\n"
    b"t=0 0\r\nm=audio 6000 RTP/AVP 0 8\r\na=rtpmap:0 PCMU/8000\r\na=sendrecv\r\n"
)
GROUPS = ("helpdesk", "hotline", "waiting", "sales", "legal")


@dataclass(slots=True)
class Ongoing:
    """A call that stands, or rings, so that requests can be sent within it."""

    call_id: bytes
    local: bytes
    remote: bytes
    target: bytes
    branch: bytes
    uri: bytes
    cseq: int = 1


@dataclass(slots=True)
class Scene:
    """What a message is written for: the server, the socket, the calls that stand just now."""

    server: Address
    address: Address
    transport: str
    calls: dict[str, Ongoing] = field(default_factory=dict)

    @property
    def here(self) -> bytes:
        """Our address as host:port."""
        return b"%b:%d" % (self.address[0].encode(), self.address[1])

    @property
    def there(self) -> bytes:
        """The server's address as host:port."""
        return b"%b:%d" % (self.server[0].encode(), self.server[1])

    @property
    def contact(self) -> bytes:
        """Our URI."""
        suffix = b";transport=tcp" if self.transport == "TCP" else b""
        return b"sip:caller@" + self.here + suffix


class Writer:
    """Writes the messages of one scene, each marked by a nonce in branch, tag and Call-ID."""

    def __init__(self, scene: Scene, chance: Random, nonce: bytes) -> None:
        self.scene = scene
        self._chance = chance
        self._nonce = nonce
        self.branch = b"z9hG4bK" + nonce
        self.local = b"<sip:caller@contoso.example>;tag=" + nonce
        self.call_id = nonce + b"@127.0.0.1"

    def via(self, branch: bytes | None = None) -> bytes:
        """Our Via; over UDP it leads back by rport or by its port."""
        scene = self.scene
        head = b"SIP/2.0/%b %b" % (scene.transport.encode(), scene.here)
        mark = b";branch=" + (branch or self.branch)
        return head + self._chance.choice((mark, mark + b";rport", b";rport" + mark))

    def request(
        self,
        method: bytes,
        uri: bytes,
        *,
        call: Ongoing | None = None,
        branch: bytes | None = None,
        extra: tuple[bytes, ...] = (),
        body: bytes = b"",
        cseq: int = 1,
    ) -> bytes:
        """Write a request in one of four hands; within `call` if there is one."""
        remote = b"<" + uri + b">"
        local, call_id = self.local, self.call_id
        if call is not None:
            local, remote, call_id = call.local, call.remote, call.call_id
        number = b"%d %b" % (cseq, method)
        hand = self._chance.choice(_HANDS)
        lines = [b"%b %b SIP/2.0" % (method, uri)]
        lines += hand(self.via(branch), local, remote, call_id, number, self.scene.contact, extra)
        kind = (b"Content-Type: application/sdp",) if body else ()
        lines += [*kind, b"Content-Length: %d" % len(body), b"", body]
        return b"\r\n".join(lines)

    def response(self, status: bytes) -> bytes:
        """Write a response that nobody waits for."""
        via = b"SIP/2.0/%b %b;branch=z9hG4bK%b" % (
            self.scene.transport.encode(), self.scene.there, self._nonce,
        )  # fmt: skip
        return b"\r\n".join((
            b"SIP/2.0 " + status,
            b"Via: " + via,
            b"From: " + self.local,
            b"To: <sip:helpdesk@contoso.example>;tag=1",
            b"Call-ID: " + self.call_id,
            b"CSeq: 1 INVITE",
            b"Contact: <sip:a@127.0.0.1:9>",
            b"Content-Length: 0",
            b"",
            b"",
        ))  # fmt: skip

    def torture(self) -> bytes:
        """A well-formed message of the RFCs, with our Via on top and addresses that stay here."""
        message = self._chance.choice(_TORTURE)
        head, end, body = message.partition(b"\r\n\r\n")
        head = _QUAD.sub(b"127.0.0.1", head)
        # Each a transaction of its own: without that they would repeat one another.
        head = _MARKED.sub(lambda found: found[0] + self._nonce, head)
        start, _, rest = head.partition(b"\r\n")
        return start + b"\r\nVia: " + self.via() + b"\r\n" + rest + end + body


_TORTURE = [message.data for message in TORTURE if message.kind == "valid"]

Hand = Callable[[bytes, bytes, bytes, bytes, bytes, bytes, tuple[bytes, ...]], list[bytes]]


def _load_generator(
    via: bytes, local: bytes, remote: bytes, call_id: bytes, cseq: bytes, contact: bytes,
    extra: tuple[bytes, ...],
) -> list[bytes]:  # fmt: skip
    return [
        b"Via: " + via,
        b"From: sipp " + local,
        b"To: " + remote,
        b"Call-ID: " + call_id,
        b"CSeq: " + cseq,
        b"Contact: " + contact,
        b"Max-Forwards: 70",
        b"Subject: Performance Test",
        *extra,
    ]


def _phone(
    via: bytes, local: bytes, remote: bytes, call_id: bytes, cseq: bytes, contact: bytes,
    extra: tuple[bytes, ...],
) -> list[bytes]:  # fmt: skip
    return [
        b"Via: " + via,
        b"Max-Forwards: 70",
        b'From: "Ca\xc3\xa7ller \\"of\\" Example" ' + local,
        b"To: " + remote,
        b'Contact: "Caller" <' + contact + b'>;+sip.instance="<urn:uuid:0000-1>";expires=60',
        b"Call-ID: " + call_id,
        b"CSeq: " + cseq,
        b"Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, NOTIFY, MESSAGE, SUBSCRIBE, INFO",
        b"Supported: replaces, 100rel, timer, norefersub, outbound",
        b"Accept: application/sdp, */*",
        b"Accept-Language: en, de;q=0.5",
        b"Session-Expires: 1800;refresher=uac",
        b"Min-SE: 90",
        b"User-Agent: Desk/1.2.3 (build 4711)",
        b"P-Preferred-Identity: <sip:caller@contoso.example>",
        b"Date: Sat, 13 Nov 2010 23:29:00 GMT",
        b"X-Serial: 12345",
        *extra,
    ]


def _terse(
    via: bytes, local: bytes, remote: bytes, call_id: bytes, cseq: bytes, contact: bytes,
    extra: tuple[bytes, ...],
) -> list[bytes]:  # fmt: skip
    return [
        b"v: " + via,
        b"f: " + local,
        b"t: " + remote,
        b"i: " + call_id,
        b"CSeq: " + cseq,
        b"m: <" + contact + b">",
        b"k: timer",
        *extra,
    ]


def _folding(
    via: bytes, local: bytes, remote: bytes, call_id: bytes, cseq: bytes, contact: bytes,
    extra: tuple[bytes, ...],
) -> list[bytes]:  # fmt: skip
    return [
        *extra,
        b"CSEQ :\r\n  " + cseq,
        b"call-id: " + call_id,
        b"to:\r\n\t" + remote,
        b"FROM:" + local.replace(b";tag=", b"\r\n ;\r\n tag = "),
        b"max-forwards: 007",
        b"Via: " + via.replace(b";branch=", b"\r\n ; branch = ").replace(b"/2.0/", b" / 2.0 / "),
        b"Contact :<" + contact + b"> , <sip:b@127.0.0.1>;q=0.5",
    ]


_HANDS: tuple[Hand, ...] = (_load_generator, _load_generator, _phone, _phone, _terse, _folding)

Seed = Callable[[Writer, Random], bytes]


def _invite(writer: Writer, chance: Random) -> bytes:
    group = chance.choice(GROUPS).encode()
    at = chance.choice((b"contoso.example", writer.scene.there))
    body = chance.choice((SDP, SDP, SDP, b""))
    return writer.request(b"INVITE", b"sip:%b@%b" % (group, at), body=body)


def _invite_person(writer: Writer, chance: Random) -> bytes:
    user = chance.choice((b"alice", b"carol", b"nobody", b"+15550100"))
    return writer.request(b"INVITE", b"sip:%b@contoso.example" % user, body=SDP)


def _invite_registered(writer: Writer, chance: Random) -> bytes:
    return writer.request(b"INVITE", b"sip:rita@contoso.example", body=SDP)


def _options(writer: Writer, chance: Random) -> bytes:
    at = chance.choice((b"helpdesk@contoso.example", b"alice@contoso.example", writer.scene.there))
    return writer.request(b"OPTIONS", b"sip:" + at)


def _register(writer: Writer, chance: Random) -> bytes:
    user = chance.choice((b"rita", b"rolf", b"rosa"))
    extra = chance.choice(((b"Expires: 60",), (), (b"Expires: 0",)))
    local = b"<sip:%b@contoso.example>" % user
    request = writer.request(b"REGISTER", b"sip:contoso.example", extra=extra)
    return re.sub(
        rb"(\r\n(?:To|t)[ \t]*:\s*)<[^>]*>", b"\\g<1>" + local, request, flags=re.IGNORECASE
    )


def _alone(writer: Writer, chance: Random) -> bytes:
    methods = (b"BYE", b"INFO", b"UPDATE", b"CANCEL", b"ACK", b"PRACK", b"SUBSCRIBE", b"MESSAGE",
               b"PUBLISH", b"NOTIFY", b"REFER", b"NEWMETHOD")  # fmt: skip
    return writer.request(chance.choice(methods), b"sip:helpdesk@contoso.example")


def _within(*kinds: str) -> Seed:
    """A seed within one of the calls that stand."""

    def seed(writer: Writer, chance: Random) -> bytes:
        call = writer.scene.calls.get(chance.choice(kinds))
        if call is None:
            return _options(writer, chance)
        call.cseq += 1
        method = chance.choice((b"BYE", b"INFO", b"UPDATE", b"INVITE", b"OPTIONS", b"ACK",
                                b"INVITE", b"MESSAGE", b"REFER", b"PRACK"))  # fmt: skip
        body = SDP if method in (b"INVITE", b"UPDATE") else b""
        cseq = 1 if method == b"ACK" else call.cseq
        extra = (b"Refer-To: <sip:alice@contoso.example>",) if method == b"REFER" else ()
        return writer.request(method, call.target, call=call, extra=extra, body=body, cseq=cseq)

    return seed


def _cancel(writer: Writer, chance: Random) -> bytes:
    call = writer.scene.calls.get("pending")
    if call is None:
        return _alone(writer, chance)
    remote = call.remote.partition(b";tag=")[0]
    invite = Ongoing(call.call_id, call.local, remote, call.target, call.branch, call.uri)
    return writer.request(b"CANCEL", call.uri, call=invite, branch=call.branch)


def _response(writer: Writer, chance: Random) -> bytes:
    return writer.response(chance.choice((b"200 OK", b"180 Ringing", b"486 Busy", b"100 Trying")))


def _of_the_rfcs(writer: Writer, chance: Random) -> bytes:
    return writer.torture()


_SEEDS: tuple[tuple[str, Seed, int], ...] = (
    ("INVITE of a group", _invite, 200),
    ("INVITE of a person", _invite_person, 40),
    ("INVITE of a registered person", _invite_registered, 3),
    ("OPTIONS", _options, 100),
    ("REGISTER", _register, 100),
    ("a request alone", _alone, 100),
    ("a request within a normal call", _within("normal"), 120),
    ("a request within an anonymous call", _within("anonymous"), 120),
    ("a request within a pending call", _within("pending"), 40),
    ("CANCEL", _cancel, 40),
    ("a response", _response, 37),
    ("a message of the RFCs", _of_the_rfcs, 100),
)
_WEIGHTS = [weight for _, _, weight in _SEEDS]


def pick_seed(writer: Writer, chance: Random) -> tuple[str, bytes]:
    """Write one valid message, and say what it is."""
    name, seed, _ = chance.choices(_SEEDS, _WEIGHTS)[0]
    return name, seed(writer, chance)
