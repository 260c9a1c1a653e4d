"""Messages as clients in the field write them: SIPp's default caller, and a desk phone."""

from __future__ import annotations

__all__ = [
    "DESK_INVITE",
    "PHONE_ACK",
    "PHONE_INVITE",
    "SDP",
    "SIPP_ACK",
    "SIPP_BYE",
    "SIPP_CANCEL",
    "SIPP_INVITE",
    "message",
]

SDP = (
    b"v=0\r\no=user1 53655765 2353687637 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\n"
    b"t=0 0\r\nm=audio 6000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n"
)


def message(start: bytes, *lines: bytes, body: bytes = b"") -> bytes:
    """The octets of a message of these lines."""
    return b"\r\n".join((start, *lines)) + b"\r\n\r\n" + body


def _sipp(method: bytes, number: int, to_tag: bytes = b"", body: bytes = b"") -> bytes:
    described = (b"Content-Type: application/sdp",) if body else ()
    return message(
        b"%b sip:service@127.0.0.1:5060 SIP/2.0" % method,
        b"Via: SIP/2.0/UDP 127.0.0.1:5061;branch=z9hG4bK-4711-1-%d" % number,
        b"From: sipp <sip:sipp@127.0.0.1:5061>;tag=4711SIPpTag001",
        b"To: service <sip:service@127.0.0.1:5060>" + to_tag,
        b"Call-ID: 1-4711@127.0.0.1",
        b"CSeq: %d %b" % (number, method),
        b"Contact: sip:sipp@127.0.0.1:5061",
        b"Max-Forwards: 70",
        b"Subject: Performance Test",
        *described,
        b"Content-Length: %5d" % len(body),
        body=body,
    )


SIPP_INVITE = _sipp(b"INVITE", 1, body=SDP)
SIPP_ACK = _sipp(b"ACK", 1, b";tag=as7f")
SIPP_BYE = _sipp(b"BYE", 2, b";tag=as7f")
SIPP_CANCEL = _sipp(b"CANCEL", 1)

DESK_INVITE = message(
    b"INVITE sip:helpdesk@127.0.0.1:5060 SIP/2.0",
    b"Via: SIP/2.0/UDP 127.0.0.1:5061;branch=z9hG4bK-4711-9-0;rport",
    b"Max-Forwards: 70",
    b'From: "Desk 9" <sip:desk9@127.0.0.1:5061>;tag=4711desk9',
    b'To: "Callee of 9" <sip:helpdesk@127.0.0.1:5060>',
    b"Call-ID: 9-4711@127.0.0.1",
    b"CSeq: 9 INVITE",
    b'Contact: "Desk 9" <sip:desk9@127.0.0.1:5061;line=9-0>;+sip.instance="<urn:uuid:0-9>"',
    b"User-Agent: Deskphone/6.4.9 (rev 0)",
    b"Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, NOTIFY, REFER",
    b"Supported: replaces, norefersub",
    b"Accept: application/sdp;n=9;m=0",
    b"X-Location: <geo:47.9,8.0>",
    b"Content-Type: application/sdp;n=9;m=0",
    b"Content-Length: %d" % len(SDP),
    body=SDP,
)
PHONE_INVITE = message(
    b"INVITE sip:hotline@contoso.example;transport=udp SIP/2.0",
    b"Via: SIP/2.0/UDP 192.168.10.23:5060;branch=z9hG4bK3ee7a8b2c1d4;rport",
    b"Route: <sip:10.0.0.5:5060;lr>",
    b"Max-Forwards: 70",
    b'From: "Alice Example" <sip:alice@contoso.example>;tag=8f3a9c',
    b"To: <sip:hotline@contoso.example>",
    b"Call-ID: 4b2f8a6e-1c3d5f7a@192.168.10.23",
    b"CSeq: 20 INVITE",
    b'Contact: "Alice" <sip:alice@192.168.10.23:5060;transport=udp;ob>;'
    b'+sip.instance="<urn:uuid:00000000-0000-1000-8000-000A95A0E128>"',
    b"Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, NOTIFY, MESSAGE, SUBSCRIBE, INFO, UPDATE",
    b"Supported: replaces, 100rel, timer, norefersub, outbound",
    b"Accept: application/sdp",
    b"Accept-Language: en",
    b"Allow-Events: talk, hold, conference",
    b"Session-Expires: 1800",
    b"Min-SE: 90",
    b"User-Agent: Desk/1.2.3 (build 4711)",
    b"P-Preferred-Identity: <sip:alice@contoso.example>",
    b"P-Early-Media: supported",
    b"Privacy: none",
    b"Date: Sat, 13 Nov 2010 23:29:00 GMT",
    b"Organization: Contoso",
    b"X-Serial: 12345",
    b"Content-Type: application/sdp",
    b"Content-Length: %d" % len(SDP),
    body=SDP,
)

PHONE_ACK = message(
    b"ACK sip:agent@192.168.10.40:5062;transport=tcp SIP/2.0",
    b"Via: SIP/2.0/TCP 192.168.10.23:5060;rport;branch=z9hG4bKPj8a61",
    b"Max-Forwards: 69",
    b"From: <sip:alice@contoso.example>;tag=8f3a9c",
    b"To: <sip:hotline@contoso.example>;tag=11",
    b"Call-ID: 4b2f8a6e-1c3d5f7a@192.168.10.23",
    b"CSeq: 20 ACK",
    b"User-Agent: Desk/1.2.3 (build 4711)",
    b"Content-Length: 0",
)
