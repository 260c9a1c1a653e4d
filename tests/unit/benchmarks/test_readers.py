"""What the benchmarks read from others: SIPp's counters, the ready line, metrics, the kernel."""

from benchmarks.caller import answer_to, kernel_drops
from benchmarks.contenders import port_of, read_metrics, read_ready_line
from benchmarks.sipp import Outcome, read_outcome

_STATISTICS = (
    "TotalCallCreated;SuccessfulCall(C);FailedCall(C);DeadCallMsgs(C);Retransmissions(C);\n"
    "5;4;0;0;0;\n"
    "10;9;1;2;3;\n"
)
_COUNTS = (
    "CurrentTime;ElapsedTime;0_INVITE_Sent;0_INVITE_Retrans;4_200_Recv;4_200_Retrans;\n"
    "now;00:00:05:038000;10;3;9;4;\n"
)


def _outcome(statistics: str, counts: str = "") -> Outcome:
    return read_outcome(statistics, counts, wall_seconds=2.0, generator_seconds=0.5)


def test_the_last_line_of_sipps_statistics_counts() -> None:
    outcome = _outcome(_STATISTICS, _COUNTS)

    assert (outcome.placed, outcome.succeeded, outcome.failed) == (10, 9, 1)
    assert outcome.after_the_end == 2
    assert outcome.generator_share == 0.25


def test_messages_that_came_again_count_as_retransmissions() -> None:
    assert _outcome(_STATISTICS).retransmitted == 3
    assert _outcome(_STATISTICS, _COUNTS).retransmitted == 7


def test_a_run_without_statistics_placed_nothing() -> None:
    assert _outcome("").placed == 0


def test_a_run_is_clean_only_without_any_blemish() -> None:
    clean = "TotalCallCreated;SuccessfulCall(C)\n10;10\n"

    assert _outcome(clean).is_clean
    assert not _outcome(_STATISTICS).is_clean
    assert not _outcome(clean, _COUNTS).is_clean


def test_the_ready_line_gives_the_addresses() -> None:
    text = "talk\nready director=sip:127.0.0.1:5060 http=http://127.0.0.1:8080\n"

    assert read_ready_line(text) == {
        "director": "sip:127.0.0.1:5060",
        "http": "http://127.0.0.1:8080",
    }


def test_half_a_ready_line_is_none() -> None:
    assert read_ready_line("ready director=sip:127.0.0.1:50") is None


def test_the_port_of_a_sip_address_is_found() -> None:
    assert port_of("sip:127.0.0.1:5060") == 5060
    assert port_of("sip:[::1]:5070;transport=tcp") == 5070


def test_metrics_are_read_with_their_labels() -> None:
    text = '# HELP x y\nrgs_messages_total{method="BYE"} 3.0\nrgs_loop_lag_seconds 0.25\n'

    assert read_metrics(text) == {
        'rgs_messages_total{method="BYE"}': 3.0,
        "rgs_loop_lag_seconds": 0.25,
    }


def test_the_kernels_drops_are_those_of_the_port() -> None:
    table = (
        "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid "
        " timeout inode ref pointer drops\n"
        " 1: 0100007F:13C4 00000000:0000 07 00000000:00000000 00:00000000 00000000 0 0 1 2 0 17\n"
    )

    assert kernel_drops(table, 5060) == 17
    assert kernel_drops(table, 5061) == 0


def test_a_bye_is_answered_with_what_it_brought() -> None:
    bye = (
        b"BYE sip:bench@127.0.0.1:5070 SIP/2.0\r\n"
        b"Via: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK1\r\n"
        b"Max-Forwards: 70\r\nFrom: <sip:hotline@x>;tag=a\r\nTo: <sip:bench@x>;tag=b\r\n"
        b"Call-ID: 7@bench\r\nCSeq: 1 BYE\r\nContent-Length: 0\r\n\r\n"
    )

    assert answer_to(bye) == (
        b"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK1\r\n"
        b"From: <sip:hotline@x>;tag=a\r\nTo: <sip:bench@x>;tag=b\r\n"
        b"Call-ID: 7@bench\r\nCSeq: 1 BYE\r\nContent-Length: 0\r\n\r\n"
    )
