"""Session timers (RFC 4028) of a dialog whose peer asks for one: the peer refreshes, we watch.

Any interval is taken as it is asked for, though the RFC has none below 90 seconds.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from sip.deadlines import Deadline, Deadlines
from sip.message import Request

__all__ = ["SessionTimer"]

_ASKED = re.compile(rb"([0-9]{1,10})\s*(?:;|$)").match
_REFRESHER = re.compile(rb";\s*refresher\s*=\s*(uac|uas)", re.IGNORECASE).search
_MARGIN_SECONDS = 32.0


class SessionTimer:
    """Watches one dialog; `on_expired` is called when it was not refreshed in time."""

    __slots__ = ("_deadline", "_deadlines", "_on_expired")

    def __init__(self, deadlines: Deadlines, on_expired: Callable[[], None]) -> None:
        self._deadlines = deadlines
        self._on_expired = on_expired
        self._deadline: Deadline | None = None

    @staticmethod
    def is_asked_for(request: Request) -> bool:
        """Whether `request` wants a session timer that its sender refreshes."""
        return not request.is_common and _interval(request) > 0

    def agree(self, request: Request) -> bytes:
        """Begin anew as `request` wants it; the header lines that its 2xx says so with.

        Where it wants none, or wants us to refresh, the session has no timer from now on (§9: a
        UAS that leaves Session-Expires out has none).
        """
        self.stop()
        seconds = 0 if request.is_common else _interval(request)
        if not seconds:
            return b""
        # §10: whoever doesn't refresh sends BYE a little before the end.
        after = seconds - min(_MARGIN_SECONDS, seconds / 3)
        self._deadline = self._deadlines.after(after, SessionTimer._expire, self)
        return b"Session-Expires: %d;refresher=uac\r\nRequire: timer\r\n" % seconds

    def stop(self) -> None:
        """Watch no longer."""
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _expire(self) -> None:
        self._deadline = None
        self._on_expired()


def _interval(request: Request) -> int:
    """The seconds that `request` asks for, 0 if it asks for nothing that can be agreed to."""
    value = request.first(b"Session-Expires")
    if value is None or b"timer" not in [tag.lower() for tag in request.values(b"Supported")]:
        return 0
    asked = _ASKED(value)
    refresher = _REFRESHER(value)
    if asked is None or (refresher is not None and refresher[1].lower() == b"uas"):
        return 0
    return int(asked[1])
