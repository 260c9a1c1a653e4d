"""Objects that name others: what changes with a name, and who needs what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from emulator.model.actions import Action, Ask, Question, ToQueue
from emulator.model.configuration import ConfigObject, Configuration, Key, ObjectKind, Value
from emulator.model.topology import Group, NamedQueue, Queue

__all__ = ["with_names_changed"]

_Rename = Callable[[ObjectKind, str], str]


def with_names_changed(
    configuration: Configuration, names: Mapping[Key, str]
) -> list[tuple[ConfigObject, Value]]:
    """Each object that names another whose name changes, with what it says then.

    names  the new name of each that has one.
    """

    def rename(kind: ObjectKind, name: str) -> str:
        return names.get((kind, name), name)

    found = []
    for each in configuration:
        value = renamed_in(each.value, rename)
        if value != each.value:
            found.append((each, value))
    return found


def renamed_in(value: Value, rename: _Rename) -> Value:
    """The same with other names for what it names."""
    if isinstance(value, NamedQueue):
        return replace(
            value,
            agent_groups=tuple(rename(ObjectKind.AGENT_GROUP, each) for each in value.agent_groups),
            queue=_queue(value.queue, rename),
        )
    if isinstance(value, Group):
        return _workflow(value, rename)
    return value


def _workflow(workflow: Group, rename: _Rename) -> Group:
    queue, hours = workflow.shared_queue, workflow.hours
    return replace(
        workflow,
        shared_queue=rename(ObjectKind.QUEUE, queue) if queue else queue,
        hours=None if hours is None else rename(ObjectKind.HOURS, hours),
        holidays=tuple(rename(ObjectKind.HOLIDAY_SET, each) for each in workflow.holidays),
        closed_action=_action_or_none(workflow.closed_action, rename),
        holiday_action=_action_or_none(workflow.holiday_action, rename),
        menu=None if workflow.menu is None else _question(workflow.menu, rename),
    )


def _queue(queue: Queue, rename: _Rename) -> Queue:
    return replace(
        queue,
        timeout_action=_action(queue.timeout_action, rename),
        overflow_action=_action(queue.overflow_action, rename),
    )


def _question(question: Question, rename: _Rename) -> Question:
    answers = tuple(replace(each, action=_action(each.action, rename)) for each in question.answers)
    return replace(question, answers=answers)


def _action_or_none(action: Action | None, rename: _Rename) -> Action | None:
    return None if action is None else _action(action, rename)


def _action(action: Action, rename: _Rename) -> Action:
    if isinstance(action, ToQueue):
        return replace(action, queue=rename(ObjectKind.QUEUE, action.queue))
    if isinstance(action, Ask):
        return replace(action, question=_question(action.question, rename))
    return action
