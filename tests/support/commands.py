"""Runs a command for a test; knows when the package index is out of reach."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent

_OUT_OF_REACH = (
    "NewConnectionError",
    "ConnectTimeoutError",
    "Network is unreachable",
    "Temporary failure in name resolution",
    "ProxyError",
)


def run(
    *command: str | Path,
    cwd: Path = ROOT,
    env: Mapping[str, str] | None = None,
    timeout_seconds: float = 100,
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, whatever its exit code, with its output as text."""
    return subprocess.run(
        [str(word) for word in command],
        check=False,
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout_seconds,
    )


def must_succeed(*command: str | Path, cwd: Path = ROOT, timeout_seconds: float = 100) -> str:
    """Run a command that must end with 0; gives its stdout.

    Where it could not reach the package index the test is skipped; under CI=true it fails.
    """
    done = run(*command, cwd=cwd, timeout_seconds=timeout_seconds)
    if done.returncode == 0:
        return done.stdout
    skip_if_offline(done.stderr)
    words = " ".join(str(word) for word in command)
    pytest.fail(f"{words} ended with {done.returncode}:\n{done.stdout}{done.stderr}", pytrace=False)


def skip_if_offline(stderr: str) -> None:
    """Skip the test where `stderr` says that the package index is out of reach, but not in CI."""
    offline = any(sign in stderr for sign in _OUT_OF_REACH)
    if offline and os.environ.get("CI") != "true":
        pytest.skip("the package index is out of reach")
