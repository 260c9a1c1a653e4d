"""Who writes down what is seen in one walk: what held, and with its ladder what did not."""

from __future__ import annotations

from collections.abc import Awaitable, Collection
from typing import Protocol

from emulator.demo.evidence import Difference, Differs, Evidence
from emulator.testing import ClientCall, ExpectationFailed, RequestRefused

__all__ = ["Claim", "Witness"]

Failure = Differs | ExpectationFailed | RequestRefused


class Claim(Protocol):
    """What can be held against the emulator: a statement, and the cell that carries it."""

    @property
    def statement(self) -> str:
        """The statement's id; empty for what comes before the first phase."""
        ...

    @property
    def cell(self) -> str:
        """The cell of the rules."""
        ...


class Witness:
    """Writes into `evidence` what is seen of `statements` in the walk of that name."""

    __slots__ = ("_evidence", "_statements", "_walk")

    def __init__(self, evidence: Evidence, walk: str, statements: Collection[str]) -> None:
        self._evidence = evidence
        self._walk = walk
        self._statements = frozenset(statements)

    def wants(self, claim: Claim) -> bool:
        """Whether the claim is to be shown; what comes before the first phase always is."""
        return not claim.statement or claim.statement in self._statements

    async def see(
        self,
        claim: Claim,
        door: str,
        situation: str,
        work: Awaitable[str],
        call: ClientCall | None = None,
    ) -> str | None:
        """Note what `work` shows for the claim, and give it; None where it shows something else."""
        try:
            seen = await work
        except (Differs, ExpectationFailed, RequestRefused) as failure:
            await self.differ(claim, door, situation, failure, call)
            return None
        self.hold(claim, door, seen)
        return seen

    def hold(self, claim: Claim, door: str, seen: str) -> None:
        """Note that something was seen as the claim promises."""
        self._evidence.hold(claim.statement, door, seen)

    async def differ(
        self,
        claim: Claim,
        door: str,
        situation: str,
        failure: Failure,
        call: ClientCall | None = None,
    ) -> None:
        """Note that it was not, with the ladder of `call`."""
        if not isinstance(failure, Differs):
            failure = Differs("an exchange", str(failure).partition("\n")[0])
        call = failure.call or call
        ladder = await call.explained("") if call is not None else ""
        self._evidence.differ(
            Difference(
                claim.statement,
                failure.cell or claim.cell,
                door,
                f"{self._walk}: {situation}",
                failure.expected,
                failure.seen,
                ladder.strip("\n"),
            )
        )
