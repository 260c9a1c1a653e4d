"""What a workflow leads to: queues, by actions and menus too, agent groups, hours, holidays."""

from __future__ import annotations

from collections.abc import Iterable

from emulator.model.actions import Action, Ask, Question, ToQueue
from emulator.model.configuration import ConfigObject, Configuration, Key, ObjectKind
from emulator.model.topology import Group, NamedQueue

__all__ = ["needed_by"]


def needed_by(source: Configuration, names: Iterable[str]) -> set[Key]:
    """The workflows that are named, and every object that they lead to, other groups excepted.

    Raises KeyError for a workflow that there isn't.
    """
    keys: set[Key] = set()
    for name in names:
        found = source.find(ObjectKind.WORKFLOW, name)
        if found is None or not isinstance(found.value, Group):
            raise KeyError(name)
        keys.add(found.key)
        _follow_workflow(source, found.value, keys)
    return keys


def _follow_workflow(source: Configuration, workflow: Group, keys: set[Key]) -> None:
    if workflow.hours is not None:
        keys.add((ObjectKind.HOURS, workflow.hours))
    keys.update((ObjectKind.HOLIDAY_SET, name) for name in workflow.holidays)
    if workflow.shared_queue:
        _follow_queue(source, workflow.shared_queue, keys)
    for action in (workflow.closed_action, workflow.holiday_action):
        _follow_action(source, action, keys)
    if workflow.menu is not None:
        _follow_menu(source, workflow.menu, keys)


def _follow_menu(source: Configuration, question: Question, keys: set[Key]) -> None:
    for answer in question.answers:
        _follow_action(source, answer.action, keys)


def _follow_action(source: Configuration, action: Action | None, keys: set[Key]) -> None:
    if isinstance(action, ToQueue):
        namesake = source.find(ObjectKind.WORKFLOW, action.queue)
        workflow = None if namesake is None else namesake.value
        is_its_own = (
            isinstance(workflow, Group)
            and workflow.menu is None
            and workflow.shared_queue == action.queue
        )
        if not is_its_own:
            _follow_queue(source, action.queue, keys)
    elif isinstance(action, Ask):
        _follow_menu(source, action.question, keys)


def _follow_queue(source: Configuration, name: str, keys: set[Key]) -> None:
    found: ConfigObject | None = source.find(ObjectKind.QUEUE, name)
    if found is None or found.key in keys or not isinstance(found.value, NamedQueue):
        return
    keys.add(found.key)
    keys.update((ObjectKind.AGENT_GROUP, each) for each in found.value.agent_groups)
    for action in (found.value.queue.timeout_action, found.value.queue.overflow_action):
        _follow_action(source, action, keys)
