"""A topology becomes two configurations, and they a topology again: the same."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emulator.model.actions import (
    TERMINATE,
    Action,
    Answer,
    Ask,
    Prompt,
    Question,
    ToPstn,
    ToQueue,
    ToUri,
    ToVoicemail,
)
from emulator.model.configuration import ConfigObject, ObjectKind, seeds_of
from emulator.model.hours import DAYS, Holiday, HolidaySet, Hours, TimeRange
from emulator.model.topology import (
    Agent,
    AgentGroup,
    Group,
    NamedQueue,
    Owned,
    Participation,
    Pools,
    PoolSettings,
    Queue,
    Routing,
    Topology,
)
from emulator.resources import resource
from emulator.rules import Kind, Pool
from emulator.topology import contradictions, load_topology, parse_topology, plain, topology_of

_SAMPLES = ("contoso.yaml", "demo.yaml", "minimal.yaml", "phones.yaml", "queues.yaml")


def _again(topology: Topology) -> Topology:
    return topology_of(topology, seeds_of(topology))


# -- generated topologies --------------------------------------------------------------------------

_PEOPLE = ("ann", "ben", "cas")
_TEXTS = st.sampled_from(["", "x", "Straße 1", "a: b"])
_PROMPTS = st.builds(Prompt, st.none() | st.just("Press 1"), st.none() | st.just("welcome.wav"))
_SAID = st.none() | _PROMPTS
_TIMES = st.lists(st.integers(0, 24 * 60), min_size=2, max_size=4, unique=True).map(
    lambda each: sorted(each)[: len(each) // 2 * 2]
)


def _ranges(minutes: list[int]) -> tuple[TimeRange, ...]:
    clocks = [f"{each // 60:02}:{each % 60:02}" for each in minutes]
    return tuple(map(TimeRange, clocks[::2], clocks[1::2]))


_DAYS = st.just(()) | _TIMES.map(_ranges)


def _agent_groups(name: str) -> st.SearchStrategy[AgentGroup]:
    return st.builds(
        AgentGroup,
        st.just(name),
        st.lists(st.sampled_from(_PEOPLE), unique=True).map(tuple),
        st.sampled_from(Routing),
        st.sampled_from(Participation),
        st.sampled_from([0.5, 20]),
        _TEXTS,
        st.none() | st.just("desk@contoso.example"),
    )


def _simple_actions(queues: list[str]) -> st.SearchStrategy[Action]:
    """What sends a call on, to one of these queues among others."""
    found: st.SearchStrategy[Action] = st.just(TERMINATE) | st.one_of(
        st.builds(ToUri, st.just("sip:ann@contoso.example"), _SAID),
        st.builds(ToVoicemail, st.just("sip:ann@contoso.example"), _SAID),
        st.builds(ToPstn, st.just("tel:+15550100"), _SAID),
    )
    return found | st.builds(ToQueue, st.sampled_from(queues), _SAID) if queues else found


def _questions(actions: st.SearchStrategy[Action], depth: int) -> st.SearchStrategy[Question]:
    leads = actions if depth == 0 else actions | st.builds(Ask, _questions(actions, depth - 1))

    def build(keys: list[str], ends: list[Action], prompt: Prompt, tries: int) -> Question:
        return Question(
            prompt,
            tuple(Answer(end, key, ("yes",)) for key, end in zip(keys, ends, strict=False)),
            invalid_answer_prompt=prompt,
            name="level",
            answer_seconds=2.5,
            tries=tries,
        )

    return st.builds(
        build,
        st.lists(st.sampled_from("0123456789*#"), min_size=1, max_size=3, unique=True),
        st.lists(leads, min_size=3, max_size=3),
        _PROMPTS,
        st.integers(1, 4),
    )


@st.composite
def topologies(draw: st.DrawFn) -> Topology:
    """Give a topology with groups of all sorts on both pools, none of which contradicts."""
    groups: list[Group] = []
    queues: list[Owned[NamedQueue]] = []
    agent_groups: list[Owned[AgentGroup]] = []
    hours: list[Owned[Hours]] = []
    holiday_sets: list[Owned[HolidaySet]] = []
    for pool in Pool:
        apart = [f"{pool} apart {number}" for number in range(draw(st.integers(1, 3)))]
        agent_groups += [Owned(pool, draw(_agent_groups(name))) for name in apart]
        names = [f"{pool} line {number}" for number in range(draw(st.integers(0, 3)))]
        own = [f"{pool}-own-{number}" for number in range(draw(st.integers(0, 2)))]
        actions = _simple_actions([*names, *own])
        for number, name in enumerate(names):
            members = draw(st.lists(st.sampled_from(apart), unique=True))
            later = _simple_actions(names[number + 1 :])  # so that none goes in a circle
            limits = Queue(
                draw(st.none() | st.just(9)), draw(later), 3, overflow_action=draw(later)
            )
            queues.append(Owned(pool, NamedQueue(name, tuple(members), limits)))
        days = {day: draw(_DAYS) for day in DAYS}
        hours.append(Owned(pool, Hours(f"{pool} hours", draw(st.booleans()), **days)))
        feasts = (Holiday("2024-12-24T12:00", "2024-12-27T00:00", draw(_TEXTS)),)
        holiday_sets.append(Owned(pool, HolidaySet(f"{pool} feasts", feasts)))

        def timed(
            group: Group, pool: Pool = pool, then: st.SearchStrategy[Action] = actions
        ) -> Group:
            asks = then | st.builds(Ask, _questions(then, 1))
            return replace(
                group,
                owner=pool,
                kind=draw(st.sampled_from(Kind)),
                hours=draw(st.sampled_from([None, f"{pool} hours"])),
                holidays=draw(st.sampled_from([(), (f"{pool} feasts",)])),
                closed_action=draw(st.none() | asks),
                holiday_action=draw(st.none() | asks),
                time_zone=draw(st.sampled_from(["UTC", "Romance Standard Time"])),
                greeting=draw(_SAID),
                active=draw(st.booleans()),
            )

        for name in own:
            own_groups = tuple(
                draw(_agent_groups(f"{name} {number}")) for number in range(draw(st.integers(0, 2)))
            )
            groups.append(
                timed(Group(name, agent_groups=own_groups, queue=Queue(draw(st.just(30)))))
            )
        groups += [
            timed(Group(f"{pool}-menu-{number}", menu=draw(_questions(actions, 2))))
            for number in range(draw(st.integers(0, 2)))
        ]
        groups += [
            timed(Group(f"{pool}-shares-{number}", shared_queue=draw(st.sampled_from(names))))
            for number in range(draw(st.integers(0, 2)) if names else 0)
        ]
        groups.append(timed(Group(f"{pool}-none", shared_queue=None)))
    return Topology(
        pools=Pools(
            PoolSettings("one.example", draw(st.none() | st.just(7))),
            PoolSettings("two.example", music="wait.wav", disable_call_context=True),
        ),
        agents=tuple(map(Agent, _PEOPLE)),
        groups=tuple(draw(st.permutations(groups))),
        queues=tuple(draw(st.permutations(queues))),
        agent_groups=tuple(agent_groups),
        hours=tuple(hours),
        holiday_sets=tuple(holiday_sets),
        imported=draw(st.booleans()),
    )


# -- the same again --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", _SAMPLES)
@pytest.mark.parametrize("imported", [False, True], ids=["plain", "imported"])
def test_a_sample_is_the_same_again(name: str, *, imported: bool) -> None:
    topology = replace(load_topology(resource(name)), imported=imported)

    assert _again(topology) == topology


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], max_examples=40)
@given(topology=topologies())
def test_any_topology_is_the_same_again_and_reads_back_as_it_is_written(
    topology: Topology,
) -> None:
    assert list(contradictions(topology)) == []

    assert _again(topology) == topology
    assert parse_topology(json.dumps(plain(topology)), name="again.yaml") == topology


# -- what is written otherwise, and means the same -------------------------------------------------


def test_a_queue_that_two_groups_have_is_written_apart_from_both() -> None:
    limits = Queue(timeout_seconds=5)
    topology = Topology(
        agents=(Agent("ann"),),
        groups=(
            Group("desk", agent_groups=(AgentGroup("line", ("ann",)),), queue=limits),
            Group("other", shared_queue="desk"),
        ),
    )

    again = _again(topology)

    assert again.groups == (
        Group("desk", shared_queue="desk"),
        Group("other", shared_queue="desk"),
    )
    assert again.queues == (Owned(Pool.PRIMARY, NamedQueue("desk", ("line",), limits)),)
    assert again.agent_groups == (Owned(Pool.PRIMARY, AgentGroup("line", ("ann",))),)
    assert list(contradictions(again)) == []
    assert _again(again) == again


def test_a_queue_of_a_groups_name_that_nobody_else_has_is_the_groups_own() -> None:
    topology = Topology(
        agents=(Agent("ann"),),
        groups=(Group("desk", shared_queue="desk"),),
        queues=(Owned(Pool.PRIMARY, NamedQueue("desk", ("line",))),),
        agent_groups=(Owned(Pool.PRIMARY, AgentGroup("line", ("ann",))),),
    )

    again = _again(topology)

    assert again.groups == (Group("desk", agent_groups=(AgentGroup("line", ("ann",)),)),)
    assert (again.queues, again.agent_groups) == ((), ())


def test_what_is_new_comes_behind_what_the_file_has() -> None:
    topology = load_topology(resource("demo.yaml"))
    seeds = seeds_of(topology)
    new = Group("a-new-one", shared_queue=None)
    seeds[Pool.PRIMARY] = seeds[Pool.PRIMARY].with_changes(
        [ConfigObject(ObjectKind.WORKFLOW, new.name, Pool.PRIMARY, "id", 1_000, new)]
    )

    assert topology_of(topology, seeds).groups == (*topology.groups, new)


def test_settings_of_a_pool_are_those_that_it_has_now_under_the_name_of_the_file() -> None:
    topology = Topology()
    seeds = seeds_of(topology)
    found = seeds[Pool.BACKUP].find(ObjectKind.SETTINGS, "")
    assert found is not None
    changed = replace(found, value=PoolSettings("other.example", ringback_grace_seconds=5))
    seeds[Pool.BACKUP] = seeds[Pool.BACKUP].with_changes([changed])

    again = topology_of(topology, seeds)

    assert again.pools.primary == topology.pools.primary
    assert again.pools.backup == PoolSettings(topology.pools.backup.fqdn, 5)


def test_copies_are_told_by_one_word() -> None:
    topology = Topology(groups=(Group("desk"),), imported=True)
    seeds = seeds_of(topology)
    seeds[Pool.BACKUP] = seeds[Pool.BACKUP].with_changes(
        (), [each.key for each in seeds[Pool.BACKUP]]
    )

    assert topology_of(topology, seeds) == replace(topology, imported=False)
