"""More connections than the system lets the emulator have files."""

from __future__ import annotations

import socket

import pytest

from tests.support.emulator_process import EmulatorProcess
from tests.support.plain_caller import PlainCaller
from tests.support.waiting import until

_MOST_FILES = 64
_LIMITED = (
    "import resource, sys;"
    f"resource.setrlimit(resource.RLIMIT_NOFILE, ({_MOST_FILES}, {_MOST_FILES}));"
    "sys.argv = ['rgs', 'up', '--port-base', '0', '--http-port', '0', *sys.argv[1:]];"
    "from emulator.cli import main; main()"
)


@pytest.mark.parametrize("loop", ["uvloop", "asyncio"])
def test_connections_wait_while_the_files_have_run_out_and_calls_by_udp_go_on(loop: str) -> None:
    with EmulatorProcess("--loop", loop, program=("-c", _LIMITED)) as emulator:
        idle = [socket.create_connection(emulator.director) for _ in range(2 * _MOST_FILES)]
        until(lambda: emulator.open_files() == _MOST_FILES, what="all files are open")

        with PlainCaller(emulator.director) as caller:
            caller.call("helpdesk")
        for connection in idle:
            connection.close()

        until(lambda: emulator.open_files() < _MOST_FILES // 2, what="they are closed again")
        with PlainCaller(emulator.director, "TCP") as caller:
            caller.call("helpdesk")
        assert emulator.trouble() is None
        assert "Exception" not in emulator.stderr()
        assert emulator.end() == 0
