"""Make `.venv` fit the lock: create it, install the locked set and the project, or find it fresh.

`./run` calls this with any Python >= 3.11. It uses the standard library alone. Many may call it at
once: the first does the work, the others wait for it. Exit codes: 0 it fits, 1 it does not
(`--check` only), 3 it could not be made.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOCK = ROOT / "requirements" / "dev.txt"
STAMP = VENV / ".stamp"
FITS, STALE, FAILED = 0, 1, 3


def fingerprint() -> str:
    """Hash of all that the environment depends on: the lock, the project, the place, the Python."""
    digest = hashlib.sha256()
    for path in (LOCK, Path(__file__)):
        digest.update(path.read_bytes())
    # Settings of linters and tests in the same file change nothing that is installed.
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    installed = [settings["build-system"], settings["project"], settings["tool"]["hatch"]]
    digest.update(json.dumps(installed).encode())
    # Scripts and the editable install name the checkout by its full path.
    digest.update(f"{ROOT}\0{sys.version}".encode())
    return digest.hexdigest()


def fits() -> bool:
    """Say whether `.venv` was finished for what the checkout holds now."""
    try:
        return STAMP.read_text() == fingerprint() and (VENV / "bin" / "rgs").exists()
    except (OSError, ValueError, KeyError):  # nothing there, or a broken pyproject.toml
        return False


def pip(*arguments: str) -> None:
    """Run the environment's own pip; raises CalledProcessError."""
    command = [str(VENV / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", *arguments]
    subprocess.run(command, check=True, cwd=ROOT, stdout=sys.stderr)


def make() -> None:
    """Build `.venv` anew and stamp it; raises CalledProcessError where a step fails."""
    shutil.rmtree(VENV, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", VENV], check=True, stdout=sys.stderr)
    pip("install", "-qq", "--require-hashes", "--only-binary", ":all:", "-r", str(LOCK))
    # hatchling is in the lock, so nothing more is fetched to build the project.
    pip("install", "-qq", "--no-deps", "--no-build-isolation", "--no-index", "--editable", ".")
    STAMP.write_text(fingerprint())


def complain(*lines: str) -> int:
    """Print the lines to stderr; gives the exit code for it."""
    print("run: " + "\n     ".join(lines), file=sys.stderr)
    return FAILED


def main() -> int:
    """Make the environment fit, with one clear line for each thing that may be in the way."""
    if sys.argv[1:] == ["--check"]:
        return FITS if fits() else STALE
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        return complain(
            f"{sys.executable} has no venv module.",
            "Debian and Ubuntu keep it apart: apt install python3-venv",
        )
    try:
        with (ROOT / ".venv.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not fits():
                print(f"run: making {VENV} (once, until the lock changes)", file=sys.stderr)
                make()
    except subprocess.CalledProcessError as error:
        command = " ".join(str(part) for part in error.cmd)
        return complain(
            f"this step failed with exit code {error.returncode}: {command}",
            "What it said stands above. Where it could not fetch a package: the first run needs",
            "the network, or pip settings that lead to a mirror (`pip config list`).",
        )
    except OSError as error:
        return complain(f"cannot make {VENV}: {error}")
    return FITS


if __name__ == "__main__":
    os.environ.pop("PYTHONHOME", None)
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
