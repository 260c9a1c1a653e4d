"""Kills at seeded moments: what was acknowledged is there afterwards, what was not whole or not.

    ./run kills --count 200 --seed 7 --database sqlite|postgresql

An emulator with a store is changed by one client, and is killed in the midst of a change. A twin in
memory, which nobody kills, is changed in the same way: started again on its store, the one that was
killed has to be what the twin is before or after the change in flight, and after it if that had
been answered. Exit codes: 0 so it was, 1 it was not, 2 usage, 3 could not start.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.emulator_process import Address, EmulatorProcess, StartFailed
from tests.support.postgres import Postgres

__all__ = ["Findings", "Killing", "main"]

_MOST_CHANGES = 6  # between two kills
_PATIENCE_SECONDS = 30.0
_START_SECONDS = 60.0
_NEXT = {
    "normal": "outage",
    "outage": "failing_over",
    "failing_over": "failed_over",
    "failed_over": "failing_back",
    "failing_back": "failed_back",
    "failed_back": "normal",
}
_GROUPS = ("helpdesk", "hotline", "onlyprimary", "formal", "billing", "sales")
_MADE = ("made-1", "made-2", "made-3")
_SIGNING = (("alice", "formal"), ("carol", "formal"), ("carol", "billing"), ("dave", "billing"))
_SHELL = "/config/management-shell/groups"
_QUIET = ("--log-level", "warning")


@dataclass(frozen=True, slots=True)
class Change:
    """One request that changes something."""

    method: str
    path: str
    body: dict[str, Any] | None = None

    def __str__(self) -> str:
        told = json.dumps(self.body) if self.body is not None else ""
        return f"{self.method} {self.path} {told[:200]}"


@dataclass(slots=True)
class Findings:
    """What came of the kills."""

    kills: int = 0
    acknowledged: int = 0
    refused: int = 0
    whole: int = 0  # of those in flight: done, though nobody was told
    nothing: int = 0
    answered: int = 0  # killed after the answer
    missing: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """What a person is told."""
        in_flight = (
            f"{self.whole} whole, {self.nothing} not at all, "
            f"{self.answered} answered just before the kill"
        )
        return [
            f"kills         {self.kills}",
            f"acknowledged  {self.acknowledged} changes, {self.refused} refusals",
            f"in flight     {in_flight}",
            f"missing       {len(self.missing)}",
        ]


class Client:
    """Asks one emulator."""

    def __init__(self, address: Address) -> None:
        self._address = address

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """The status and JSON of an answer; raises OSError or HTTPException without one."""
        connection = http.client.HTTPConnection(*self._address, timeout=_PATIENCE_SECONDS)
        try:
            content = None if body is None else json.dumps(body)
            headers = {} if body is None else {"Content-Type": "application/json"}
            connection.request(method, f"/api/v1{path}", content, headers)
            response = connection.getresponse()
            text = response.read()
            return response.status, json.loads(text) if text else None
        finally:
            connection.close()

    def get(self, path: str) -> Any:
        """The JSON at `path`, which has to be there."""
        status, document = self.ask("GET", path)
        assert status == 200, f"GET {path}: {status} {document}"
        return document

    def seen(self) -> dict[str, Any]:
        """All that is to be kept, as an administrator sees it."""
        state = self.get("/state")
        groups = self.get(f"{_SHELL}?show_all=true")["groups"]
        agents = sorted({agent for agent, _ in _SIGNING})
        return {
            "phase": [state["phase"], state["epoch"], state["style"]],
            "imported": state["imported"],
            **{
                f"group {each['name']} on {each['pool']}": {**each, "version": None}
                for each in groups
            },
            **{f"agent {name}": _by_name(self.get(f"/agents/{name}")["groups"]) for name in agents},
            **{
                f"console of {name}": _by_name(self.get(f"/console/{name}")["groups"])
                for name in agents
            },
        }


class Killing:
    """One campaign: `options` name the store, besides `--data` in `folder`."""

    def __init__(
        self, folder: Path, options: Sequence[str], seed: int, say: Callable[[str], None]
    ) -> None:
        self.findings = Findings()
        self._options = ("--data", str(folder), *options, *_QUIET)
        self._random = random.Random(seed)
        self._say = say
        self._usual_seconds = 0.02
        self._change: Change  # in flight at the last kill
        self._before: dict[str, Any]  # what the twin was before it
        self._status: int | None  # what it was answered with

    def run(self, count: int) -> Findings:
        """Kill `count` times, or until something is missing.

        Raises StartFailed where the emulator doesn't start any more.
        """
        with ExitStack() as stack:
            quiet_life = stack.enter_context(EmulatorProcess(*_QUIET))
            twin = Client(quiet_life.addresses["http"])
            process = self._start(stack)
            for _ in range(count):
                self._kill_once(process, twin)
                process = self._start(stack)
                self._look(Client(process.addresses["http"]), twin)
                if self.findings.missing:  # all that follows would differ, too
                    break
        return self.findings

    def _start(self, stack: ExitStack) -> EmulatorProcess:
        process = EmulatorProcess(*self._options, start_seconds=_START_SECONDS)
        stack.callback(process.kill)
        return process

    def _kill_once(self, process: EmulatorProcess, twin: Client) -> None:
        """Change something, some times; then kill the process amid one more change."""
        client = Client(process.addresses["http"])
        for _ in range(self._random.randint(0, _MOST_CHANGES)):
            change = self._draw(twin)
            began = time.monotonic()
            status, _ = client.ask(change.method, change.path, change.body)
            self._usual_seconds = 0.8 * self._usual_seconds + 0.2 * (time.monotonic() - began)
            self._count(status)
            told, _ = twin.ask(change.method, change.path, change.body)
            if told != status:
                self._miss(f"{change}: answered {status}, the twin {told}")
        self._change = self._draw(twin)
        self._before = twin.seen()
        self._status = self._kill_amid(process, client, self._change)

    def _look(self, client: Client, twin: Client) -> None:
        """Compare the emulator that has started again with the twin; make them alike."""
        change = self._change
        twin.ask(change.method, change.path, change.body)
        after = twin.seen()
        self._judge(client.seen(), self._before, after, self._status, change)
        if client.seen() != after:
            client.ask(change.method, change.path, change.body)
        if client.seen() != after:
            self._miss(f"{change}: can't be done again")

    def _kill_amid(self, process: EmulatorProcess, client: Client, change: Change) -> int | None:
        """Kill the process at some moment of a change; gives the answer if there was one."""
        delay = self._random.uniform(0.0, 1.2 * self._usual_seconds)
        killer = threading.Timer(delay, process.kill)
        killer.start()
        try:
            status, _ = client.ask(change.method, change.path, change.body)
        except (OSError, http.client.HTTPException):
            status = None
        killer.join()
        self.findings.kills += 1
        if status is not None:
            self._count(status)
        return status

    def _judge(
        self,
        now: dict[str, Any],
        before: dict[str, Any],
        after: dict[str, Any],
        status: int | None,
        change: Change,
    ) -> None:
        findings = self.findings
        if status is not None:
            findings.answered += 1
            if now != after:
                self._miss(f"{change}: answered {status}, but {_difference(after, now)}")
        elif now == after:
            findings.whole += 1
        elif now == before:
            findings.nothing += 1
        else:
            self._miss(
                f"{change}: torn: as before but for {_difference(before, now)}; "
                f"as after but for {_difference(after, now)}"
            )

    def _count(self, status: int) -> None:
        if status < 300:
            self.findings.acknowledged += 1
        else:
            self.findings.refused += 1

    def _miss(self, told: str) -> None:
        line = f"kill {self.findings.kills}: {told}"
        self.findings.missing.append(line)
        self._say(line)

    def _draw(self, twin: Client) -> Change:
        """A change that may be possible now."""
        draw = self._random
        kind = draw.choices(
            ("phase", "import", "unimport", "edit", "create", "remove", "sign", "reset"),
            (4, 3, 2, 5, 3, 3, 5, 1),
        )[0]
        if kind == "phase":
            to = _NEXT[twin.get("/state")["phase"]]
            body = {"to": to}
            if to == "outage":
                body["style"] = draw.choice(("graceful", "crash", "blackhole"))
            return Change("PUT", "/phase", body)
        if kind == "import":
            named = {"groups": draw.sample(_GROUPS[:4], 2)}
            return Change("POST", "/import", draw.choice((None, named)))
        if kind == "unimport":
            return Change("DELETE", "/import", draw.choice((None, {"groups": ["formal"]})))
        if kind == "edit":
            name = draw.choice(_GROUPS)
            status, group = twin.ask("GET", f"{_SHELL}/{name}")
            if status != 200:
                return Change("DELETE", f"{_SHELL}/{name}")
            del group["version"]
            group["description"] = f"edited {draw.randrange(1_000_000)}"
            return Change("PUT", f"{_SHELL}/{name}", group)
        if kind == "create":
            name, owner = draw.choice(_MADE), draw.choice(("primary", "backup"))
            agents = [{"name": f"{name}-agents", "agents": ["alice"], "participation": "formal"}]
            group = {"name": name, "owner": owner, "kind": "normal", "agent_groups": agents}
            return Change("POST", _SHELL, group)
        if kind == "remove":
            return Change("DELETE", f"{_SHELL}/{draw.choice(_MADE)}")
        if kind == "sign":
            agent, group_name = draw.choice((*_SIGNING, *(("alice", name) for name in _MADE)))
            path = f"/console/{agent}/sign-{draw.choice(('in', 'in', 'out'))}"
            return Change("POST", path, {"groups": [group_name]})
        return Change("POST", "/reset")


def _by_name(groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Groups in an order that does not depend on when each was made."""
    return sorted(groups, key=lambda each: (each["name"], each.get("imported", False)))


def _difference(wanted: dict[str, Any], found: dict[str, Any]) -> str:
    names = [
        name for name in sorted(wanted.keys() | found.keys()) if wanted.get(name) != found.get(name)
    ]
    told = [f"{name}: {wanted.get(name)} is now {found.get(name)}" for name in names]
    return f"{', '.join(names)} ({'; '.join(told)[:800]})"


def main(arguments: list[str] | None = None) -> int:
    """Kill as the command line says; gives the exit code."""
    parser = argparse.ArgumentParser(
        prog="./run kills",
        description="Kills an emulator at seeded moments; what it acknowledged has to be there.",
    )
    parser.add_argument("--count", type=int, default=200, help="kills (200)")
    parser.add_argument("--seed", type=int, default=1, help="makes the same changes again (1)")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    options = parser.parse_args(arguments)
    began = time.monotonic()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kills-")))
        more: list[str] = []
        if options.database == "postgresql":
            server = stack.enter_context(Postgres())
            for pool in ("primary", "backup"):
                more += [f"--database-{pool}", server.create(pool)]
        killing = Killing(folder, more, options.seed, _tell)
        try:
            findings = killing.run(options.count)
        except KeyboardInterrupt:
            return 130
        except StartFailed as failure:
            if not killing.findings.kills:
                _tell(str(failure))
                return 3
            findings = killing.findings
            findings.missing.append(f"after kill {findings.kills}: {failure}")
            _tell(findings.missing[-1])
    seconds = time.monotonic() - began
    sys.stdout.write(f"database      {options.database}, seed {options.seed}, {seconds:.0f} s\n")
    sys.stdout.writelines(f"{line}\n" for line in findings.lines())
    return 1 if findings.missing else 0


def _tell(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
