"""PostgreSQL is stopped and started while calls are placed: no call fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.admin_client import AdminClient, RequestRefused
from tests.support.emulator_process import EmulatorProcess
from tests.support.postgres import Postgres
from tests.support.sipp import Sipp
from tests.support.waiting import until

pytestmark = [pytest.mark.load, pytest.mark.xdist_group("load"), pytest.mark.timeout(120)]

_RATE = 200
_CALLS = 8 * _RATE
_LIST = "/config/control-panel/groups"


def status_of_list(admin: AdminClient) -> int:
    try:
        admin.ask("GET", _LIST)
    except RequestRefused as refusal:
        return refusal.status
    return 200


@pytest.mark.parametrize("how", ["stop", "crash", "freeze"])
def test_no_call_fails_and_views_come_back(tmp_path: Path, postgres: Postgres, how: str) -> None:
    options = [
        word
        for pool in ("primary", "backup")
        for word in (f"--database-{pool}", postgres.create(f"load-{pool}"))
    ]
    with EmulatorProcess("--data", tmp_path / "data", *options) as emulator:
        admin = AdminClient(emulator.addresses["http"])
        with Sipp("uac", emulator.director, service="helpdesk", calls=_CALLS, rate=_RATE) as caller:
            until(lambda: admin.counts()["connected"], what="calls are placed")
            getattr(postgres, how)()
            try:
                assert status_of_list(admin) == 503
                until(lambda: not any(databases(admin)), what="the state tells of it")
            finally:
                postgres.thaw() if how == "freeze" else postgres.start()
            until(lambda: status_of_list(admin) == 200, what="the views come back")
            until(lambda: all(databases(admin)), what="the state tells of that")
            tally = caller.finish()

        assert (tally.placed, tally.failed) == (_CALLS, 0), f"{tally}\n{tally.output}"
        assert tally.succeeded == _CALLS
        assert emulator.trouble() is None


def databases(admin: AdminClient) -> list[bool]:
    return [each["database"] for each in admin.ask("GET", "/state")["pools"].values()]
