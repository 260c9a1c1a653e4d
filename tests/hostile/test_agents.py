"""Clients that have registered as an agent and answer calls as no client should."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.hostile.siege import Siege
from tests.hostile.test_registrations import register
from tests.support.plain_caller import Reply
from tests.support.stranger import SDP, Stranger
from tests.support.until import until

TAKES = "the caller has an answer"
DECLINES = "it goes on looking for somebody"
SAYS_NOTHING = "it has not been answered"
Write = Callable[[Stranger, Reply], list[bytes]]
_HUGE = b"9" * 6_000


def once(status: int, *lines: bytes, **parts: Any) -> Write:
    return lambda agent, invite: [agent.response(invite, status, *lines, **parts)]


def answer(*lines: bytes, **parts: Any) -> Write:
    return once(200, *lines, **({"body": SDP} | parts))


def both(*each: Write) -> Write:
    return lambda agent, invite: [data for write in each for data in write(agent, invite)]


def contact(uri: bytes) -> Write:
    return answer(contact=b"<%b>" % uri)


_ROUTES = b", ".join([b"<sip:127.0.0.1:9;lr>"] * 500)
ANSWERS: dict[str, tuple[Write, str]] = {
    "without a Contact": (answer(without=("Contact",)), TAKES),
    "without a body": (answer(body=b""), TAKES),
    "with octets for a body": (answer(body=b"\x00\xff" * 99), TAKES),
    "with a body of 55 KB": (answer(body=SDP + b"a=x\r\n" * 11_000), TAKES),
    "with a session of many digits": (answer(body=SDP.replace(b"1 1", b"1 " + _HUGE)), TAKES),
    "with 50 tags": (both(*(answer(tag=b"fork%d" % n) for n in range(50))), TAKES),
    "300 times": (both(*[answer()] * 300), TAKES),
    "with a CSeq of its own": (answer(cseq=b"77 INVITE"), TAKES),
    "with a Call-ID of its own": (answer(call_id=b"another"), TAKES),
    "with a Contact that no name server knows": (contact(b"sip:x@nowhere.invalid"), TAKES),
    "with a Contact of a group": (contact(b"sip:x@224.0.0.1"), TAKES),
    "with a Contact that is a number": (contact(b"tel:+1"), TAKES),
    "with a Contact of another scheme": (contact(b"http://x"), TAKES),
    "with 500 routes": (answer(b"Record-Route: " + _ROUTES), TAKES),
    "with a session timer of many digits": (
        answer(b"Session-Expires: " + _HUGE, b"Require: timer"), TAKES,
    ),
    "reliably, after a progress nobody asked for": (
        both(once(183, b"Require: 100rel", b"RSeq: " + _HUGE, body=SDP), answer()), TAKES,
    ),
    "and declines then": (both(answer(), once(486)), TAKES),
    "after it has declined": (both(once(486), answer()), DECLINES),
    "by a redirection": (once(302, contact=b"<sip:v@127.0.0.1:9>"), DECLINES),
    "by a challenge": (once(401, b"WWW-Authenticate: Digest"), DECLINES),
    "by a status of its own": (once(699), DECLINES),
    "by 1,000 provisional responses and a no": (
        both(*(once(180 + n % 4, tag=b"t%d" % n) for n in range(1_000)), once(603)), DECLINES,
    ),
    "by octets for a reason": (
        lambda agent, invite: [
            agent.response(invite, 486).replace(b"486 Strange", b"486 \xff\xfe\x00")
        ], DECLINES,
    ),
    "by a status that is none": (once(700), SAYS_NOTHING),
    "by a status below all": (once(99), SAYS_NOTHING),
    "for another method": (answer(cseq=b"1 BYE"), SAYS_NOTHING),
    "without a Via": (answer(without=("Via",)), SAYS_NOTHING),
    "without From": (answer(without=("From",)), SAYS_NOTHING),
    "with a Contact that is none": (answer(contact=b"<<"), SAYS_NOTHING),
    "with routes that are none": (answer(b"Record-Route: <sip:>"), SAYS_NOTHING),
    "with a length of many digits": (answer(length=_HUGE), SAYS_NOTHING),
}  # fmt: skip


@pytest.mark.parametrize("group", ["cats", "hidden"])
@pytest.mark.parametrize("name", ANSWERS)
async def test_an_agent_answers(siege: Siege, name: str, group: str) -> None:
    write, outcome = ANSWERS[name]
    site = siege.house.site
    agent, caller = await siege.stranger(), await siege.stranger()
    own = b"<sip:cat@127.0.0.1:%d>" % agent.address[1]
    assert (await agent.answer(register(agent, "cat", own))).status == 200
    caller.send(caller.request("INVITE", group, body=SDP))
    invite = await agent.hears(lambda reply: reply.method == "INVITE" and not reply.status)
    discarded = sum(siege.element().endpoint.udp.traffic.discarded.values())

    agent.send(*write(agent, invite))

    if outcome is TAKES:
        await caller.hears(lambda reply: reply.status == 200)
    elif outcome is DECLINES:
        await caller.hears(lambda reply: reply.status == 182)
    else:
        traffic = siege.element().endpoint.udp.traffic
        await until(lambda: sum(traffic.discarded.values()) > discarded)
        assert not caller.statuses()
    await agent.is_served()

    # Whatever it was, the call can be ended, and a well-behaved client may take the next one.
    for call in site.calls.live_calls():
        siege.house.deployment.hang_up(call)
    everything = register(agent, "cat", b"*", cseq=2)
    agent.send(everything.replace(b"Content-Length", b"Expires: 0\r\nContent-Length", 1))
    cat = site.agents["cat"]
    await until(lambda: not siege.live_calls and not cat.bindings)
    await siege.takes_a_call("cat", group)


async def test_a_redirection_leads_nobody_to_somebody_else(siege: Siege) -> None:
    agent, caller, victim = [await siege.stranger() for _ in range(3)]
    own = b"<sip:cat@127.0.0.1:%d>" % agent.address[1]
    await agent.answer(register(agent, "cat", own))
    caller.send(caller.request("INVITE", "cats", body=SDP))
    invite = await agent.hears(lambda reply: reply.method == "INVITE" and not reply.status)

    moved = b"<sip:v@127.0.0.1:%d>" % victim.address[1]
    agent.send(agent.response(invite, 302, contact=moved))
    await caller.hears(lambda reply: reply.status == 182)

    assert not victim.heard
    (call,) = siege.house.site.calls.live_calls()
    siege.house.deployment.hang_up(call)


_NONSENSE: list[tuple[str, tuple[bytes, ...], dict[str, Any]]] = [
    ("INVITE", (), {"body": b"\x00" * 500}),
    ("INVITE", (), {"body": SDP, "contact": b"<http://x>"}),
    ("INVITE", (b"Replaces: a;to-tag=b;from-tag=c",), {"body": SDP}),
    ("INVITE", (), {"body": b"x", "content_type": b"text/plain"}),
    ("UPDATE", (), {"body": b"\xff" * 500}),
    ("UPDATE", (b"Session-Expires: " + _HUGE, b"Supported: timer"), {}),
    ("INFO", (b"Info-Package: \xff",), {"body": b"x" * 50_000, "content_type": b"a/b"}),
    ("MESSAGE", (), {"body": b"\x00\xff" * 20_000, "content_type": b"text/plain"}),
    ("REFER", (b"Refer-To: <<<>>>",), {}),
    ("REFER", (b"Refer-To: <sip:a@b?Replaces=%00%ff>", b"Referred-By: \xff"), {}),
    ("NOTIFY", (b"Event: refer", b"Subscription-State: terminated"), {"body": b"SIP/2.0 9"}),
    ("PRACK", (b"RAck: " + _HUGE + b" 1 INVITE",), {}),
    ("SUBSCRIBE", (b"Event: x",), {}),
    ("NONSENSE", (), {}),
    ("OPTIONS", (b"Require: nonsense",), {}),
    ("CANCEL", (), {}),
]


@pytest.mark.parametrize("group", ["desk", "line", "ringing"])
async def test_nonsense_within_a_call_is_answered_and_the_call_goes_on(
    siege: Siege, group: str
) -> None:
    caller = await siege.stranger()
    own = b"<sip:stranger@elsewhere.example>;tag=one"
    invite = caller.request("INVITE", group, body=SDP, from_=own, call_id=b"one")
    first = await caller.answer(invite, at_least=180)
    to = first.header("To").encode()
    if first.status == 200:
        caller.send(caller.request("ACK", group, from_=own, to=to, call_id=b"one"))

    for number, (method, lines, parts) in enumerate(_NONSENSE, 2):
        cseq = b"%d %b" % (number, method.encode())
        within: dict[str, Any] = {"from_": own, "to": to, "call_id": b"one"}
        reply = await caller.answer(
            caller.request(method, group, *lines, **within, cseq=cseq, **parts)
        )
        assert reply.status != 408
        if method == "INVITE":
            caller.send(caller.request("ACK", group, **within, cseq=b"%d ACK" % number))
        assert siege.live_calls == 1

    end = caller.request("BYE", group, from_=own, to=to, call_id=b"one", cseq=b"99 BYE")
    caller.send(*[end] * 100)
    await caller.hears(lambda reply: reply.method == "BYE" and reply.status == 200)
    await until(lambda: siege.live_calls == 0)
