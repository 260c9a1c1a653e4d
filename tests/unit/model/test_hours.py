"""Hours of business and holidays, by the clocks of any place."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.model.actions import TERMINATE, Answer, Ask, Prompt, Question, ToQueue
from emulator.model.hours import DAYS, Holiday, HolidaySet, Hours, TimeRange, time_zone
from emulator.model.opening import opening_of
from emulator.model.topology import Group

_MONDAY = datetime(2024, 3, 4)  # noqa: DTZ001 - what the clocks of some place show
_OFFICE = Hours("office", monday=(TimeRange("09:00", "12:00"), TimeRange("13:00", "17:30:15")))
_QUESTION = Question(Prompt("Who?"), (Answer(TERMINATE, "1"),))


@pytest.mark.parametrize(
    ("hour", "minute", "second", "is_open"),
    [
        (8, 59, 59, False),
        (9, 0, 0, True),
        (11, 59, 59, True),
        (12, 0, 0, False),
        (13, 0, 0, True),
        (17, 30, 14, True),
        (17, 30, 15, False),
    ],
)
def test_a_range_includes_when_it_opens_and_not_when_it_closes(
    hour: int, minute: int, second: int, *, is_open: bool
) -> None:
    local = _MONDAY.replace(hour=hour, minute=minute, second=second)

    assert _OFFICE.is_open(local) is is_open


def test_the_last_microsecond_before_the_close_is_opening_time() -> None:
    assert _OFFICE.is_open(_MONDAY.replace(hour=11, minute=59, second=59, microsecond=999_999))


@pytest.mark.parametrize("day", range(7))
def test_each_day_has_its_own_ranges(day: int) -> None:
    hours = replace(Hours("one day"), **{DAYS[day]: (TimeRange("00:00", "24:00"),)})  # type: ignore[arg-type]

    week = [hours.is_open(_MONDAY + timedelta(days=each, hours=5)) for each in range(7)]

    assert week == [each == day for each in range(7)]


def test_a_day_that_ends_at_24_has_no_gap_at_midnight() -> None:
    both = (TimeRange("00:00", "24:00"),)
    hours = Hours("days", monday=both, tuesday=both)
    midnight = _MONDAY + timedelta(days=1)

    assert hours.is_open(midnight - timedelta(microseconds=1))
    assert hours.is_open(midnight)


def test_hours_without_ranges_are_never_open() -> None:
    assert not any(Hours("never").is_open(_MONDAY + timedelta(hours=each)) for each in range(168))


@given(
    start=st.integers(0, 86_399),
    length=st.integers(1, 86_400),
    at=st.integers(0, 86_399),
)
def test_a_range_is_open_for_exactly_its_seconds(start: int, length: int, at: int) -> None:
    end = min(start + length, 86_400)
    hours = Hours("office", monday=(TimeRange(_clock(start), _clock(end)),))

    assert hours.is_open(_MONDAY + timedelta(seconds=at)) is (start <= at < end)


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


@pytest.mark.parametrize(
    ("text", "is_covered"),
    [
        ("2024-12-24T11:59:59", False),
        ("2024-12-24T12:00:00", True),
        ("2024-12-26T23:59:59.999999", True),
        ("2024-12-27T00:00:00", False),
        ("2025-12-25T12:00:00", False),
    ],
)
def test_a_holiday_includes_its_start_and_not_its_end(text: str, *, is_covered: bool) -> None:
    days = HolidaySet("feasts", (Holiday("2024-12-24T12:00", "2024-12-27T00:00", "Christmas"),))

    assert days.covers(datetime.fromisoformat(text)) is is_covered


def test_a_set_without_holidays_covers_nothing() -> None:
    assert not HolidaySet("none").covers(_MONDAY)


# -- places ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("windows", "iana"),
    [
        ("Romance Standard Time", "Europe/Paris"),
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("Pacific Standard Time", "America/Los_Angeles"),
        ("Tokyo Standard Time", "Asia/Tokyo"),
        ("UTC", "UTC"),
    ],
)
@pytest.mark.parametrize("month", [1, 7], ids=["winter", "summer"])
def test_windows_names_stand_for_the_same_places(windows: str, iana: str, month: int) -> None:
    noon = datetime(2024, month, 15, 12, tzinfo=UTC)

    assert noon.astimezone(time_zone(windows)) == noon.astimezone(time_zone(iana))
    assert noon.astimezone(time_zone(windows)).utcoffset() == (
        noon.astimezone(time_zone(iana)).utcoffset()
    )


@pytest.mark.parametrize("name", ["", "Mars", "Europe", "../etc/passwd", "Romance", "x\0y"])
def test_a_name_of_no_zone_is_said_to_be_none(name: str) -> None:
    with pytest.raises(ValueError, match="there is no time zone"):
        time_zone(name)


# -- what becomes of a call ------------------------------------------------------------------------


def _at(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def test_a_workflow_that_is_always_open_and_asks_nothing_needs_no_opening() -> None:
    assert opening_of(Group("desk"), None, ()) is None


@pytest.mark.parametrize(
    ("time", "action"),
    [
        ("2024-03-04T08:00:00+00:00", None),
        ("2024-03-04T07:59:59+00:00", TERMINATE),
        ("2024-03-04T10:59:59+00:00", None),
        ("2024-03-04T11:00:00+00:00", TERMINATE),
    ],
)
def test_a_workflow_is_closed_by_the_clocks_of_its_place(time: str, action: object) -> None:
    opening = opening_of(Group("desk", time_zone="Europe/Paris"), _OFFICE, ())

    assert opening is not None
    assert opening.action_at(_at(time)) == action


def test_an_hour_that_comes_twice_is_opening_time_both_times() -> None:
    night = Hours("night", sunday=(TimeRange("02:00", "03:00"),))
    opening = opening_of(Group("desk", time_zone="Europe/Paris"), night, ())
    assert opening is not None

    # On 27 October 2024 it is 02:30 in Paris at 00:30 and at 01:30 UTC.
    for time in ("2024-10-27T00:30:00+00:00", "2024-10-27T01:30:00+00:00"):
        assert opening.action_at(_at(time)) is None


def test_holidays_go_before_hours_and_hours_before_the_menu() -> None:
    closed, on_holiday = ToQueue("closed"), ToQueue("holiday")
    group = Group("desk", menu=_QUESTION, closed_action=closed, holiday_action=on_holiday)
    days = HolidaySet("feasts", (Holiday("2024-03-04T10:00", "2024-03-04T20:00"),))
    opening = opening_of(group, _OFFICE, (HolidaySet("none"), days))
    assert opening is not None

    assert opening.action_at(_at("2024-03-04T09:30:00+00:00")) == Ask(_QUESTION)
    assert opening.action_at(_at("2024-03-04T10:30:00+00:00")) == on_holiday
    assert opening.action_at(_at("2024-03-04T19:30:00+00:00")) == on_holiday
    assert opening.action_at(_at("2024-03-04T20:00:00+00:00")) == closed


def test_without_an_action_a_call_is_ended() -> None:
    days = HolidaySet("feasts", (Holiday("2024-03-04T00:00", "2024-03-05T00:00"),))
    opening = opening_of(Group("desk"), _OFFICE, (days,))
    assert opening is not None

    assert opening.action_at(_at("2024-03-04T10:00:00+00:00")) == TERMINATE
    assert opening.action_at(_at("2024-03-05T10:00:00+00:00")) == TERMINATE


def test_openings_are_alike_when_all_they_say_is_alike() -> None:
    group = Group("desk", hours="office")
    first = opening_of(group, _OFFICE, ())
    assert first == opening_of(group, Hours("office", monday=_OFFICE.monday), ())
    assert hash(first) == hash(opening_of(group, _OFFICE, ()))
    assert first != opening_of(group, Hours("office"), ())
    assert first != opening_of(group, _OFFICE, (HolidaySet("none"),))
