"""Reads YAML into nodes: every fault with its place, bounded in size, in depth and in aliases.

The tree is built from the parser's events, not by its composer, which recurses without a bound.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError, YAMLStreamError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from emulator.documents.errors import DocumentError, Findings
from emulator.documents.nodes import Mapping, Mark, Node, Scalar, Sequence
from emulator.documents.wording import quoted

__all__ = ["MAX_BYTES", "read_document", "read_file"]

MAX_BYTES = 4 * 1024 * 1024
_SURROGATE = re.compile("[\ud800-\udfff]")
_MAX_DEPTH = 32
_MAX_NODES = 500_000
_MAX_LINE_OF_PROBLEM = 200


def read_file(path: Path) -> bytes:
    """Give the bytes of the file, one more than 4 MiB at most; raises DocumentError."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise DocumentError(str(path), 0, 0, f"cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise DocumentError(str(path), 0, 0, f"cannot be read: {error}") from error
    return data


def read_document(text: str | bytes, *, name: str) -> Node:
    """Read the one YAML document in `text`; `name` stands for the file in errors.

    Raises DocumentError: not UTF-8, over 4 MiB, not YAML, no or several documents, a key twice, a
    tag, deeper than 32 levels, or over half a million values once aliases are followed.
    """
    decoded = _decode(text, name)
    builder = _Builder(name)
    for event in _events(decoded, name):
        builder.take(event)
    builder.findings.raise_any()
    if builder.root is None:
        raise DocumentError(name, 1, 1, "the file is empty: expected a mapping")
    return builder.root


def _decode(text: str | bytes, name: str) -> str:
    if isinstance(text, str):
        if len(text) > MAX_BYTES:
            raise DocumentError(name, 0, 0, _TOO_LARGE)
        return text.removeprefix("\ufeff")
    if len(text) > MAX_BYTES:
        raise DocumentError(name, 0, 0, _TOO_LARGE)
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        mark = _mark_at(text[: error.start].decode("utf-8", "replace"))
        problem = f"not UTF-8: found byte 0x{text[error.start]:02x}"
        raise DocumentError(name, mark.line, mark.column, problem) from error


_TOO_LARGE = f"the file is too large: at most {MAX_BYTES // 1024 // 1024} MiB are read"


def _mark_at(before: str) -> Mark:
    return Mark(before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)


def _events(text: str, name: str) -> Iterator[Event]:
    try:
        yield from YAML(typ="safe", pure=True).parse(text)
    except ReaderError as error:
        mark = _mark_at(text[: error.position])
        problem = (
            f"a character that YAML forbids: {quoted(text[error.position : error.position + 1])}"
        )
        raise DocumentError(name, mark.line, mark.column, problem) from error
    except MarkedYAMLError as error:
        place = error.problem_mark or error.context_mark
        mark = Mark(place.line + 1, place.column + 1) if place else Mark(0, 0)
        parts = [part for part in (error.context, error.problem) if part]
        problem = " ".join(" ".join(parts).split())[:_MAX_LINE_OF_PROBLEM]
        raise DocumentError(name, mark.line, mark.column, f"not YAML: {problem}") from error
    except (YAMLError, YAMLStreamError, ValueError) as error:
        problem = " ".join(str(error).split())[:_MAX_LINE_OF_PROBLEM]
        raise DocumentError(name, 0, 0, f"not YAML: {problem}") from error


class _Open:
    """A sequence or mapping whose end has not come."""

    __slots__ = ("anchor", "is_mapping", "mark", "nodes", "size")

    def __init__(self, is_mapping: bool, anchor: str | None, mark: Mark) -> None:
        self.is_mapping = is_mapping
        self.anchor = anchor
        self.mark = mark
        self.nodes: list[Node] = []
        self.size = 1


class _Builder:
    """Puts the tree together, event by event, without recursion."""

    def __init__(self, name: str) -> None:
        self.findings = Findings(name, DocumentError)
        self.root: Node | None = None
        self._open: list[_Open] = []
        self._anchors: dict[str, tuple[Node, int] | None] = {}
        self._documents = 0

    def take(self, event: Event) -> None:
        mark = Mark(event.start_mark.line + 1, event.start_mark.column + 1)
        if isinstance(event, DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                self._refuse(mark, "a second document: expected one document in the file")
        elif isinstance(event, AliasEvent):
            self._put(*self._anchored(event.anchor, mark), mark)
        elif isinstance(event, ScalarEvent):
            self._refuse_tag(event.tag, mark)
            scalar = Scalar(self._joined(event.value, mark), event.style in (None, ""), mark)
            self._anchor(event.anchor, scalar, 1)
            self._put(scalar, 1, mark)
        elif isinstance(event, SequenceStartEvent | MappingStartEvent):
            self._refuse_tag(event.tag, mark)
            self._begin(isinstance(event, MappingStartEvent), event.anchor, mark)
        elif isinstance(event, SequenceEndEvent | MappingEndEvent):
            self._end()

    def _begin(self, is_mapping: bool, anchor: str | None, mark: Mark) -> None:
        if len(self._open) == _MAX_DEPTH:
            self._refuse(mark, f"nested too deep: at most {_MAX_DEPTH} levels")
        if anchor is not None:
            self._anchors[anchor] = None
        self._open.append(_Open(is_mapping, anchor, mark))

    def _end(self) -> None:
        ended = self._open.pop()
        node: Node
        if ended.is_mapping:
            node = Mapping(tuple(self._entries(ended.nodes)), ended.mark)
        else:
            node = Sequence(tuple(ended.nodes), ended.mark)
        self._anchor(ended.anchor, node, ended.size)
        self._put(node, ended.size, ended.mark)

    def _put(self, node: Node, size: int, mark: Mark) -> None:
        if not self._open:
            self.root = node
            return
        holder = self._open[-1]
        holder.nodes.append(node)
        holder.size += size
        if holder.size > _MAX_NODES:
            self._refuse(mark, f"too large: over {_MAX_NODES} values once aliases are followed")

    def _entries(self, nodes: list[Node]) -> Iterator[tuple[Scalar, Node]]:
        seen: dict[str, Mark] = {}
        for key, value in zip(nodes[::2], nodes[1::2], strict=True):
            if not isinstance(key, Scalar):
                self.findings.add(key.mark, f"{quoted(key)} as a key: expected a name")
                continue
            if key.text in seen:
                first = seen[key.text]
                told = f"the key {quoted(key.text)} is there twice: first in line {first.line}"
                self.findings.add(key.mark, told)
                continue
            seen[key.text] = key.mark
            yield key, value

    def _anchor(self, anchor: str | None, node: Node, size: int) -> None:
        if anchor is not None:
            self._anchors[anchor] = (node, size)

    def _anchored(self, anchor: str, mark: Mark) -> tuple[Node, int]:
        if anchor not in self._anchors:
            self._refuse(mark, f"the alias {quoted(anchor)} names no anchor that stands before it")
        found = self._anchors[anchor]
        if found is None:
            self._refuse(mark, f"the alias {quoted(anchor)} stands inside what it names")
        return found

    def _joined(self, text: str, mark: Mark) -> str:
        """Give `text` with the surrogate pairs of JSON escapes made whole."""
        if text.isascii() or not _SURROGATE.search(text):
            return text
        try:
            return text.encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError:
            self._refuse(mark, f"found {quoted(text)}, which has half a surrogate pair")

    def _refuse_tag(self, tag: object, mark: Mark) -> None:
        if tag is not None:
            self._refuse(mark, f"the tag {quoted(str(tag))}: tags have no meaning here")

    def _refuse(self, mark: Mark, text: str) -> NoReturn:
        raise DocumentError(self.findings.file, mark.line, mark.column, text)
