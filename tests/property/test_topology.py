"""Whatever a topology file holds, the loader never fails otherwise than by saying what is wrong."""

import json
from contextlib import suppress
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from emulator.model.topology import Topology
from emulator.resources import resource
from emulator.topology import (
    TopologyError,
    contradictions,
    load_topology,
    parse_topology,
    plain,
    schema,
)

VALIDATOR = Draft202012Validator(schema())
CONTOSO = resource("contoso.yaml").read_text(encoding="utf-8")
SAMPLES = [
    plain(load_topology(resource(name))) for name in ("contoso.yaml", "phones.yaml", "queues.yaml")
]

BEYOND_THE_SCHEMA = (
    "which is",
    "unknown agent",
    "unknown queue",
    "unknown hours",
    "unknown holiday set",
    "expected a time zone",
    "expected dtmf or voice",
    "expected at least one answer",
    "twice in",
    "goes round in a circle",
    "expected no less than",
    "expected an IP network",
)

WORDS = st.sampled_from(
    ["primary", "backup", "emulated", "none", "formal", "kept", "a", "b", "terminate", "queue"]
)
NAMES = st.sampled_from(
    ["name", "home", "agents", "groups", "queue", "tel", "timers", "t1_ms", "uri", "kind", "x"]
)
# Python's `$` also matches before a line's end, ECMAScript's, which JSON Schema means, does not.
TEXTS = st.text().map(str.rstrip)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | WORDS | TEXTS
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)


def paths_of(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Give the path of every value inside `value`."""
    found = [path]
    pairs: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        pairs = list(value.items())
    elif isinstance(value, list):
        pairs = list(enumerate(value))
    for key, below in pairs:
        found += paths_of(below, (*path, key))
    return found


def with_value(value: object, path: tuple[str | int, ...], new: object) -> object:
    """Give a copy of `value` with `new` at `path`."""
    if not path:
        return new
    head, *rest = path
    if isinstance(value, dict):
        return {**value, head: with_value(value[head], tuple(rest), new)}
    assert isinstance(value, list)
    assert isinstance(head, int)
    return [*value[:head], with_value(value[head], tuple(rest), new), *value[head + 1 :]]


@st.composite
def nearly_right(draw: st.DrawFn) -> object:
    """Give a sample with one value replaced."""
    sample = draw(st.sampled_from(SAMPLES))
    path = draw(st.sampled_from(paths_of(sample)))
    return with_value(sample, path, draw(VALUES))


def refusal_of(instance: object) -> TopologyError | None:
    try:
        parse_topology(json.dumps(instance), name="file.yaml")
    except TopologyError as error:
        return error
    return None


def loads(instance: object) -> Topology | None:
    with suppress(TopologyError):
        return parse_topology(json.dumps(instance), name="file.yaml")
    return None


@given(text=st.text(max_size=300) | st.binary(max_size=300))
def test_any_text_loads_or_is_refused_with_its_name(text: str | bytes) -> None:
    with suppress(TopologyError):
        parse_topology(text, name="file.yaml")


@given(start=st.integers(0, len(CONTOSO)), length=st.integers(0, 40), new=st.text(max_size=10))
def test_any_change_of_a_file_loads_or_is_refused_with_its_name(
    start: int, length: int, new: str
) -> None:
    with suppress(TopologyError):
        parse_topology(CONTOSO[:start] + new + CONTOSO[start + length :], name="file.yaml")


@given(instance=nearly_right())
def test_what_loads_is_valid_by_the_schema(instance: object) -> None:
    if loads(instance) is not None:
        assert VALIDATOR.is_valid(instance)


@given(instance=nearly_right())
def test_what_is_valid_by_the_schema_is_refused_only_where_parts_do_not_fit(
    instance: object,
) -> None:
    refusal = refusal_of(instance)

    if refusal is not None and VALIDATOR.is_valid(instance):
        for problem in refusal.problems:
            assert any(each in problem.text for each in BEYOND_THE_SCHEMA), problem


@given(instance=nearly_right())
def test_what_loads_is_written_back_as_it_was(instance: object) -> None:
    topology = loads(instance)

    if topology is not None:
        assert loads(plain(topology)) == topology


@given(instance=nearly_right())
def test_what_loads_has_no_contradictions(instance: object) -> None:
    topology = loads(instance)

    if topology is not None:
        assert list(contradictions(topology)) == []
        twice = replace(topology, groups=(*topology.groups, *topology.groups))
        assert bool(list(contradictions(twice))) is bool(topology.groups)
