"""The log: so many lines of a kind in a second, faults on one line."""

from __future__ import annotations

import asyncio
import errno

import pytest
import structlog

from emulator.cli.logs import BURST, RateLimit, log_loop_fault, set_logging_up


def test_burst_passes_and_the_rest_is_counted() -> None:
    now = 0.0
    limit = RateLimit(lambda: now)

    for _ in range(BURST):
        limit(None, "info", {"event": "refused"})
    for _ in range(5):
        with pytest.raises(structlog.DropEvent):
            limit(None, "info", {"event": "refused"})
    assert limit(None, "info", {"event": "another"}) == {"event": "another"}
    now = 1.0

    assert limit(None, "info", {"event": "refused"}) == {"event": "refused", "not_shown": 5}
    assert limit(None, "info", {"event": "refused"}) == {"event": "refused"}


def test_kinds_of_lines_are_bounded() -> None:
    limit = RateLimit(lambda: 0.0)

    for number in range(1_000):
        limit(None, "info", {"event": f"kind {number}"})

    assert limit(None, "info", {"event": "kind 0"})["event"] == "kind 0"


def test_fault_is_one_line_with_its_place(capsys: pytest.CaptureFixture[str]) -> None:
    set_logging_up("info")
    log = structlog.get_logger("test")
    try:
        raise ValueError("no")
    except ValueError as error:
        log.error("request failed", exc_info=error)
    log.debug("not shown")

    written = capsys.readouterr().err
    structlog.reset_defaults()
    assert len(written.splitlines()) == 1
    assert 'level=error event="request failed"' in written
    assert f"at={__file__}:" in written
    assert "Traceback" not in written


async def test_fault_in_a_callback_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    set_logging_up("info")
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(log_loop_fault)

    loop.call_soon(lambda: 1 / 0)
    await asyncio.sleep(0)

    written = capsys.readouterr().err
    structlog.reset_defaults()
    assert len(written.splitlines()) == 1
    assert 'event="Exception in callback"' in written
    assert 'fault="ZeroDivisionError: division by zero"' in written


async def test_connections_past_the_limit_of_files_are_no_fault_of_the_emulator(
    capsys: pytest.CaptureFixture[str],
) -> None:
    set_logging_up("info")
    loop = asyncio.get_running_loop()
    error = OSError(errno.EMFILE, "Too many open files")

    log_loop_fault(loop, {"message": "accept", "exception": error})

    written = capsys.readouterr().err
    structlog.reset_defaults()
    assert "level=warning" in written
    assert 'cure="ulimit -n"' in written
    assert "Exception" not in written
