"""The 62 torture messages of RFC 4475 and RFC 5118 over UDP and TCP, against a running emulator."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.emulator_process import EmulatorProcess
from tests.support.plain_caller import PlainCaller, Reply
from tests.support.torture_messages import TORTURE, TortureMessage
from tests.torture.conftest import Targets
from tests.torture.details import check_details
from tests.torture.exchange import (
    Outcome,
    await_close,
    exchange_over_tcp,
    exchange_over_udp,
    send_unfinished,
)
from tests.torture.judge import Verdict, judge_tcp, judge_udp

# One emulator serves them all, so they belong into one process of the test run.
pytestmark = pytest.mark.xdist_group("torture")

_SHA256 = "3ccb89bd357ae8043ec20c276c03b622136df1e7cf987cef7624e565b6983524"
# Longer than the time that a peer may take over one message.
_CLOSED_WITHIN_SECONDS = 40.0


def _id(message: TortureMessage) -> str:
    return f"{message.section.partition(' ')[0]}-{message.name}.dat"


def _is_unfinished(message: TortureMessage) -> bool:
    """Whether a stream waits for more after this message, for as long as it is patient."""
    return message.tcp is not None and ("idle" in message.tcp or "wait" in message.tcp)


_WHOLE = [message for message in TORTURE if not _is_unfinished(message)]
_UNFINISHED = [message for message in TORTURE if _is_unfinished(message)]


@pytest.fixture(scope="module", autouse=True)
def unfinished(targets: Targets) -> Iterator[dict[str, socket.socket]]:
    """Connections with half a message each, made before all else: their time runs meanwhile."""
    connections = {
        message.name: send_unfinished(targets.of(message, "tcp"), message.data)
        for message in _UNFINISHED
    }
    yield connections
    for connection in connections.values():
        connection.close()


def _note(
    request: pytest.FixtureRequest, message: TortureMessage, outcome: Outcome, verdict: Verdict
) -> None:
    statuses = " ".join(map(str, outcome.statuses)) or "none"
    closed = "" if outcome.is_open else ", closed"
    transport = request.node.name.rpartition("-")[2].rstrip("]")
    row = (_id(message), transport, f"{statuses}{closed} {verdict}")
    request.node.user_properties.append(("torture", row))
    for reply in outcome.replies[:1]:
        check_details(message, reply)


def test_corpus_is_a_byte_copy_of_the_published_messages() -> None:
    digest = hashlib.sha256()
    for message in TORTURE:
        digest.update(message.data)

    assert len(TORTURE) == 62
    assert digest.hexdigest() == _SHA256


@pytest.mark.parametrize("message", TORTURE, ids=[f"{_id(message)}-udp" for message in TORTURE])
def test_message_over_udp_is_answered_as_its_rfc_says(
    targets: Targets, message: TortureMessage, request: pytest.FixtureRequest
) -> None:
    # Of many loopback addresses one each, so that the port that its Via names is free.
    host = f"127.0.1.{TORTURE.index(message) + 1}"

    outcome = exchange_over_udp(targets.of(message, "udp"), message.data, host)

    verdict = judge_udp(message, outcome)
    _note(request, message, outcome, verdict)
    assert verdict is not Verdict.FAIL, f"{message.section}: {outcome.statuses}"


@pytest.mark.parametrize("message", _WHOLE, ids=[f"{_id(message)}-tcp" for message in _WHOLE])
def test_message_over_tcp_is_answered_as_its_rfc_says(
    targets: Targets, message: TortureMessage, request: pytest.FixtureRequest
) -> None:
    outcome = exchange_over_tcp(targets.of(message, "tcp"), message.data)

    verdict = judge_tcp(message, outcome)
    _note(request, message, outcome, verdict)
    assert verdict is not Verdict.FAIL, f"{message.section}: {outcome.statuses}"


@pytest.mark.parametrize(
    "message", _UNFINISHED, ids=[f"{_id(message)}-tcp" for message in _UNFINISHED]
)
def test_connection_that_never_ends_its_message_is_closed(
    message: TortureMessage,
    unfinished: dict[str, socket.socket],
    request: pytest.FixtureRequest,
) -> None:
    received, is_closed = await_close(unfinished[message.name], _CLOSED_WITHIN_SECONDS)

    outcome = Outcome((Reply(received),) if received else (), is_open=not is_closed)
    verdict = judge_tcp(message, outcome)
    _note(request, message, outcome, verdict)
    assert verdict is not Verdict.FAIL, f"{message.section}: {outcome}"


def test_calls_work_after_all_of_them_and_nothing_goes_to_other_addresses(tmp_path: Path) -> None:
    destinations = tmp_path / "destinations"
    witness = ("-m", "tests.support.witness", destinations, "emulator", "up")
    with EmulatorProcess(
        "--port-base", "0", "--http-port", "0", "--loop", "asyncio", "--no-dns", program=witness
    ) as emulator:
        for number, message in enumerate(TORTURE, 1):
            exchange_over_udp(emulator.director, message.data, f"127.0.2.{number}")
        for message in _WHOLE:
            exchange_over_tcp(emulator.director, message.data)

        for transport in ("UDP", "TCP"):
            with PlainCaller(emulator.director, transport) as caller:
                caller.call("helpdesk")
                caller.call("hotline")

        assert emulator.trouble() is None
    reached = destinations.read_text(encoding="utf-8").split()
    assert reached
    assert [host for host in reached if not host.startswith("127.0.")] == []
