"""The servers that are compared: the emulator, SIPp's `uas`, and Kamailio before one."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.processes import ProcessFailed, RunningProcess
from benchmarks.settings import Bench, free_port
from benchmarks.tools import path_of
from benchmarks.topologies import write_topology

_CHECKOUT = Path(__file__).resolve().parent.parent
_READY_SECONDS = 30.0
_ADMIN_SECONDS = 120.0
_OPTIONS = (
    b"OPTIONS sip:127.0.0.1:%d SIP/2.0\r\n"
    b"Via: SIP/2.0/UDP 127.0.0.1:%d;branch=z9hG4bK-ready-%d\r\n"
    b"Max-Forwards: 70\r\nFrom: <sip:bench@127.0.0.1>;tag=ready\r\nTo: <sip:127.0.0.1:%d>\r\n"
    b"Call-ID: ready-%d@127.0.0.1\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
)


def this_checkout(say: Callable[[str], None]) -> list[str]:
    """The command that starts this checkout's emulator: the compiled copy if that is fresh.

    Looked up once, so that all rows of a run measure the same thing whatever is edited meanwhile.
    """
    asked = subprocess.run(
        [sys.executable, "-I", _CHECKOUT / "requirements" / "compile_modules.py", "--path"],
        capture_output=True,
        text=True,
        check=False,
    )
    is_compiled = asked.returncode == 0 and os.environ.get("RGS_COMPILE") != "0"
    folder = asked.stdout.strip() if is_compiled else str(_CHECKOUT)
    say("the emulator is " + ("compiled" if is_compiled else "run as it is written"))
    return ["/usr/bin/env", f"PYTHONPATH={folder}", sys.executable, "-P", "-m", "emulator"]


@dataclass(frozen=True, slots=True)
class Contender:
    """A server that takes calls on a UDP port of 127.0.0.1."""

    name: str
    process: RunningProcess
    port: int


@dataclass(frozen=True, slots=True)
class Emulator(Contender):
    """The emulator, with its admin API."""

    http: str

    def state(self) -> dict[str, Any]:
        """What `GET /state` says."""
        return self._ask("GET", "/api/v1/state")

    def connected_calls(self) -> int:
        """How many calls are connected now."""
        return int(self.state()["calls"]["connected"])

    def change_phase(self, to: str, style: str) -> dict[str, Any]:
        """Enter phase `to`; what `PUT /phase` answers once the drops are on their way."""
        return self._ask("PUT", "/api/v1/phase", {"to": to, "style": style})

    def metrics(self) -> dict[str, float]:
        """Every sample of `GET /metrics`, by its name with labels; empty without metrics."""
        try:
            with urllib.request.urlopen(f"{self.http}/metrics", timeout=10.0) as answer:
                text = answer.read().decode()
        except (urllib.error.URLError, TimeoutError):
            return {}
        return read_metrics(text)

    def _ask(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        request = urllib.request.Request(
            self.http + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=_ADMIN_SECONDS) as answer:
                content: dict[str, Any] = json.load(answer)
        except urllib.error.HTTPError as error:
            text = error.read().decode(errors="replace")
            raise ProcessFailed(f"{method} {path}: {error.code} {text[:300]}") from error
        except (OSError, ValueError) as error:
            raise ProcessFailed(f"{method} {path}: {error}") from error
        return content


def read_ready_line(text: str) -> dict[str, str] | None:
    """The addresses of the line that begins with `ready `; None while there is none."""
    for line in text.splitlines(keepends=True):
        if line.startswith("ready ") and line.endswith("\n"):
            return dict(word.split("=", 1) for word in line.split()[1:] if "=" in word)
    return None


def read_metrics(text: str) -> dict[str, float]:
    """The samples of a text exposition, by name with labels."""
    samples = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            name, _, value = line.rpartition(" ")
            samples[name] = float(value)
    return samples


def port_of(address: str) -> int:
    """The port of `sip:HOST:PORT`."""
    return int(address.rpartition(":")[2].partition(";")[0])


@contextlib.contextmanager
def emulator(bench: Bench, answer_after_ms: int | None = None) -> Iterator[Emulator]:
    """The emulator on free ports; with the sample topology unless the agents' delay is given."""
    log = Path(tempfile.mkdtemp(prefix="emulator-", dir=bench.scratch)) / "output"
    command = [*bench.server_command, "up", "--port-base", "0", "--http-port", "0"]
    if answer_after_ms is not None:
        command += ["--topology", str(write_topology(answer_after_ms, bench.scratch))]
    process = RunningProcess("the emulator", command, core=bench.cores.server, log=log)
    with contextlib.ExitStack() as ends:
        ends.callback(process.stop)
        process.wait_until(
            lambda: read_ready_line(log.read_text(errors="replace")) is not None,
            within=_READY_SECONDS,
            what="starting",
        )
        addresses: Mapping[str, str] = read_ready_line(log.read_text(errors="replace")) or {}
        name = "ours" if answer_after_ms is None else f"ours, {answer_after_ms} ms"
        yield Emulator(name, process, port_of(addresses["director"]), addresses["http"])


@contextlib.contextmanager
def sipp_uas(bench: Bench, core: int | None = None) -> Iterator[Contender]:
    """SIPp's built-in `uas`, on the server's core unless another is given."""
    port = free_port()
    folder = Path(tempfile.mkdtemp(prefix="uas-", dir=bench.scratch))
    # As much socket buffer as the caller has: else it, not its work, loses messages.
    command = [path_of("sipp"), "-sn", "uas", "-i", "127.0.0.1", "-p", str(port), "-nostdin"]
    command += ["-buff_size", "4194304"]
    process = RunningProcess(
        "SIPp's uas",
        command,
        core=bench.cores.server if core is None else core,
        log=folder / "output",
        directory=folder,
    )
    with contextlib.ExitStack() as ends:
        ends.callback(process.stop)
        process.wait_until(lambda: is_bound(port), within=_READY_SECONDS, what="starting")
        yield Contender("SIPp's uas", process, port)


@contextlib.contextmanager
def kamailio(bench: Bench, allocator: str | None = None) -> Iterator[Contender]:
    """Kamailio on the server's core, relaying to a SIPp `uas` on the generator's.

    `allocator` is one of its memory managers (`fm`, `tlsf`); without, the one it is built with.
    """
    template = (Path(__file__).parent / "kamailio.cfg.in").read_text()
    folder = Path(tempfile.mkdtemp(prefix="kamailio-", dir=bench.scratch))
    with sipp_uas(bench, core=bench.cores.generator) as answerer:
        port = free_port()
        configuration = folder / "kamailio.cfg"
        configuration.write_text(
            template.replace("@LISTEN_PORT@", str(port)).replace(
                "@ANSWERER_PORT@", str(answerer.port)
            )
        )
        command = [path_of("kamailio"), "-f", str(configuration), "-DD", "-E"]
        command += ["-m", "1024", "-M", "16", "-Y", str(folder), "-w", str(folder)]
        if allocator is not None:
            command += ["-x", allocator, "-X", allocator]
        name = "Kamailio" if allocator is None else f"Kamailio with {allocator}"
        process = RunningProcess(name, command, core=bench.cores.server, log=folder / "output")
        with contextlib.ExitStack() as ends:
            ends.callback(process.stop)
            process.wait_until(lambda: answers(port), within=_READY_SECONDS, what="starting")
            yield Contender(name, process, port)


def is_bound(port: int) -> bool:
    """True while something is bound to UDP `port` of 127.0.0.1."""
    wanted = f"0100007F:{port:04X}"
    return any(wanted in line for line in Path("/proc/net/udp").read_text().splitlines())


def answers(port: int) -> bool:
    """True when whatever listens on UDP `port` answers an OPTIONS within a quarter second."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as caller:
        caller.bind(("127.0.0.1", 0))
        caller.settimeout(0.25)
        own = caller.getsockname()[1]
        caller.sendto(_OPTIONS % (port, own, own, port, own), ("127.0.0.1", port))
        try:
            return caller.recv(65_535).startswith(b"SIP/2.0 ")
        except OSError:
            return False
