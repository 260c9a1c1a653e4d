"""The shape of a mapping with known keys, as it becomes a value of the model."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, fields
from typing import Any, Final, Generic, TypeVar

from emulator.documents import Mapping as MappingNode
from emulator.documents import Node, listed, nearest, quoted
from emulator.topology.judgement import Judgement, Path, Schema, Shape
from emulator.topology.plain import plain

__all__ = ["NO_DEFAULT", "Key", "Record", "keys_of"]

_T = TypeVar("_T")
NO_DEFAULT: Final = object()


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a record: the shape of its value, and its meaning in a few words.

    `default` is what a key that is left out means, in the file's terms.
    """

    shape: Shape[object]
    about: str = ""
    required: bool = False
    default: object = NO_DEFAULT

    def schema(self) -> Schema:
        """Give the shape's schema with meaning and default."""
        schema = dict(self.shape.schema())
        if self.about:
            schema["description"] = self.about
        if self.default is not NO_DEFAULT:
            schema["default"] = self.default
        return schema


class Record(Generic[_T]):
    """A mapping with known keys; `build` gets the values of those that are there, by name.

    exactly_one_of  keys of which one must be there, and one only.
    later           keys that will be known one day: refused as such.
    """

    def __init__(
        self,
        build: Callable[..., _T],
        keys: Mapping[str, Key],
        *,
        exactly_one_of: tuple[str, ...] = (),
        later: tuple[str, ...] = (),
    ) -> None:
        self._build = build
        self._keys = keys
        self._exactly_one_of = exactly_one_of
        self._later = later

    def judge(self, node: Node, path: Path, judgement: Judgement) -> _T:
        """Give what `build` makes of the values."""
        if not isinstance(node, MappingNode):
            told = f"found {quoted(node)}, expected {self._expected()}"
            judgement.refuse(node.mark, path, told)
        values: dict[str, object] = {}
        failed: list[Path] = []
        for key, value in node:
            below = (*path, key.text)
            with judgement.going_on(failed, below):
                if key.text not in self._keys:
                    judgement.refuse(key.mark, path, self._unknown(key.text))
                values[key.text] = judgement.value(self._keys[key.text].shape, value, below)
        with judgement.going_on(failed, path):
            self._judge_presence(node, path, judgement)
        judgement.give_up_if(failed)
        return self._build(**values)

    def schema(self) -> Schema:
        """Give the keys with their shapes; other keys are not accepted."""
        schema: Schema = {
            "type": "object",
            "properties": {name: key.schema() for name, key in self._keys.items()},
            "additionalProperties": False,
        }
        required = [name for name, key in self._keys.items() if key.required]
        if required:
            schema["required"] = required
        if self._exactly_one_of:
            schema["oneOf"] = [{"required": [name]} for name in self._exactly_one_of]
        return schema

    def _judge_presence(self, node: MappingNode, path: Path, judgement: Judgement) -> None:
        there = {key.text for key, _ in node}
        missing = [name for name, key in self._keys.items() if key.required and name not in there]
        if missing:
            judgement.refuse(node.mark, path, f"expected the key {listed(missing)}, found none")
        chosen = [name for name in self._exactly_one_of if name in there]
        if self._exactly_one_of and len(chosen) != 1:
            found = " and ".join(chosen) or "none"
            expected = f"exactly one of the keys {listed(self._exactly_one_of)}"
            judgement.refuse(node.mark, path, f"found {found}, expected {expected}")

    def _expected(self) -> str:
        return f"a mapping with {listed(self._keys)}" if self._keys else "an empty mapping"

    def _unknown(self, name: str) -> str:
        if name in self._later:
            return f"the key {quoted(name)} is not built yet"
        known = f"expected one of {listed(self._keys)}" if self._keys else "expected none"
        return f"unknown key {quoted(name)}, {known}{nearest(name, self._keys)}"


def keys_of(model: type[Any], **keys: tuple[Shape[object], str]) -> dict[str, Key]:
    """Give the keys that fill fields of `model`, each with its field's default."""
    defaults = {each.name: _default(each) for each in fields(model)}
    return {
        name: Key(shape, about, defaults[name] is NO_DEFAULT, defaults[name])
        for name, (shape, about) in keys.items()
    }


def _default(filled: "Field[Any]") -> object:
    if filled.default_factory is not MISSING:
        return plain(filled.default_factory())
    return NO_DEFAULT if filled.default is MISSING else plain(filled.default)
