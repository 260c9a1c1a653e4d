"""The image: its files are well formed and agree, and its steps lead to a healthy emulator."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from docker.dockerfile import DockerfileError, exec_form, parse_dockerfile
from tests.support.commands import ROOT, run
from tests.support.tools import require_tool

DOCKERFILE = ROOT / "docker" / "Dockerfile"
COMPOSE = ROOT / "docker" / "compose.yaml"
PROGRAMS = Path(sys.executable).parent


def test_dockerfile_is_clean_to_hadolint() -> None:
    hadolint = PROGRAMS / "hadolint"
    if not hadolint.exists():
        pytest.skip("no hadolint for this platform")
    done = run(hadolint, DOCKERFILE)
    assert done.returncode == 0, done.stdout


def test_compose_file_follows_the_compose_specification() -> None:
    done = run(PROGRAMS / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", COMPOSE)
    assert done.returncode == 0, done.stdout


def test_compose_file_is_clean_to_yamllint() -> None:
    done = run(PROGRAMS / "yamllint", "--strict", COMPOSE)
    assert done.returncode == 0, done.stdout


def test_compose_publishes_every_port_that_the_image_exposes() -> None:
    exposed = parse_dockerfile(DOCKERFILE.read_text())[-1].last("EXPOSE")
    service = YAML(typ="safe").load(COMPOSE)["services"]["emulator"]
    assert exposed is not None
    assert [port.split(":")[-1] for port in service["ports"]] == exposed.value.split()


def test_context_holds_what_the_dockerfile_copies() -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    steps = [step for stage in parse_dockerfile(DOCKERFILE.read_text()) for step in stage]
    copied = [
        source.split("/")[0]
        for step in steps
        if step.keyword == "COPY" and "--from" not in step.value
        for source in step.value.split()[:-1]
    ]
    assert "*" in ignored
    assert {f"!{source}" for source in copied} == {line for line in ignored if line[:1] == "!"}


def test_image_does_not_run_as_root() -> None:
    user = parse_dockerfile(DOCKERFILE.read_text())[-1].last("USER")
    assert user is not None
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user.value)


def test_dockerfile_reader_joins_lines_and_names_stages() -> None:
    text = '# a\nFROM base AS build\nRUN one \\\n  # between\n  && two\nFROM base\nCMD ["x"]\n'
    build, image = parse_dockerfile(text)
    assert (build.base, build.name, image.name) == ("base", "build", "")
    assert [(step.line, step.value) for step in build] == [(3, "one   && two")]
    assert [exec_form(step) for step in image] == [["x"]]


@pytest.mark.parametrize(
    "text",
    ["FROM a\nONBUILD RUN x\n", "RUN x\n", "FROM a\nRUN x \\\n"],
    ids=["unknown keyword", "step before FROM", "unfinished line"],
)
def test_dockerfile_reader_refuses_what_it_does_not_know(text: str) -> None:
    with pytest.raises(DockerfileError, match="line"):
        parse_dockerfile(text)


@pytest.mark.timeout(900)
def test_steps_of_the_image_lead_to_a_healthy_emulator() -> None:
    require_tool("debootstrap")
    if os.geteuid() != 0:
        pytest.skip("needs root for chroot: sudo ./run rehearse")
    done = run(sys.executable, "-m", "docker.rehearse", timeout_seconds=880)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    assert "rehearsed: " in done.stdout
