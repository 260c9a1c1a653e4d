"""The wheel: what is in it, and that it works where nothing else of the project is."""

from __future__ import annotations

import os
import re
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from tests.support.commands import ROOT, must_succeed, run

# One process builds and installs the wheel once for all of these.
pytestmark = [pytest.mark.xdist_group("wheel"), pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the wheel as built from the checkout."""
    target = tmp_path_factory.mktemp("dist")
    must_succeed(
        sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", target, ROOT
    )
    [built] = target.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def names(wheel: Path) -> list[str]:
    """Give the names of all files in the wheel."""
    return zipfile.ZipFile(wheel).namelist()


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of the programs of an environment that holds the wheel and its needs."""
    place = tmp_path_factory.mktemp("environment")
    venv.create(place, with_pip=True)
    pip: list[str | Path] = [place / "bin" / "python", "-m", "pip", "install", "-qq"]
    lock = ROOT / "requirements" / "run.txt"
    must_succeed(*pip, "--require-hashes", "--only-binary", ":all:", "-r", lock)
    must_succeed(*pip, "--no-deps", "--no-index", wheel)
    return place / "bin"


def test_wheel_holds_the_two_packages_and_nothing_else(names: list[str]) -> None:
    top = {name.split("/")[0] for name in names}
    assert {each for each in top if not each.endswith(".dist-info")} == {"emulator", "sip"}


def test_wheel_carries_the_fixtures_inside_the_product(names: list[str]) -> None:
    kept = {
        f"emulator/fixtures/{path.relative_to(ROOT / 'fixtures')}"
        for path in (ROOT / "fixtures").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert kept
    assert kept <= set(names)


@pytest.mark.parametrize("package", ["emulator", "sip"])
def test_wheel_says_that_it_is_typed(names: list[str], package: str) -> None:
    assert f"{package}/py.typed" in names


def test_wheel_carries_the_licence(names: list[str]) -> None:
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_installed_wheel_needs_nothing_that_it_does_not_name(installed: Path) -> None:
    assert must_succeed(installed / "python", "-m", "pip", "check")


def test_installed_command_explains_itself(installed: Path, tmp_path: Path) -> None:
    done = run(installed / "rgs", "--help", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for subcommand in ("up", "demo", "status", "phase", "import", "calls", "explain", "check"):
        assert subcommand in done.stdout


def test_installed_command_shows_all_statements(installed: Path, tmp_path: Path) -> None:
    # An environment of its own: nothing of the checkout may be found by way of a variable.
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = run(installed / "rgs", "demo", cwd=tmp_path, env=clean, timeout_seconds=280)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.fullmatch(r"(\d+) of \1 statements shown", done.stdout.splitlines()[-1])
