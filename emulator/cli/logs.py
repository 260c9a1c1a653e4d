"""Logs: structlog to stderr, and no more lines than a person can read, whatever comes in."""

from __future__ import annotations

import asyncio
import errno
import logging
import sys
import time
from collections.abc import MutableMapping
from typing import Any

import structlog

from emulator.operations.times import as_text

__all__ = ["BURST", "RateLimit", "log_loop_fault", "place_of", "set_logging_up"]

BURST = 20
_OUT_OF_FILES = (errno.EMFILE, errno.ENFILE)
_MAX_KINDS = 200
_LEVELS = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}


class RateLimit:
    """Lets `BURST` lines of a kind pass in a second; the next one tells how many it stands for.

    A line's kind is its text, which is written in the code and not by the network.
    """

    __slots__ = ("_clock", "_kinds")

    def __init__(self, clock: Any = time.monotonic) -> None:
        self._clock = clock
        self._kinds: dict[str, list[float]] = {}  # when the second began, lines, held back

    def __call__(
        self, logger: Any, method: str, line: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        """Pass the line on, or drop it (for structlog)."""
        kind = str(line.get("event"))
        now = self._clock()
        window = self._kinds.get(kind)
        if window is None:
            if len(self._kinds) >= _MAX_KINDS:
                self._kinds.clear()
            window = self._kinds[kind] = [now, 0, 0]
        if now - window[0] >= 1.0:
            window[0], window[1] = now, 0
            if window[2]:
                line["not_shown"] = int(window[2])
                window[2] = 0
        window[1] += 1
        if window[1] > BURST:
            window[2] += 1
            raise structlog.DropEvent
        return line


def set_logging_up(level: str) -> None:
    """Log lines of `level` and above to stderr, in colour on a terminal."""
    is_terminal = sys.stderr.isatty()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            RateLimit(),
            _stamp,
            _one_line_fault,
            structlog.dev.ConsoleRenderer(colors=True)
            if is_terminal
            else structlog.processors.LogfmtRenderer(
                key_order=["timestamp", "level", "event"], bool_as_flag=False
            ),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def _stamp(logger: Any, method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Add the time, unless the line tells of something that has its own."""
    if "timestamp" not in line:
        line["timestamp"] = as_text(time.time())
    return line


def _one_line_fault(
    logger: Any, method: str, line: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Say of an exception what and where it was, on one line."""
    error = line.pop("exc_info", None)
    if isinstance(error, BaseException):
        line["fault"] = f"{type(error).__name__}: {error}"[:500]
        line["at"] = place_of(error)
    return line


def place_of(error: BaseException) -> str:
    """Where `error` was raised: file and line."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else "?"


def log_loop_fault(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log what nobody has caught, on one line, and go on (for `set_exception_handler`)."""
    error = context.get("exception")
    if isinstance(error, OSError) and error.errno in _OUT_OF_FILES:
        structlog.get_logger("loop").warning(
            "no file descriptors left: new connections wait until others end", cure="ulimit -n"
        )
        return
    told = "Exception in callback" if error is not None else "fault on the event loop"
    structlog.get_logger("loop").error(told, about=str(context.get("message")), exc_info=error)
