"""Whatever cell a statement names is altered in the emulator's rules: the demo finds it out."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from emulator.demo.doors import Door
from emulator.demo.plans import STATEMENTS
from emulator.demo.show import is_all_shown, show_statements
from emulator.resources import resource
from emulator.rules import Outcome, Rules, Style, load_rules, outcomes_of
from emulator.testing import Emulator
from emulator.topology import load_topology
from tests.support.altered_rules import alter_rules
from tests.support.commands import run
from tests.support.doors import Doors

_RULES: Rules = load_rules()
_CANNOT_COME_ABOUT = "pending/failed_back/backup"
_OF_CALLS = ("connected", "pending", "new", "on_behalf", "agents_homed_on_primary")


def _alterations() -> list[tuple[str, Outcome]]:
    """Another word for every cell that carries a statement and that can come about."""
    cells = {
        cell: None
        for statement in STATEMENTS
        for cell in _RULES.statements[statement]
        if _RULES.cells[cell] is not Outcome.NONE_EXIST and cell != _CANNOT_COME_ABOUT
    }
    alterations: list[tuple[str, Outcome]] = []
    for cell in cells:
        others = [
            outcome
            for outcome in outcomes_of(cell)
            if outcome not in (_RULES.cells[cell], Outcome.NONE_EXIST)
        ]
        # Each walk takes seconds: all the words for one phase, the first one for the others.
        alterations += [(cell, word) for word in (others if "/outage" in cell else others[:1])]
    return alterations


async def _emulator(doors: Doors, rules: Rules) -> Emulator:
    """The demo's emulator in this process, which needs no time to start."""
    door = await doors.open(topology=load_topology(resource("demo.yaml")), rules=rules)
    addresses = {}
    for listener in door.administration.deployment.listeners:
        host, _, port = listener.endpoint.sent_by.decode().rpartition(":")
        addresses[listener.name] = (host, int(port))
    return Emulator(addresses, door.url)


@pytest.mark.parametrize(("cell", "outcome"), _alterations(), ids=str)
async def test_one_altered_cell_is_found_out_and_named(
    cell: str, outcome: Outcome, tmp_path: Path, doors: Doors
) -> None:
    altered = load_rules(alter_rules(cell, outcome, tmp_path / "rules.yaml"))
    rgs = await _emulator(doors, altered)
    carried = _RULES.statements_of(cell)

    evidence = await show_statements(rgs, carried, [Door.UDP], Style.GRACEFUL, lambda _: None)
    await rgs.close()

    assert not is_all_shown(evidence, carried, [Door.UDP])
    found = [each for each in evidence.differences if each.cell == cell]
    assert found, evidence.differences
    if cell.startswith(_OF_CALLS):
        assert any("INVITE" in each.ladder for each in found)


@pytest.mark.parametrize(
    ("cell", "outcome"),
    [
        ("connected/outage/anonymous/primary", Outcome.STAY),
        ("on_behalf/failed_over/imported", Outcome.FAIL),
        ("console/failing_over/imported", Outcome.HIDDEN),
        ("config/failing_back/primary", Outcome.VIEW_AND_MODIFY),
    ],
    ids=str,
)
def test_the_command_names_the_altered_cell_and_ends_with_1(
    cell: str, outcome: Outcome, tmp_path: Path
) -> None:
    altered = alter_rules(cell, outcome, tmp_path / "rules.yaml")
    carried = [option for name in _RULES.statements_of(cell) for option in ("--only", name)]

    shown = run(
        *(sys.executable, "-m", "emulator", "demo", "--rules", altered),
        *("--transports", "udp", *carried),
    )

    assert shown.returncode == 1, shown.stdout + shown.stderr
    assert f"cell {cell}\n" in shown.stdout
