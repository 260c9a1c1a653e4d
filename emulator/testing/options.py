"""What a test asks of its emulator by `pytest.mark.rgs`, as options of `rgs up`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

__all__ = ["Options", "options_of"]

Options = tuple[str, ...]


def options_of(
    folder: Path,
    *,
    topology: str | Path | Mapping[str, object] | None = None,
    style: str | None = None,
    args: Sequence[str] = (),
) -> Options:
    """The options of `rgs up`. A topology that is given as a mapping is written into `folder`."""
    options: list[str] = []
    if isinstance(topology, Mapping):
        text = json.dumps(topology, indent=1, sort_keys=True)  # every JSON text is YAML
        path = folder / f"topology-{abs(hash(text)):x}.yaml"
        path.write_text(text, encoding="utf-8")
        options += ["--topology", str(path)]
    elif topology is not None:
        options += ["--topology", str(Path(topology).resolve())]
    if style is not None:
        options += ["--style", style]
    return (*options, *args)
