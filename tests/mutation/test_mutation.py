"""A short campaign, campaigns that must find a flaw, and what a campaign judges by."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

import tests.mutation.__main__ as command
from tests.mutation.draft import Duty
from tests.mutation.oracle import Framing, expect, frame_of
from tests.mutation.peer import fault_of
from tests.support.emulator_process import EmulatorProcess

_INVITE = (
    b"INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bKq00000001z\r\n"
    b"From: <sip:c@d>;tag=1\r\nContent-Length: 4\r\n\r\nbody"
)
_NONCES = (b"q00000001z",)


@pytest.mark.timeout(240)
def test_two_thousand_mutations_do_no_harm(capsys: pytest.CaptureFixture[str]) -> None:
    outcome = command.main(["--count", "2000", "--seed", "20261124"])

    output = capsys.readouterr()
    assert outcome == 0, output.out + output.err
    assert "nothing went wrong" in output.out


@pytest.mark.parametrize(
    ("flaw", "complaint"),
    [
        ("silent", "not answered"),
        ("raising", "planted"),
        ("leaking", "something went wrong"),
    ],
)
def test_a_campaign_finds_a_server_that_is(
    flaw: str,
    complaint: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    program = ("-m", "tests.mutation.flawed", flaw, "up", "--port-base", "0", "--http-port", "0",
               "--no-dns")  # fmt: skip
    monkeypatch.setattr(command, "EmulatorProcess", partial(EmulatorProcess, program=program))
    kept = tmp_path / "offences"

    outcome = command.main(
        ["--count", "1500", "--rate", "0", "--settle", "0.5", "--keep", str(kept)]
    )

    output = capsys.readouterr()
    assert outcome == 1
    assert complaint in output.out + output.err
    assert kept.exists() == (flaw != "leaking")


@pytest.mark.parametrize(
    ("change", "to", "duty"),
    [
        pytest.param(b"", b"", Duty.ANSWER, id="as it is"),
        pytest.param(b"INVITE", b"NEWMETHOD", Duty.ANSWER, id="unknown method"),
        pytest.param(b"SIP/2.0\r\nVia", b"SIP/7.0\r\nVia", Duty.ANSWER, id="unknown version"),
        pytest.param(b"sip:a@b", b"\xff\x00", Duty.ANSWER, id="malformed Request-URI"),
        pytest.param(b"Via: ", b"v :\r\n ", Duty.ANSWER, id="compact and folded Via"),
        pytest.param(b":5070", b":9;rport", Duty.ANSWER, id="other port, but rport"),
        pytest.param(b"INVITE sip:a@b SIP/2.0", b"ACK sip:a@b SIP/2.0", Duty.NOTHING, id="ACK"),
        pytest.param(b"INVITE sip:a@b SIP/2.0", b"SIP/2.0 200 OK", Duty.NOTHING, id="response"),
        pytest.param(b":5070", b":9", Duty.ANYTHING, id="other port"),
        pytest.param(b"INVITE ", b"INVITE  ", Duty.ANYTHING, id="two spaces"),
        pytest.param(b"UDP 127", b"UDP [127", Duty.ANYTHING, id="malformed Via"),
        pytest.param(b";branch=", b";a;a;branch=", Duty.ANYTHING, id="a parameter twice"),
        pytest.param(b"Via", b"Vla", Duty.ANYTHING, id="no Via"),
        pytest.param(b";branch=z9hG4bKq00000001z", b"", Duty.ANYTHING, id="nothing to know it by"),
    ],
)
def test_what_is_due_to_a_message_is(change: bytes, to: bytes, duty: Duty) -> None:
    assert expect(_INVITE.replace(change, to, 1), _NONCES, 5070).duty is duty


@pytest.mark.parametrize(
    ("change", "to", "framing"),
    [
        pytest.param(b"", b"", Framing.WHOLE, id="as it is"),
        pytest.param(b"INVITE", b"\r\n\r\nINVITE", Framing.WHOLE, id="keep-alive before it"),
        pytest.param(b"Content-Length: 4", b"l:\r\n 4", Framing.WHOLE, id="compact and folded"),
        pytest.param(b": 4", b": 3", Framing.HEADED, id="too short"),
        pytest.param(b"Content-Length: 4", b"X: y", Framing.HEADED, id="no length"),
        pytest.param(b": 4", b": 5", Framing.AWAITED, id="too long"),
        pytest.param(b"\r\n\r\nbody", b"\r\n", Framing.AWAITED, id="cut in the headers"),
        pytest.param(b": 4", b": -4", Framing.BROKEN, id="no number"),
        pytest.param(b": 4", b": 4\r\nl: 5", Framing.BROKEN, id="two lengths"),
        pytest.param(b": 4", b": 70000", Framing.BROKEN, id="more than anybody takes"),
    ],
)
def test_on_a_stream_a_message_is(change: bytes, to: bytes, framing: str) -> None:
    assert frame_of(_INVITE.replace(change, to, 1)) == framing


_OK = (
    b"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP a\r\nFrom: <sip:c@d>\r\nTo: <sip:c@d>\r\nCall-ID: 1\r\n"
    b"CSeq: 1 BYE\r\nContent-Length: 0\r\n\r\n"
)


def test_a_sound_answer_has_no_fault() -> None:
    assert fault_of(_OK) is None


@pytest.mark.parametrize(
    ("change", "to"),
    [
        pytest.param(b"200", b"2000", id="status"),
        pytest.param(b"SIP/2.0 200 OK", b"BYE  SIP/2.0", id="no Request-URI"),
        pytest.param(b": 0", b": 1", id="length"),
        pytest.param(b"Call-ID: 1", b"Call-ID: 1\nX: y", id="LF alone"),
        pytest.param(b"Call-ID: 1", b"Call-ID: 1\rX: y", id="CR alone"),
        pytest.param(b"Call-ID: 1", b"Call-ID: 1\r\nnonsense", id="no header"),
        pytest.param(b"Call-ID: 1", b"Call-ID: 1\r\nCall-ID: 1", id="Call-ID twice"),
        pytest.param(b"Via", b"X", id="no Via"),
        pytest.param(b"\r\n\r\n", b"\r\n", id="no end"),
    ],
)
def test_a_malformed_answer_is_seen_by_its(change: bytes, to: bytes) -> None:
    assert fault_of(_OK.replace(change, to, 1)) is not None
