"""When a workflow takes calls: hours of business, holidays, and what calls get at other times."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime

import pytest

from emulator.model.calls import CallState
from emulator.model.configuration import ObjectKind
from emulator.model.hours import Hours, TimeRange
from emulator.rules import Pool
from tests.support.house import House

# Monday, 4 March 2024: open from 9 to 12 and from 13 to 17. Tuesday: all day. Else closed.
_TOPOLOGY = """
imported: true
agents:
  - {{name: ann, home: backup}}
  - {{name: ben, home: backup}}
  - {{name: cas, home: backup, answer_after_ms: null}}
groups:
  - {{name: desk, kind: {kind}, agents: [ann], hours: office, time_zone: "{zone}"{more}}}
  - {{name: shop, agents: [ben]}}
  - {{name: night, agents: [ben], active: false}}
agent_groups: [{{name: sleepers, agents: [cas]}}]
queues: [{{name: quiet, agent_groups: [sleepers]}}]
hours:
  - name: office
    monday: [{{open: "09:00", close: "12:00"}}, {{open: "13:00", close: "17:00"}}]
    tuesday: [{{open: "00:00", close: "24:00"}}]
    wednesday: [{{open: "08:30:30", close: "08:30:31"}}]
holiday_sets:
  - name: feasts
    holidays:
      - {{start: "2024-03-04T00:00", end: "2024-03-05T00:00", name: a Monday}}
      - {{start: "2024-03-05T14:00", end: "2024-03-05T15:00", name: an hour}}
  - {{name: none, holidays: []}}
"""
_OPEN, _CLOSED = 200, 486


def _set_clock(house: House, time: str) -> None:
    """Let it be `time`, written with its offset from UTC."""
    seconds = datetime.fromisoformat(time).timestamp()
    house.site.wall_clock = lambda: seconds


async def _build(
    house: House, time: str, more: str = "", *, zone: str = "UTC", kind: str = "normal"
) -> None:
    more = f", {more}" if more else ""
    await house.build(_TOPOLOGY.format(zone=zone, more=more, kind=kind))
    _set_clock(house, time)


@pytest.fixture
async def outside() -> AsyncIterator[House]:
    """Another house, whose clients are strangers to the first."""
    other = House()
    await other.build("agents: []\ngroups: []")
    try:
        yield other
    finally:
        await other.close()


async def _status(house: House, to: str = "desk") -> int:
    caller = await house.client("caller")
    call = await caller.invite(to)
    return call.status


# -- when it is open -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("time", "status"),
    [
        ("2024-03-04T08:59:59.999+00:00", _CLOSED),
        ("2024-03-04T09:00:00+00:00", _OPEN),
        ("2024-03-04T11:59:59.999+00:00", _OPEN),
        ("2024-03-04T12:00:00+00:00", _CLOSED),
        ("2024-03-04T12:59:59+00:00", _CLOSED),
        ("2024-03-04T13:00:00+00:00", _OPEN),
        ("2024-03-04T17:00:00+00:00", _CLOSED),
        ("2024-03-05T00:00:00+00:00", _OPEN),
        ("2024-03-05T23:59:59.999+00:00", _OPEN),
        ("2024-03-06T00:00:00+00:00", _CLOSED),
        ("2024-03-06T08:30:30+00:00", _OPEN),
        ("2024-03-06T08:30:31+00:00", _CLOSED),
        ("2024-03-07T10:00:00+00:00", _CLOSED),
    ],
)
async def test_opening_counts_from_its_first_instant_until_just_before_its_close(
    house: House, time: str, status: int
) -> None:
    await _build(house, time)

    assert await _status(house) == status


@pytest.mark.parametrize(
    ("zone", "time", "status"),
    [
        ("Europe/Paris", "2024-03-04T08:00:00+00:00", _OPEN),
        ("Europe/Paris", "2024-03-04T07:59:59+00:00", _CLOSED),
        ("Europe/Paris", "2024-07-01T07:00:00+00:00", _OPEN),
        ("Europe/Paris", "2024-07-01T06:59:59+00:00", _CLOSED),
        ("Romance Standard Time", "2024-07-01T07:00:00+00:00", _OPEN),
        ("Romance Standard Time", "2024-03-04T07:59:59+00:00", _CLOSED),
        ("Pacific Standard Time", "2024-03-04T17:00:00+00:00", _OPEN),
        ("Pacific Standard Time", "2024-03-04T10:00:00+00:00", _CLOSED),
        ("Asia/Kolkata", "2024-03-04T03:30:00+00:00", _OPEN),
        ("Asia/Kolkata", "2024-03-04T03:29:59+00:00", _CLOSED),
        ("Pacific/Auckland", "2024-03-03T20:00:00+00:00", _OPEN),
        ("Pacific/Auckland", "2024-03-04T20:00:00+00:00", _OPEN),
        ("Pacific/Auckland", "2024-03-04T09:00:00+00:00", _CLOSED),
    ],
)
async def test_hours_are_those_of_the_clocks_where_the_group_is(
    house: House, zone: str, time: str, status: int
) -> None:
    await _build(house, time, zone=zone)

    assert await _status(house) == status


async def test_a_closed_group_ends_calls_before_anybody_rings(house: House) -> None:
    await _build(house, "2024-03-04T20:00:00+00:00")
    ann = await house.agent("ann")
    caller = await house.client("caller")

    call = await caller.invite("desk")

    assert [getattr(each, "status", 0) for each in call.messages] == [486]
    assert house.call.ended_by == "queue"
    assert not ann.calls


async def test_talks_and_waiting_calls_go_on_when_the_day_is_over(house: House) -> None:
    await _build(house, "2024-03-04T16:59:59+00:00")
    caller = await house.client("caller")
    talk = await caller.invite("desk")
    waiting = await caller.invite("desk", wait="ringing")

    _set_clock(house, "2024-03-04T17:00:00+00:00")

    assert (await caller.invite("desk")).status == _CLOSED
    await talk.hang_up()
    await waiting.expect(200)


async def test_the_copy_keeps_the_hours_of_its_original(house: House) -> None:
    await _build(house, "2024-03-04T10:00:00+00:00", zone="Romance Standard Time")
    await house.enter("outage")
    assert await _status(house) == _OPEN

    _set_clock(house, "2024-03-04T16:00:00+00:00")

    assert await _status(house) == _CLOSED


# -- holidays --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("time", "status"),
    [
        ("2024-03-04T10:00:00+00:00", _CLOSED),
        ("2024-03-05T00:00:00+00:00", _OPEN),
        ("2024-03-05T13:59:59.999+00:00", _OPEN),
        ("2024-03-05T14:00:00+00:00", _CLOSED),
        ("2024-03-05T14:59:59.999+00:00", _CLOSED),
        ("2024-03-05T15:00:00+00:00", _OPEN),
        ("2024-03-11T10:00:00+00:00", _OPEN),
    ],
)
async def test_a_holiday_closes_from_its_start_until_just_before_its_end(
    house: House, time: str, status: int
) -> None:
    await _build(house, time, "holidays: [none, feasts]")

    assert await _status(house) == status


async def test_holidays_are_those_of_the_clocks_where_the_group_is(house: House) -> None:
    zone = "Tokyo Standard Time"
    await _build(house, "2024-03-05T05:30:00+00:00", "holidays: [feasts]", zone=zone)

    assert await _status(house) == _CLOSED


async def test_a_holiday_goes_before_hours(house: House) -> None:
    actions = "holidays: [feasts], holiday_action: {queue: shop}, closed_action: {terminate: {}}"
    await _build(house, "2024-03-04T20:00:00+00:00", actions)  # a holiday, and after hours

    assert await _status(house) == 200
    assert house.call.group is house.site.groups["shop"]


async def test_a_group_without_hours_may_keep_holidays(house: House) -> None:
    await house.build(
        """
agents: [{name: ann}]
groups: [{name: desk, agents: [ann], holidays: [feasts]}]
holiday_sets:
  - {name: feasts, holidays: [{start: "2024-03-04T00:00", end: "2024-03-05T00:00"}]}
"""
    )
    _set_clock(house, "2024-03-04T10:00:00+00:00")
    assert await _status(house) == _CLOSED

    _set_clock(house, "2024-03-05T03:00:00+00:00")

    assert await _status(house) == _OPEN


# -- what calls get at other times -----------------------------------------------------------------

# When each action is the one that counts.
_WHEN = [
    ("closed_action", "2024-03-11T20:00:00+00:00"),
    ("holiday_action", "2024-03-04T10:00:00+00:00"),
]
_when = pytest.mark.parametrize(("key", "time"), _WHEN, ids=["closed", "holiday"])


async def _build_with(
    house: House, key: str, time: str, action: str, *, kind: str = "normal"
) -> None:
    await _build(house, time, f"holidays: [feasts], {key}: {action}", kind=kind)


@_when
@pytest.mark.parametrize(
    "action",
    [
        "{queue: shop}",
        '{uri: "sip:shop@contoso.example"}',
        '{uri: "sip:ben@contoso.example"}',
        '{pstn: "sip:ben@contoso.example"}',
        '{voicemail: "sip:ben@contoso.example"}',
    ],
    ids=["queue", "group", "person", "number", "voice mail"],
)
async def test_a_call_goes_where_the_action_says(
    house: House, key: str, time: str, action: str
) -> None:
    await _build_with(house, key, time, action)

    assert await _status(house) == 200
    assert house.call.agent is house.site.agents["ben"]


@_when
async def test_a_call_goes_into_a_queue_that_stands_by_itself(
    house: House, key: str, time: str
) -> None:
    await _build_with(house, key, time, "{queue: quiet}")
    caller = await house.client("caller")

    call = await caller.invite("desk", wait="ringing")

    assert call.status == 180
    assert house.site.agents["cas"].calls == 1


@_when
async def test_a_call_goes_into_the_queue_of_its_own_group_all_the_same(
    house: House, key: str, time: str
) -> None:
    await _build_with(house, key, time, "{queue: desk}")

    assert await _status(house) == 200
    assert house.call.agent is house.site.agents["ann"]


@_when
async def test_a_call_goes_to_an_address_outside(
    house: House, outside: House, key: str, time: str
) -> None:
    somebody = await outside.client("somebody", takes_calls=True)
    uri = "sip:somebody@{}:{}".format(*somebody.identity.address)
    await _build_with(house, key, time, f'{{uri: "{uri}"}}')
    caller = await house.client("caller")

    call = await caller.invite("desk", wait=None)
    taken = await somebody.expect_call()
    await taken.answer()

    await call.expect(200)
    assert taken.invite.uri == uri.encode()


@_when
@pytest.mark.parametrize("kind", ["normal", "anonymous"])
async def test_voice_mail_is_asked_for_in_the_request_uri(
    house: House, outside: House, key: str, time: str, kind: str
) -> None:
    mailbox = await outside.client("mailbox", takes_calls=True)
    uri = "sip:desk@{}:{}".format(*mailbox.identity.address)
    await _build_with(house, key, time, f'{{voicemail: "{uri}"}}', kind=kind)
    caller = await house.client("caller")

    call = await caller.invite("desk", wait=None)
    taken = await mailbox.expect_call()
    await taken.answer()

    await call.expect(200)
    assert taken.invite.uri == uri.encode() + b";opaque=app:voicemail"


@_when
async def test_a_caller_may_be_asked(house: House, key: str, time: str) -> None:
    question = '{prompt: {text: "We are closed"}, answers: [{dtmf: "1", action: {queue: shop}}]}'
    await _build_with(house, key, time, f"{{question: {question}}}")
    caller = await house.client("caller")
    call = await caller.invite("desk", wait="ringing")
    assert call.status == 183

    pressed = {"Content-Type": "application/dtmf-relay"}
    await call.request("INFO", headers=pressed, body=b"Signal=1\r\nDuration=100\r\n")

    await call.expect(200)
    assert house.call.agent is house.site.agents["ben"]


@_when
@pytest.mark.parametrize(
    ("action", "status"),
    [
        ("null", 486),
        ("{terminate: {}}", 486),
        ('{uri: "sip:night@contoso.example"}', 480),
        ('{uri: "sip:desk@contoso.example"}', 482),
        ('{uri: "sip:nobody@contoso.example"}', 404),
        ('{uri: "sip:desk@192.0.2.1"}', 403),
    ],
    ids=["none", "terminate", "inactive group", "itself", "nobody", "forbidden network"],
)
async def test_a_call_ends_where_the_action_leads_nowhere(
    house: House, key: str, time: str, action: str, status: int
) -> None:
    await _build_with(house, key, time, action)

    assert await _status(house) == status
    assert house.call.ended_by == "queue"


async def test_hours_go_before_the_menu(house: House) -> None:
    await house.build(
        """
agents: [{name: ben}]
groups:
  - name: desk
    hours: office
    closed_action: {uri: "sip:ben@contoso.example"}
    menu: {prompt: {text: Yes}, answers: [{dtmf: "1", action: {terminate: {}}}]}
hours: [{name: office, monday: [{open: "09:00", close: "17:00"}]}]
"""
    )
    caller = await house.client("caller")
    _set_clock(house, "2024-03-04T08:00:00+00:00")
    assert (await caller.invite("desk")).status == 200

    _set_clock(house, "2024-03-04T09:00:00+00:00")

    assert (await caller.invite("desk", wait="ringing")).status == 183


# -- groups that are not active --------------------------------------------------------------------

_INACTIVE = """
agents: [{name: ann}]
groups:
  - {name: plain, agents: [ann], active: false}
  - {name: hidden, kind: anonymous, agents: [ann], active: false}
  - {name: moved, handover: transfer, agents: [ann], active: false}
  - {name: feast, agents: [ann], active: false, holidays: [all], holiday_action: {queue: shop}}
  - name: asks
    active: false
    menu: {prompt: {text: Yes}, answers: [{dtmf: "1", action: {terminate: {}}}]}
  - {name: shop, agents: [ann]}
holiday_sets:
  - {name: all, holidays: [{start: "2000-01-01T00:00", end: "2100-01-01T00:00"}]}
"""


@pytest.mark.parametrize("group", ["plain", "hidden", "moved", "feast", "asks"])
async def test_a_group_that_is_not_active_refuses_calls(house: House, group: str) -> None:
    await house.build(_INACTIVE)
    caller = await house.client("caller")

    call = await caller.invite(
        group, headers={"Supported": "replaces", "Allow": "INVITE, ACK, BYE, REFER"}
    )

    assert [getattr(each, "status", 0) for each in call.messages] == [480]
    assert house.call.ended_by == "queue"


async def test_a_queue_takes_calls_though_its_group_is_not_active(house: House) -> None:
    await house.build(
        """
agents: [{name: ann}]
groups:
  - {name: desk, agents: [], hours: never, closed_action: {queue: plain}}
  - {name: plain, agents: [ann], active: false}
hours: [{name: never}]
"""
    )

    assert await _status(house) == 200


# -- callers who can be transferred ----------------------------------------------------------------

_TRANSFER = """
agents: [{{name: ann, answer_after_ms: null}}, {{name: ben}}]
groups:
  - name: desk
    handover: transfer
    agents: [ann]
    hours: office
    closed_action: {action}
    queue: {{timeout_seconds: 0.1, timeout_action: {{queue: {then}}}}}
  - {{name: shop, agents: [ben]}}
  - {{name: held, handover: transfer, agents: [ben]}}
agent_groups: [{{name: helpers, agents: [ben]}}]
queues: [{{name: back, agent_groups: [helpers]}}]
hours: [{{name: office, monday: [{{open: "09:00", close: "17:00"}}]}}]
"""
_ABLE = [{"Supported": "replaces"}, {"Allow": "INVITE, ACK, CANCEL, BYE, NOTIFY, REFER"}]
_able = pytest.mark.parametrize("headers", _ABLE, ids=["replaces", "refer"])


@_able
@pytest.mark.parametrize(
    ("action", "status"),
    [("null", 486), ("{queue: shop}", 200), ('{uri: "sip:ben@contoso.example"}', 200)],
    ids=["none", "queue", "uri"],
)
async def test_a_pool_answers_nobody_while_the_group_is_closed(
    house: House, action: str, status: int, headers: dict[str, str]
) -> None:
    await house.build(_TRANSFER.format(action=action, then="shop"))
    _set_clock(house, "2024-03-04T20:00:00+00:00")
    caller = await house.client("caller", takes_calls=True)

    call = await caller.invite("desk", headers=headers)

    assert call.status == status
    assert not house.site.held
    assert not call.unexpected


@_able
async def test_a_pool_answers_whom_it_will_transfer_while_the_group_is_open(
    house: House, headers: dict[str, str]
) -> None:
    await house.build(_TRANSFER.format(action="null", then="shop"))
    _set_clock(house, "2024-03-04T10:00:00+00:00")
    caller = await house.client("caller", takes_calls=True)

    call = await caller.invite("desk", headers=headers)

    assert call.status == 200
    assert house.call.state == CallState.PENDING


@pytest.mark.parametrize("then", ["back", "held"])
async def test_who_takes_replaces_is_held_in_the_next_queue_too(house: House, then: str) -> None:
    await house.build(_TRANSFER.format(action="null", then=then))
    _set_clock(house, "2024-03-04T10:00:00+00:00")
    caller = await house.client("caller", takes_calls=True)
    first = await caller.invite("desk", headers=_ABLE[0])

    second = await caller.expect_call()
    await second.answer()

    await house.until(lambda: house.call.state == CallState.CONNECTED)
    assert (second.invite.header("Replaces") or "").startswith(first.call_id)
    assert house.call.agent is house.site.agents["ben"]


async def test_who_takes_replaces_alone_is_let_go_where_the_next_queue_transfers_nobody(
    house: House,
) -> None:
    await house.build(_TRANSFER.format(action="null", then="shop"))
    _set_clock(house, "2024-03-04T10:00:00+00:00")
    caller = await house.client("caller", takes_calls=True)

    call = await caller.invite("desk", headers=_ABLE[0])

    bye = await call.expect("BYE")
    assert bye.header("Reason") == 'SIP;cause=480;text="Temporarily Unavailable"'


# -- changes ---------------------------------------------------------------------------------------


def _change_hours(house: House, hours: Hours, pool: Pool = Pool.PRIMARY) -> None:
    hosting = house.site.hosting
    configuration = hosting.configuration[pool]
    found = configuration.find(ObjectKind.HOURS, hours.name)
    assert found is not None
    changed = replace(found, value=hours, version=hosting.next_version())
    hosting.adopt(configuration.with_changes([changed]))


async def test_a_change_of_hours_acts_on_the_next_call(house: House) -> None:
    await _build(house, "2024-03-04T12:30:00+00:00")
    assert await _status(house) == _CLOSED

    _change_hours(house, Hours("office", monday=(TimeRange("12:00", "13:00"),)))

    assert await _status(house) == _OPEN


async def test_a_change_of_hours_leaves_waiting_calls_in_their_queue(house: House) -> None:
    await _build(house, "2024-03-04T10:00:00+00:00")
    caller = await house.client("caller")
    talk = await caller.invite("desk")
    waiting = await caller.invite("desk", wait="ringing")

    _change_hours(house, Hours("office"))

    assert (await caller.invite("desk")).status == _CLOSED
    assert house.calls[1].state == CallState.PENDING
    await talk.hang_up()
    await waiting.expect(200)


async def test_hours_of_the_original_and_of_the_copy_are_changed_each_by_itself(
    house: House,
) -> None:
    await _build(house, "2024-03-04T10:00:00+00:00")

    _change_hours(house, Hours("office"))

    assert await _status(house) == _CLOSED
    await house.enter("outage")
    assert await _status(house) == _OPEN
