"""Past the bound of live calls new ones are refused, and none that lives is touched."""

from __future__ import annotations

from tests.support.house import House

_RINGING = """
agents:
  - {name: ann, answer_after_ms: null, concurrent: unlimited}
groups:
  - {name: desk, agents: [ann]}
"""


async def test_calls_past_the_bound_are_refused_until_others_end(house: House) -> None:
    await house.build(_RINGING)
    house.site.max_live_calls = 2
    caller = await house.client("caller")
    first = await caller.invite("desk", wait="ringing")
    await caller.invite("desk", wait="ringing")

    refused = await caller.invite("desk")
    await first.cancel()
    await first.expect(487)
    again = await caller.invite("desk", wait="ringing")

    assert (await refused.expect(503)).header("Retry-After") == "5"
    assert again.status == 180
