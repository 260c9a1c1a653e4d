"""One emulator for all torture messages, and the table of what became of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.support.emulator_process import Address, EmulatorProcess
from tests.support.torture_messages import TORTURE, TortureMessage
from tests.torture.exchange import transaction_of

TABLE_PROPERTY = "torture"


class Targets:
    """Where each message goes: over each transport to an emulator that has not seen it.

    Some messages are repetitions of one another by the rules of RFC 3261 §17.2.3, as they have
    branch and sent-by in common; those go to different listeners.
    """

    _LISTENERS = ("director", "primary", "backup")

    def __init__(self, emulators: dict[str, EmulatorProcess]) -> None:
        self._emulators = emulators
        self._listeners: dict[str, str] = {}
        seen: Counter[tuple[bytes, bytes]] = Counter()
        for message in TORTURE:
            transaction = transaction_of(message.data)
            self._listeners[message.name] = self._LISTENERS[seen[transaction] % 3]
            # What is malformed leaves no transaction behind.
            seen[transaction] += message.kind != "malformed"

    def of(self, message: TortureMessage, transport: str) -> Address:
        """The address that `message` is sent to."""
        return self._emulators[transport].addresses[self._listeners[message.name]]


@pytest.fixture(scope="module")
def targets() -> Iterator[Targets]:
    """Running emulators, which must get through all of it without a traceback."""
    with EmulatorProcess() as udp, EmulatorProcess() as tcp:
        yield Targets({"udp": udp, "tcp": tcp})
        for process in (udp, tcp):
            assert process.is_alive
            assert process.trouble() is None
            assert process.end() == 0


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print a line for each file: what was answered over UDP and TCP, and what that is worth."""
    rows: dict[str, dict[str, str]] = {}
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, value in getattr(report, "user_properties", ()):
                if name == TABLE_PROPERTY and report.when == "call":
                    file, transport, outcome = value
                    rows.setdefault(file, {})[transport] = outcome
    if not rows:
        return
    terminalreporter.section("torture messages")
    for file, outcomes in rows.items():
        udp, tcp = outcomes.get("udp", "-"), outcomes.get("tcp", "-")
        terminalreporter.write_line(f"{file:<48} udp {udp:<20} tcp {tcp}")
