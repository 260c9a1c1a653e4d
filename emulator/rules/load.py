"""Reads a file of the form of behaviour.yaml into Rules, or tells every fault with its place."""

from collections.abc import Collection, Iterable
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from emulator.documents import (
    DocumentError,
    Findings,
    Mapping,
    Mark,
    Node,
    Scalar,
    Sequence,
    listed,
    nearest,
    quoted,
    read_document,
    read_file,
)
from emulator.resources import resource
from emulator.rules.book import Rules
from emulator.rules.cells import (
    AGENTS_HOMED_ON_PRIMARY,
    COLUMNS,
    Outcome,
    Row,
    agents_cell,
    every_cell,
    outcomes_of,
)
from emulator.rules.errors import RulesError
from emulator.rules.phases import Cause, Phase, Reading
from emulator.rules.statements import load_statements

__all__ = ["load_rules", "parse_rules"]

_SECTIONS = ("phases", "transitions", AGENTS_HOMED_ON_PRIMARY, "rows", "statements")
_MOST_CELLS_OF_A_STATEMENT = 200
_Word = TypeVar("_Word", bound=StrEnum)


def load_rules(path: Path | None = None, reading: Reading = Reading.HOSTED) -> Rules:
    """Read the rules file at `path`, or the one that comes with the product; raises RulesError."""
    chosen = path or resource("behaviour.yaml")
    try:
        data = read_file(chosen)
    except DocumentError as error:
        raise RulesError(error.file, error.line, error.column, error.text) from error
    return parse_rules(data, name=str(chosen), statements=load_statements()).under(reading)


def parse_rules(text: str | bytes, *, name: str, statements: Collection[str]) -> Rules:
    """Give the rules that `text` has, under the hosted reading.

    `name` stands for the file in errors, `statements` are the ids that the file must map to cells.
    Raises RulesError with every fault: unknown words, keys that are missing, extra or there twice.
    """
    try:
        root = read_document(text, name=name)
    except DocumentError as error:
        first, *others = error.problems
        raise RulesError(first.file, first.line, first.column, first.text, others) from error
    return _Judge(Findings(name, RulesError)).rules(root, statements)


class _Judge:
    """Goes through the document once, noting every fault on the way."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._cells: dict[str, Outcome] = {}

    def rules(self, root: Node, statements: Collection[str]) -> Rules:
        sections = self._exactly(root, _SECTIONS, "a rules file")
        if "phases" in sections:
            self._phases(sections["phases"])
        transitions = self._transitions(sections.get("transitions"))
        self._agents(sections.get(AGENTS_HOMED_ON_PRIMARY))
        self._rows(sections.get("rows"))
        carried = self._statements(sections.get("statements"), statements)
        self._findings.raise_any()
        return Rules(self._cells, transitions, carried)

    def _phases(self, node: Node) -> None:
        if not isinstance(node, Sequence):
            self._unexpected(node, f"the list of the phases {listed(Phase)}")
            return
        named = [self._word(item, Phase, "phase") for item in node.items]
        for phase in Phase:
            if None not in named and named.count(phase) != 1:
                told = "more than once" if phase in named else "nowhere"
                self._findings.add(node.mark, f"found the phase {phase} {told}, expected it once")

    def _transitions(self, node: Node | None) -> dict[Phase, dict[Phase, Cause]]:
        transitions = {}
        for name, targets in self._exactly(node, Phase, "the transitions").items():
            if not isinstance(targets, Mapping):
                self._unexpected(targets, "a mapping of phases to causes")
                continue
            permitted = {}
            for key, cause_node in targets:
                phase = self._word(key, Phase, "phase")
                cause = self._word(cause_node, Cause, "cause")
                if phase is not None and cause is not None:
                    permitted[phase] = cause
            transitions[Phase(name)] = permitted
        return transitions

    def _agents(self, node: Node | None) -> None:
        for name, outcome in self._exactly(node, Phase, AGENTS_HOMED_ON_PRIMARY).items():
            self._cell(agents_cell(Phase(name)), outcome)

    def _rows(self, node: Node | None) -> None:
        for row_name, phases in self._exactly(node, Row, "the rows").items():
            row = Row(row_name)
            for phase_name, columns in self._exactly(phases, Phase, f"the row {row}").items():
                phase = Phase(phase_name)
                self._columns(columns, f"{row}/{phase}", COLUMNS[row])

    def _columns(self, node: Node, path: str, columns: Iterable[str]) -> None:
        """Take the cells below `path`; `anonymous/primary` stands in a mapping `anonymous`."""
        below: dict[str, list[str]] = {}
        for column in columns:
            head, _, rest = column.partition("/")
            below.setdefault(head, []).append(rest)
        for key, value in self._exactly(node, below, path).items():
            if below[key] == [""]:
                self._cell(f"{path}/{key}", value)
            else:
                self._columns(value, f"{path}/{key}", below[key])

    def _cell(self, cell: str, node: Node) -> None:
        outcome = self._word(node, outcomes_of(cell), f"outcome of {cell}")
        if outcome is not None:
            self._cells[cell] = outcome

    def _statements(
        self, node: Node | None, expected: Collection[str]
    ) -> dict[str, tuple[str, ...]]:
        known = list(every_cell())
        carried = {}
        for name, cells in self._exactly(node, expected, "the statements").items():
            if not isinstance(cells, Sequence) or not cells.items:
                self._unexpected(cells, f"the list of the cells that carry {name}")
            elif len(cells.items) > _MOST_CELLS_OF_A_STATEMENT:
                self._findings.add(cells.mark, f"too many cells for the statement {name}")
            else:
                named = [self._name(cell, known, "cell") for cell in cells.items]
                carried[name] = tuple(dict.fromkeys(cell for cell in named if cell))
        return carried

    def _exactly(self, node: Node | None, names: Iterable[str], what: str) -> dict[str, Node]:
        """Give the values of a mapping by key, noting keys that it should or should not have."""
        if node is None:
            return {}
        known = [str(name) for name in names]
        if not isinstance(node, Mapping):
            self._unexpected(node, f"a mapping with {listed(known)}")
            return {}
        found: dict[str, Node] = {}
        for key, value in node:
            if key.text in known:
                found[key.text] = value
            else:
                self._unknown(
                    key.mark, f"unknown key {quoted(key.text)} of {what}", key.text, known
                )
        missing = [name for name in known if name not in found]
        if missing:
            self._findings.add(node.mark, f"{what}: expected {listed(missing)}, found none")
        return found

    def _word(self, node: Node, words: Iterable[_Word], what: str) -> _Word | None:
        by_name = {str(word): word for word in words}
        name = self._name(node, by_name, what)
        return None if name is None else by_name[name]

    def _name(self, node: Node, known: Collection[str], what: str) -> str | None:
        if not isinstance(node, Scalar):
            self._unexpected(node, f"one {what}")
            return None
        if node.text in known:
            return node.text
        self._unknown(node.mark, f"unknown {what}: found {quoted(node)}", node.text, known)
        return None

    def _unknown(self, mark: Mark, told: str, word: str, known: Collection[str]) -> None:
        self._findings.add(mark, f"{told}, expected one of {listed(known)}{nearest(word, known)}")

    def _unexpected(self, node: Node, expected: str) -> None:
        self._findings.add(node.mark, f"found {quoted(node)}, expected {expected}")
