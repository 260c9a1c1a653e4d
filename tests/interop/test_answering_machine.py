"""The example of docs/sip-stack.md as it stands there, called by SIPp and by its own stack."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from sip.sdp import make_offer
from sip.session import SessionState
from sip.user_agent import UserAgent
from tests.support.commands import ROOT
from tests.support.sipp import Sipp
from tests.support.until import until

EXAMPLE = ROOT / "docs" / "examples" / "answering_machine.py"


class Machine:
    """The example in a process of its own."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(EXAMPLE), "0"],
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            text=True,
        )
        self.port = int(self.line().split()[-1])

    def line(self) -> str:
        """The next line that it prints."""
        assert self._process.stdout is not None
        return self._process.stdout.readline()

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.communicate()


@pytest.fixture
def machine() -> Iterator[Machine]:
    made = Machine()
    yield made
    made.stop()


@pytest.mark.parametrize("transport", ["u1", "t1"], ids=["udp", "tcp"])
def test_the_answering_machine_takes_calls_of_sipps_default_caller(
    machine: Machine, transport: str
) -> None:
    with Sipp("uac", ("127.0.0.1", machine.port), calls=20, transport=transport) as sipp:
        tally = sipp.finish()

    assert tally.is_clean, f"{tally}\n{tally.output}"
    assert machine.line().startswith("call from sipp <sip:sipp@127.")


@pytest.mark.parametrize("params", [b"", b";transport=tcp"], ids=["udp", "tcp"])
async def test_the_answering_machine_takes_calls_of_this_stack(
    machine: Machine, params: bytes
) -> None:
    caller = UserAgent(user=b"caller")
    await caller.open(0)
    offer = make_offer(host=b"127.0.0.1", port=40_010, session=1)

    call = caller.call(b"sip:machine@127.0.0.1:%d%b" % (machine.port, params), offer)
    await until(lambda: call.state is SessionState.ANSWERED)
    call.bye()
    machine.line()
    assert machine.line() == "ended\n"

    assert b"m=audio 40000" in call.remote_body
    caller.close()


async def test_the_answering_machine_refuses_what_it_does_not_understand(machine: Machine) -> None:
    caller = UserAgent(user=b"caller")
    await caller.open(0)

    call = caller.call(b"sip:machine@127.0.0.1:%d" % machine.port, b"v=0\r\nnonsense\r\n")
    await until(lambda: call.state is SessionState.ENDED)

    assert call.status == 488
    caller.close()


def test_the_page_shows_the_example_as_it_is_and_keeps_it_short() -> None:
    page = (ROOT / "docs" / "sip-stack.md").read_text()
    example = EXAMPLE.read_text()

    assert example in page
    assert len(example.splitlines()) < 40
