"""Compile the modules that each call runs through by mypyc, where a C compiler is at hand.

The checkout stays as it is: its packages are copied to `.venv/compiled`, and compiled there.
`./run rgs`, `./run demo` and `./run bench` prefer that copy while it holds what the checkout holds;
tests and everything else run the sources. Without a compiler all runs as it is written. See
docs/decisions/0012-what-calls-run-through-is-compiled.md.

Usage: compile_modules.py [--if-possible | --path]
  (nothing)       compile, unless what is there is fresh; exit 3 where it can't be done
  --if-possible   the same, but only where a C compiler is, and without failing
  --path          print the folder if it is fresh, else exit 1
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMPILED = ROOT / ".venv" / "compiled"
PACKAGES = ("sip", "emulator")
# What a call runs through. Modules beside them gain nothing, and each takes a second to compile.
MODULES = (
    "sip/answer.py",
    "sip/deadlines.py",
    "sip/dialog.py",
    "sip/endpoint.py",
    "sip/envelope.py",
    "sip/message.py",
    "sip/names.py",
    "sip/recognise.py",
    "sip/request.py",
    "sip/response.py",
    "sip/sdp.py",
    "sip/tags.py",
    "sip/timers.py",
    "sip/transaction/client.py",
    "sip/transaction/layer.py",
    "sip/transaction/server.py",
    "sip/transaction/tables.py",
    "sip/transport/traffic.py",
    "sip/transport/udp.py",
    "emulator/model/agent_groups.py",
    "emulator/model/agents.py",
    "emulator/model/calls.py",
    "emulator/model/groups.py",
    "emulator/model/journal.py",
    "emulator/model/ladder.py",
    "emulator/model/tally.py",
    "emulator/model/waiting_line.py",
    "emulator/service/descriptions.py",
    "emulator/service/destinations.py",
    "emulator/service/dialogs.py",
    "emulator/service/element.py",
    "emulator/service/emulated.py",
    "emulator/service/handover.py",
    "emulator/service/lines.py",
    "emulator/service/pending.py",
    "emulator/service/pool.py",
    "emulator/service/ringer.py",
    "emulator/service/site.py",
    "emulator/service/waiting_caller.py",
)
DONE, STALE, FAILED = 0, 1, 3
_STAMP, _GLANCE = "stamp", "glance"
_LOG = ROOT / ".venv" / "compile.log"


def fingerprint() -> str:
    """Hash of all that the copy depends on: every source, this file, the Python."""
    digest = hashlib.sha256(f"{ROOT}\0{sys.version}\0{sys.platform}".encode())
    digest.update(Path(__file__).read_bytes())
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            digest.update(f"{path.relative_to(ROOT)}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _glance() -> str:
    """Sizes and times of all sources: what tells in 5 ms, not in 60, that none has changed."""
    seen = []
    folders = [str(ROOT / package) for package in PACKAGES]
    while folders:
        for entry in os.scandir(folders.pop()):
            if entry.is_dir():
                folders.append(entry.path)
            elif entry.name.endswith(".py"):
                status = entry.stat()
                seen.append(f"{entry.path} {status.st_size} {status.st_mtime_ns}")
    own = Path(__file__).stat()
    return "\n".join((f"{sys.version} {own.st_size} {own.st_mtime_ns}", *sorted(seen)))


def is_fresh() -> bool:
    """Say whether the copy holds what the checkout holds."""
    try:
        glance = _glance()
        if (COMPILED / _GLANCE).read_text() == glance:
            return True
        if (COMPILED / _STAMP).read_text() != fingerprint():
            return False
        (COMPILED / _GLANCE).write_text(glance)
    except OSError:
        return False
    return True


def what_is_missing() -> str | None:
    """Say what there is not that compiling needs, None if all is there."""
    if importlib.util.find_spec("mypyc") is None:
        return "mypyc, which the development requirements install"
    compiler = (os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc").split()[0]
    if shutil.which(compiler) is None:
        return f"a C compiler ({compiler})"
    if not (Path(sysconfig.get_paths()["include"]) / "Python.h").exists():
        return "Python.h (Debian: apt install python3-dev)"
    return None


def compile_modules() -> None:
    """Copy the packages and compile; raises CalledProcessError, whose output is in the log."""
    making = COMPILED.with_name("compiled.new")
    shutil.rmtree(making, ignore_errors=True)
    glance, stamp = _glance(), fingerprint()
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package, making / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    # The data stay where they are; see emulator/resources.py.
    (making / "fixtures").symlink_to(ROOT / "fixtures")
    with _LOG.open("w") as log:
        subprocess.run(
            [sys.executable, __file__, "--in", str(making)],
            check=True,
            cwd=making,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    shutil.rmtree(making / "build", ignore_errors=True)
    (making / _GLANCE).write_text(glance)
    (making / _STAMP).write_text(stamp)
    shutil.rmtree(COMPILED, ignore_errors=True)
    making.rename(COMPILED)


def _build(folder: Path) -> None:
    """Compile the modules in the copy `folder`, where this process is, by as many jobs as cores."""
    from multiprocessing.pool import ThreadPool

    from mypyc.build import mypycify  # first: it chooses what setuptools is to be
    from setuptools import setup  # type: ignore[import-untyped]
    from setuptools.command.build_ext import build_ext  # type: ignore[import-untyped]

    class ParallelBuild(build_ext):  # type: ignore[misc]
        """Compiles the files of one extension at the same time, which setuptools does not."""

        def build_extensions(self) -> None:
            compile_in_turn = self.compiler.compile

            def compile_at_once(sources: list[str], **options: object) -> list[str]:
                with ThreadPool(os.cpu_count()) as pool:
                    made = pool.map(lambda each: compile_in_turn([each], **options), sources)
                return [each for objects in made for each in objects]

            self.compiler.compile = compile_at_once
            super().build_extensions()

    sys.path.insert(0, str(folder))
    # -O1: of what is compiled nearly all calls the interpreter's own functions; -O3 takes a third
    # longer to compile and saves a hundredth of a call.
    extensions = mypycify(list(MODULES), opt_level="1", debug_level="0", multi_file=True)
    setup(
        name="compiled",
        packages=[],
        py_modules=[],
        ext_modules=extensions,
        cmdclass={"build_ext": ParallelBuild},
        script_args=["-q", "build_ext", "--inplace"],
    )


def _say(text: str) -> None:
    print(f"run: {text}", file=sys.stderr)


def make(*, must: bool) -> int:
    """Compile what is not fresh; gives the exit code. Nothing fails unless it `must`."""
    missing = what_is_missing()
    if missing is not None:
        if must:
            _say(f"compiling needs {missing}; without it everything runs as it is written")
        return FAILED if must else DONE
    with (ROOT / ".venv" / "compile.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if is_fresh():
            return DONE
        _say("compiling what calls run through (about a minute; without it calls cost more)")
        try:
            compile_modules()
        except (OSError, subprocess.CalledProcessError) as error:
            _say(f"that failed ({error}); see {_LOG}. Everything runs as it is written instead.")
            return FAILED if must else DONE
    return DONE


def main(arguments: list[str]) -> int:
    """Do what the arguments say (see above)."""
    match arguments:
        case []:
            return make(must=True)
        case ["--if-possible"]:
            return make(must=False)
        case ["--path"]:
            if not is_fresh():
                return STALE
            print(COMPILED)
            return DONE
        case ["-h" | "--help"]:
            print(__doc__)
            return DONE
        case ["--in", folder]:
            _build(Path(folder))
            return DONE
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
