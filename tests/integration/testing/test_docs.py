"""The page on testing tells the truth: its examples run, its failure looks like that."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.commands import ROOT
from tests.support.plugin_runs import EXAMPLE, code_blocks, run_pytest

_BLOCKS = code_blocks("testing.md")

# In the place of the reader's client: a caller of bytes and one socket.
_PHONE = f"""
import sys

import pytest

sys.path.append({str(ROOT)!r})


class Phone:
    def __init__(self, caller):
        self._caller = caller

    def call(self, uri):
        from tests.support.plain_caller import SDP

        self._id = self._caller.new_call_id()
        answer = self._caller.ask(
            self._caller.request("INVITE", uri, call_id=self._id, body=SDP)
        )
        self._to, self._target = answer.header("To"), answer.header("Contact").strip("<>")
        self._send("ACK", 1)

    def hang_up(self):
        self._send("BYE", 2)

    def _send(self, method, cseq):
        host, _, port = self._target.rpartition("@")[2].partition(":")
        self._caller.server = (host, int(port))
        self._caller.send(
            self._caller.request(
                method, self._target, call_id=self._id, cseq=cseq, to=self._to
            )
        )


@pytest.fixture
def my_phone(rgs):
    from tests.support.plain_caller import PlainCaller

    with PlainCaller(rgs.addresses["director"]) as caller:
        yield Phone(caller)
"""


def test_examples_run_as_they_stand(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(_PHONE)
    tests = [block for block in _BLOCKS if "async def test_" in block]
    for number, block in enumerate(tests):
        (tmp_path / f"test_example_{number}.py").write_text(block)

    done = run_pytest(tmp_path, "-o", "asyncio_mode=auto")

    assert done.returncode == 0, done.stdout
    assert f"{len(tests)} passed" in done.stdout


def test_fixtures_work_in_strict_mode_too(tmp_path: Path) -> None:
    marked = f"import pytest\n\npytestmark = pytest.mark.asyncio\n\n\n{EXAMPLE}"
    (tmp_path / "test_example.py").write_text(marked)

    done = run_pytest(tmp_path, "-o", "asyncio_default_fixture_loop_scope=function", "-W", "error")

    assert done.returncode == 0, done.stdout


def test_example_with_another_phase_fails_with_both_ladders(tmp_path: Path) -> None:
    (tmp_path / "test_example.py").write_text(EXAMPLE.replace('"outage"', '"normal"'))

    done = run_pytest(tmp_path, "-o", "asyncio_mode=auto")

    assert done.returncode == 1
    assert "expected BYE within 1 s; what came in this call: 180 Ringing (INVITE)" in done.stdout
    assert "-> director  INVITE sip:hotline@" in done.stdout
    assert "rule new/normal/not_imported: connect-to-primary" in done.stdout


def test_page_shows_the_failure_as_it_is(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")

    for line in ("expected BYE within 1 s; what came in this call:", "seconds  caller"):
        assert line in page


def test_kit_works_without_pytest(tmp_path: Path) -> None:
    [script] = [block for block in _BLOCKS if "asyncio.run(" in block]

    done = subprocess.run(
        [sys.executable, "-c", script],
        check=False,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert (done.returncode, done.stdout) == (0, "200\n"), done.stderr


@pytest.mark.parametrize("name", ["rgs", "caller", "agent"])
def test_fixtures_explain_themselves(name: str, tmp_path: Path) -> None:
    done = run_pytest(tmp_path, "--fixtures")

    assert f"\n{name} " in done.stdout
