"""A pool's configuration as objects, and the groups that people see put together from them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from emulator.model.actions import TERMINATE, Answer, Prompt, Question
from emulator.model.configuration import (
    ConfigObject,
    Configuration,
    ObjectKind,
    Value,
    parts_of,
    seeds_of,
)
from emulator.model.hours import HolidaySet, Hours
from emulator.model.topology import (
    AgentGroup,
    Group,
    NamedQueue,
    Owned,
    Pools,
    PoolSettings,
    Queue,
    Topology,
)
from emulator.rules import Kind, Pool

_FIRST = AgentGroup("first line", ("ann",))
_SECOND = AgentGroup("second line", ("ben",))
_LIMITS = Queue(timeout_seconds=7, overflow_threshold=3)
_DESK = Group("desk", kind=Kind.ANONYMOUS, agent_groups=(_FIRST, _SECOND), queue=_LIMITS)
_SHARES = Group("shares", shared_queue="front")
_FRONT = NamedQueue("front", ("second line",), Queue(timeout_seconds=9))
_ASKS = Group("asks", menu=Question(Prompt("Who?"), (Answer(TERMINATE, "1"),)))


def _object(kind: ObjectKind, name: str, value: Value, number: int = 1) -> ConfigObject:
    return ConfigObject(kind, name, Pool.PRIMARY, f"id of {name}", number, value)


def _configuration(
    *groups: Group, apart: tuple[NamedQueue | AgentGroup, ...] = ()
) -> Configuration:
    """The primary pool with these groups, and with what stands by itself."""
    found = [_object(*part) for group in groups for part in parts_of(group)]
    for each in apart:
        kind = ObjectKind.QUEUE if isinstance(each, NamedQueue) else ObjectKind.AGENT_GROUP
        found.append(_object(kind, each.name, each))
    return Configuration(Pool.PRIMARY, found)


def _workflow(configuration: Configuration, name: str) -> Group:
    found = configuration.find(ObjectKind.WORKFLOW, name)
    assert found is not None
    assert isinstance(found.value, Group)
    return found.value


# -- the parts of a group --------------------------------------------------------------------------


def test_a_group_is_a_workflow_a_queue_of_its_name_and_its_agent_groups() -> None:
    workflow, *others = parts_of(_DESK)

    without = replace(_DESK, shared_queue="desk", agent_groups=(), queue=Queue())
    assert workflow == (ObjectKind.WORKFLOW, "desk", without)
    assert others == [
        (ObjectKind.QUEUE, "desk", NamedQueue("desk", ("first line", "second line"), _LIMITS)),
        (ObjectKind.AGENT_GROUP, "first line", _FIRST),
        (ObjectKind.AGENT_GROUP, "second line", _SECOND),
    ]


@pytest.mark.parametrize(
    "group", [_SHARES, _ASKS, Group("none", shared_queue=None)], ids=lambda each: each.name
)
def test_a_group_without_a_queue_of_its_own_is_a_workflow_and_no_more(group: Group) -> None:
    assert parts_of(group) == [(ObjectKind.WORKFLOW, group.name, group)]


@pytest.mark.parametrize(
    "group",
    [_DESK, _ASKS, Group("none", shared_queue=None), Group("nobody")],
    ids=lambda each: each.name,
)
def test_a_group_is_whole_again_when_its_parts_are_put_together(group: Group) -> None:
    configuration = _configuration(group)

    assert configuration.whole(_workflow(configuration, group.name)) == group


def test_a_group_that_shares_a_queue_is_whole_by_the_name_of_the_queue() -> None:
    configuration = _configuration(_SHARES, apart=(_FRONT, _SECOND))

    assert configuration.whole(_workflow(configuration, "shares")) == _SHARES


# -- what its calls go through ---------------------------------------------------------------------


def test_a_workflow_is_resolved_to_its_own_queue_and_the_agent_groups_in_order() -> None:
    configuration = _configuration(_DESK)

    resolved = configuration.resolved(_workflow(configuration, "desk"))

    assert (resolved.shared_queue, resolved.queue) == ("desk", _LIMITS)
    assert resolved.agent_groups == (_FIRST, _SECOND)


def test_a_workflow_is_resolved_to_the_queue_that_it_shares() -> None:
    configuration = _configuration(_SHARES, apart=(_FRONT, _SECOND))

    resolved = configuration.resolved(_workflow(configuration, "shares"))

    assert (resolved.shared_queue, resolved.queue) == ("front", _FRONT.queue)
    assert resolved.agent_groups == (_SECOND,)


def test_a_workflow_is_resolved_to_another_queue_with_all_else_its_own() -> None:
    configuration = _configuration(_DESK, apart=(NamedQueue("back", ("first line",)),))

    resolved = configuration.resolved(_workflow(configuration, "desk"), "back")

    assert (resolved.name, resolved.kind, resolved.shared_queue) == ("desk", "anonymous", "back")
    assert (resolved.queue, resolved.agent_groups) == (Queue(), (_FIRST,))


def test_a_menu_goes_through_no_queue_until_it_is_told_which() -> None:
    configuration = _configuration(_ASKS, apart=(_FRONT, _SECOND))
    asks = _workflow(configuration, "asks")

    assert configuration.resolved(asks) == asks
    assert configuration.resolved(asks, "front").agent_groups == (_SECOND,)


@pytest.mark.parametrize("queue", [None, "gone"])
def test_a_workflow_whose_queue_is_not_there_has_no_agents(queue: str | None) -> None:
    configuration = _configuration(Group("lost", shared_queue=queue))
    lost = _workflow(configuration, "lost")

    assert configuration.resolved(lost).agent_groups == ()
    assert configuration.whole(lost) == lost


def test_agent_groups_that_are_not_there_are_left_out() -> None:
    queue = NamedQueue("front", ("gone", "second line"))
    configuration = _configuration(apart=(queue, _SECOND))

    assert configuration.agent_groups_of(queue) == (_SECOND,)


# -- whose a queue is ------------------------------------------------------------------------------


def test_a_queue_of_its_name_is_a_groups_own_with_all_that_goes_with_it() -> None:
    configuration = _configuration(_DESK, _ASKS)
    desk = _workflow(configuration, "desk")

    assert configuration.own_queue(desk) is configuration.queue("desk")
    assert configuration.keys_of_group(desk) == [
        (ObjectKind.WORKFLOW, "desk"),
        (ObjectKind.QUEUE, "desk"),
        (ObjectKind.AGENT_GROUP, "first line"),
        (ObjectKind.AGENT_GROUP, "second line"),
    ]


@pytest.mark.parametrize(
    ("others", "apart"),
    [
        ((Group("other", shared_queue="desk"),), ()),
        ((), (NamedQueue("back", ("second line",)),)),
    ],
    ids=["another workflow has it", "another queue has its agents"],
)
def test_a_queue_that_others_need_is_nobodys_own(
    others: tuple[Group, ...], apart: tuple[NamedQueue, ...]
) -> None:
    configuration = _configuration(_DESK, *others, apart=apart)
    desk = _workflow(configuration, "desk")

    assert configuration.own_queue(desk) is None
    assert configuration.keys_of_group(desk) == [(ObjectKind.WORKFLOW, "desk")]
    assert configuration.whole(desk).shared_queue == "desk"
    assert configuration.resolved(desk).agent_groups == (_FIRST, _SECOND)


def test_a_queue_is_still_own_while_a_menu_of_another_has_its_name_for_nothing() -> None:
    asks = replace(_ASKS, shared_queue="desk")
    configuration = _configuration(_DESK, asks)

    assert configuration.own_queue(_workflow(configuration, "desk")) is not None


def test_a_queue_of_another_name_is_no_groups_own() -> None:
    configuration = _configuration(_SHARES, apart=(_FRONT, _SECOND))

    assert configuration.own_queue(_workflow(configuration, "shares")) is None


def test_a_queue_that_names_an_agent_group_that_is_gone_is_nobodys_own() -> None:
    configuration = _configuration(_DESK).with_changes((), [(ObjectKind.AGENT_GROUP, "first line")])

    assert configuration.own_queue(_workflow(configuration, "desk")) is None


# -- changes ---------------------------------------------------------------------------------------


def test_a_change_leaves_the_earlier_configuration_as_it_was() -> None:
    before = _configuration(_DESK)

    after = before.with_changes(
        [_object(ObjectKind.AGENT_GROUP, "first line", replace(_FIRST, agents=("cas",)), 2)],
        [(ObjectKind.AGENT_GROUP, "second line"), (ObjectKind.QUEUE, "nothing")],
    )

    assert [each.key for each in before] != [each.key for each in after]
    assert before.find(ObjectKind.AGENT_GROUP, "second line") is not None
    assert after.find(ObjectKind.AGENT_GROUP, "second line") is None
    found = after.find(ObjectKind.AGENT_GROUP, "first line")
    assert found is not None
    assert found.version == 2


def test_objects_of_two_kinds_may_have_one_name() -> None:
    configuration = _configuration(_DESK)

    assert [each.kind for each in configuration if each.name == "desk"] == [
        ObjectKind.WORKFLOW,
        ObjectKind.QUEUE,
    ]
    assert configuration.of_kind(ObjectKind.HOURS) == []


# -- where it begins -------------------------------------------------------------------------------

_TOPOLOGY = Topology(
    pools=Pools(
        PoolSettings("one.example", ringback_grace_seconds=30),
        PoolSettings("two.example", music="wait.wav"),
    ),
    groups=(_DESK, Group("sales", Pool.BACKUP, agent_groups=(AgentGroup("sales"),)), _ASKS),
    queues=(Owned(Pool.BACKUP, NamedQueue("back")), Owned(Pool.PRIMARY, NamedQueue("front"))),
    agent_groups=(Owned(Pool.PRIMARY, AgentGroup("third line")),),
    hours=(Owned(Pool.PRIMARY, Hours("office")),),
    holiday_sets=(Owned(Pool.BACKUP, HolidaySet("feasts")),),
)


def _names(configuration: Configuration) -> set[tuple[str, str]]:
    return {(each.kind, each.name) for each in configuration}


def test_each_pool_begins_with_what_it_owns() -> None:
    seeds = seeds_of(_TOPOLOGY)

    assert {each.parent for each in seeds.values()} == set(Pool)
    assert _names(seeds[Pool.BACKUP]) == {
        ("workflow", "sales"),
        ("queue", "sales"),
        ("agent_group", "sales"),
        ("queue", "back"),
        ("holiday_set", "feasts"),
        ("settings", ""),
    }
    assert all(each.owner is pool for pool in Pool for each in seeds[pool])
    settings = seeds[Pool.PRIMARY].find(ObjectKind.SETTINGS, "")
    assert settings is not None
    assert settings.value == _TOPOLOGY.pools.primary


def test_an_import_before_the_start_copies_all_but_the_settings() -> None:
    plain, seeds = seeds_of(_TOPOLOGY), seeds_of(replace(_TOPOLOGY, imported=True))

    assert _names(seeds[Pool.PRIMARY]) == _names(plain[Pool.PRIMARY])
    copies = [each for each in seeds[Pool.BACKUP] if each.owner is Pool.PRIMARY]
    assert {(each.kind, each.name) for each in copies} == (
        _names(plain[Pool.PRIMARY]) - {("settings", "")}
    )
    for each in copies:
        original = seeds[Pool.PRIMARY].find(*each.key)
        assert original is not None
        assert (each.id, each.value) == (original.id, original.value)


def test_no_two_objects_have_the_same_version() -> None:
    seeds = seeds_of(replace(_TOPOLOGY, imported=True))
    versions = [each.version for pool in Pool for each in seeds[pool]]

    assert sorted(versions) == list(range(1, len(versions) + 1))


def test_identities_are_the_same_on_every_run_and_another_for_every_object() -> None:
    first, second = seeds_of(_TOPOLOGY), seeds_of(_TOPOLOGY)
    identities = [each.id for pool in Pool for each in first[pool]]

    assert identities == [each.id for pool in Pool for each in second[pool]]
    assert len(set(identities)) == len(identities)
