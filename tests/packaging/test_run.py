"""`./run`: finds a Python, makes the environment once, hands on, and says what is in the way."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.commands import ROOT, run, skip_if_offline

PRODUCT = """
import os, sys

def main():
    print(os.getcwd(), *sys.argv[1:], sep="|")
    sys.exit(7)
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Give a small checkout in a path with spaces: the real ./run, a short lock, a tiny product."""
    place = tmp_path / "a place with spaces"
    (place / "requirements").mkdir(parents=True)
    for name in ("run", "pyproject.toml", "LICENSE"):
        shutil.copy2(ROOT / name, place / name)
    for name in ("make_venv.py", "compile_modules.py"):
        shutil.copy2(ROOT / "requirements" / name, place / "requirements" / name)
    shutil.copy2(ROOT / "requirements" / "build.txt", place / "requirements" / "dev.txt")
    (place / "README.md").write_text("# A checkout\n")
    for package in ("emulator", "sip"):
        (place / package).mkdir()
        (place / package / "__init__.py").touch()
    (place / "emulator" / "cli.py").write_text(PRODUCT)
    return place


@pytest.fixture
def made(checkout: Path) -> Path:
    """Give the checkout with an environment that says it is fresh, and programs that only tell."""
    programs = checkout / ".venv" / "bin"
    programs.mkdir(parents=True)
    write_program(
        programs / "python",
        'case "$*" in *make_venv.py* | *--if-possible) exit 0;; esac\n'
        'case "$*" in *--path) echo /fast; exit 0;; esac\n'
        'echo "python $*"',
    )
    write_program(programs / "rgs", 'echo "$PWD|$*"; exit 7')
    return checkout


def write_program(path: Path, body: str) -> None:
    """Write a shell script that can be run."""
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


def path_with_only(folder: Path, *names: str) -> dict[str, str]:
    """Give an environment whose PATH leads to these programs alone, by way of `folder`."""
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / name).symlink_to(str(shutil.which(name)))
    return {"PATH": str(folder), "HOME": str(folder)}


def test_help_needs_no_environment(checkout: Path) -> None:
    done = run(checkout / "run", "help")
    assert done.returncode == 0
    assert "./run COMMAND" in done.stdout
    assert not (checkout / ".venv").exists()


def test_unknown_command_is_refused_by_name(checkout: Path) -> None:
    done = run(checkout / "run", "dance")
    assert done.returncode == 2
    assert "no such command: dance" in done.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["rgs", "calls", "--limit", "1"], "calls --limit 1"),
        (["demo", "--only", "a b"], "demo --only a b"),
    ],
    ids=["rgs", "demo"],
)
def test_product_gets_arguments_and_folder_and_gives_its_exit_code(
    made: Path, tmp_path: Path, words: list[str], told: str
) -> None:
    done = run(made / "run", *words, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (7, f"{tmp_path}|{told}\n")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["bench", "--check"], "python -P -m benchmarks --check"),
        (["mutate", "--seed", "1"], "python -P -m tests.mutation --seed 1"),
        (["test", "tests/torture", "-x"], "python -m pytest tests/torture -x"),
    ],
    ids=["bench", "mutate", "test"],
)
def test_tools_of_the_project_get_what_follows(made: Path, words: list[str], told: str) -> None:
    done = run(made / "run", *words)
    assert (done.returncode, done.stdout) == (0, f"{told}\n")


@pytest.mark.parametrize(
    ("environment", "told"),
    [({}, "/fast"), ({"PYTHONPATH": "/mine"}, "/fast:/mine"), ({"RGS_COMPILE": "0"}, "")],
    ids=["as it is", "beside another path", "not wanted"],
)
def test_product_is_the_compiled_one_while_that_is_fresh(
    made: Path, environment: dict[str, str], told: str
) -> None:
    write_program(made / ".venv" / "bin" / "rgs", 'echo "$PYTHONPATH"')
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = run(made / "run", "rgs", "up", env={**clean, **environment})
    assert done.stdout == f"{told}\n"


def test_compiled_modules_are_tested_in_the_processes_that_tests_start_too(made: Path) -> None:
    write_program(
        made / ".venv" / "bin" / "python",
        'case "$*" in *--path) echo /fast; exit 0;; *requirements*) exit 0;; esac\n'
        'echo "$PYTHONSAFEPATH|$PYTHONPATH|$*"',
    )
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = run(made / "run", "test", "--compiled", "tests/torture", "-x", env=clean)
    words = "-m pytest -o pythonpath= -m not sources tests/torture -x"
    assert (done.returncode, done.stdout) == (0, f"1|/fast:{made}|{words}\n")


def test_signal_reaches_the_product(made: Path) -> None:
    write_program(
        made / ".venv" / "bin" / "rgs", 'trap "exit 9" TERM; echo up; while :; do read -r x; done'
    )
    with subprocess.Popen(
        [made / "run", "rgs", "up"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        process.send_signal(signal.SIGTERM)
        process.communicate("\n")
    assert process.returncode == 9


def test_old_python_is_named(checkout: Path, tmp_path: Path) -> None:
    env = path_with_only(tmp_path / "bin", "sh", "dirname")
    old = 'case "$1" in --version) echo Python 3.9.2;; *) exit 1;; esac'
    write_program(tmp_path / "bin" / "python3", old)
    done = run(checkout / "run", "rgs", env=env)
    assert done.returncode == 3
    assert "needs Python 3.11 or newer" in done.stderr
    assert "Python 3.9.2" in done.stderr


def test_chosen_python_must_be_new_enough(checkout: Path) -> None:
    done = run(checkout / "run", "rgs", env={**os.environ, "RGS_PYTHON": "/nowhere/python"})
    assert done.returncode == 3
    assert "RGS_PYTHON=/nowhere/python is no Python 3.11" in done.stderr


def test_missing_venv_module_is_named_with_its_package(checkout: Path, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.modules['ensurepip'] = None\n")
    env = {**os.environ, "RGS_PYTHON": sys.executable, "PYTHONPATH": str(tmp_path)}
    done = run(checkout / "run", "rgs", env=env)
    assert done.returncode == 3
    assert "apt install python3-venv" in done.stderr


def test_unreachable_index_is_explained(checkout: Path) -> None:
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "0"}
    done = run(checkout / "run", "rgs", env={**os.environ, **nowhere})
    assert done.returncode == 3
    assert "the first run needs" in done.stderr
    assert not (checkout / ".venv" / ".stamp").exists()


@pytest.mark.timeout(300)
def test_concurrent_first_runs_share_one_environment_that_is_remade_when_stale(
    checkout: Path, tmp_path: Path
) -> None:
    # given a checkout without an environment, two that begin at once
    begun = [
        subprocess.Popen(
            [checkout / "run", "rgs", name],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in ("first", "second")
    ]
    ended = [process.communicate() for process in begun]
    for _, stderr in ended:
        skip_if_offline(stderr)
    # then both come to the product, and one of them made the environment
    assert [process.returncode for process in begun] == [7, 7], ended
    assert [stdout for stdout, _ in ended] == [f"{tmp_path}|first\n", f"{tmp_path}|second\n"]
    assert sum("making" in stderr for _, stderr in ended) == 1
    # and it stays while nothing changes, and is made anew when the lock does
    assert "making" not in run(checkout / "run", "rgs").stderr
    with (checkout / "requirements" / "dev.txt").open("a") as lock:
        lock.write("# changed\n")
    assert "making" in run(checkout / "run", "rgs", timeout_seconds=200).stderr
