"""Outside programs: installed when missing, else a named skip for people and an error for CI."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.support import tools

MISSING = "no-such-program"


@pytest.fixture(autouse=True)
def apt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let one program be missing, and give the log of a stand-in for apt-get."""
    log = tmp_path / "log"
    for name in ("env", "sh"):
        (tmp_path / name).symlink_to(str(shutil.which(name)))
    for name in ("apt-get", "sudo"):
        program = tmp_path / name
        program.write_text(f'#!/bin/sh\necho "$DEBIAN_FRONTEND $*" >> "{log}"\n')
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(tools, "PACKAGES", {MISSING: "its-package"})
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    return log


def test_missing_program_skips_a_test_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match=f"{MISSING} .*its-package"):
        tools.require_tool(MISSING)


def test_missing_program_fails_a_test_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match=f"{MISSING} .*its-package"):
        tools.require_tool(MISSING)


def test_missing_program_is_installed_with_apt(apt: Path) -> None:
    assert tools.install_missing() == 0
    assert apt.read_text().splitlines() == [
        "noninteractive --quiet --yes update",
        "noninteractive --quiet --yes install --no-install-recommends its-package",
    ]


def test_ordinary_user_installs_by_way_of_sudo(apt: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert tools.install_missing() == 0
    assert (
        apt.read_text()
        .splitlines()[-1]
        .endswith(
            "env DEBIAN_FRONTEND=noninteractive "
            f"{apt.parent}/apt-get --quiet --yes install --no-install-recommends its-package"
        )
    )


def test_nothing_is_installed_when_nothing_is_missing(
    apt: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tools, "PACKAGES", {})
    assert tools.install_missing() == 0
    assert not apt.exists()


def test_failing_apt_is_told(apt: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (apt.parent / "apt-get").write_text("#!/bin/sh\nexit 100\n")
    assert tools.install_missing() == 3
    assert "could not install its-package" in capfd.readouterr().err
