"""What is noted while a topology file is judged: the faults, and where every value stood."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn, Protocol, TypeAlias, TypeVar

from emulator.documents import Findings, Mark, Node
from emulator.topology.errors import TopologyError

__all__ = ["Judgement", "Path", "Refused", "Schema", "Shape", "path_text"]

Path: TypeAlias = tuple[str | int, ...]
Schema: TypeAlias = dict[str, object]
_T = TypeVar("_T")
_T_co = TypeVar("_T_co", covariant=True)


class Refused(Exception):
    """A value is not usable; why has been noted already."""


class Shape(Protocol[_T_co]):
    """What a value of the file must be: judges a node, and says the same as JSON Schema."""

    def judge(self, node: Node, path: Path, judgement: "Judgement") -> _T_co:
        """Give the value that `node` means; raises Refused after noting what is wrong."""

    def schema(self) -> Schema:
        """Give the JSON Schema that accepts the same values."""


class Judgement:
    """Faults and places of one file."""

    __slots__ = ("_findings", "_places")

    def __init__(self, file: str) -> None:
        self._findings = Findings(file, TopologyError)
        self._places: dict[Path, Mark] = {}

    @property
    def file(self) -> str:
        """The name of the file in errors."""
        return self._findings.file

    def value(self, shape: Shape[_T], node: Node, path: Path) -> _T:
        """Give what `shape` makes of `node`, remembering where it stood; raises Refused."""
        self._places[path] = node.mark
        return shape.judge(node, path, self)

    def note(self, mark: Mark, path: Path, text: str) -> None:
        """Note a fault and go on."""
        self._findings.add(mark, f"{path_text(path)}: {text}" if path else text)

    def refuse(self, mark: Mark, path: Path, text: str) -> NoReturn:
        """Note a fault of the value at `path`, and give that value up."""
        self.note(mark, path, text)
        raise Refused

    @contextmanager
    def going_on(self, failed: list[Path], path: Path) -> Iterator[None]:
        """Let the rest be judged after a value inside was given up; `failed` gets its path."""
        try:
            yield
        except Refused:
            failed.append(path)

    def give_up_if(self, failed: list[Path]) -> None:
        """Give a value up if something inside it was."""
        if failed:
            raise Refused

    def has(self, path: Path) -> bool:
        """Say whether a value was written at `path`."""
        return path in self._places

    def place(self, path: Path) -> Mark:
        """Give where the value at `path` stood, or what holds it if it was not written."""
        while path not in self._places and path:
            path = path[:-1]
        return self._places.get(path, Mark(1, 1))

    def raise_any(self) -> None:
        """Raise TopologyError if there were faults."""
        self._findings.raise_any()


def path_text(path: Path) -> str:
    """Give `groups[2].agent_groups[0].name`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")
