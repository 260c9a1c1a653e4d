"""Time that stands still until a test moves it on."""

from __future__ import annotations

from sip.deadlines import Deadlines

__all__ = ["ManualTime"]

_SAME = 1e-9


class ManualTime:
    """A clock in seconds, and deadlines that fall due when it is moved past them."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.deadlines = Deadlines(lambda: self.now)

    def advance(self, seconds: float) -> None:
        """Move on by `seconds`; whatever falls due by then is called, each at its own time."""
        end = self.now + seconds
        while (due := self.deadlines.next_due()) is not None and due <= end + _SAME:
            self.now = max(self.now, due)
            self.deadlines.run(self.now)
        self.now = max(self.now, end)

    def run_out(self) -> None:
        """Move on until nothing is due any more."""
        while (due := self.deadlines.next_due()) is not None:
            self.advance(max(0.0, due - self.now))
