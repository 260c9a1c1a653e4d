"""The cmdlets have the parameters of Microsoft's pages: names, positions, types."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from emulator.shell.client import ApiClient
from emulator.shell.cmdlets.lync import lync_cmdlets
from emulator.shell.cmdlets.rgs_parameters import ENGINE_TYPES
from emulator.shell.engine import Cmdlet, Parameter

_SYNTAX = Path(__file__).with_name("syntax.txt")
_COMMON = {"WhatIf", "Confirm"}  # of every cmdlet that changes something
_WITHOUT_TYPES = {"Get-CsPoolFabricState"}  # of which the page tells the names alone
_OR_AN_OBJECT = {("Set-CsRgsConfiguration", "Identity")}  # -Instance may stand in its place
_PARAMETER = re.compile(
    r"(?P<open>\[)?(?P<named>\[)?-(?P<name>\w+)\]?(?: <(?P<type>[^>]+)>)?(?P<close>\])?"
)
# As the page has it, for a cmdlet of which it says "likewise".
_LIKEWISE = [
    f"{verb}-CsRgs{noun} [-Instance] <{noun}> [-Force] [-WhatIf] [-Confirm]"
    for verb in ("Set", "Remove")
    for noun in ("HoursOfBusiness", "HolidaySet")
]


@dataclass(frozen=True)
class Told:
    """A parameter as the page has it."""

    name: str
    type: str
    is_mandatory: bool
    is_positional: bool


def _syntaxes() -> list[tuple[str, list[Told]]]:
    text = re.sub(r"\n\s+", " ", _SYNTAX.read_text())
    found = []
    for line in (*text.splitlines(), *_LIKEWISE):
        name, _, rest = line.partition(" ")
        rest = rest.partition(" … ")[0]
        found.append((name, [_told(each) for each in _PARAMETER.finditer(rest)]))
    return found


def _told(found: re.Match[str]) -> Told:
    type_name = found["type"] or "Switch"
    brackets = (found["open"] or "") + (found["named"] or "")
    is_positional = brackets == "[[" or (brackets == "[" and f"[-{found['name']}]" in found[0])
    is_switch = type_name == "Switch"
    is_mandatory = brackets == "" or (is_positional and brackets == "[" and not is_switch)
    return Told(found["name"], type_name, is_mandatory, is_positional and not is_switch)


_FOUND = _syntaxes()
_CMDLETS = {each.name: each for each in lync_cmdlets(ApiClient("http://127.0.0.1:1"))}
every_syntax = pytest.mark.parametrize(
    ("name", "told"), _FOUND, ids=[f"{name}-{len(told)}" for name, told in _FOUND]
)


def _named(cmdlet: Cmdlet, name: str) -> Parameter | None:
    return next((each for each in cmdlet.parameters if each.name == name), None)


@every_syntax
def test_a_cmdlet_has_every_parameter_of_its_syntax(name: str, told: list[Told]) -> None:
    cmdlet = _CMDLETS[name]
    names = {each.name for each in told} - _COMMON
    assert names <= {each.name for each in cmdlet.parameters}
    assert cmdlet.supports_should_process >= bool({each.name for each in told} & _COMMON)


@every_syntax
def test_parameters_are_positional_and_mandatory_as_they_are_told(
    name: str, told: list[Told]
) -> None:
    for each in told:
        declared = _named(_CMDLETS[name], each.name)
        if declared is None:
            continue
        is_mandatory = declared.is_mandatory or bool(declared.mandatory_in)
        assert is_mandatory == each.is_mandatory, each
        assert (declared.position is not None) == each.is_positional, each


@every_syntax
def test_parameters_have_the_types_that_are_told(name: str, told: list[Told]) -> None:
    for each in told:
        declared = _named(_CMDLETS[name], each.name)
        if declared is None or name in _WITHOUT_TYPES:
            continue
        wanted = ENGINE_TYPES.get(each.type, each.type)
        if (name, each.name) in _OR_AN_OBJECT:
            wanted = "Object"
        assert declared.type == wanted, each


def test_no_cmdlet_of_the_page_has_a_parameter_that_the_page_does_not_have() -> None:
    told: dict[str, set[str]] = {}
    for name, parameters in _FOUND:
        told.setdefault(name, set()).update(each.name for each in parameters)
    for name, names in told.items():
        declared = {each.name for each in _CMDLETS[name].parameters}
        assert declared <= names, name
