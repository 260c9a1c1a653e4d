"""Single messages that are oversize, absurd or broken: each has its right answer, or silence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.hostile.siege import Siege
from tests.support.stranger import SDP, Stranger
from tests.support.until import until

SILENCE = None
Write = Callable[[Stranger], bytes]


def options(*lines: bytes, **parts: Any) -> Write:
    return lambda stranger: stranger.request("OPTIONS", "desk", *lines, **parts)


def invite(*lines: bytes, to: str = "desk", **parts: Any) -> Write:
    content = {"body": SDP} | parts
    return lambda stranger: stranger.request("INVITE", to, *lines, **content)


def at_director(uri: bytes) -> Write:
    """An INVITE to a Request-URI in which HERE is the director's address."""

    def write(stranger: Stranger) -> bytes:
        here = b"127.0.0.1:%d" % stranger.server[1]
        return stranger.request("INVITE", "desk", body=SDP, uri=uri.replace(b"HERE", here))

    return write


def routed(name: bytes, count: int, to: str = "desk") -> Write:
    """An INVITE with `count` entries of a routing header that all name the director."""

    def write(stranger: Stranger) -> bytes:
        entry = b"<sip:127.0.0.1:%d;lr>" % stranger.server[1]
        return stranger.request("INVITE", to, name + b": " + b", ".join([entry] * count), body=SDP)

    return write


def from_here(rest: bytes, method: str = "OPTIONS") -> Write:
    """A request whose Via goes on with `rest`."""

    def write(stranger: Stranger) -> bytes:
        own = b"127.0.0.1:%d" % stranger.address[1]
        via = b"SIP/2.0/UDP %b;branch=z9hG4bKodd%b" % (own, rest)
        return stranger.request(method, "desk", via=via)

    return write


def cut(body: bytes, content_type: bytes = b"multipart/mixed;boundary=cut") -> Write:
    """An INVITE with a body of several parts."""
    return invite(body=body, content_type=content_type)


_VIA = b"SIP/2.0/UDP elsewhere.example;branch=z9hG4bKelsewhere"
_PART = b"--cut\r\nContent-Type: application/sdp\r\n\r\n" + SDP
_HUGE = b"9" * 6_000

LONG = {
    "a subject of 30 KB": (options(b"Subject: " + b"s" * 30_000), 200),
    "a header name of 30 KB": (options(b"n" * 30_000 + b": x"), 200),
    "headers of 40 KB": (options(b"Subject: " + b"s" * 40_000), 513),
    "a user of 15 KB": (invite(to="u" * 15_000), 404),
    "3,500 URI parameters": (at_director(b"sip:desk@HERE" + b";p=q" * 3_500), 200),
    "3,500 URI headers": (at_director(b"sip:desk@HERE?" + b"&".join([b"a=b"] * 3_500)), 400),
    "a Call-ID of 30 KB": (invite(call_id=b"c" * 30_000), 513),
    "a display name of 30 KB": (invite(from_=b'"%b" <sip:a@b>;tag=1' % (b"f" * 30_000)), 513),
    "a tag of 30 KB": (invite(from_=b"<sip:a@b>;tag=" + b"t" * 30_000), 513),
    "a Contact of 30 KB": (invite(contact=b"<sip:%b@127.0.0.1:9>" % (b"c" * 30_000)), 200),
    "a method of 15 KB": (lambda stranger: stranger.request("M" * 15_000, "desk"), 501),
    "a body of 60 KB": (invite(body=b"v=0\r\n" + b"a=x\r\n" * 12_000), 488),
    "a port of 5,000 zeros": (
        at_director(b"sip:desk@b:" + b"0" * 5_000),
        400,
    ),
}
COUNTED = {
    "as many header lines as may be": (options(*[b"X-A: b"] * 248), 200),
    "one header line more": (options(*[b"X-A: b"] * 250), 400),
    "thousands of header lines": (options(*[b"X-A: b"] * 3_000), 400),
    "a header folded 10,000 times": (options(b"Subject: a" + b"\r\n " * 10_000 + b"b"), 400),
    "10,000 line ends in front": (lambda peer: b"\r\n" * 10_000 + options()(peer), 200),
    "500 Vias in one line": (from_here(b", " + b", ".join([_VIA] * 500)), 200),
    "240 Via lines": (options(*[b"Via: " + _VIA] * 240), 200),
    "3,000 option tags": (invite(b"Require: " + b",".join(b"x%d" % n for n in range(3_000))), 420),
    "200 routes to ourselves": (routed(b"Route", 200), 200),
    "500 recorded routes to ourselves": (routed(b"Record-Route", 500), 200),
    "500 recorded routes and a bridge": (routed(b"Record-Route", 500, "line"), 200),
    "a route that is none": (invite(b"Route: <sip:>"), 400),
    "no hops left": (invite(max_forwards=b"0"), 483),
    "more hops than may be": (invite(max_forwards=b"256"), 400),
    "fewer than no hops": (invite(max_forwards=b"-1"), 400),
    "thousands of digits of hops": (invite(max_forwards=_HUGE), 400),
    "a CSeq out of range": (invite(cseq=b"4294967296 INVITE"), 400),
    "thousands of digits of CSeq": (invite(cseq=_HUGE + b" INVITE"), 400),
    "a body longer than it says": (
        invite(body=SDP + b"\xff" * 3_000, length=b"%d" % len(SDP)), 200,
    ),
    "a body shorter than it says": (options(length=b"10"), 400),
    "thousands of digits of length": (options(length=_HUGE), 400),
    "a session of thousands of digits": (
        invite(b"Session-Expires: " + _HUGE, b"Supported: timer"), 200,
    ),
}  # fmt: skip
ODD = {
    "a spoofed received and rport": (from_here(b";received=192.0.2.1;rport=9"), 200),
    "a received that is none": (from_here(b";received=nowhere"), 200),
    "an rport out of range": (from_here(b";rport=" + _HUGE), 200),
    "maddr of a multicast group": (from_here(b";maddr=239.1.1.1;ttl=255"), 200),
    "no branch but the cookie": (options(via=b"SIP/2.0/UDP 127.0.0.1:9;rport;branch=z9hG4bK"), 400),
    "NUL in a header": (options(b"Subject: a\x00b"), 200),
    "NUL in a display name": (options(from_=b'"a\x00b" <sip:a@b>;tag=1'), 200),
    "NUL in the Call-ID": (options(call_id=b"a\x00b"), 400),
    "NUL in the Request-URI": (at_director(b"sip:a\x00b@HERE"), 400),
    "NUL in a header's name": (options(b"X-\x00: a"), 400),
    "an escaped NUL": (at_director(b"sip:desk%00@HERE"), 404),
    "escapes that are no UTF-8": (at_director(b"sip:%ff%fe@HERE"), 404),
    "a display name that is no UTF-8": (invite(from_=b'"\xff\xc3" <sip:a@b>;tag=1'), 200),
    "the same through a bridge": (invite(from_=b'"\xff\xc3" <sip:a@b>;tag=1', to="line"), 200),
    "a caller that is no UTF-8": (invite(from_=b"<sip:%ff%fe@b>;tag=1"), 200),
    "a Call-ID that is no UTF-8": (invite(call_id=b"\xff\xfe"), 400),
    "a Contact of another scheme": (invite(contact=b"<http://x>"), 200),
    "a Contact with no address": (invite(contact=b"<sip:a@nowhere.invalid>"), 200),
    "a Contact of everybody": (invite(contact=b"<sip:a@255.255.255.255>", to="line"), 200),
    "a Contact of a group": (invite(contact=b"<sip:a@224.0.0.1>", to="line"), 200),
    "a Contact of nobody": (invite(contact=b"<sip:a@0.0.0.0:0>", to="line"), 200),
    "a Contact of *": (invite(contact=b"*"), 400),
    "no From": (invite(without=("From",)), 400),
    "no Call-ID": (invite(without=("Call-ID",)), 400),
    "no Via": (invite(without=("Via",)), SILENCE),
    "line ends of LF alone": (lambda peer: options()(peer).replace(b"\r\n", b"\n"), SILENCE),
    "another version": (
        lambda peer: options()(peer).replace(b"SIP/2.0\r\n", b"SIP/3.0\r\n", 1), 505,
    ),
    "another method in CSeq": (invite(cseq=b"1 BYE"), 400),
    "another scheme": (invite(uri=b"http://x/y"), 416),
    "another domain": (invite(uri=b"sip:a@example.com"), 403),
    "a method in small letters": (lambda peer: peer.request("invite", "desk"), 501),
    "REFER out of the blue": (
        lambda peer: peer.request("REFER", "desk", b"Refer-To: <sip:a@b?Replaces=%00%ff>"), 405,
    ),
    "Refer-To of an INVITE": (invite(b"Refer-To: <<<>>>", b"Referred-By: \xff"), 200),
    "Replaces that are none": (invite(b"Replaces: ;;;to-tag"), 481),
    "Replaces of nobody": (invite(b"Replaces: x@y;to-tag=1;from-tag=2"), 481),
    "Replaces of octets": (invite(b"Replaces: \xff\x00", to="cat"), 481),
    "three Replaces": (invite(*[b"Replaces: x@y;to-tag=1;from-tag=2"] * 3), 400),
    "credentials that are none": (
        invite(b"Proxy-Authorization: Digest nonce=", b"Authorization: \xff"), 200,
    ),
}  # fmt: skip
BODIES = {
    "NULs": (invite(body=b"\x00" * 3_000), 488),
    "octets, through a bridge": (invite(body=b"\xff" * 500, to="line"), 488),
    "a version alone": (invite(body=b"v=0\r\n"), 488),
    "no media": (invite(body=b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\n"), 488),
    "a port out of range": (invite(body=SDP.replace(b"40000", b"99999")), 488),
    "a port of thousands of digits": (invite(body=SDP.replace(b"40000", _HUGE)), 488),
    "a session of thousands of digits": (
        invite(body=SDP.replace(b"r 1 1", b"r %b 1" % _HUGE), to="line"), 200,
    ),
    "a description of more than 8 KiB": (invite(body=SDP + b"a=x\r\n" * 2_000), 488),
    "250 lines of media": (invite(body=SDP + b"m=audio 4 RTP/AVP 0\r\n" * 250), 200),
    "text": (invite(content_type=b"text/plain"), 415),
    "a type that is none": (invite(content_type=b"/"), 400),
    "a body that is packed": (invite(b"Content-Encoding: gzip"), 415),
    # Where no offer is to be seen, the answer makes one.
    "parts without an end": (cut(_PART), 200),
    "parts without a boundary": (cut(_PART, b"multipart/mixed"), 200),
    "parts with an empty boundary": (cut(_PART, b'multipart/mixed;boundary=""'), 200),
    "parts in parts in parts": (
        cut(b"--cut\r\nContent-Type: multipart/mixed;boundary=cut\r\n\r\n" * 300 + b"--cut--"), 200,
    ),
    "8,000 parts": (cut(b"--cut\r\n" * 8_000 + b"--cut--"), 200),
}  # fmt: skip
CASES = {**LONG, **COUNTED, **ODD, **{f"body: {name}": case for name, case in BODIES.items()}}


@pytest.mark.parametrize("name", CASES)
async def test_one_message_has_its_answer_and_no_more(siege: Siege, name: str) -> None:
    write, status = CASES[name]
    stranger = await siege.stranger()
    faults = dict(siege.element().endpoint.faults)

    stranger.send(write(stranger))
    if status is not None:
        await until(stranger.statuses)
    await stranger.is_served()

    finals = {reply.status for reply in stranger.heard if reply.status >= 200}
    assert finals - {200} == ({status} - {200, None})
    assert status != 200 or len(stranger.statuses()) >= 2  # its own and that of the OPTIONS
    if status in (400, 505):
        assert siege.faults(status) == faults.get(status, 0) + 1
        assert siege.discarded("malformed") == 1
    elif status in (415, 416, 420):
        assert siege.faults(status) == 1
    elif status is SILENCE:
        assert siege.discarded("malformed") == 1


@pytest.mark.parametrize("name", ["500 Vias in one line", "240 Via lines"])
async def test_a_response_has_all_the_vias_of_its_request(siege: Siege, name: str) -> None:
    stranger = await siege.stranger()

    answer = await stranger.answer(CASES[name][0](stranger))

    assert answer.data.count(b"elsewhere.example;branch=z9hG4bKelsewhere") == int(name[:3])


async def test_nothing_that_a_request_says_leads_an_answer_to_somebody_else(siege: Siege) -> None:
    stranger, victim = await siege.stranger(), await siege.stranger()
    host, port = b"127.0.0.1", b"%d" % victim.address[1]
    route = b"<sip:%b:%b;lr>" % (host, port)

    requests = [
        from_here(b";maddr=%b" % host)(stranger),
        from_here(b";received=%b;rport=%b" % (host, port))(stranger),
        stranger.request("INVITE", "desk", b"Route: " + route, body=SDP),
        stranger.request("INVITE", "desk", body=SDP, uri=b"sip:a@%b:%b" % (host, port)),
        stranger.request("OPTIONS", "desk", b"Route: " + route),
        stranger.request("MESSAGE", "desk", b"Route: " + route),
        stranger.request("BYE", "desk", b"Route: " + route, to=b"<sip:desk@b>;tag=1"),
        stranger.request("ACK", "desk", b"Route: " + route, to=b"<sip:desk@b>;tag=1"),
    ]
    for request in requests:
        stranger.send(request)
        await stranger.is_served()

    assert not victim.heard


async def test_a_caller_who_can_not_be_reached_is_refused(siege: Siege) -> None:
    stranger = await siege.stranger()

    answer = await stranger.answer(invite(without=("Contact",))(stranger))

    assert answer.status == 400
    assert answer.data.startswith(b"SIP/2.0 400 Missing Contact\r\n")
    assert siege.live_calls == 0


async def test_an_oversize_message_over_tcp_is_answered_513(siege: Siege) -> None:
    stranger = await siege.stranger("TCP")
    request = stranger.request("INVITE", "desk", body=b"x" * 70_000)

    stranger.send(request)
    await until(stranger.hears_end)

    assert stranger.statuses() == [513]
    assert siege.faults(513) == 1


async def test_a_flood_of_absurd_messages_keeps_nobody_from_calling(siege: Siege) -> None:
    strangers = [await siege.stranger() for _ in range(3)]

    for stranger in strangers:
        await stranger.flood(*(write(stranger) for write, _ in CASES.values()))
        await siege.calls_go_through("udp")
        await stranger.is_served()

    await siege.until_quiet()
