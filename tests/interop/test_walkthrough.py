"""docs/walkthrough.sh against running emulators: it comes out, and it notices what differs."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.resources import resource
from tests.support.commands import ROOT, run
from tests.support.emulator_process import EmulatorProcess
from tests.support.phases import STYLES
from tests.support.ports import free_port
from tests.support.tools import require_tool

pytestmark = pytest.mark.xdist_group("walkthrough")

_SCRIPT = ROOT / "docs" / "walkthrough.sh"


@pytest.fixture(autouse=True)
def _curl() -> None:
    require_tool("curl")


def walk(*urls: str, token: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run the script; the environment names no other emulator."""
    environment = {
        name: value for name, value in os.environ.items() if name not in ("RGS_URL", "RGS_TOKEN")
    }
    if token is not None:
        environment["RGS_TOKEN"] = token
    return run(_SCRIPT, *urls, env=environment)


def url_of(process: EmulatorProcess) -> str:
    """The address of its admin API as the script wants it."""
    host, port = process.addresses["http"]
    return f"http://{host}:{port}"


@pytest.fixture(scope="module")
def guarded() -> Iterator[EmulatorProcess]:
    """An emulator that wants a token."""
    with EmulatorProcess("--token", "walk-through") as process:
        yield process


@pytest.mark.parametrize("style", STYLES)
def test_walkthrough_comes_out_in_every_style(style: str) -> None:
    with EmulatorProcess("--style", style) as process:
        done = walk(url_of(process))
        assert done.returncode == 0, done.stdout + done.stderr
        assert done.stdout.endswith("answers checked, all as they should be\n")
        assert done.stderr == ""
        assert process.trouble() is None


def test_walkthrough_gives_the_token_that_it_was_told(guarded: EmulatorProcess) -> None:
    done = walk(url_of(guarded), token="walk-through")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "walk-through" not in done.stdout


def test_walkthrough_without_the_token_ends_with_what_the_emulator_said(
    guarded: EmulatorProcess,
) -> None:
    done = walk(url_of(guarded))
    assert done.returncode == 1
    assert "DIFFERS" in done.stdout


@pytest.mark.parametrize(
    ("cell", "was", "now", "meaning"),
    [
        (
            "connected/outage/normal",
            "outage:       {normal: stay, anonymous: {primary: disconnect",
            "outage:       {normal: disconnect, anonymous: {primary: disconnect",
            "two calls stay, two are dropped",
        ),
        (
            "pending/failing_back/backup",
            "failing_back: {primary: none-exist, backup: disconnect}",
            "failing_back: {primary: none-exist, backup: stay}",
            "the pending call is dropped",
        ),
    ],
    ids=lambda value: value if "/" in value else "",
)
def test_walkthrough_notices_a_wrong_rule(
    cell: str, was: str, now: str, meaning: str, tmp_path: Path
) -> None:
    text = resource("behaviour.yaml").read_text(encoding="utf-8")
    assert text.count(was) == 1, cell
    rules = tmp_path / "rules.yaml"
    rules.write_text(text.replace(was, now), encoding="utf-8")
    with EmulatorProcess("--rules", rules) as process:
        done = walk(url_of(process))
    assert done.returncode == 1
    assert f"DIFFERS: {meaning}" in done.stdout


def test_walkthrough_says_that_nobody_answers() -> None:
    done = walk(f"http://127.0.0.1:{free_port()}")
    assert done.returncode == 3
    assert "is `rgs up` running?" in done.stderr


@pytest.mark.parametrize("words", [("one", "two"), ("127.0.0.1",)], ids=["two", "no URL"])
def test_walkthrough_refuses_what_is_no_url(words: tuple[str, ...]) -> None:
    done = walk(*words)
    assert done.returncode == 2
    assert "usage:" in done.stderr
