"""The messages that the micro-benchmarks read: SIPp's default caller's, and a phone's.

The phone's are rendered from the scenario that the row `phone` sends, so both measure the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from benchmarks.sipp import SCENARIOS

_SERVER_PORT = 5060
_CALLER_PORT = 5070
_TO_TAG = ";tag=a73kszlfl"
_SENT = re.compile(r"<send[^>]*>\s*<!\[CDATA\[\n(.*?)\]\]>", re.DOTALL)
_KEYWORD = re.compile(r"\[(\w+)\]")


def render(template: str, values: Mapping[str, str]) -> bytes:
    """A message of a SIPp scenario with its keywords filled in, Content-Length computed."""
    lines = [line.strip() for line in template.strip().split("\n")]
    text = _KEYWORD.sub(lambda found: values.get(found[1], found[0]), "\r\n".join(lines))
    head, gap, body = text.partition("\r\n\r\n")
    body = body + "\r\n" if body else body
    head = head.replace("[len]", str(len(body)))
    return (head + (gap or "\r\n\r\n") + body).encode()


@cache
def templates(scenario: str) -> tuple[str, str, str]:
    """INVITE, ACK and BYE of one of our scenarios, as SIPp reads them."""
    invite, ack, bye = _SENT.findall((SCENARIOS / scenario).read_text())
    return invite, ack, bye


def call_messages(
    templates_of_call: tuple[str, str, str], number: int
) -> tuple[bytes, bytes, bytes]:
    """INVITE, ACK and BYE of call `number`, as they come from the wire."""
    rendered = []
    for index, template in enumerate(templates_of_call):
        values = {
            "service": "helpdesk",
            "remote_ip": "127.0.0.1",
            "remote_port": str(_SERVER_PORT),
            "transport": "UDP",
            "local_ip": "127.0.0.1",
            "local_ip_type": "4",
            "local_port": str(_CALLER_PORT),
            "media_ip": "127.0.0.1",
            "media_ip_type": "4",
            "media_port": "6000",
            "pid": "4711",
            "call_number": str(number),
            "call_id": f"{number}-4711@127.0.0.1",
            "branch": f"z9hG4bK-4711-{number}-{(0, 5, 7)[index]}",
            "msg_index": str((0, 5, 7)[index]),
            "peer_tag_param": _TO_TAG,
        }
        rendered.append(render(template, values))
    return rendered[0], rendered[1], rendered[2]


def sipp_call(number: int) -> tuple[bytes, bytes, bytes]:
    """INVITE, ACK and BYE of SIPp's default caller."""
    return call_messages(_SIPP, number)


def phone_call(number: int) -> tuple[bytes, bytes, bytes]:
    """INVITE, ACK and BYE of the phone whose header lines never repeat."""
    return call_messages(templates("phone.xml"), number)


_COMMON = """\
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: sipp <sip:sipp@[local_ip]:[local_port]>;tag=[pid]SIPpTag00[call_number]
"""
_IN_DIALOG = """\
To: [service] <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]
Call-ID: [call_id]
CSeq: {}
Contact: sip:sipp@[local_ip]:[local_port]
Max-Forwards: 70
Subject: Performance Test
Content-Length: 0
"""
_SIPP = (
    "INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0\n"
    + _COMMON
    + """\
To: [service] <sip:[service]@[remote_ip]:[remote_port]>
Call-ID: [call_id]
CSeq: 1 INVITE
Contact: sip:sipp@[local_ip]:[local_port]
Max-Forwards: 70
Subject: Performance Test
Content-Type: application/sdp
Content-Length: [len]

v=0
o=user1 53655765 2353687637 IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 0
a=rtpmap:0 PCMU/8000
""",
    "ACK sip:[service]@[remote_ip]:[remote_port] SIP/2.0\n" + _COMMON + _IN_DIALOG.format("1 ACK"),
    "BYE sip:[service]@[remote_ip]:[remote_port] SIP/2.0\n" + _COMMON + _IN_DIALOG.format("2 BYE"),
)
