"""The figures behind the metrics, taken when somebody asks, in turns that others fit between."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from operator import attrgetter
from typing import TypeVar

from emulator.model.calls import Call
from emulator.operations.administration import Administration
from sip.transaction.client import ClientTransaction

__all__ = ["Figures", "take_figures"]

_AT_ONCE = 20_000
_PERSONS = "persons"
_Item = TypeVar("_Item")


@dataclass(slots=True)
class Figures:
    """What takes a walk over many objects to count.

    calls         by (state, group).
    transactions  by (listener, side, state).
    """

    calls: Counter[tuple[str, str]] = field(default_factory=Counter)
    transactions: Counter[tuple[str, str, str]] = field(default_factory=Counter)


async def take_figures(administration: Administration) -> Figures:
    """Count calls and transactions; the loop is let go of every 20,000."""
    figures = Figures()
    site = administration.site
    for (state, _, _, _), calls in list(site.calls.live()):
        for part in _parts(calls.values()):
            groups = Counter(map(_group_of, part))
            figures.calls.update({(state, group): count for group, count in groups.items()})
            await asyncio.sleep(0)
    state_of = attrgetter("state")
    for listener in administration.deployment.listeners:
        layer = listener.endpoint.layer
        for servers in _parts(layer.servers.values()):
            for state, count in Counter(map(state_of, servers)).items():
                figures.transactions[listener.name, "server", state.name.lower()] += count
            await asyncio.sleep(0)
    names = {id(each.endpoint.layer): each.name for each in administration.deployment.listeners}
    clients = {id(table): table for table in _client_tables(administration)}
    for table in clients.values():  # most often one for all listeners
        for client in list(table.values()):
            name = names.get(id(client.layer), "")
            figures.transactions[name, "client", client.state.name.lower()] += 1
        await asyncio.sleep(0)
    return figures


def _client_tables(
    administration: Administration,
) -> Iterator[dict[tuple[bytes, bytes], ClientTransaction]]:
    for listener in administration.deployment.listeners:
        yield listener.endpoint.layer.clients


def _group_of(call: Call) -> str:
    return _PERSONS if call.group is None else call.group.name


def _parts(items: Iterable[_Item]) -> Iterator[list[_Item]]:
    every = list(items)
    for start in range(0, len(every), _AT_ONCE):
        yield every[start : start + _AT_ONCE]
