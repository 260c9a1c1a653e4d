"""`rgs up --data` in a process of its own: it goes on where it ended, or says why it can't."""

from __future__ import annotations

import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.admin_client import AdminClient
from tests.support.commands import ROOT
from tests.support.emulator_process import EmulatorProcess
from tests.support.plain_caller import PlainCaller
from tests.support.postgres import Postgres
from tests.support.waiting import until

pytestmark = pytest.mark.timeout(90)

PHASES = ("outage", "failing_over", "failed_over", "failing_back", "failed_back", "normal")
TIMED = """\
agents: [{name: ann, home: backup}]
groups: [{name: desk, owner: backup, kind: normal, agents: [ann]}]
failover_seconds: %s
"""


def refused(*options: str | Path) -> tuple[int, str]:
    """The exit code and stderr of an `rgs up` that ends by itself."""
    done = subprocess.run(
        [sys.executable, "-m", "emulator", "up", "--port-base", "0", "--http-port", "0",
         *map(str, options)],
        check=False, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=60,
    )  # fmt: skip
    assert done.stdout == ""
    return done.returncode, done.stderr


def is_one_line(text: str) -> bool:
    lines = [line for line in text.splitlines() if line.startswith("rgs: ")]
    return len(lines) == 1 and "Traceback" not in text


# -- phases -----------------------------------------------------------------------------------


def walk(admin: AdminClient, to: str, style: str) -> None:
    for phase in PHASES[: PHASES.index(to) + 1]:
        admin.phase(phase, style if phase == "outage" else None)


def answer_of_primary(process: EmulatorProcess) -> str:
    """What a client finds at the primary pool's listener: a status, `refused` or `silence`."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(0.5)
        host, to = process.addresses["primary"]
        client.connect((host, to))
        port = client.getsockname()[1]
        client.send(
            (
                f"OPTIONS sip:{host}:{to} SIP/2.0\r\n"
                f"Via: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bK-asks\r\n"
                "From: <sip:x@127.0.0.1>;tag=1\r\nTo: <sip:127.0.0.1>\r\nCall-ID: asks\r\n"
                "CSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
            ).encode()
        )
        try:
            return client.recv(2_000).split()[1].decode()
        except ConnectionRefusedError:
            return "refused"
        except TimeoutError:
            return "silence"


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize(
    ("style", "gone"), [("graceful", "503"), ("crash", "refused"), ("blackhole", "silence")]
)
def test_it_goes_on_in_the_phase_that_it_was_in(
    tmp_path: Path, phase: str, style: str, gone: str
) -> None:
    with EmulatorProcess("--data", tmp_path) as first:
        admin = AdminClient(first.addresses["http"])
        admin.import_groups()
        walk(admin, phase, style)
        before = admin.ask("GET", "/state")
        was_answered = answer_of_primary(first)
        assert first.end() == 0

    with EmulatorProcess("--data", tmp_path) as second:
        admin = AdminClient(second.addresses["http"])
        after = admin.ask("GET", "/state")
        is_down = phase in PHASES[:3]
        assert {**after, "calls": None} == {**before, "calls": None}
        assert answer_of_primary(second) == was_answered == (gone if is_down else "200")
        with PlainCaller(second.director, "UDP") as caller:
            caller.call("sales")
        assert second.trouble() is None
        admin.reset()
        assert answer_of_primary(second) == "200"


def test_no_phase_is_lost_with_the_power(tmp_path: Path) -> None:
    with EmulatorProcess("--data", tmp_path) as first:
        walk(AdminClient(first.addresses["http"]), "failed_over", "crash")
        first.kill()

    with EmulatorProcess("--data", tmp_path) as second:
        state = AdminClient(second.addresses["http"]).ask("GET", "/state")
        assert (state["phase"], state["epoch"], state["style"]) == ("failed_over", 3, "crash")


def test_rest_of_the_failover_passes_after_a_restart(tmp_path: Path) -> None:
    topology = tmp_path / "topology.yaml"
    topology.write_text(TIMED % 3600)
    with EmulatorProcess("--data", tmp_path / "data", "--topology", topology) as first:
        walk(AdminClient(first.addresses["http"]), "failing_over", "graceful")
    with sqlite3.connect(tmp_path / "data" / "deployment.sqlite") as store:
        store.execute("UPDATE phases SET time = time - 3600")  # an hour ago
    store.close()

    with EmulatorProcess("--data", tmp_path / "data", "--topology", topology) as second:
        admin = AdminClient(second.addresses["http"])
        until(lambda: admin.ask("GET", "/state")["phase"] == "failed_over")


def test_failover_that_is_not_due_is_waited_for(tmp_path: Path) -> None:
    topology = tmp_path / "topology.yaml"
    topology.write_text(TIMED % 3600)
    for _ in range(2):
        with EmulatorProcess("--data", tmp_path / "data", "--topology", topology) as process:
            admin = AdminClient(process.addresses["http"])
            if admin.ask("GET", "/state")["phase"] == "normal":
                walk(admin, "failing_over", "graceful")
            assert admin.ask("GET", "/state")["phase"] == "failing_over"


def test_who_was_signed_in_is_rung_after_a_restart(tmp_path: Path) -> None:
    with EmulatorProcess("--data", tmp_path) as first:
        admin = AdminClient(first.addresses["http"])
        admin.ask("POST", "/console/alice/sign-in", {"groups": ["formal"]})
        admin.ask("POST", "/console/carol/sign-in", {"groups": ["formal", "billing"]})
        admin.ask("POST", "/console/carol/sign-out", {"groups": ["formal"]})
        first.kill()

    with EmulatorProcess("--data", tmp_path) as second:
        admin = AdminClient(second.addresses["http"])
        signed = {
            (name, each["name"])
            for name in ("alice", "carol", "dave")
            for each in admin.agent(name)["groups"]
            if each["signed_in"] and each["name"] in ("formal", "billing")
        }
        assert signed == {("alice", "formal"), ("carol", "billing")}
        call = admin.place("bob", "formal")
        found = admin.wait(state="connected", call_id=call["call_ids"][0])
        assert found["agent"] == "alice"


# -- directories that can't be used -----------------------------------------------------------


def test_directory_that_another_process_uses_is_refused(tmp_path: Path) -> None:
    with EmulatorProcess("--data", tmp_path) as first:
        code, told = refused("--data", tmp_path)

        assert code == 3
        assert "used by another process" in told
        assert is_one_line(told)
        assert first.end() == 0


def garbage(path: Path) -> None:
    path.write_bytes(b"no database at all\n" * 400)


def torn(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5_000])
    path.with_name(path.name + "-wal").unlink(missing_ok=True)


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def another_program(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as connection:
        for table in ("objects", "phases", "call_records"):
            connection.execute(f"CREATE TABLE {table} (something TEXT)")
    connection.close()


def later_version(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()


@pytest.mark.parametrize("name", ["primary.sqlite", "backup.sqlite", "deployment.sqlite"])
@pytest.mark.parametrize("damage", [garbage, torn, folder, another_program, later_version])
def test_damaged_store_is_told_and_the_process_ends(
    used: Path, tmp_path: Path, name: str, damage: Callable[[Path], None]
) -> None:
    data = tmp_path / "data"
    shutil.copytree(used, data)
    damage(data / name)

    code, told = refused("--data", data)

    assert code in (2, 3)
    assert is_one_line(told)


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory that an emulator has used."""
    path = tmp_path_factory.mktemp("used") / "data"
    with EmulatorProcess("--data", path) as process:
        walk(AdminClient(process.addresses["http"]), "outage", "crash")
        assert process.end() == 0
    return path


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE objects SET document = '{}' WHERE kind = 'workflow'",
        "UPDATE objects SET document = 'torn'",
        "UPDATE objects SET document = replace(document, 'alice', 'nobody')",
    ],
)
def test_objects_that_can_not_be_used_are_told(used: Path, tmp_path: Path, statement: str) -> None:
    data = tmp_path / "data"
    shutil.copytree(used, data)
    with sqlite3.connect(data / "primary.sqlite") as store:
        store.execute(statement)
    store.close()

    code, told = refused("--data", data)

    assert code == 2
    assert is_one_line(told)


def test_phase_that_there_is_not_is_told(used: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(used, data)
    with sqlite3.connect(data / "deployment.sqlite") as store:
        store.execute("UPDATE phases SET phase = 'holiday'")
    store.close()

    code, told = refused("--data", data)

    assert code == 2
    assert "holiday" in told
    assert is_one_line(told)


def test_topology_that_the_store_does_not_go_with_is_told(used: Path, tmp_path: Path) -> None:
    topology = tmp_path / "topology.yaml"
    topology.write_text(TIMED % "null")
    data = tmp_path / "data"
    shutil.copytree(used, data)

    code, told = refused("--data", data, "--topology", topology)

    assert code == 2
    assert "does not go with the topology" in told
    assert is_one_line(told)


@pytest.mark.parametrize("port", ["--port-base", "--http-port"])
def test_port_in_use_ends_a_process_with_a_store_too(tmp_path: Path, port: str) -> None:
    with EmulatorProcess() as other:
        taken = other.addresses["director" if port == "--port-base" else "http"][1]
        code, told = refused("--data", tmp_path, port, str(taken))

    assert code == 3
    assert is_one_line(told)


def test_data_that_is_a_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()

    code, told = refused("--data", path)

    assert code == 2
    assert "Traceback" not in told


# -- servers ----------------------------------------------------------------------------------


def test_server_without_a_directory_is_refused_with_the_reason(tmp_path: Path) -> None:
    code, told = refused("--database-primary", "postgresql+asyncpg://u@127.0.0.1/d")

    assert code == 2
    assert "--data" in told
    assert "phase" in told
    assert is_one_line(told)


@pytest.mark.parametrize(
    "url",
    ["", "sqlite:///x", "postgresql://h/d", "postgresql+asyncpg://h", "postgresql+asyncpg://h:p/d"],
)
def test_address_that_is_none_is_refused_with_what_is_expected(tmp_path: Path, url: str) -> None:
    code, told = refused("--data", tmp_path, "--database-backup", url)

    assert code == 2
    assert "--database-backup: expected postgresql+asyncpg://" in told
    assert is_one_line(told)


def test_one_database_for_both_pools_is_refused(tmp_path: Path) -> None:
    url = "postgresql+asyncpg://u@127.0.0.1/d"

    code, told = refused("--data", tmp_path, "--database-primary", url, "--database-backup", url)

    assert code == 2
    assert "share" in told
    assert is_one_line(told)


@pytest.mark.parametrize("fault", ["nobody listens", "no such database", "wrong password"])
def test_server_that_can_not_be_reached_is_told(
    tmp_path: Path, postgres: Postgres, fault: str
) -> None:
    url = {
        "nobody listens": "postgresql+asyncpg://u@127.0.0.1:1/d",
        "no such database": postgres.url("not-there"),
        "wrong password": postgres.url("postgres", "locked", "mistaken"),
    }[fault]

    code, told = refused("--data", tmp_path, "--database-primary", url)

    assert code == 3
    assert is_one_line(told)
    assert "mistaken" not in told
