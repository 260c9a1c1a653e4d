"""The locked requirements: complete, hashed, of one mind, and free of addresses."""

from __future__ import annotations

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.commands import ROOT

LOCKS = ["run.txt", "build.txt", "dev.txt"]


def pinned(lock: str) -> dict[str, str]:
    """Give the version of each package that the lock names."""
    text = (ROOT / "requirements" / lock).read_text()
    return dict(re.findall(r"^([a-z0-9-]+)==([^\s;]+)", text, flags=re.MULTILINE))


def dependencies() -> list[Requirement]:
    """Give what pyproject.toml says the product needs."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return [Requirement(line) for line in project["dependencies"]]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_hashes(lock: str) -> None:
    text = (ROOT / "requirements" / lock).read_text().replace("\\\n", " ")
    pins = [line for line in text.splitlines() if "==" in line and not line.startswith(" ")]
    assert len(pins) == len(pinned(lock)) > 0
    assert [line for line in pins if "--hash=sha256:" not in line] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_no_lock_names_an_address(lock: str) -> None:
    text = (ROOT / "requirements" / lock).read_text()
    address = re.compile("://|--index|--extra-index|--find-links")
    assert [line for line in text.splitlines() if address.search(line)] == []


@pytest.mark.parametrize("requirement", dependencies(), ids=lambda each: str(each.name))
def test_the_lock_satisfies_the_project(requirement: Requirement) -> None:
    version = pinned("run.txt")[canonicalize_name(requirement.name)]
    assert requirement.specifier.contains(version, prereleases=True)


@pytest.mark.parametrize("lock", ["run.txt", "build.txt"])
def test_the_tests_run_on_what_is_shipped(lock: str) -> None:
    everything = pinned("dev.txt")
    assert {name: everything.get(name) for name in pinned(lock)} == pinned(lock)
