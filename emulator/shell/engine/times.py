"""Moments and spans as administrators write them, and as .NET's formats print them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

__all__ = ["format_moment", "parse_moment", "parse_span"]

_SPAN = re.compile(
    r"(?P<sign>-)?(?:(?P<days>\d{1,8})(?:\.(?=\d+:)|$))?"
    r"(?:(?P<hours>\d{1,2}):(?P<minutes>\d{1,2})(?::(?P<seconds>\d{1,2})(?:\.(?P<part>\d{1,7}))?)?)?"
)
_DATES = (
    "%m/%d/%Y",
    "%m/%d/%y",
    "%m-%d-%Y",
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%d %B %Y",
    "%d %b %Y",
    "%B %d, %Y",
    "%b %d, %Y",
    "%B %d %Y",
    "%b %d %Y",
)
_TIMES = ("", "%H:%M", "%H:%M:%S", "%H:%M:%S.%f", "%I:%M %p", "%I:%M:%S %p", "%I %p", "%I:%M%p")
_LONGEST = 64


def parse_span(text: str) -> timedelta:
    """The TimeSpan `text` writes: `9:00`, `1.02:00:00.5`, `3` (days). Raises ValueError."""
    match = _SPAN.fullmatch(text.strip())
    if match is None or (match["days"] is None and match["hours"] is None):
        raise ValueError(text)
    hours, minutes, seconds = (int(match[name] or 0) for name in ("hours", "minutes", "seconds"))
    if hours > 23 or minutes > 59 or seconds > 59:
        raise ValueError(text)
    span = timedelta(
        days=int(match["days"] or 0),
        hours=hours,
        minutes=minutes,
        seconds=seconds,
        microseconds=int((match["part"] or "").ljust(7, "0")[:6]),
    )
    return -span if match["sign"] else span


def parse_moment(text: str) -> datetime:
    """The DateTime `text` writes, in local time. Raises ValueError."""
    trimmed = re.sub(r"\s+", " ", text.strip())
    if len(trimmed) > _LONGEST:
        raise ValueError(text)
    try:
        moment = datetime.fromisoformat(trimmed)
        return moment.astimezone().replace(tzinfo=None) if moment.tzinfo else moment
    except ValueError:
        pass
    for form in (f"{date} {time}".strip() for date in _DATES for time in _TIMES):
        try:
            return datetime.strptime(trimmed, form)  # noqa: DTZ007 (local, as a DateTime is)
        except ValueError:
            continue
    for form in _TIMES[1:]:
        try:
            found = datetime.strptime(trimmed, form)  # noqa: DTZ007
        except ValueError:
            continue
        return datetime.combine(datetime.now().date(), found.time())  # noqa: DTZ005
    raise ValueError(text)


_STANDARD = {
    "d": "M/d/yyyy",
    "D": "dddd, MMMM d, yyyy",
    "t": "h:mm tt",
    "T": "h:mm:ss tt",
    "g": "M/d/yyyy h:mm tt",
    "G": "M/d/yyyy h:mm:ss tt",
    "f": "dddd, MMMM d, yyyy h:mm tt",
    "F": "dddd, MMMM d, yyyy h:mm:ss tt",
    "s": "yyyy-MM-ddTHH:mm:ss",
    "u": "yyyy-MM-dd HH:mm:ssZ",
    "o": "yyyy-MM-ddTHH:mm:ss.fffffff",
}
_PIECE = re.compile(r"yyyy|yy|MMMM|MMM|MM|M|dddd|ddd|dd|d|HH|H|hh|h|mm|m|ss|s|f+|tt|t|'[^']*'|\\.")


def format_moment(value: datetime, form: str) -> str:
    """`value` as the .NET format `form` prints it."""
    form = _STANDARD.get(form, form)
    hour = value.hour % 12 or 12
    pieces = {
        "yyyy": f"{value.year:04}",
        "yy": f"{value.year % 100:02}",
        "MMMM": value.strftime("%B"),
        "MMM": value.strftime("%b"),
        "MM": f"{value.month:02}",
        "M": str(value.month),
        "dddd": value.strftime("%A"),
        "ddd": value.strftime("%a"),
        "dd": f"{value.day:02}",
        "d": str(value.day),
        "HH": f"{value.hour:02}",
        "H": str(value.hour),
        "hh": f"{hour:02}",
        "h": str(hour),
        "mm": f"{value.minute:02}",
        "m": str(value.minute),
        "ss": f"{value.second:02}",
        "s": str(value.second),
        "tt": "AM" if value.hour < 12 else "PM",
        "t": "A" if value.hour < 12 else "P",
    }

    def piece(match: re.Match[str]) -> str:
        found = match[0]
        if found[0] == "'":
            return found[1:-1]
        if found[0] == "\\":
            return found[1:]
        if found[0] == "f":
            return f"{value.microsecond:06}0"[: len(found)]
        return pieces[found]

    return _PIECE.sub(piece, form)
