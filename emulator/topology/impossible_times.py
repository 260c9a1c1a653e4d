"""Hours of business, holidays and menus that make no sense, each value being right by itself."""

from collections.abc import Iterator
from datetime import datetime

from emulator.documents import quoted
from emulator.model.actions import Ask, Question
from emulator.model.hours import DAYS, Hours, TimeRange
from emulator.model.topology import Topology
from emulator.topology.contradiction import Contradiction
from emulator.topology.judgement import Path

__all__ = ["faulty_menus", "impossible_times"]

_RANGES_A_DAY = 2


def impossible_times(topology: Topology) -> Iterator[Contradiction]:
    """Give what can't be of hours and holidays."""
    for number, owned in enumerate(topology.hours):
        yield from _hours(("hours", number), owned.value)
    for number, each in enumerate(topology.holiday_sets):
        for place, holiday in enumerate(each.value.holidays):
            if datetime.fromisoformat(holiday.end) <= datetime.fromisoformat(holiday.start):
                path: Path = ("holiday_sets", number, "holidays", place, "end")
                told = f"found {quoted(holiday.end)}, expected later than {quoted(holiday.start)}"
                yield Contradiction(path, told)


def _hours(path: Path, hours: Hours) -> Iterator[Contradiction]:
    for day in DAYS:
        ranges = getattr(hours, day)
        if len(ranges) > _RANGES_A_DAY:
            told = f"found {len(ranges)} time ranges, expected {_RANGES_A_DAY} at most"
            yield Contradiction((*path, day), told)
        before: TimeRange | None = None
        for place, each in enumerate(ranges):
            if each.closes <= each.opens:
                told = f"found {quoted(each.close)}, expected later than {quoted(each.open)}"
                yield Contradiction((*path, day, place, "close"), told)
            elif before is not None and each.opens < before.closes:
                told = f"found {quoted(each.open)}, expected no earlier than {quoted(before.close)}"
                yield Contradiction((*path, day, place, "open"), told)
            before = each


def faulty_menus(topology: Topology) -> Iterator[Contradiction]:
    """Give the answers that nobody can give, or that mean two things."""
    for number, group in enumerate(topology.groups):
        path: Path = ("groups", number)
        if group.menu is not None:
            yield from _menu((*path, "menu"), group.menu)
        for key in ("closed_action", "holiday_action"):
            action = getattr(group, key)
            if isinstance(action, Ask):
                yield from _menu((*path, key, "question"), action.question)


def _menu(path: Path, question: Question) -> Iterator[Contradiction]:
    if not question.answers:
        yield Contradiction((*path, "answers"), "found none, expected at least one answer")
    seen: set[str] = set()
    for place, answer in enumerate(question.answers):
        below: Path = (*path, "answers", place)
        if answer.dtmf is None and not answer.voice:
            yield Contradiction(below, "expected dtmf or voice, found neither")
        elif answer.dtmf in seen:
            told = f"found {quoted(str(answer.dtmf))}, which is another answer's key too"
            yield Contradiction((*below, "dtmf"), told)
        if answer.dtmf is not None:
            seen.add(answer.dtmf)
        if isinstance(answer.action, Ask):
            yield from _menu((*below, "action", "question"), answer.action.question)
