"""Hours of business and holiday sets, and the time ranges and holidays that they are made of."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

from emulator.shell.client import Document
from emulator.shell.cmdlets.administered import Administered
from emulator.shell.cmdlets.rgs_fields import Field, RgsObject, boolean, invalid, text
from emulator.shell.cmdlets.rgs_identities import Site
from emulator.shell.cmdlets.rgs_kinds import OWNER_POOL, Kind
from emulator.shell.cmdlets.rgs_objects import object_cmdlets
from emulator.shell.cmdlets.rgs_parameters import boolean_parameter, object_parameter
from emulator.shell.engine import Call, Cmdlet, Collection, Example, Parameter, PSObject, to_text
from emulator.shell.engine.conversion import convert, to_list

__all__ = ["time_cmdlets"]

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_RANGES_A_DAY = 2
_DAY = timedelta(days=1)
_CLASS = "Microsoft.Rtc.Rgs.Management.Cmdlets."


def time_cmdlets(administered: Administered) -> tuple[Cmdlet, ...]:
    """The cmdlets of times."""
    return (
        *object_cmdlets(
            administered,
            _HOURS,
            (
                Parameter(name="Name", is_mandatory=True, help="A name that no others have."),
                boolean_parameter("Custom", "Whether they are made for one workflow."),
                *(
                    object_parameter(f"{day}Hours{number}", "TimeRange", f"When it opens, {day}s.")
                    for day in _DAYS
                    for number in (1, 2)
                ),
            ),
            lambda: {"Custom": False},
            many="hours of business",
            is_removed_by_position=True,
            example=(
                "New-CsRgsHoursOfBusiness -Parent service:ApplicationServer:pool1.contoso.example "
                "-Name Office -MondayHours1 (New-CsRgsTimeRange -OpenTime 9:00 -CloseTime 17:00)"
            ),
        ),
        *object_cmdlets(
            administered,
            _HOLIDAY_SET,
            (
                Parameter(
                    name="HolidayList",
                    type="Collection[Holiday]",
                    is_mandatory=True,
                    help="The holidays, as New-CsRgsHoliday makes them.",
                ),
                Parameter(name="Name", is_mandatory=True, help="A name that no other set has."),
            ),
            dict,
            many="holiday sets",
            is_removed_by_position=True,
            example=(
                "New-CsRgsHolidaySet -Parent service:ApplicationServer:pool1.contoso.example "
                "-Name France -HolidayList (New-CsRgsHoliday -StartDate 2026-12-25 "
                "-EndDate 2026-12-26)"
            ),
        ),
        Cmdlet(
            name="New-CsRgsTimeRange",
            synopsis="Makes a range of time of a day, in memory.",
            run=_new_time_range,
            class_name=f"{_CLASS}NewTimeRangeCmdlet",
            parameters=(
                Parameter(
                    name="CloseTime", type="TimeSpan", is_mandatory=True, help="When it closes."
                ),
                Parameter(
                    name="OpenTime", type="TimeSpan", is_mandatory=True, help="When it opens."
                ),
                Parameter(name="Name", help="For people."),
            ),
            examples=(Example("New-CsRgsTimeRange -OpenTime 9:00 -CloseTime 17:00"),),
        ),
        Cmdlet(
            name="New-CsRgsHoliday",
            synopsis="Makes a holiday, in memory.",
            run=_new_holiday,
            class_name=f"{_CLASS}NewHolidayCmdlet",
            parameters=(
                Parameter(name="Name", help="For people."),
                Parameter(
                    name="EndDate", type="DateTime", is_mandatory=True, help="When it is over."
                ),
                Parameter(
                    name="StartDate", type="DateTime", is_mandatory=True, help="When it begins."
                ),
            ),
            examples=(Example("New-CsRgsHoliday -StartDate 2026-12-25 -EndDate 2026-12-26"),),
        ),
    )


# Time ranges and hours


async def _new_time_range(call: Call) -> AsyncIterator[Any]:
    opened, closed = call["OpenTime"], call["CloseTime"]
    if not timedelta() <= opened < closed <= _DAY:
        raise invalid(
            f"Cannot validate argument on parameter 'CloseTime'. {to_text(closed)} is not "
            f"allowed: it must be later than OpenTime, which is {to_text(opened)}, and at most "
            "a day.",
            closed,
        )
    yield _time_range(opened, closed, call.get("Name") or "")


def _time_range(opened: timedelta, closed: timedelta, name: str = "") -> RgsObject:
    return RgsObject(
        "TimeRange",
        {},
        properties={"Name": name, "OpenTime": opened, "CloseTime": closed},
        display=lambda each: f"{to_text(each['OpenTime'])}-{to_text(each['CloseTime'])}",
        property_types={"OpenTime": "TimeSpan", "CloseTime": "TimeSpan", "Name": "String"},
    )


def _span(clock: str) -> timedelta:
    hours, minutes, *seconds = map(int, clock.split(":"))
    return timedelta(hours=hours, minutes=minutes, seconds=seconds[0] if seconds else 0)


def _clock(span: timedelta) -> str:
    minutes, seconds = divmod(round(span.total_seconds()), 60)
    told = f"{minutes // 60:02d}:{minutes % 60:02d}"
    return f"{told}:{seconds:02d}" if seconds else told


def _opened(document: Document) -> Document:
    """The document with a key for each of a day's ranges."""
    opened = {key: value for key, value in document.items() if key not in _day_keys()}
    for day in _day_keys():
        ranges = document.get(day, [])
        for number in range(_RANGES_A_DAY):
            opened[f"{day}{number + 1}"] = ranges[number] if number < len(ranges) else None
    return opened


def _closed(document: Document) -> Document:
    closed = {key: value for key, value in document.items() if key[:-1] not in _day_keys()}
    for day in _day_keys():
        found = (document.get(f"{day}{number + 1}") for number in range(_RANGES_A_DAY))
        closed[day] = [each for each in found if each is not None]
    return closed


def _day_keys() -> tuple[str, ...]:
    return tuple(day.lower() for day in _DAYS)


def _range_field(day: str, number: int) -> Field:
    name, key = f"{day}Hours{number}", f"{day.lower()}{number}"

    def show(document: Document, site: Site) -> Any:
        held = document.get(key)
        return None if held is None else _time_range(_span(held["open"]), _span(held["close"]))

    def store(value: Any, site: Site) -> Document:
        if value is None:
            return {key: None}
        if not isinstance(value, PSObject) or not value.type_name.endswith(".TimeRange"):
            raise invalid(f"Parameter '{name}' takes a TimeRange, as New-CsRgsTimeRange makes it.")
        opened = convert(value["OpenTime"], "TimeSpan")
        closed = convert(value["CloseTime"], "TimeSpan")
        return {key: {"open": _clock(opened), "close": _clock(closed)}}

    return Field(name, (key,), show, store)


_HOURS = Kind(
    noun="HoursOfBusiness",
    path="hours-of-business",
    fields=(
        *(_range_field(day, number) for day in _DAYS for number in (1, 2)),
        text("Name", "name"),
        boolean("Custom", "custom"),
        OWNER_POOL,
    ),
    opened=_opened,
    closed=_closed,
)


# Holidays


async def _new_holiday(call: Call) -> AsyncIterator[Any]:
    begins, ends = call["StartDate"], call["EndDate"]
    if ends <= begins:
        raise invalid(
            f"Cannot validate argument on parameter 'EndDate'. {to_text(ends)} is not allowed: "
            f"it must be later than StartDate, which is {to_text(begins)}.",
            ends,
        )
    yield _holiday(begins, ends, call.get("Name") or "")


def _holiday(begins: datetime, ends: datetime, name: str) -> RgsObject:
    return RgsObject(
        "Holiday",
        {},
        properties={"Name": name, "StartDate": begins, "EndDate": ends},
        display=lambda each: to_text(each["Name"] or each["StartDate"]),
        property_types={"StartDate": "DateTime", "EndDate": "DateTime", "Name": "String"},
    )


def _show_holidays(document: Document, site: Site) -> Collection:
    found = [
        _holiday(
            datetime.fromisoformat(each["start"]),
            datetime.fromisoformat(each["end"]),
            each.get("name", ""),
        )
        for each in document.get("holidays", ())
    ]
    return Collection(found, item_type="Holiday")


def _store_holidays(value: Any, site: Site) -> Document:
    holidays = []
    for each in to_list(value):
        if not isinstance(each, PSObject) or not each.type_name.endswith(".Holiday"):
            raise invalid("Parameter 'HolidayList' takes holidays, as New-CsRgsHoliday makes them.")
        holidays.append(
            {
                "start": _moment(convert(each["StartDate"], "DateTime")),
                "end": _moment(convert(each["EndDate"], "DateTime")),
                "name": to_text(each["Name"]),
            }
        )
    return {"holidays": holidays}


def _moment(moment: datetime) -> str:
    return moment.replace(tzinfo=None, microsecond=0).isoformat()


_HOLIDAY_SET = Kind(
    noun="HolidaySet",
    path="holiday-sets",
    fields=(
        Field("HolidayList", ("holidays",), _show_holidays, _store_holidays),
        text("Name", "name"),
        OWNER_POOL,
    ),
)
