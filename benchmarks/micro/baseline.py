"""The kept baseline: ratios of an earlier run, and what is worse than they were."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PATH = Path(__file__).parent.parent / "baseline.json"
TOLERANCE = 0.10


@dataclass(frozen=True, slots=True)
class Baseline:
    """The ratios by case, and the Python that they were taken with."""

    python: str
    ratios: Mapping[str, float]


def load(path: Path = PATH) -> Baseline | None:
    """The kept baseline; None when there is none."""
    if not path.exists():
        return None
    content = json.loads(path.read_text())
    return Baseline(content["python"], content["ratios"])


def keep(ratios: Mapping[str, float], path: Path = PATH) -> None:
    """Make `ratios` the baseline."""
    content = {
        "python": platform.python_version(),
        "ratios": {name: round(ratio, 3) for name, ratio in ratios.items()},
    }
    path.write_text(json.dumps(content, indent=2) + "\n")


def change(ratio: float, before: float) -> float:
    """How much worse a ratio is than it was: 0.12 is 12 % slower, negative is faster."""
    return ratio / before - 1


def is_worse(ratio: float, before: float) -> bool:
    """True when a ratio is worse by more than is tolerated."""
    return change(ratio, before) > TOLERANCE
