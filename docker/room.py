"""A root directory in which the steps of one stage of the image are carried out, by chroot."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path, PurePosixPath

from docker.dockerfile import DockerfileError, Instruction

# What leads pip and TLS to the network from here; a container gets the same from its engine.
_PASSED_ON = re.compile(
    r"PIP_.*|.*_PROXY|SSL_CERT_.*|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE", re.IGNORECASE
)
_NETWORK_FILES = (
    "/etc/resolv.conf",
    "/etc/hosts",
    "/etc/pip.conf",
    "/etc/xdg/pip",
    "/etc/ssl/certs/ca-certificates.crt",
)
_USER_FILES = (".config/pip", ".pip")
_NO_CACHES = shutil.ignore_patterns("__pycache__", "*.pyc")


class StepFailed(Exception):
    """A step of the image came out otherwise than with exit code 0."""


def furnish_with_network(root: Path) -> None:
    """Copy into `root` the files that lead to the network and to the packages on this machine."""
    certificates = {value for name, value in os.environ.items() if name.upper().endswith("CERT")}
    for name in {*_NETWORK_FILES, *certificates, os.environ.get("SSL_CERT_FILE", "")}:
        if name.startswith("/"):
            _copy(Path(name), root / name[1:])
    for name in _USER_FILES:
        _copy(Path.home() / name, root / "root" / name)


def network_variables() -> dict[str, str]:
    """Give the variables of this process that lead pip and TLS to the network."""
    return {name: value for name, value in os.environ.items() if _PASSED_ON.fullmatch(name)}


class Room:
    """One stage under way: its root, and what ENV, WORKDIR and USER have said so far."""

    __slots__ = ("_network", "environment", "root", "user", "workdir")

    def __init__(self, root: Path, network: dict[str, str]) -> None:
        """Stand in `root`; `network` is set for RUN alone and leaves nothing in the image."""
        self.root = root
        self.environment = {
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": "/root",
        }
        self.workdir = PurePosixPath("/")
        self.user = "0:0"
        self._network = network

    def carry_out(self, step: Instruction, context: Path, stages: dict[str, Room]) -> None:
        """Do what one instruction says. Raises StepFailed, DockerfileError or OSError.

        `context` is the folder that COPY takes from, `stages` are the rooms that it may name.
        LABEL, EXPOSE and what describes the running container change nothing in the root.
        """
        if step.keyword == "RUN":
            command = self.command(["/bin/sh", "-c", step.value], self._network)
            code = subprocess.run(command, check=False, env={}).returncode
            if code:
                raise StepFailed(f"line {step.line}: RUN ended with exit code {code}")
        elif step.keyword == "COPY":
            self._copy_into(step, context, stages)
        elif step.keyword == "ENV":
            for word in shlex.split(step.value):
                name, _, value = word.partition("=")
                self.environment[name] = self._expand(value)
        elif step.keyword == "WORKDIR":
            self.workdir /= step.value
            self.path(".").mkdir(parents=True, exist_ok=True)
        elif step.keyword == "USER":
            self.user = step.value

    def command(self, words: list[str], variables: dict[str, str] | None = None) -> list[str]:
        """Give the command that runs `words` in here as a container would: user, folder, ENV."""
        settings = {**self.environment, **(variables or {})}
        return [
            shutil.which("chroot", path="/usr/sbin:/sbin:/usr/bin:/bin") or "chroot",
            f"--userspec={self.user}",
            "--groups=",
            str(self.root),
            "/usr/bin/env",
            "-i",
            *(f"{name}={value}" for name, value in settings.items()),
            "/bin/sh",
            "-c",
            'cd -- "$0" && exec "$@"',
            str(self.workdir),
            *words,
        ]

    def path(self, inside: str) -> Path:
        """Give the path outside of the path `inside`, which WORKDIR completes."""
        return self.root / (self.workdir / inside).relative_to("/")

    def _copy_into(self, step: Instruction, context: Path, stages: dict[str, Room]) -> None:
        words = shlex.split(step.value)
        options = [word for word in words if word.startswith("--")]
        *sources, target = [word for word in words if not word.startswith("--")]
        origin = context
        for option in options:
            name, _, value = option.partition("=")
            if name != "--from" or value not in stages:
                raise DockerfileError(f"line {step.line}: COPY {option} is not known")
            origin = stages[value].root
        for source in sources:
            taken = origin / source.lstrip("/")
            if not taken.exists():
                raise StepFailed(f"line {step.line}: COPY {source}: there is no such file")
            placed = self.path(target)
            if taken.is_file() and (target.endswith("/") or len(sources) > 1):
                placed = placed / taken.name
            _copy(taken, placed, without_caches=origin == context)

    def _expand(self, value: str) -> str:
        return re.sub(r"\$\{?(\w+)\}?", lambda match: self.environment.get(match[1], ""), value)


def _copy(source: Path, target: Path, *, without_caches: bool = False) -> None:
    """Copy a file or a folder's content where there is one; links stay links inside a folder."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        ignore = _NO_CACHES if without_caches else None
        shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True, ignore=ignore)
    elif source.is_file():
        target.unlink(missing_ok=True)
        shutil.copy2(source, target)
