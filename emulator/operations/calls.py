"""Finding calls: by number, and those that a filter lets through."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import attrgetter

from emulator.model.calls import Call, CallState, CallStore
from emulator.operations.administration import Administration
from emulator.operations.call_view import caller_uri
from emulator.operations.errors import NotThere
from emulator.rules import Kind, Pool

__all__ = ["CallFilter", "find_call", "select_calls"]

_AT_ONCE = 2_000
_FEW = 5_000


@dataclass(frozen=True, slots=True)
class CallFilter:
    """Which calls are meant; what is None is not asked about.

    caller   the whole URI, or its user part.
    call_id  of either leg.
    """

    state: str | None = None
    group: str | None = None
    kind: Kind | None = None
    host: Pool | None = None
    caller: str | None = None
    call_id: str | None = None

    def matches(self, call: Call) -> bool:
        """Whether `call` is one of those that are meant."""
        return (
            (self.state is None or call.state == self.state)
            and (self.host is None or call.host is self.host)
            and (self.kind is None or call.kind is self.kind)
            and (self.group is None or (call.group is not None and call.group.name == self.group))
            and (self.call_id is None or self._has_call_id(call))
            and (self.caller is None or self._is_from_caller(call, self.caller))
        )

    def _has_call_id(self, call: Call) -> bool:
        wanted = (self.call_id or "").encode()
        return wanted in (call.call_id, call.agent_call_id)

    @staticmethod
    def _is_from_caller(call: Call, caller: str) -> bool:
        if caller.encode() not in call.caller:  # quick, and true of nearly all others
            return False
        uri = caller_uri(call)
        user = uri.partition(":")[2].partition("@")[0]
        return caller in (uri, user)


def find_call(administration: Administration, number: str) -> Call:
    """The call whose id is `number`; raises NotThere."""
    is_number = number.isascii() and number.isdigit() and len(number) < 16
    call = administration.site.calls.get(int(number)) if is_number else None
    if call is None:
        raise NotThere("call", number)
    return call


async def select_calls(
    administration: Administration, wanted: CallFilter, limit: int
) -> list[Call]:
    """The newest calls that `wanted` lets through, newest first, `limit` at most.

    The loop is let go of now and then, however many calls there are.
    """
    found: list[Call] = []
    if limit <= 0:
        return found
    for count, call in enumerate(_newest_first(administration.site.calls, wanted), 1):
        if wanted.matches(call):
            found.append(call)
            if len(found) >= limit:
                break
        if not count % _AT_ONCE:
            await asyncio.sleep(0)
    return found


def _newest_first(calls: CallStore, wanted: CallFilter) -> Iterator[Call]:
    if wanted.call_id is not None:
        return reversed(list(calls.by_call_id(wanted.call_id.encode())))
    if wanted.state in (CallState.PENDING, CallState.CONNECTED):
        buckets = [
            bucket
            for (state, host, kind, _), bucket in calls.live()
            if state == wanted.state and wanted.host in (None, host) and wanted.kind in (None, kind)
        ]
        if sum(map(len, buckets)) <= _FEW:
            return iter(_sorted_newest_first(call for each in buckets for call in each.values()))
    return reversed(calls.all())


def _sorted_newest_first(calls: Iterable[Call]) -> list[Call]:
    return sorted(calls, key=attrgetter("number"), reverse=True)
