"""The pytest plugin where nothing of the project is but the wheel and its extra."""

from __future__ import annotations

import re
import sys
import venv
from pathlib import Path

import pytest

from tests.support.commands import ROOT, must_succeed
from tests.support.plugin_runs import EXAMPLE, run_pytest

pytestmark = [pytest.mark.xdist_group("wheel"), pytest.mark.timeout(300)]

_PINNED = re.compile(r"^([a-z0-9._-]+==[^ ;\\]+)", re.MULTILINE | re.IGNORECASE)


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment with the wheel, its needs, and its extra `pytest`."""
    place = tmp_path_factory.mktemp("plugin")
    must_succeed(
        sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", place, ROOT
    )
    [wheel] = place.glob("*.whl")
    constraints = place / "constraints.txt"
    locked = (ROOT / "requirements" / "dev.txt").read_text(encoding="utf-8")
    constraints.write_text("\n".join(_PINNED.findall(locked)))
    venv.create(place / "venv", with_pip=True)
    found = place / "venv" / "bin" / "python"
    must_succeed(
        found, "-m", "pip", "install", "-qq", "--only-binary", ":all:", "-c", constraints,
        f"{wheel}[pytest]", timeout_seconds=250,
    )  # fmt: skip
    return found


def test_example_passes(python: Path, tmp_path: Path) -> None:
    (tmp_path / "test_example.py").write_text(EXAMPLE)

    done = run_pytest(tmp_path, "-o", "asyncio_mode=auto", python=python)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout


def test_example_with_phase_normal_fails_with_a_ladder(python: Path, tmp_path: Path) -> None:
    (tmp_path / "test_example.py").write_text(EXAMPLE.replace('"outage"', '"normal"'))

    done = run_pytest(tmp_path, "-o", "asyncio_mode=auto", python=python)

    assert done.returncode == 1, done.stdout + done.stderr
    assert "the emulator's ladder of call" in done.stdout
    assert "|----INVITE--->|" in done.stdout


def test_plugin_leaves_tests_alone_that_can_not_use_it(python: Path, tmp_path: Path) -> None:
    (tmp_path / "test_plain.py").write_text("def test_plain():\n    pass\n")

    done = run_pytest(tmp_path, "-p", "no:asyncio", python=python)

    assert done.returncode == 0, done.stdout + done.stderr
