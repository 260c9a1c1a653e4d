"""Whom a call to a group rings: the five routing methods, and who can be rung at all."""

from __future__ import annotations

import asyncio

import pytest

from emulator.model.calls import CallState
from tests.support.house import House

_AGENTS = """
agents:
  - {name: ann}
  - {name: ben}
  - {name: cas}
"""
_RINGING = """
agents:
  - {name: ann, answer_after_ms: null}
  - {name: ben, answer_after_ms: null}
  - {name: cas, answer_after_ms: null}
"""


def _group(routing: str, more: str = "") -> str:
    return f"""
groups:
  - name: desk
    agent_groups:
      - {{name: all, routing: {routing}, agents: [ann, ben, cas]{more}}}
"""


async def _names(house: House, count: int) -> list[str]:
    """Who takes `count` calls that come one after the other and stay."""
    caller = await house.client("caller")
    for _ in range(count):
        await caller.invite("desk")
    return [call.agent.name for call in house.calls if call.agent is not None]


def _rung(house: House) -> set[str]:
    return {name for name, agent in house.site.agents.items() if agent.calls}


async def test_longest_idle_rings_in_listed_order_where_all_have_been_idle_alike(
    house: House,
) -> None:
    await house.build(_AGENTS + _group("longest_idle"))

    assert await _names(house, 3) == ["ann", "ben", "cas"]


async def test_longest_idle_rings_who_ended_a_call_first(house: House) -> None:
    await house.build(_AGENTS + _group("longest_idle"))
    caller = await house.client("caller")
    first, second, third = [await caller.invite("desk") for _ in range(3)]

    await second.hang_up()
    await first.hang_up()
    await third.hang_up()

    assert await _names(house, 3) == ["ann", "ben", "cas", "ben", "ann", "cas"]


async def test_round_robin_goes_on_where_it_was_though_the_first_is_free_again(
    house: House,
) -> None:
    await house.build(_AGENTS + _group("round_robin"))
    caller = await house.client("caller")

    for _ in range(4):
        call = await caller.invite("desk")
        await call.hang_up()

    taken = [call.agent.name for call in house.calls if call.agent]
    assert taken == ["ann", "ben", "cas", "ann"]


async def test_round_robin_passes_over_who_is_busy(house: House) -> None:
    await house.build(_AGENTS + _group("round_robin"))
    caller = await house.client("caller")
    await caller.invite("desk")  # ann, who stays busy
    second = await caller.invite("desk")
    await second.hang_up()
    third = await caller.invite("desk")
    await third.hang_up()

    await caller.invite("desk")

    assert house.calls[-1].agent is house.site.agents["ben"]


async def test_serial_begins_at_the_top_each_time(house: House) -> None:
    await house.build(_AGENTS + _group("serial"))
    caller = await house.client("caller")

    for _ in range(3):
        call = await caller.invite("desk")
        await call.hang_up()

    assert [call.agent.name for call in house.calls if call.agent] == ["ann", "ann", "ann"]


@pytest.mark.parametrize("routing", ["parallel", "attendant"])
async def test_all_ring_at_once_and_are_free_when_one_has_answered(
    house: House, routing: str
) -> None:
    await house.build(_RINGING.replace("null", "150", 1) + _group(routing))
    caller = await house.client("caller")

    call = await caller.invite("desk", wait="ringing")
    assert _rung(house) == {"ann", "ben", "cas"}
    await call.expect(200)

    assert _rung(house) == {"ann"}


async def test_who_becomes_free_joins_the_ringing_of_an_attendant_group(house: House) -> None:
    await house.build(_RINGING + _group("attendant"))
    caller = await house.client("caller")
    busy = await house.deployment.place_call("cas", "ann")
    await house.until(lambda: house.site.agents["ann"].calls)

    await caller.invite("desk", wait="ringing")
    assert [house.site.agents[each].calls for each in ("ann", "ben", "cas")] == [1, 1, 1]
    house.deployment.hang_up(busy)

    seeking = house.calls[-1].carrier
    await house.until(lambda: len(seeking.rung_agents()) == 3)


async def test_who_becomes_free_does_not_join_the_ringing_of_a_parallel_group(
    house: House,
) -> None:
    await house.build(_RINGING + _group("parallel"))
    caller = await house.client("caller")
    busy = await house.deployment.place_call("cas", "ann")
    await house.until(lambda: house.site.agents["ann"].calls)
    await caller.invite("desk", wait="ringing")

    house.deployment.hang_up(busy)
    await house.until(lambda: not house.site.agents["ann"].calls)

    assert {each.name for each in house.calls[-1].carrier.rung_agents()} == {"ben"}


async def test_who_misses_a_call_loses_it_to_the_next_when_the_alert_time_is_over(
    house: House,
) -> None:
    await house.build(_RINGING + _group("serial", ", alert_seconds: 0.15"))
    caller = await house.client("caller")

    await caller.invite("desk", wait="ringing")

    for name in ("ann", "ben", "cas", "ann"):  # and round again
        await house.until(lambda name=name: _rung(house) == {name})  # type: ignore[misc]


async def test_agent_groups_are_searched_in_their_order(house: House) -> None:
    await house.build(
        _AGENTS
        + """
groups:
  - name: desk
    agent_groups:
      - {name: first, agents: [cas]}
      - {name: second, routing: serial, agents: [ann, ben]}
"""
    )

    assert await _names(house, 3) == ["cas", "ann", "ben"]


async def test_a_declined_call_does_not_go_back_to_that_agent_before_the_grace_is_over(
    house: House,
) -> None:
    await house.build(
        """
ringback_grace_seconds: 0.4
agents:
  - {name: ann, on_call: decline, answer_after_ms: 10}
  - {name: ben, answer_after_ms: null}
groups:
  - name: desk
    agent_groups: [{name: all, routing: serial, alert_seconds: 0.1, agents: [ann, ben]}]
"""
    )
    caller = await house.client("caller")
    loop = asyncio.get_running_loop()

    await caller.invite("desk", wait="ringing")
    await house.until(lambda: _rung(house) == {"ben"})
    declined = loop.time()
    await house.until(lambda: "ann" in _rung(house))

    assert loop.time() - declined > 0.3


async def test_the_grace_holds_for_one_call_and_not_for_another(house: House) -> None:
    await house.build(
        """
agents:
  - {name: ann, on_call: decline, answer_after_ms: 10}
groups:
  - {name: desk, agents: [ann]}
"""
    )
    caller = await house.client("caller")
    first = await caller.invite("desk", wait="ringing")
    await first.expect(182)

    second = await caller.invite("desk", wait="ringing")

    await second.expect(180)


async def test_an_agent_who_takes_one_call_at_a_time_is_busy_while_ringing(house: House) -> None:
    await house.build(_RINGING + _group("serial"))

    caller = await house.client("caller")
    for _ in range(3):
        await caller.invite("desk", wait="ringing")
    fourth = await caller.invite("desk", wait="ringing")

    assert [agent.calls for agent in house.site.agents.values()] == [1, 1, 1]
    assert fourth.status == 182


async def test_an_agent_without_limit_takes_calls_beside_those_that_there_are(
    house: House,
) -> None:
    await house.build(
        """
agents: [{name: ann, concurrent: unlimited}]
groups: [{name: desk, agents: [ann]}]
"""
    )

    assert await _names(house, 4) == ["ann"] * 4


async def test_nobody_is_rung_in_a_formal_group_before_signing_in(house: House) -> None:
    await house.build(_AGENTS + _group("serial", ", participation: formal"))
    caller = await house.client("caller")

    call = await caller.invite("desk", wait="ringing")
    assert call.status == 182
    house.sign_in("ben", "desk")

    await call.expect(200)
    assert house.call.agent is house.site.agents["ben"]


async def test_an_agent_without_endpoint_is_rung_once_a_client_has_registered(
    house: House,
) -> None:
    await house.build(
        """
agents: [{name: ann, endpoint: none}]
groups: [{name: desk, agents: [ann]}]
"""
    )
    caller = await house.client("caller")
    call = await caller.invite("desk", wait="ringing")
    assert call.status == 182

    ann = await house.agent("ann")
    taken = await ann.expect_call()
    await taken.answer()

    await call.expect(200)


async def test_agents_who_cannot_be_reached_are_not_rung(house: House) -> None:
    await house.build(_HOMES)
    await house.enter("outage")

    assert await _names(house, 1) == ["ben"]


_HOMES = """
imported: true
agents:
  - {name: ann, home: primary, answer_after_ms: null}
  - {name: ben, home: backup}
groups:
  - name: desk
    agent_groups: [{name: all, routing: serial, agents: [ann, ben]}]
  - name: shop
    owner: backup
    agent_groups: [{name: others, routing: serial, agents: [ann, ben]}]
"""


async def test_a_call_goes_on_seeking_when_the_agent_who_rings_becomes_unreachable(
    house: House,
) -> None:
    await house.build(_HOMES)
    caller = await house.client("caller")
    call = await caller.invite("shop", wait="ringing")
    assert _rung(house) == {"ann"}

    await house.enter("outage")

    await call.expect(200)
    assert house.call.agent is house.site.agents["ben"]
    assert not house.site.agents["ann"].calls


async def test_a_waiting_call_is_taken_when_its_agent_is_reachable_again(house: House) -> None:
    await house.build(
        """
agents: [{name: ann, home: primary}]
groups: [{name: shop, owner: backup, agents: [ann]}]
"""
    )
    await house.enter("outage")
    caller = await house.client("caller")
    call = await caller.invite("shop", wait="ringing")
    assert call.status == 182

    await house.enter("failing_over", "failed_over")

    await call.expect(200)


async def test_a_group_without_agents_refuses_at_once(house: House) -> None:
    await house.build(
        """
agents: []
groups: [{name: desk, agents: []}]
"""
    )
    caller = await house.client("caller")

    call = await caller.invite("desk")

    assert call.status == 480
    assert (house.call.state, house.call.ended_by) == (CallState.ENDED, "queue")


async def test_the_oldest_waiting_call_is_taken_first_even_if_it_was_rung_in_between(
    house: House,
) -> None:
    await house.build(
        """
agents: [{name: ann}, {name: ben, endpoint: none}]
groups: [{name: desk, agents: [ann, ben]}]
"""
    )
    caller = await house.client("caller")
    talking = await caller.invite("desk")
    older = await caller.invite("desk", wait="ringing")
    younger = await caller.invite("desk", wait="ringing")
    ben = await house.agent("ben")
    rung = await ben.expect_call()
    await rung.decline()
    again = await ben.expect_call()  # the younger one is offered to ben as well
    await again.decline()
    await house.until(lambda: len(house.site.groups["desk"].waiting) == 2)

    await talking.hang_up()
    await older.expect(200)
    await older.hang_up()

    await younger.expect(200)


async def test_a_caller_hears_180_whenever_somebody_rings_and_is_told_nothing_twice(
    house: House,
) -> None:
    await house.build(
        """
ringback_grace_seconds: 0.1
agents: [{name: ben, on_call: decline, answer_after_ms: 30}]
groups: [{name: desk, agents: [ben]}]
"""
    )
    caller = await house.client("caller")

    call = await caller.invite("desk", wait="ringing")
    await house.until(lambda: len(call.messages) >= 5)

    assert [_status(message) for message in call.messages[:5]] == [180, 182, 180, 182, 180]


def _status(message: object) -> int:
    return int(getattr(message, "status", 0))
