"""Queues: time-out, overflow, and where their actions send a call."""

from __future__ import annotations

import asyncio

import pytest

from emulator.model.calls import CallState
from emulator.model.topology import Agent as AgentSettings
from emulator.model.topology import AgentGroup, Group, Queue, Topology, ToUri
from emulator.rules import Kind, Pool
from tests.support.house import House

# Nobody ever answers at `desk`; somebody does at `shop`.
_DESK = """
agents:
  - {{name: ann, answer_after_ms: null}}
  - {{name: ben}}
groups:
  - name: desk
    agents: [ann]
    queue: {queue}
  - name: shop
    agents: [ben]
"""


async def _build(house: House, queue: str) -> None:
    await house.build(_DESK.format(queue=queue))


async def test_a_waiting_call_ends_with_486_when_the_queue_times_out(house: House) -> None:
    await _build(house, "{timeout_seconds: 0.2}")
    caller = await house.client("caller")
    await caller.invite("desk", wait="ringing")

    waiting = await caller.invite("desk", wait="ringing")
    assert waiting.status == 182

    await waiting.expect(486)
    assert house.calls[1].ended_by == "queue"


async def test_the_time_of_the_queue_runs_while_an_agent_rings(house: House) -> None:
    await _build(house, "{timeout_seconds: 0.2}")
    caller = await house.client("caller")

    call = await caller.invite("desk", wait="ringing")
    assert call.status == 180

    await call.expect(486)
    assert not house.site.agents["ann"].calls


@pytest.mark.parametrize(
    ("candidate", "refused"), [("newest", 2), ("oldest", 1)], ids=["newest", "oldest"]
)
async def test_a_full_queue_lets_its_candidate_go(
    house: House, candidate: str, refused: int
) -> None:
    await _build(house, f"{{overflow_threshold: 1, overflow_candidate: {candidate}}}")
    caller = await house.client("caller")
    calls = [await caller.invite("desk", wait="ringing")]  # rings ann

    calls += [await caller.invite("desk", wait="ringing") for _ in range(2)]

    await calls[refused].expect(486)
    assert [each.state for each in house.calls].count(CallState.PENDING) == 2


async def test_a_threshold_of_nothing_refuses_whoever_would_wait(house: House) -> None:
    await _build(house, "{overflow_threshold: 0}")
    caller = await house.client("caller")
    first = await caller.invite("desk", wait="ringing")

    second = await caller.invite("desk")

    assert (first.status, second.status) == (180, 486)


@pytest.mark.parametrize(
    "action", ["{queue: shop}", '{uri: "sip:shop@contoso.example"}'], ids=["queue", "uri"]
)
async def test_a_call_that_times_out_goes_on_in_another_group(house: House, action: str) -> None:
    await _build(house, f"{{timeout_seconds: 0.1, timeout_action: {action}}}")
    caller = await house.client("caller")

    call = await caller.invite("desk")

    assert call.status == 200
    assert house.call.agent is house.site.agents["ben"]
    assert house.call.group is house.site.groups["shop"]
    assert not house.site.agents["ann"].calls


async def test_a_call_that_times_out_goes_to_a_person(house: House) -> None:
    await _build(house, '{timeout_seconds: 0.1, timeout_action: {uri: "sip:ben@contoso.example"}}')
    caller = await house.client("caller")

    call = await caller.invite("desk")

    assert call.status == 200
    assert house.call.agent is house.site.agents["ben"]


async def test_a_call_that_times_out_goes_to_an_address_outside(house: House) -> None:
    other = House()
    await other.build("agents: []\ngroups: []")
    try:
        outside = await other.client("outside", takes_calls=True)
        host, port = outside.identity.address
        uri = f"sip:outside@{host}:{port}"
        await _build(house, f'{{timeout_seconds: 0.1, timeout_action: {{uri: "{uri}"}}}}')
        caller = await house.client("caller")

        call = await caller.invite("desk", wait="ringing")
        taken = await outside.expect_call()
        await taken.answer()
        await call.expect(200)

        assert (await taken.hang_up()).status == 200
        await call.expect("BYE")
        assert house.call.ended_by == "agent"
    finally:
        await other.close()


@pytest.mark.parametrize(
    ("uri", "status"),
    [
        ("sip:desk@192.0.2.1", 403),
        ("sip:desk@elsewhere.example", 480),
        ("sip:nobody@contoso.example", 404),
        ("tel:+4930123456", 404),
    ],
)
async def test_a_call_goes_nowhere_but_to_known_names_and_allowed_networks(
    house: House, uri: str, status: int
) -> None:
    await _build(house, f'{{timeout_seconds: 0.1, timeout_action: {{uri: "{uri}"}}}}')
    caller = await house.client("caller")

    call = await caller.invite("desk")

    assert call.status == status
    assert house.call.ended_by == "queue"


async def test_queues_that_send_a_call_round_let_it_go_in_the_end(house: House) -> None:
    def desk(name: str, other: str) -> Group:
        action = ToUri(f"sip:{other}@contoso.example")
        queue = Queue(overflow_threshold=0, overflow_action=action)
        return Group(name, agent_groups=(AgentGroup(name, ("ann",)),), queue=queue)

    await house.build(
        Topology(
            agents=(AgentSettings("ann", answer_after_ms=None),),
            groups=(desk("one", "two"), desk("two", "one")),
        )
    )
    caller = await house.client("caller")
    await caller.invite("one", wait="ringing")

    call = await caller.invite("two")

    assert call.status == 482
    assert house.calls[1].ended_by == "queue"


async def test_a_call_that_moves_to_a_group_without_agents_is_refused(house: House) -> None:
    await house.build(
        """
agents: [{name: ann, answer_after_ms: null}]
groups:
  - name: desk
    agents: [ann]
    queue: {timeout_seconds: 0.1, timeout_action: {queue: shop}}
  - {name: shop, agents: []}
"""
    )
    caller = await house.client("caller")

    assert (await caller.invite("desk")).status == 480


_OTHER_POOL = """
imported: true
agents:
  - {name: ann, answer_after_ms: null}
  - {name: ben, home: backup, answer_after_ms: null}
groups:
  - name: desk
    agents: [ann]
    queue: {timeout_seconds: 0.1, timeout_action: {queue: shop}}
  - {name: shop, owner: backup, kind: anonymous, agents: [ben]}
"""


async def test_a_call_that_moves_to_the_other_pool_is_hosted_and_ruled_there(
    house: House,
) -> None:
    await house.build(_OTHER_POOL)
    caller = await house.client("caller")
    call = await caller.invite("desk", wait="ringing")
    await house.until(lambda: house.site.agents["ben"].calls)
    moved = house.call
    assert (moved.host, moved.owner, moved.kind) == (Pool.BACKUP, Pool.BACKUP, Kind.ANONYMOUS)

    await house.enter("outage")

    assert moved.state == CallState.PENDING
    assert (await call.cancel()).status == 200
    await call.expect(487)


async def test_a_call_that_would_move_where_no_pool_serves_is_refused_by_that_rule(
    house: House,
) -> None:
    await house.build(
        """
agents: [{name: ben, home: backup, answer_after_ms: null}]
groups:
  - name: desk
    owner: backup
    agents: [ben]
    queue: {timeout_seconds: 0.3, timeout_action: {uri: "sip:shop@contoso.example"}}
  - {name: shop, agents: [ben]}
"""
    )
    caller = await house.client("caller")
    call = await caller.invite("desk", wait="ringing")

    await house.enter("outage")

    refusal = await call.expect(503)
    assert "cell=new/outage/not_imported;" in (refusal.header("X-RGS-Rule") or "")
    assert house.call.ended_by == "rule"


async def test_a_declined_agent_stays_excluded_when_the_call_changes_queues(
    house: House,
) -> None:
    await house.build(
        """
ringback_grace_seconds: 0.4
agents: [{name: ann, on_call: decline, answer_after_ms: 10}]
groups:
  - name: desk
    agents: [ann]
    queue: {timeout_seconds: 0.1, timeout_action: {queue: shop}}
  - {name: shop, agents: [ann]}
"""
    )
    caller = await house.client("caller")
    loop = asyncio.get_running_loop()
    call = await caller.invite("desk", wait="ringing")
    await call.expect(182)
    declined = loop.time()

    await house.until(lambda: house.call.group is house.site.groups["shop"])
    await call.expect(180)  # the first time
    await call.expect(180)  # when the grace is over

    assert loop.time() - declined > 0.3


@pytest.mark.parametrize("status", [180, 182, 183])
async def test_the_status_that_a_waiting_caller_hears_is_the_one_of_its_group(
    house: House, status: int
) -> None:
    await house.build(
        f"""
agents: [{{name: ann, endpoint: none}}]
groups: [{{name: desk, agents: [ann], queued_response: {status}}}]
"""
    )
    caller = await house.client("caller")

    call = await caller.invite("desk", wait="ringing")

    assert call.status == status


async def test_waiting_calls_are_told_nothing_more_when_they_are_looked_at_again(
    house: House,
) -> None:
    await house.build(
        "agents: [{name: ann, endpoint: none}]\ngroups: [{name: desk, agents: [ann]}]"
    )
    caller = await house.client("caller")
    call = await caller.invite("desk", wait="ringing")

    for _ in range(3):
        house.site.elements.offer_all_waiting()
    await caller.request("OPTIONS")  # whatever was sent before this one's answer has come

    assert [getattr(each, "status", 0) for each in call.messages] == [182]


async def test_a_waiting_call_finds_the_agents_of_a_copy_that_was_imported_afresh(
    house: House,
) -> None:
    await house.build(
        """
imported: true
agents: [{name: ben, home: backup, endpoint: none}]
groups: [{name: desk, agents: [ben]}]
"""
    )
    await house.enter("outage")
    caller = await house.client("caller")
    call = await caller.invite("desk", wait="ringing")

    await house.import_groups("desk")
    await house.remove_import("desk")
    await house.import_groups("desk")
    ben = await house.agent("ben")
    taken = await ben.expect_call()
    await taken.answer()

    await call.expect(200)


async def test_a_call_over_a_connection_that_closes_while_it_waits_is_over(
    house: House,
) -> None:
    await _build(house, "{}")
    caller = await house.client("caller", "tcp")
    await caller.invite("desk", wait="ringing")

    await caller.close()

    await house.until(lambda: house.call.state == CallState.ENDED)
    assert house.call.ended_by == "caller"
    assert not house.site.agents["ann"].calls
