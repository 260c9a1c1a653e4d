"""Runs pytest as the author of a client does: elsewhere, with nothing but the plugin."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.support.commands import ROOT

__all__ = ["EXAMPLE", "code_blocks", "run_pytest"]

_BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def code_blocks(page: str) -> list[str]:
    """The Python code on a page of `docs/`."""
    return _BLOCK.findall((ROOT / "docs" / page).read_text(encoding="utf-8"))


EXAMPLE = code_blocks("testing.md")[0]


def run_pytest(
    folder: Path, *options: str, python: str | Path = sys.executable
) -> subprocess.CompletedProcess[str]:
    """Run the tests in `folder`, which is the whole project there, with `python`."""
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTEST_", "PYTHONPATH", "COV_"))
    }
    return subprocess.run(
        [str(python), "-m", "pytest", "-p", "no:cacheprovider", *options, str(folder)],
        check=False,
        cwd=folder,
        env=clean,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=110,
    )
