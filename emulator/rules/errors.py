"""What goes wrong with rules: a file that is not usable, a transition that they don't have."""

from collections.abc import Mapping

from emulator.documents import DocumentError
from emulator.rules.phases import Cause, Phase

__all__ = ["RulesError", "TransitionRefused"]


class RulesError(DocumentError):
    """A rules file that can't be used; says where, what was found and what was expected."""


class TransitionRefused(Exception):
    """A transition that the rules don't have; `permitted` has those that they have, by cause."""

    def __init__(self, source: Phase, target: Phase, permitted: Mapping[Phase, Cause]) -> None:
        super().__init__(source, target, permitted)
        self.source = source
        self.target = target
        self.permitted = permitted

    def __str__(self) -> str:
        if not self.permitted:
            told = "nothing may follow it"
        else:
            told = "what may follow is " + " or ".join(
                f"{phase} ({cause})" for phase, cause in self.permitted.items()
            )
        return f"phase {self.source} is not followed by {self.target}: {told}"
