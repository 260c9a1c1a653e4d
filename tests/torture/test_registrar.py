"""The torture messages that register, sent to the registrar of their own domain.

Elsewhere they are refused as foreign, which their RFC accepts; here it says more.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.emulator_process import EmulatorProcess
from tests.support.plain_caller import PlainCaller
from tests.support.torture_messages import TORTURE
from tests.torture.exchange import Outcome, exchange_over_tcp, exchange_over_udp
from tests.torture.judge import Verdict, judge_tcp, judge_udp

pytestmark = pytest.mark.xdist_group("torture")

_TOPOLOGY = Path(__file__).parent / "example_com.yaml"
_MESSAGES = {message.name: message for message in TORTURE}


@pytest.fixture
def registrar() -> Iterator[EmulatorProcess]:
    """A registrar that has no bindings, and has seen no request."""
    with EmulatorProcess("--topology", _TOPOLOGY) as process:
        yield process
        assert process.trouble() is None


def _exchange(registrar: EmulatorProcess, name: str, transport: str) -> tuple[Outcome, Verdict]:
    message = _MESSAGES[name]
    if transport == "udp":
        outcome = exchange_over_udp(registrar.director, message.data, "127.0.4.1")
        return outcome, judge_udp(message, outcome)
    outcome = exchange_over_tcp(registrar.director, message.data)
    return outcome, judge_tcp(message, outcome)


def _bindings(registrar: EmulatorProcess, user: str) -> list[str]:
    """The contacts of `user` that a REGISTER without Contact is told of (RFC 3261 §10.3)."""
    with PlainCaller(registrar.director) as caller:
        to = f"<sip:{user}@example.com>"
        request = caller.request("REGISTER", "sip:example.com", call_id=caller.new_call_id(), to=to)
        lines = [line for line in request.split(b"\r\n") if not line.startswith(b"Contact")]
        reply = caller.ask(b"\r\n".join(lines))
        assert reply.status == 200
        return reply.headers("Contact")


@pytest.mark.parametrize("transport", ["udp", "tcp"])
@pytest.mark.parametrize("name", ["regaut01", "cparam01", "cparam02", "regescrt"])
def test_registering_message_passes_at_the_registrar_of_its_domain(
    registrar: EmulatorProcess, name: str, transport: str
) -> None:
    outcome, verdict = _exchange(registrar, name, transport)

    assert verdict is Verdict.PASS, outcome.statuses


def test_parameter_of_a_contact_without_brackets_is_none_of_its_uri(
    registrar: EmulatorProcess,
) -> None:
    _exchange(registrar, "cparam01", "udp")

    (contact,) = _bindings(registrar, "watson")

    assert "<sip:+19725552222@gw1.example.net>" in contact
    assert ";unknownparam" in contact


def test_parameter_within_brackets_belongs_to_the_uri(registrar: EmulatorProcess) -> None:
    _exchange(registrar, "cparam02", "udp")

    (contact,) = _bindings(registrar, "watson")

    assert "<sip:+19725552222@gw1.example.net;unknownparam>" in contact


def test_route_that_a_contact_escapes_is_kept_with_it(registrar: EmulatorProcess) -> None:
    _exchange(registrar, "regescrt", "udp")

    (contact,) = _bindings(registrar, "user")

    assert "<sip:user@example.com?Route=%3Csip:sip.example.com%3E>" in contact


def test_escaped_method_name_registers_nobody(registrar: EmulatorProcess) -> None:
    outcome, verdict = _exchange(registrar, "esc02", "udp")

    assert verdict is Verdict.PASS, outcome.statuses
    assert _bindings(registrar, "user") == []
