"""The compiled modules: made where a C compiler is, and the same product to whoever calls it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.commands import ROOT, run

TOOL = ROOT / "requirements" / "compile_modules.py"


@pytest.fixture(scope="module")
def compiled() -> Path:
    """Give the folder of the compiled copy, made now unless it is fresh."""
    done = run(sys.executable, "-I", TOOL, timeout_seconds=280)
    if done.returncode == 3 and "needs" in done.stderr and "CI" not in os.environ:
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stderr
    return Path(run(sys.executable, "-I", "-S", TOOL, "--path").stdout.strip())


def with_path(folder: Path) -> dict[str, str]:
    """Give an environment in which Python finds the packages of `folder` first."""
    return {**os.environ, "PYTHONPATH": str(folder)}


@pytest.mark.timeout(300)
def test_calls_run_through_machine_code(compiled: Path) -> None:
    asked = "import sip.recognise, emulator.service.pending as p; print(p.__file__)"
    done = run(sys.executable, "-P", "-c", asked, env=with_path(compiled))
    assert done.stdout.startswith(str(compiled / "emulator/service/pending."))
    assert not done.stdout.strip().endswith(".py")


@pytest.mark.timeout(300)
@pytest.mark.parametrize("style", ["graceful", "crash", "blackhole"])
def test_compiled_product_shows_all_statements(compiled: Path, style: str) -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "emulator", "demo", "--style", style],
        env=with_path(compiled),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.rstrip().endswith("64 of 64 statements shown")
