"""The phases as a story goes through them, and what the source says of new calls in each.

Written down from the 64 statements, not from the product's rules, so that tests judge the product.
"""

from __future__ import annotations

__all__ = ["PHASES", "STYLES", "connects", "is_taken"]

PHASES = ("normal", "outage", "failing_over", "failed_over", "failing_back", "failed_back")
STYLES = ("graceful", "crash", "blackhole")

_GROUPS_OF_BACKUP = ("sales", "legal", "billing")
_REFUSED_WITHOUT_IMPORT = frozenset(("outage", "failing_over", "failed_over"))
_AGENTS_OF_PRIMARY_UNREACHABLE = frozenset(("outage", "failing_over", "failing_back"))


def is_taken(group: str, phase: str, *, is_imported: bool) -> bool:
    """Whether a pool takes a new call to `group` (P1-R3-a, P2-R3-a, P3-R3-a and their imports)."""
    return group in _GROUPS_OF_BACKUP or phase not in _REFUSED_WITHOUT_IMPORT or is_imported


def connects(group: str, phase: str, *, is_imported: bool) -> bool:
    """Whether a new call to `group` finds an agent who answers (P1-R3-b, P2-R3-b, P4-R3-a too)."""
    if not is_taken(group, phase, is_imported=is_imported):
        return False
    return group != "onlyprimary" or phase not in _AGENTS_OF_PRIMARY_UNREACHABLE
