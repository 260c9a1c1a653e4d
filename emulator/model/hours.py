"""Hours of business and holidays: whether it is opening time somewhere on earth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

__all__ = ["DAYS", "Holiday", "HolidaySet", "Hours", "TimeRange", "time_zone"]

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class TimeRange:
    """From `open` until just before `close`, each such as `09:00`; a day ends at `24:00`."""

    open: str
    close: str

    @property
    def opens(self) -> timedelta:
        """When it opens, from midnight on."""
        return _span(self.open)

    @property
    def closes(self) -> timedelta:
        """When it closes, from midnight on."""
        return _span(self.close)


@dataclass(frozen=True, slots=True)
class Hours:
    """When a workflow is open: up to two ranges a day (New-CsRgsHoursOfBusiness).

    custom  made for one workflow, and of no use to others.
    """

    name: str
    custom: bool = False
    monday: tuple[TimeRange, ...] = ()
    tuesday: tuple[TimeRange, ...] = ()
    wednesday: tuple[TimeRange, ...] = ()
    thursday: tuple[TimeRange, ...] = ()
    friday: tuple[TimeRange, ...] = ()
    saturday: tuple[TimeRange, ...] = ()
    sunday: tuple[TimeRange, ...] = ()

    def is_open(self, local: datetime) -> bool:
        """Whether `local`, the time that clocks show where the workflow is, is opening time."""
        ranges: tuple[TimeRange, ...] = getattr(self, DAYS[local.weekday()])
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        since_midnight = local - midnight
        return any(each.opens <= since_midnight < each.closes for each in ranges)


@dataclass(frozen=True, slots=True)
class Holiday:
    """From `start` until just before `end`, by the clocks where the workflow is."""

    start: str
    end: str
    name: str = ""

    def covers(self, local: datetime) -> bool:
        """Whether `local`, without a time zone, is within it."""
        return datetime.fromisoformat(self.start) <= local < datetime.fromisoformat(self.end)


@dataclass(frozen=True, slots=True)
class HolidaySet:
    """Holidays under one name (New-CsRgsHolidaySet)."""

    name: str
    holidays: tuple[Holiday, ...] = ()

    def covers(self, local: datetime) -> bool:
        """Whether `local`, without a time zone, is within one of them."""
        return any(each.covers(local) for each in self.holidays)


@lru_cache(512)
def time_zone(name: str) -> tzinfo:
    """The zone of an IANA name such as Europe/Paris, or Windows' such as Romance Standard Time.

    Raises ValueError for a name that is neither.
    """
    from tzlocal.windows_tz import win_tz

    try:
        return ZoneInfo(win_tz.get(name, name))
    except (KeyError, OSError, ValueError) as error:
        raise ValueError(f"there is no time zone {name}") from error


def _span(text: str) -> timedelta:
    hours, minutes, *seconds = map(int, text.split(":"))
    return timedelta(hours=hours, minutes=minutes, seconds=seconds[0] if seconds else 0)
