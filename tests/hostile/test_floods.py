"""Floods of datagrams: garbage, requests without end, requests that nobody follows up."""

from __future__ import annotations

import asyncio
import random

from emulator.model.calls import MAX_ALIKE
from tests.hostile.siege import Siege
from tests.support.stranger import SDP
from tests.support.until import until


async def test_garbage_is_met_with_silence_and_calls_go_through_meanwhile(siege: Siege) -> None:
    stranger = await siege.stranger()
    chance = random.Random(5)
    invite = stranger.request("INVITE", "desk", body=SDP)
    garbage = [chance.randbytes(chance.randrange(2, 1_400)) for _ in range(1_500)]
    garbage += [b"\x00" * 40, b"\r\n\r\n", b"\x01" + b"\xff" * 19, b"\xff" * 60_000] * 100
    garbage += [invite[: chance.randrange(1, 40)] for _ in range(500)]
    before = dict(siege.element().endpoint.udp.traffic.discarded)

    attack = asyncio.ensure_future(stranger.flood(*garbage))
    await siege.calls_go_through_while(attack)
    await stranger.is_served()

    assert [reply.status for reply in stranger.heard] == [200]  # the OPTIONS that came last
    reasons = ("malformed", "stun", "keep-alive")
    assert before == {}
    assert sum(siege.discarded(why) for why in reasons) == len(garbage)
    assert siege.discarded("keep-alive") >= 200


async def test_of_invites_with_one_call_id_one_becomes_a_call(siege: Siege) -> None:
    stranger = await siege.stranger()
    caller = b"<sip:s@elsewhere.example>;tag=alike"
    invites = [
        stranger.request("INVITE", "ringing", body=SDP, call_id=b"alike", from_=caller)
        for _ in range(400)
    ]

    await stranger.flood(*invites)
    await until(lambda: len(stranger.statuses()) == 399)

    assert set(stranger.statuses()) == {482}  # §8.2.2.2
    assert siege.live_calls == 1
    (call,) = siege.house.calls
    siege.house.deployment.hang_up(call)


async def test_so_many_calls_may_have_one_call_id_and_no_more(siege: Siege) -> None:
    stranger = await siege.stranger()
    invites = [
        stranger.request("INVITE", "ringing", body=SDP, call_id=b"alike@127.0.0.1")
        for _ in range(300)
    ]

    await stranger.flood(*invites)
    await until(lambda: len(stranger.statuses()) == 300 - MAX_ALIKE)

    assert set(stranger.statuses()) == {503}
    assert siege.live_calls == MAX_ALIKE
    stranger.send(*(invite.replace(b"INVITE", b"CANCEL") for invite in invites))
    await until(lambda: siege.live_calls == 0)


async def test_calls_that_have_ended_make_room_for_others_with_their_call_id(siege: Siege) -> None:
    stranger = await siege.stranger()

    for _ in range(4):
        invites = [
            stranger.request("INVITE", "ringing", body=SDP, call_id=b"alike@127.0.0.1")
            for _ in range(MAX_ALIKE)
        ]
        await stranger.flood(*invites)
        await until(lambda: siege.live_calls == MAX_ALIKE)
        stranger.send(*(invite.replace(b"INVITE", b"CANCEL") for invite in invites))
        await until(lambda: siege.live_calls == 0)

    assert len(siege.house.calls) == 4 * MAX_ALIKE
    assert len(siege.house.site.calls.by_call_id(b"alike@127.0.0.1")) == MAX_ALIKE


async def test_large_requests_fill_what_may_be_kept_of_them_for_a_while(siege: Siege) -> None:
    layer = siege.element().endpoint.layer
    layer.max_large_bytes = 1_000_000
    stranger = await siege.stranger()
    caller = b'"%b" <sip:s@127.0.0.1>;tag=s' % (b"x" * 30_000)

    await stranger.flood(*(stranger.request("OPTIONS", "desk", from_=caller) for _ in range(80)))
    await until(lambda: len(stranger.statuses()) == 80)

    refused = stranger.statuses().count(503)
    assert refused == layer.turned_away > 40
    assert siege.transactions == 80 - refused
    await siege.calls_go_through("udp")  # others are not touched
    await siege.until_quiet()
    assert (await stranger.answer(stranger.request("OPTIONS", "desk", from_=caller))).status == 200


async def test_refused_invites_that_are_never_acknowledged_fill_the_transactions_for_a_while(
    siege: Siege,
) -> None:
    layer = siege.element().endpoint.layer
    layer.max_transactions = 50
    stranger = await siege.stranger()

    await stranger.flood(*(stranger.request("INVITE", "nobody") for _ in range(80)))
    refused = await stranger.hears(lambda reply: reply.status == 503)
    await until(lambda: layer.turned_away == 30)

    assert refused.header("Retry-After") == "5"
    assert siege.transactions == 50
    await siege.calls_go_through("udp", via="backup")  # another listener has its own bound
    await siege.until_quiet()


async def test_a_call_may_be_cancelled_when_the_transactions_are_full(siege: Siege) -> None:
    layer = siege.element().endpoint.layer
    caller = await siege.house.client("caller")
    call = await caller.invite("ringing", wait="ringing")
    stranger = await siege.stranger()
    layer.max_transactions = 20
    await stranger.flood(*(stranger.request("INVITE", "nobody") for _ in range(40)))
    await stranger.hears(lambda reply: reply.status == 503)

    assert (await call.cancel()).status == 200

    await call.expect(487)
    await siege.until_quiet()


async def test_answered_invites_that_are_never_acknowledged_fill_the_calls_for_a_while(
    siege: Siege,
) -> None:
    siege.house.site.max_live_calls = 20
    stranger = await siege.stranger()

    await stranger.flood(*(stranger.request("INVITE", "desk", body=SDP) for _ in range(30)))
    await until(lambda: len({reply.header("Call-ID") for reply in stranger.heard}) == 30)

    refused = await stranger.hears(lambda reply: reply.status == 503)
    assert refused.header("Retry-After") == "5"
    assert siege.live_calls == 20
    # §13.3.1.4: a dialog whose 200 is never acknowledged is ended with BYE.
    ended = {reply.header("Call-ID") for reply in stranger.heard if reply.status == 200}
    await until(lambda: {e.header("Call-ID") for e in stranger.heard if e.method == "BYE"} == ended)
    assert len(ended) == 20
    await siege.until_quiet()


async def test_callers_who_wait_for_ever_are_written_off_in_the_end() -> None:
    siege = Siege()
    await siege.begin(silent_call_seconds=1)
    siege.house.site.max_live_calls = 20
    try:
        stranger = await siege.stranger()

        await stranger.flood(*(stranger.request("INVITE", "ringing") for _ in range(30)))
        refused = await stranger.hears(lambda reply: reply.status == 503)
        assert refused.header("Retry-After") == "5"
        assert siege.live_calls == 20
        await stranger.hears(lambda reply: reply.status == 408)

        await siege.until_quiet()
        await siege.calls_go_through()
        siege.nothing_went_wrong()
    finally:
        await siege.end()


async def test_cancels_of_nothing_are_answered_481(siege: Siege) -> None:
    stranger = await siege.stranger()

    await stranger.flood(*(stranger.request("CANCEL", "desk") for _ in range(300)))
    await until(lambda: len(stranger.statuses()) == 300)

    assert set(stranger.statuses()) == {481}
    await siege.until_quiet()


async def test_a_flood_of_cancels_ends_a_call_once(siege: Siege) -> None:
    stranger = await siege.stranger()
    invite = stranger.request("INVITE", "ringing")
    await stranger.answer(invite, at_least=180)

    await stranger.flood(*[invite.replace(b"INVITE", b"CANCEL")] * 300)
    await until(lambda: siege.live_calls == 0)
    await stranger.is_served()

    of_cancel = {reply.status for reply in stranger.heard if reply.method == "CANCEL"}
    of_invite = {reply.status for reply in stranger.heard if reply.method == "INVITE"}
    assert of_cancel == {200}
    assert of_invite - {100} == {180, 487}
    assert siege.element().endpoint.layer.retransmissions_received == 299


async def test_stray_responses_are_counted_and_acks_of_nothing_are_not_answered(
    siege: Siege,
) -> None:
    stranger = await siege.stranger()
    response = stranger.request("OPTIONS", "desk").partition(b"\r\n")[2]
    acks = [stranger.request("ACK", "desk") for _ in range(200)]
    acks += [
        stranger.request("ACK", "desk", to=b"<sip:desk@contoso.example>;tag=%d" % number)
        for number in range(200)
    ]

    await stranger.flood(*[b"SIP/2.0 200 OK\r\n" + response] * 200, *acks)
    await stranger.is_served()

    assert [reply.status for reply in stranger.heard] == [200]
    assert siege.discarded("stray response") == 200
    assert siege.element().endpoint.udp.traffic.received[b"ACK"] == 400
    assert siege.transactions == 1  # that of the OPTIONS


async def test_requests_of_dialogs_that_never_were_are_answered_481(siege: Siege) -> None:
    stranger = await siege.stranger()
    methods = ("BYE", "INFO", "UPDATE", "REFER", "PRACK", "NOTIFY", "INVITE", "MESSAGE", "OPTIONS")

    await stranger.flood(
        *(
            stranger.request(method, "desk", to=b"<sip:desk@contoso.example>;tag=never")
            for method in methods * 30
        )
    )
    await until(lambda: len(stranger.statuses()) == 30 * len(methods))

    assert set(stranger.statuses()) == {481}
    assert siege.live_calls == 0
