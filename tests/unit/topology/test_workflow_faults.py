"""What can't be of hours, menus, shared queues and actions is told with its place."""

from __future__ import annotations

import pytest

from emulator.model.topology import Topology
from emulator.topology import TopologyError, parse_topology

_ANSWER = "prompt: {text: Who?}, answers: [{dtmf: '1', action: {terminate: {}}}"


def _parse(text: str) -> Topology:
    return parse_topology(text, name="mine.yaml")


@pytest.mark.parametrize(
    ("ranges", "told"),
    [
        ("{open: '09:00', close: '09:00:00'}", 'close: found "09:00:00", expected later than'),
        ("{open: '09:00:00', close: '09:00'}", 'close: found "09:00", expected later than'),
        (
            "{open: '10:00', close: '12:00'}, {open: '08:00', close: '09:00'}",
            'monday[1].open: found "08:00", expected no earlier than "12:00"',
        ),
        (
            (
                "{open: '01:00', close: '02:00'}, {open: '03:00', close: '04:00'},"
                " {open: '05:00', close: '06:00'}"
            ),
            "monday: found 3 time ranges, expected 2 at most",
        ),
        ("{open: '9:00', close: '12:00'}", 'monday[0].open: found "9:00", expected a time'),
        ("{open: '09:00', close: '24:01'}", 'monday[0].close: found "24:01", expected a time'),
    ],
)
def test_ranges_that_make_no_day_are_told(ranges: str, told: str) -> None:
    with pytest.raises(TopologyError) as refused:
        _parse(f"hours: [{{name: h, monday: [{ranges}]}}]")

    assert told in str(refused.value)


@pytest.mark.parametrize(
    "ranges",
    [
        "{open: '08:00', close: '09:00:00'}, {open: '09:00', close: '10:00'}",
        "{open: '08:00', close: '09:00'}, {open: '09:00:00', close: '24:00'}",
        "{open: '00:00', close: '24:00:00'}",
        "{open: '09:00:00', close: '09:00:01'}",
    ],
)
def test_ranges_that_meet_are_right_however_they_are_written(ranges: str) -> None:
    (owned,) = _parse(f"hours: [{{name: h, monday: [{ranges}]}}]").hours

    assert owned.value.monday


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            f"groups: [{{name: g, menu: {{{_ANSWER}]}}, queue: {{timeout_seconds: 9}}}}]",
            'groups[0].queue: found limits, but "g" has no queue of its own: expected none',
        ),
        (
            (
                "groups: [{name: g, shared_queue: q, queue: {overflow_threshold: 9}}]\n"
                "queues: [{name: q}]"
            ),
            'groups[0].queue: found limits, but "g" has no queue of its own: expected none',
        ),
        (
            f"groups: [{{name: g, menu: {{{_ANSWER}, {{dtmf: '1', action: {{queue: g}}}}]}}}}]",
            'answers[1].dtmf: found "1", which is another answer\'s key too',
        ),
        (
            "groups: [{name: g, shared_queue: q}]",
            'groups[0].shared_queue: unknown queue "q"',
        ),
        (
            "groups: [{name: g, shared_queue: q}]\nqueues: [{name: q, owner: backup}]",
            'found "q", which belongs to the backup pool: expected one of the primary pool',
        ),
        (
            (
                "groups: [{name: g, agents: [], closed_action: {queue: q}}]\n"
                "queues: [{name: q, owner: backup}]"
            ),
            "groups[0].closed_action.queue: found",
        ),
        (
            (
                "groups: [{name: g, agents: [], holiday_action: {question: {prompt: {text: Who?},"
                " answers: [{dtmf: '1', action: {queue: nowhere}}]}}}]"
            ),
            "groups[0].holiday_action.question.answers[0].action.queue: unknown queue",
        ),
        (
            (
                "groups: [{name: g, agents: [], queue: {timeout_action:"
                " {question: {prompt: {text: Who?}}}}}]"
            ),
            'groups[0].queue.timeout_action: unknown key "question"',
        ),
        (
            "queues: [{name: q, agent_groups: [a]}]\nagent_groups: [{name: a, owner: backup}]",
            "queues[0].agent_groups[0]: found",
        ),
        (
            "groups: [{name: g, agents: []}]\nqueues: [{name: g}]",
            'queues[0].name: found "g", which is another\'s name too',
        ),
        (
            (
                "queues:\n"
                "  - {name: a, overflow_threshold: 1, overflow_action: {queue: b}}\n"
                "  - {name: b, overflow_threshold: 1, overflow_action: {queue: a}}"
            ),
            "the overflow of full queues goes round in a circle: a, b, a",
        ),
    ],
)
def test_parts_that_do_not_fit_are_told(text: str, told: str) -> None:
    with pytest.raises(TopologyError) as refused:
        _parse(text)

    assert told in str(refused.value)


def test_an_action_may_lead_to_the_own_queue_of_a_group_of_the_other_pool() -> None:
    text = """
groups:
  - {name: g, agents: [], hours: h, closed_action: {queue: other}}
  - {name: other, owner: backup, agents: []}
hours: [{name: h}]
"""

    assert len(_parse(text).groups) == 2
