"""The timer values of RFC 3261 §17 (table 4) and RFC 6026, derived from T1, T2 and T4."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Timers"]


@dataclass(frozen=True, slots=True)
class Timers:
    """Base intervals in seconds, and the lettered timers that follow from them.

    t1 is the estimated round trip, t2 the longest interval between retransmissions of a
    request outside INVITE and of a response to INVITE, t4 the longest time for which a
    message stays in the network. `timer_c` bounds how long a proxy lets an INVITE ring (§16.6).
    """

    t1: float = 0.5
    t2: float = 4.0
    t4: float = 5.0
    timer_c: float = 185.0

    @property
    def timeout(self) -> float:
        """Timers B, F, H, J (unreliable), L and M: 64 times T1."""
        return 64 * self.t1

    @property
    def timer_d(self) -> float:
        """How long a client keeps acknowledging a failure to INVITE over UDP: at least 32 s."""
        return max(32.0 if self.t1 >= 0.5 else 0.0, 64 * self.t1)
