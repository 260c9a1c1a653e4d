"""What is wrong with a file, and where: problems, and the error that carries them."""

from collections.abc import Sequence
from dataclasses import dataclass

from emulator.documents.nodes import Mark

__all__ = ["DocumentError", "Findings", "Problem"]

_MOST = 50


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of a file; line and column count from 1, and are 0 where no place is to blame."""

    file: str
    line: int
    column: int
    text: str

    def __str__(self) -> str:
        if not self.line:
            return f"{self.file}: {self.text}"
        return f"{self.file}:{self.line}:{self.column}: {self.text}"


class DocumentError(Exception):
    """A file that is not what it should be; `problems` has every fault, in order of place.

    `file`, `line`, `column` and `text` are those of the first. str() gives a line for each fault.
    """

    def __init__(
        self, file: str, line: int, column: int, text: str, others: Sequence[Problem] = ()
    ) -> None:
        super().__init__(file, line, column, text, others)
        self.file = file
        self.line = line
        self.column = column
        self.text = text
        self.problems: tuple[Problem, ...] = (Problem(file, line, column, text), *others)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


class Findings:
    """Collects the faults of one file while it is judged, and raises them together as `error`.

    Fifty are enough: the one that makes them full raises.
    """

    __slots__ = ("_error", "_problems", "file")

    def __init__(self, file: str, error: type[DocumentError]) -> None:
        self.file = file
        self._error = error
        self._problems: list[Problem] = []

    def add(self, mark: Mark, text: str) -> None:
        """Note that what stands at `mark` is wrong."""
        self._problems.append(Problem(self.file, mark.line, mark.column, text))
        if len(self._problems) == _MOST:
            self.raise_any()

    def raise_any(self) -> None:
        """Raise the faults found so far, in order of place, if there are any."""
        if not self._problems:
            return
        first, *others = sorted(self._problems, key=lambda each: (each.line, each.column))
        raise self._error(first.file, first.line, first.column, first.text, others)
