"""What becomes of a new call before it is queued: holidays, hours of business, a menu."""

from __future__ import annotations

from datetime import UTC, datetime

from emulator.model.actions import TERMINATE, Action, Ask
from emulator.model.hours import HolidaySet, Hours, time_zone
from emulator.model.topology import Group

__all__ = ["Opening", "opening_of"]


class Opening:
    """When a workflow lets calls through to its queue, and what others get."""

    __slots__ = ("_holidays", "_hours", "_workflow", "_zone")

    def __init__(
        self, workflow: Group, hours: Hours | None, holidays: tuple[HolidaySet, ...]
    ) -> None:
        self._workflow = workflow
        self._hours = hours
        self._holidays = holidays
        self._zone = time_zone(workflow.time_zone)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Opening) and self._told == other._told

    def __hash__(self) -> int:
        return hash(self._told)

    @property
    def _told(self) -> tuple[object, ...]:
        return self._workflow, self._hours, self._holidays

    def action_at(self, time: float) -> Action | None:
        """What becomes of a call that comes at `time` (seconds since 1970); None: it is queued.

        Holidays come before hours, and both before the menu.
        """
        workflow = self._workflow
        local = datetime.fromtimestamp(time, UTC).astimezone(self._zone).replace(tzinfo=None)
        if any(each.covers(local) for each in self._holidays):
            return workflow.holiday_action or TERMINATE
        if self._hours is not None and not self._hours.is_open(local):
            return workflow.closed_action or TERMINATE
        return None if workflow.menu is None else Ask(workflow.menu)


def opening_of(
    workflow: Group, hours: Hours | None, holidays: tuple[HolidaySet, ...]
) -> Opening | None:
    """The opening of a workflow that needs one; None for one whose every call is queued."""
    if hours is None and not holidays and workflow.menu is None:
        return None
    return Opening(workflow, hours, holidays)
