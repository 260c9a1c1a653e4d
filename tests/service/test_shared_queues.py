"""Queues and agent groups that several workflows have: one line, one sign-in, one turn."""

from __future__ import annotations

from dataclasses import replace

import pytest

from emulator.model.calls import Call, CallState
from emulator.model.configuration import Key, ObjectKind, Value
from emulator.model.topology import Group, NamedQueue
from emulator.rules import Kind, Pool
from emulator.testing.call import ClientCall
from tests.support.house import House

# One queue for two workflows of different kinds; `ann` is there as soon as she registers.
_TWO = """
agents:
  - {{name: ann, home: backup, endpoint: none}}
  - {{name: ben, home: backup, endpoint: none}}
groups:
  - {{name: sales, shared_queue: front}}
  - {{name: press, kind: anonymous, shared_queue: front}}
  - {{name: lobby, agents: [ben]}}
agent_groups: [{{name: desk, agents: [ann]}}]
queues:
  - {{name: front, agent_groups: [desk]{limits}}}
  - {{name: back, agent_groups: [desk]}}
"""


async def _build(house: House, limits: str = "", *, imported: bool = False) -> None:
    text = _TWO.format(limits=f", {limits}" if limits else "")
    await house.build(f"imported: {str(imported).lower()}\n{text}")


async def _waits(house: House, name: str, to: str) -> ClientCall:
    """A call of a client of that name, which waits."""
    caller = await house.client(name)
    call = await caller.invite(to, wait="ringing")
    assert call.status == 182
    return call


def _change(
    house: House,
    kind: ObjectKind,
    name: str,
    change: Value,
    pool: Pool = Pool.PRIMARY,
) -> None:
    hosting = house.site.hosting
    configuration = hosting.configuration[pool]
    found = configuration.find(kind, name)
    assert found is not None
    changed = replace(found, value=change, version=hosting.next_version())
    hosting.adopt(configuration.with_changes([changed]))


def _remove(house: House, *keys: Key, pool: Pool = Pool.PRIMARY) -> None:
    hosting = house.site.hosting
    hosting.adopt(hosting.configuration[pool].with_changes((), keys))


def _workflow(house: House, name: str) -> Group:
    found = house.site.hosting.configuration[Pool.PRIMARY].find(ObjectKind.WORKFLOW, name)
    assert found is not None
    assert isinstance(found.value, Group)
    return found.value


def _connected(house: House) -> list[Call]:
    return [call for call in house.calls if call.state == CallState.CONNECTED]


# -- one line --------------------------------------------------------------------------------------


async def test_calls_of_all_its_workflows_are_taken_oldest_first(house: House) -> None:
    await _build(house)
    order = [("first", "sales"), ("second", "press"), ("third", "press"), ("fourth", "sales")]
    for name, to in order:
        await _waits(house, name, to)

    ann = await house.agent("ann")

    for name, to in order:
        taken = await ann.expect_call()
        assert f"<sip:{name}@".encode() in taken.invite.from_value
        await taken.answer()
        await house.until(lambda: _connected(house))
        (call,) = _connected(house)
        assert call.group is house.site.groups[to]
        assert call.kind is house.site.groups[to].kind
        await taken.hang_up()


async def test_the_threshold_counts_the_calls_of_all_workflows(house: House) -> None:
    await _build(house, "overflow_threshold: 1")
    first = await _waits(house, "first", "sales")
    caller = await house.client("second")

    second = await caller.invite("press")

    assert second.status == 486
    assert first.state == "ringing"


async def test_the_oldest_call_of_all_workflows_leaves_a_full_queue(house: House) -> None:
    await _build(house, "overflow_threshold: 1, overflow_candidate: oldest")
    first = await _waits(house, "first", "sales")

    second = await _waits(house, "second", "press")

    await first.expect(486)
    assert second.state == "ringing"


async def test_what_a_queue_sends_on_keeps_the_kind_of_its_own_workflow(house: House) -> None:
    limits = "overflow_threshold: 1, overflow_candidate: oldest, overflow_action: {queue: back}"
    await _build(house, limits)
    await _waits(house, "first", "press")
    await _waits(house, "second", "sales")

    oldest = house.calls[0]
    assert (oldest.kind, oldest.state) == (Kind.ANONYMOUS, CallState.PENDING)
    assert oldest.group is not None
    assert oldest.group.name == "press"
    ann = await house.agent("ann")
    taken = await ann.expect_call()
    assert b"<sip:first@" in taken.invite.from_value


async def test_limits_and_agents_of_a_queue_change_for_all_its_workflows(house: House) -> None:
    await _build(house)
    calls = [await _waits(house, "first", "sales"), await _waits(house, "second", "press")]

    await house.agent("ben")
    everybody = NamedQueue("front", ("desk", "lobby"))
    _change(house, ObjectKind.QUEUE, "front", everybody)

    ben = house.site.agents["ben"]
    await house.until(lambda: ben.calls)
    assert house.calls[0].state == CallState.PENDING
    assert calls[0].state == "ringing"


async def test_a_workflow_that_gets_another_queue_takes_its_waiting_calls_along(
    house: House,
) -> None:
    await _build(house, "overflow_threshold: 1")
    moved = await _waits(house, "first", "sales")

    _change(
        house,
        ObjectKind.WORKFLOW,
        "sales",
        replace(_workflow(house, "sales"), shared_queue="lobby"),
    )
    stays = await _waits(house, "second", "press")  # there is room again

    ben = await house.agent("ben")
    taken = await ben.expect_call()
    assert b"<sip:first@" in taken.invite.from_value
    await taken.answer()
    await moved.expect(200)
    assert stays.state == "ringing"


async def test_a_workflow_that_is_removed_leaves_the_others_their_line(house: House) -> None:
    await _build(house)
    gone = await _waits(house, "first", "sales")
    stays = await _waits(house, "second", "press")

    _remove(house, (ObjectKind.WORKFLOW, "sales"))

    await gone.expect(480)
    ann = await house.agent("ann")
    await (await ann.expect_call()).answer()
    await stays.expect(200)


@pytest.mark.parametrize("queue", ["null", "empty"])
async def test_calls_of_a_workflow_without_a_queue_or_agents_are_refused(
    house: House, queue: str
) -> None:
    await house.build(f"groups: [{{name: desk, shared_queue: {queue}}}]\nqueues: [{{name: empty}}]")
    caller = await house.client("caller")

    assert (await caller.invite("desk")).status == 480


async def test_a_workflow_may_share_the_own_queue_of_another(house: House) -> None:
    await house.build(
        """
agents: [{name: ann, endpoint: none}]
groups:
  - {name: sales, agents: [ann], queue: {overflow_threshold: 1}}
  - {name: press, kind: anonymous, shared_queue: sales}
"""
    )
    await _waits(house, "first", "press")
    caller = await house.client("second")

    assert (await caller.invite("sales")).status == 486

    ann = await house.agent("ann")
    await (await ann.expect_call()).answer()
    await house.until(lambda: house.calls[0].state == CallState.CONNECTED)
    assert house.calls[0].kind is Kind.ANONYMOUS


# -- an agent group in two queues ------------------------------------------------------------------

_TURNS = """
imported: true
agents:
  - {{name: ann, home: backup}}
  - {{name: ben, home: backup}}
  - {{name: cas, home: backup}}
groups:
  - {{name: one, shared_queue: first}}
  - {{name: two, shared_queue: second}}
agent_groups:
  - {{name: all, agents: [ann, ben, cas], routing: round_robin, participation: {participation}}}
queues:
  - {{name: first, agent_groups: [all]}}
  - {{name: second, agent_groups: [all]}}
"""


async def _takers(house: House, *groups: str) -> list[str]:
    """Who takes calls to these groups, one after the other, each of which ends again."""
    caller = await house.client("caller")
    taken = []
    for group in groups:
        call = await caller.invite(group)
        agent = house.calls[-1].agent
        taken.append("nobody" if agent is None else agent.name)
        await call.hang_up()
    return taken


async def test_round_robin_takes_turns_over_all_its_queues(house: House) -> None:
    await house.build(_TURNS.format(participation="informal"))

    assert await _takers(house, "one", "two", "one", "two") == ["ann", "ben", "cas", "ann"]


async def test_turns_outlive_a_change_of_one_queue(house: House) -> None:
    await house.build(_TURNS.format(participation="informal"))
    assert await _takers(house, "one") == ["ann"]

    changed = replace(_workflow(house, "one"), display_name="One")
    _change(house, ObjectKind.WORKFLOW, "one", changed)

    assert await _takers(house, "one", "two") == ["ben", "cas"]


async def test_each_pool_takes_turns_of_its_own(house: House) -> None:
    await house.build(_TURNS.format(participation="informal"))
    assert await _takers(house, "one") == ["ann"]

    await house.enter("outage")

    assert await _takers(house, "two", "one") == ["ann", "ben"]


async def test_who_signs_in_for_one_queue_is_in_for_the_other(house: House) -> None:
    await house.build(_TURNS.format(participation="formal"))
    caller = await house.client("caller")
    waiting = await caller.invite("two", wait="ringing")
    assert waiting.status == 182

    house.sign_in("ann", "one")

    await waiting.expect(200)
    assert house.call.agent is house.site.agents["ann"]


async def test_who_signs_out_of_one_queue_is_out_of_the_other(house: House) -> None:
    await house.build(_TURNS.format(participation="formal"))
    house.sign_in("ann", "one")
    ann = house.site.agents["ann"]

    for each in house.site.groups["two"].agent_groups:
        each.sign_out(ann)

    caller = await house.client("caller")
    assert (await caller.invite("one", wait="ringing")).status == 182


async def test_a_sign_in_outlives_the_removal_of_one_of_the_workflows(house: House) -> None:
    await house.build(_TURNS.format(participation="formal"))
    house.sign_in("ann", "one")
    _remove(house, (ObjectKind.WORKFLOW, "one"))

    changed = replace(_workflow(house, "two"), display_name="Two")
    _change(house, ObjectKind.WORKFLOW, "two", changed)

    assert await _takers(house, "two") == ["ann"]


async def test_a_free_agent_takes_the_oldest_call_of_all_queues(house: House) -> None:
    await house.build(_TURNS.format(participation="formal"))
    caller = await house.client("caller")
    calls = [await caller.invite(name, wait="ringing") for name in ("two", "one", "two")]

    house.sign_in("ann", "one")

    for call in calls:
        await call.expect(200)
        await call.hang_up()
    assert [each.ended_by for each in house.calls] == ["caller"] * 3


# -- queues that stand by themselves ---------------------------------------------------------------

_ACTION = """
imported: true
agents:
  - {{name: ann, home: backup, endpoint: none}}
  - {{name: ben, home: backup, endpoint: none}}
groups:
  - name: desk
    kind: {kind}
    agents: [ann]
    queue: {{timeout_seconds: 0.1, timeout_action: {{queue: back}}}}
  - {{name: other, kind: {other}, shared_queue: back}}
agent_groups: [{{name: backers, agents: [ben]}}]
queues:
  - {{name: back, agent_groups: [backers], timeout_seconds: 60}}
"""


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("phase", ["normal", "outage"])
async def test_a_call_that_an_action_puts_there_keeps_group_kind_and_host(
    house: House, kind: Kind, phase: str
) -> None:
    other = Kind.NORMAL if kind is Kind.ANONYMOUS else Kind.ANONYMOUS
    await house.build(_ACTION.format(kind=kind, other=other))
    if phase == "outage":
        await house.enter(phase)
    host = Pool.PRIMARY if phase == "normal" else Pool.BACKUP
    ben = await house.agent("ben")
    caller = await house.client("caller")

    call = await caller.invite("desk", wait=None)
    taken = await ben.expect_call()
    await taken.answer()
    await call.expect(200)

    found = house.call
    assert found.group is not None
    assert (found.group.name, found.kind, found.host) == ("desk", kind, host)
    assert found.is_imported is (host is Pool.BACKUP)
    pool = "{}:{}".format(*house.addresses[host])
    assert (pool in (call.remote_target or "")) is (kind is Kind.ANONYMOUS)


async def test_a_call_that_an_action_puts_there_stands_in_line_with_the_others(
    house: House,
) -> None:
    await house.build(_ACTION.format(kind="normal", other="normal"))
    await _waits(house, "first", "desk")
    await _waits(house, "second", "other")
    await house.until(lambda: len(house.site.groups["other"].waiting) == 2)

    ben = await house.agent("ben")

    taken = await ben.expect_call()
    assert b"<sip:first@" in taken.invite.from_value


async def test_a_call_of_a_copy_that_is_removed_goes_on_waiting_there(house: House) -> None:
    await house.build(_ACTION.format(kind="anonymous", other="normal"))
    await house.enter("outage")
    call = await _waits(house, "caller", "desk")
    await house.until(lambda: house.site.copies["other"].waiting)

    await house.remove_import()

    ben = await house.agent("ben")
    await (await ben.expect_call()).answer()
    await call.expect(200)
    assert (house.call.kind, house.call.host) == (Kind.ANONYMOUS, Pool.BACKUP)


@pytest.mark.parametrize("kind", list(Kind))
async def test_the_outage_deals_with_it_by_its_own_kind(house: House, kind: Kind) -> None:
    other = Kind.NORMAL if kind is Kind.ANONYMOUS else Kind.ANONYMOUS
    await house.build(_ACTION.format(kind=kind, other=other))
    ben = await house.agent("ben")
    caller = await house.client("caller")
    call = await caller.invite("desk", wait=None)
    taken = await ben.expect_call()
    await taken.answer()
    await call.expect(200)

    await house.enter("outage")

    if kind is Kind.ANONYMOUS:
        rule = (await call.expect("BYE")).header("X-RGS-Rule") or ""
        assert rule.startswith("cell=connected/outage/anonymous"), rule
    else:
        assert house.call.state == CallState.CONNECTED


# -- settings of a pool ----------------------------------------------------------------------------

_GRACE = """
imported: true
pools:
  primary: {fqdn: one.example, ringback_grace_seconds: 600}
  backup: {fqdn: two.example, ringback_grace_seconds: 0.1}
ringback_grace_seconds: 600
agents: [{name: ann, home: backup, on_call: decline, answer_after_ms: 1}]
groups: [{name: desk, agents: [ann]}]
"""


async def test_the_grace_period_is_that_of_the_pool_that_hosts_the_call(house: House) -> None:
    await house.build(_GRACE)
    caller = await house.client("caller")
    kept_away = await caller.invite("desk", wait="ringing")
    await kept_away.expect(182)
    other = await caller.invite("desk", wait="ringing")
    await other.expect(182)
    await house.enter("outage")

    again = await caller.invite("desk", wait="ringing")

    await again.expect(182)
    await again.expect(180)
    await again.expect(182)
    statuses = [getattr(each, "status", 0) for each in kept_away.messages]
    assert statuses == [180, 182, 503]


@pytest.mark.parametrize(
    ("pools", "primary", "backup"),
    [
        ("", 60, 60),
        ("ringback_grace_seconds: 7", 7, 7),
        (
            "pools: {backup: {fqdn: b}, primary: {fqdn: a, ringback_grace_seconds: 1}}",
            1,
            60,
        ),
    ],
    ids=["default", "topology", "one pool"],
)
async def test_a_pool_without_a_grace_period_has_the_topologys(
    house: House, pools: str, primary: float, backup: float
) -> None:
    await house.build(f"{pools}\ngroups: []")

    grace_seconds = house.site.hosting.grace_seconds

    assert (grace_seconds(Pool.PRIMARY), grace_seconds(Pool.BACKUP)) == (primary, backup)


# -- copies ----------------------------------------------------------------------------------------


def _copied(house: House) -> set[tuple[str, str]]:
    """What the backup pool has of the primary's, settings aside."""
    found = house.site.hosting.configuration[Pool.BACKUP]
    return {(each.kind, each.name) for each in found if each.owner is Pool.PRIMARY}


async def test_a_workflow_is_imported_with_its_queue_and_its_agent_groups(house: House) -> None:
    await _build(house)

    await house.import_groups("sales")

    assert _copied(house) == {
        ("workflow", "sales"),
        ("queue", "front"),
        ("agent_group", "desk"),
    }
    await house.enter("outage")
    call = await _waits(house, "caller", "sales")
    ann = await house.agent("ann")
    await (await ann.expect_call()).answer()
    await call.expect(200)
    assert (house.call.host, house.call.is_imported) == (Pool.BACKUP, True)


async def test_a_menu_is_imported_with_all_that_it_leads_to(house: House) -> None:
    await house.build(
        """
agents: [{name: ann, home: backup}]
groups:
  - name: reception
    hours: office
    holidays: [feasts]
    closed_action: {queue: night}
    menu:
      prompt: {text: Who?}
      answers:
        - {dtmf: "1", action: {queue: lobby}}
        - dtmf: "2"
          action:
            question: {prompt: {text: Who?}, answers: [{dtmf: "1", action: {queue: front}}]}
  - {name: lobby, agents: [ann]}
agent_groups: [{name: desk, agents: [ann]}, {name: watch, agents: [ann]}]
queues:
  - {name: front, agent_groups: [desk], timeout_seconds: 9, timeout_action: {queue: last}}
  - {name: last, agent_groups: [desk, watch]}
  - {name: night, agent_groups: [watch]}
  - {name: unused, agent_groups: [watch]}
hours: [{name: office}, {name: other}]
holiday_sets: [{name: feasts}, {name: others}]
"""
    )

    await house.import_groups("reception")

    assert _copied(house) == {
        ("workflow", "reception"),
        ("queue", "front"),
        ("queue", "last"),
        ("queue", "night"),
        ("agent_group", "desk"),
        ("agent_group", "watch"),
        ("hours_of_business", "office"),
        ("holiday_set", "feasts"),
    }


async def test_copies_share_a_line_of_their_own(house: House) -> None:
    await _build(house, "overflow_threshold: 1", imported=True)
    await _waits(house, "first", "sales")  # on the primary pool
    await house.enter("outage")
    second = await _waits(house, "second", "sales")
    caller = await house.client("third")

    assert (await caller.invite("press")).status == 486

    assert second.state == "ringing"
    assert len(house.site.copies["press"].waiting) == 1


async def test_a_copy_that_is_removed_leaves_the_other_its_queue(house: House) -> None:
    await _build(house, imported=True)
    await house.enter("outage")

    await house.remove_import("sales")

    assert ("queue", "front") in _copied(house)
    call = await _waits(house, "caller", "press")
    ann = await house.agent("ann")
    await (await ann.expect_call()).answer()
    await call.expect(200)


@pytest.mark.parametrize("again", [("one",), ("one", "two"), ()], ids=["one", "both", "all"])
async def test_who_was_signed_in_to_a_copy_signs_in_again_after_a_new_import(
    house: House, again: tuple[str, ...]
) -> None:
    await house.build(_TURNS.format(participation="formal"))
    await house.enter("outage", "failing_over", "failed_over")
    ann = house.site.agents["ann"]
    house.site.hosting.sign_in(Pool.BACKUP, "all", ann)
    assert await _takers(house, "one", "two") == ["ann", "ann"]

    await house.import_groups(*again)

    calls = [await _waits(house, name, name) for name in ("one", "two")]
    house.site.hosting.sign_in(Pool.BACKUP, "all", ann)
    house.site.elements.offer_waiting(ann)
    for call in calls:
        await call.expect(200)
        await call.hang_up()


async def test_who_was_signed_in_to_a_copy_that_was_removed_signs_in_again(house: House) -> None:
    await house.build(_TURNS.format(participation="formal"))
    await house.enter("outage", "failing_over", "failed_over")
    house.site.hosting.sign_in(Pool.BACKUP, "all", house.site.agents["ann"])

    await house.remove_import()
    await house.import_groups()

    await _waits(house, "caller", "one")
