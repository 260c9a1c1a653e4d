"""Carries out the Dockerfile without an engine, and starts what came of it: `./run rehearse`.

Each stage gets a clean root made with debootstrap. The steps are read from the Dockerfile, the
result is started by its ENTRYPOINT as its USER, asked by its HEALTHCHECK, and stopped by its
STOPSIGNAL. Needs root and debootstrap. Exit codes: 0 all came out, 1 a step failed, 2 usage,
3 no root directory could be made.
"""

from __future__ import annotations

import argparse
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from docker.dockerfile import DockerfileError, Stage, exec_form, parse_dockerfile
from docker.room import Room, StepFailed, furnish_with_network, network_variables

ROOT = Path(__file__).resolve().parent.parent
#: What the base image brings; Debian's own Python stands in for the image's.
BASE_PACKAGES = "python3,python3-venv,ca-certificates"
#: Added to the ENTRYPOINT: on this machine the ports may be taken, and only loopback is meant.
START_OPTIONS = ["--host", "127.0.0.1", "--port-base", "0", "--http-port", "0"]
START_SECONDS = 30.0
STOP_SECONDS = 30.0


class CannotRehearse(Exception):
    """This machine lacks what the rehearsal needs."""


def apt_mirror(codename: str) -> str:
    """Give the address from which apt takes the Debian release `codename` on this machine."""
    listed = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT)"],
        check=False,
        capture_output=True,
        text=True,
    )
    for line in listed.stdout.splitlines():
        address, *rest = line.split()
        if rest == [codename, "main"]:
            return address
    raise CannotRehearse(f"apt has no source for {codename} here: name one with --mirror")


def make_base(root: Path, codename: str, mirror: str | None) -> None:
    """Make a clean Debian `codename` in `root`, with Python and with this machine's network."""
    if os.geteuid() != 0:
        raise CannotRehearse("needs to be root (chroot, debootstrap)")
    debootstrap = shutil.which("debootstrap", path=f"{os.environ['PATH']}:/usr/sbin")
    if debootstrap is None:
        raise CannotRehearse("debootstrap is not installed: apt install debootstrap")
    command = [debootstrap, "--variant=minbase", f"--include={BASE_PACKAGES}", codename, str(root)]
    command.append(mirror or apt_mirror(codename))
    made = subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if made.returncode:
        sys.stderr.buffer.write(made.stdout[-2000:])
        raise CannotRehearse(f"debootstrap ended with exit code {made.returncode}")


def build(stages: list[Stage], work: Path) -> Room:
    """Carry out every stage in a copy of the base; gives the room of the last, the image."""
    rooms: dict[str, Room] = {}
    room = Room(work / "base", network_variables())
    for number, stage in enumerate(stages):
        print(f"== stage {stage.name or number}, from {stage.base}", flush=True)
        root = work / f"stage-{number}"
        shutil.rmtree(root, ignore_errors=True)
        subprocess.run(["cp", "--archive", work / "base", root], check=True)
        room = rooms[stage.name or str(number)] = Room(root, network_variables())
        for step in stage:
            print(f"-- line {step.line}: {step.keyword} {step.value[:70]}", flush=True)
            room.carry_out(step, ROOT, rooms)
    return room


def try_image(image: Stage, room: Room) -> None:
    """Start the image, ask whether it is healthy, stop it. Raises StepFailed."""
    entry, healthcheck, stop = (
        image.last(each) for each in ("ENTRYPOINT", "HEALTHCHECK", "STOPSIGNAL")
    )
    if entry is None or healthcheck is None or stop is None:
        raise StepFailed("the image names no ENTRYPOINT, no HEALTHCHECK or no STOPSIGNAL")
    command = room.command([*exec_form(entry), *START_OPTIONS])
    with subprocess.Popen(command, env={}, stdout=subprocess.PIPE, text=True) as process:
        try:
            ready = _ready_line(process)
            print(f"-- {ready}", flush=True)
            if _uid(process.pid) == 0:
                raise StepFailed("the image runs as root")
            address = dict(word.split("=", 1) for word in ready.split()[1:])["http"]
            asked = room.command(exec_form(healthcheck), {"RGS_URL": address})
            if subprocess.run(asked, check=False, env={}).returncode:
                raise StepFailed("the HEALTHCHECK says that it is not healthy")
            process.send_signal(signal.Signals[stop.value])
            code = process.wait(STOP_SECONDS)
            if code:
                raise StepFailed(f"stopped by {stop.value} it ended with exit code {code}")
        except subprocess.TimeoutExpired:
            raise StepFailed(f"{stop.value} did not end it in {STOP_SECONDS:.0f} s") from None
        finally:
            process.kill()


def _ready_line(process: subprocess.Popen[str]) -> str:
    """Wait for the line that says where the emulator listens."""
    assert process.stdout is not None
    deadline = time.monotonic() + START_SECONDS
    while select.select([process.stdout], [], [], max(0, deadline - time.monotonic()))[0]:
        line = process.stdout.readline()
        if line.startswith("ready "):
            return line.strip()
        if not line:
            raise StepFailed(f"it ended with exit code {process.wait()} before it was ready")
    raise StepFailed(f"it was not ready in {START_SECONDS:.0f} s")


def _uid(pid: int) -> int:
    return Path(f"/proc/{pid}").stat().st_uid


def rehearse(work: Path, mirror: str | None) -> None:
    """Carry out the Dockerfile below `work`, where a `base` that is there is used again."""
    stages = parse_dockerfile((ROOT / "docker" / "Dockerfile").read_text())
    codename = stages[-1].base.rpartition("-")[2]
    base = work / "base"
    if not base.exists():
        print(f"== base: Debian {codename} with {BASE_PACKAGES}", flush=True)
        unfinished = work / "base.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        make_base(unfinished, codename, mirror)
        furnish_with_network(unfinished)
        unfinished.rename(base)
    room = build(stages, work)
    print("== start, as the image's user", flush=True)
    try_image(stages[-1], room)
    print(f"rehearsed: {sum(len(stage.instructions) for stage in stages)} steps, healthy, stopped")


def main() -> int:
    """Run the rehearsal from the command line; gives the exit code."""
    parser = argparse.ArgumentParser(prog="./run rehearse", description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, help="keep the roots here, and use the base again")
    parser.add_argument("--mirror", help="where Debian comes from (default: as apt does here)")
    options = parser.parse_args()
    try:
        if options.work:
            options.work.mkdir(parents=True, exist_ok=True)
            rehearse(options.work.resolve(), options.mirror)
        else:
            with tempfile.TemporaryDirectory(prefix="rgs-image-") as work:
                rehearse(Path(work), options.mirror)
    except (StepFailed, DockerfileError) as error:
        print(f"rehearse: {error}", file=sys.stderr)
        return 1
    except (CannotRehearse, OSError, subprocess.SubprocessError) as error:
        print(f"rehearse: {error}", file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
