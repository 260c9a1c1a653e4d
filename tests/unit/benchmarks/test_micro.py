"""The micro-benchmarks' own machinery: messages, baseline, timing."""

from pathlib import Path

import pytest

from benchmarks.micro import baseline
from benchmarks.micro.cases import MessagesOfCall
from benchmarks.micro.corpus import phone_call, render, sipp_call
from benchmarks.micro.timing import Case, Work, look, prepare

_MAY_REPEAT = (b"Max-Forwards:", b"Content-Length:")


def _header_lines(messages: tuple[bytes, ...]) -> set[bytes]:
    lines = [
        line
        for message in messages
        for line in message.partition(b"\r\n\r\n")[0].split(b"\r\n")[1:]
    ]
    return {line for line in lines if not line.startswith(_MAY_REPEAT)}


def test_no_header_line_of_the_phone_occurs_in_two_calls() -> None:
    assert not _header_lines(phone_call(1)) & _header_lines(phone_call(2))


def test_within_one_phone_call_only_what_the_dialog_needs_repeats() -> None:
    invite, ack, bye = phone_call(7)

    for first, second in ((invite, ack), (ack, bye), (invite, bye)):
        shared = _header_lines((first,)) & _header_lines((second,))
        assert {line.partition(b":")[0] for line in shared} == {b"From", b"Call-ID"}


def test_the_phone_adds_twelve_lines_to_a_phones_own() -> None:
    invite, _, _ = phone_call(1)

    assert invite.count(b"\r\nX-") == 12


@pytest.mark.parametrize("call", [sipp_call, phone_call])
def test_the_content_length_is_that_of_the_body(call: MessagesOfCall) -> None:
    for message in call(3):
        head, _, body = message.partition(b"\r\n\r\n")
        assert b"\r\nContent-Length: %d" % len(body) in head
        assert b"[" not in message


def test_a_scenarios_keywords_are_filled_in() -> None:
    message = render("\n  A [b] SIP/2.0\n  Content-Length: [len]\n\n  v=0\n", {"b": "c"})

    assert message == b"A c SIP/2.0\r\nContent-Length: 5\r\n\r\nv=0\r\n"


@pytest.mark.parametrize(("ratio", "worse"), [(1.09, False), (1.11, True), (0.5, False)])
def test_more_than_a_tenth_slower_is_worse(ratio: float, worse: bool) -> None:
    assert baseline.is_worse(ratio, 1.0) is worse


def test_the_baseline_comes_back_as_it_was_kept(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    baseline.keep({"parse": 12.3456}, path)

    kept = baseline.load(path)

    assert kept is not None
    assert kept.ratios == {"parse": 12.346}


def test_there_may_be_no_baseline(tmp_path: Path) -> None:
    assert baseline.load(tmp_path / "baseline.json") is None


def test_a_case_that_cannot_be_loaded_does_not_hide_the_others() -> None:
    def cannot() -> Work:
        raise ImportError("no such room")

    timed, broken = prepare(
        [Case("gone", cannot), Case("sum", lambda: Work(lambda: sum(range(9)), 1))]
    )
    look(timed, 1)

    assert [entry.case.name for entry in timed] == ["sum"]
    assert timed[0].ratio > 0
    assert broken == ["gone: no such room"]
