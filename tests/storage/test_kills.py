"""Kills at seeded moments lose nothing that was acknowledged, and tear nothing."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.storage.kills import Killing

KILLS = int(os.environ.get("RGS_KILLS", "6"))


@pytest.mark.timeout(60 + 20 * KILLS)
@pytest.mark.parametrize("seed", [7])
def test_what_was_acknowledged_outlives_kills(
    tmp_path: Path, server_options: Sequence[str], seed: int
) -> None:
    told: list[str] = []

    findings = Killing(tmp_path / "data", server_options, seed, told.append).run(KILLS)

    assert findings.missing == []
    assert findings.kills == KILLS
