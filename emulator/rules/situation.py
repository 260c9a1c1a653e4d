"""What is asked of the rules, and what they say: the situation and the verdict."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from emulator.rules.cells import Kind, Outcome, Pool, Row
from emulator.rules.phases import Phase

__all__ = ["Situation", "Verdict", "every_situation"]

_ROWS_WITH_A_HOST = (Row.CONNECTED, Row.PENDING)


@dataclass(frozen=True, slots=True)
class Situation:
    """A call, an action or an object that the rules are asked about.

    row       what it is: a connected, pending or new call, a call on behalf, or a look at console
              or configuration.
    owner     the pool that the response group belongs to.
    host      the pool that carries the call now; connected and pending calls have one.
    kind      normal or anonymous; connected calls have one.
    imported  new, on_behalf: a copy of the group exists on the backup pool. console, config: the
              object looked at is that copy, not the original. Other rows don't ask. Groups owned by
              the backup pool have no copy, so it says nothing of them.

    Raises ValueError where host or kind is missing.
    """

    row: Row
    owner: Pool = Pool.PRIMARY
    host: Pool | None = None
    kind: Kind | None = None
    imported: bool = False

    def __post_init__(self) -> None:
        if self.host is None and self.row in _ROWS_WITH_A_HOST:
            raise ValueError(f"a {self.row} call has a host")
        if self.kind is None and self.row is Row.CONNECTED:
            raise ValueError("a connected call has a kind")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rules say, the cell that says so, and the phase in force when it was asked."""

    cell: str
    outcome: Outcome
    phase: Phase

    @property
    def rule_phase(self) -> Phase:
        """The phase whose rule was applied: normal for calls of groups owned by the backup pool."""
        return Phase(self.cell.split("/", 2)[1])

    @property
    def disconnects(self) -> bool:
        """Whether the call ends, or the new call is refused."""
        return self.outcome is Outcome.DISCONNECT

    @property
    def serving_pool(self) -> Pool | None:
        """The pool that takes a new call; None if none does, or for other verdicts."""
        if self.outcome is Outcome.CONNECT_TO_PRIMARY:
            return Pool.PRIMARY
        if self.outcome is Outcome.CONNECT_TO_BACKUP:
            return Pool.BACKUP
        return None


def every_situation() -> Iterator[Situation]:
    """Give every situation that there can be."""
    hosts: tuple[Pool | None, ...] = (None, *Pool)
    kinds: tuple[Kind | None, ...] = (None, *Kind)
    for row, owner, host, kind, imported in product(Row, Pool, hosts, kinds, (False, True)):
        if host is None and row in _ROWS_WITH_A_HOST:
            continue
        if kind is None and row is Row.CONNECTED:
            continue
        yield Situation(row, owner, host, kind, imported)
