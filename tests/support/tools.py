"""The outside programs that tests use: which package brings each, and what to do without one.

`python -m tests.support.tools` installs those that are missing.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

#: Program on the path -> Debian package that brings it.
PACKAGES = {
    "baresip": "baresip-core",
    "curl": "curl",
    "debootstrap": "debootstrap",
    "initdb": "postgresql",
    "kamailio": "kamailio",
    "setpriv": "util-linux",
    "sipp": "sip-tester",
    "tshark": "tshark",
}

# Debian keeps servers where an ordinary user's PATH does not look, PostgreSQL's newest first here.
_POSTGRES = sorted(
    map(str, Path("/usr/lib/postgresql").glob("*/bin")),
    key=lambda path: [int(part) for part in re.findall(r"\d+", path)],
    reverse=True,
)
_SEARCH = os.pathsep.join(
    [os.environ.get("PATH", os.defpath), "/usr/local/sbin", "/usr/sbin", *_POSTGRES]
)


def find_tool(name: str) -> str | None:
    """Give the full path of the program `name`, or None where it is not installed."""
    return shutil.which(name, path=_SEARCH)


def require_tool(name: str) -> str:
    """Give the full path of the program `name`.

    Without it the test is skipped, under CI=true it fails; both name the program and its package.
    """
    path = find_tool(name)
    if path is not None:
        return path
    missing = f"{name} is not installed: apt install {PACKAGES.get(name, name)}"
    if os.environ.get("CI") == "true":
        pytest.fail(missing, pytrace=False)
    pytest.skip(missing)


def install_missing() -> int:
    """Install with apt what is missing of the programs; gives the exit code."""
    missing = sorted(package for name, package in PACKAGES.items() if find_tool(name) is None)
    if not missing:
        return 0
    apt = shutil.which("apt-get")
    if apt is None:
        print(f"run: no apt-get here; install by hand: {' '.join(missing)}", file=sys.stderr)
        return 3
    command = ["env", "DEBIAN_FRONTEND=noninteractive", apt, "--quiet", "--yes"]
    if os.geteuid() != 0:
        sudo = shutil.which("sudo")
        if sudo is None:
            print(f"run: as root: apt-get install {' '.join(missing)}", file=sys.stderr)
            return 3
        command.insert(0, sudo)
    print(f"run: installing {' '.join(missing)}", file=sys.stderr)
    # A stale or partly unreachable list may still serve; the installation tells.
    subprocess.run([*command, "update"], check=False, stdout=sys.stderr)
    install = [*command, "install", "--no-install-recommends", *missing]
    if subprocess.run(install, check=False, stdout=sys.stderr).returncode:
        print(f"run: could not install {' '.join(missing)}", file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(install_missing())
