"""Rules of one's own: what they make of calls where the product's rules never come to it."""

from __future__ import annotations

from emulator.rules import Outcome
from tests.support.house import House

_TOPOLOGY = """
agents: [{name: ann, home: backup}]
groups:
  - {name: desk, agents: [ann]}
"""


async def test_a_call_for_a_copy_that_there_is_not_is_refused_with_the_cell(house: House) -> None:
    cell = "new/outage/not_imported"
    await house.build(_TOPOLOGY, altered={cell: Outcome.CONNECT_TO_BACKUP})
    caller = await house.client("caller")
    await house.enter("outage")

    refused = await caller.invite("desk")

    answer = await refused.expect(503)
    assert answer.header("Reason") == f'Q.850;cause=41;text="{cell}"'
    assert answer.header("X-RGS-Rule") == f"cell={cell}; phase=outage; pool=primary; imported=no"
    assert house.call.ended_by == "rule"
