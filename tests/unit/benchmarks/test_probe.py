"""What the probe makes of the times of its questions and answers."""

from benchmarks.probe import absence_between, number_of

_MS = 1_000_000


def test_the_longest_wait_within_the_span_is_the_absence() -> None:
    sent = [0, 1 * _MS, 2 * _MS, 3 * _MS]
    arrived = {0: 50 * _MS, 1: 2 * _MS, 2: 7 * _MS, 3: 4 * _MS}

    absence = absence_between(sent, arrived, 1 * _MS, 3 * _MS)

    assert absence.longest_ms == 5.0
    assert (absence.asked, absence.unanswered) == (3, 0)


def test_a_question_without_an_answer_is_counted() -> None:
    absence = absence_between([0, _MS], {0: 1}, 0, 2 * _MS)

    assert absence.unanswered == 1


def test_the_probe_says_for_how_long_it_asked_nothing() -> None:
    absence = absence_between([1 * _MS, 9 * _MS], {}, 0, 10 * _MS)

    assert absence.blind_ms == 8.0


def test_an_answer_tells_its_question_by_the_call_id() -> None:
    assert number_of(b"SIP/2.0 200 OK\r\nCall-ID: 42@probe\r\n\r\n") == 42
    assert number_of(b"SIP/2.0 200 OK\r\nCall-ID: 42@elsewhere\r\n\r\n") is None
    assert number_of(b"BYE sip:x SIP/2.0\r\nCall-ID: 42@probe\r\n\r\n") is None
