"""baresip in a process of its own: a softphone that registers, answers, calls and hangs up.

It is driven through its module ctrl_tcp: netstrings of JSON, commands in, events out.
"""

from __future__ import annotations

import contextlib
import json
import re
import socket
import subprocess
import tempfile
import time
import wave
from pathlib import Path
from typing import Any, Self

from tests.support.emulator_process import Address
from tests.support.ports import own_host
from tests.support.tools import require_tool
from tests.support.waiting import until

__all__ = ["Baresip"]

_PATIENCE_SECONDS = 10.0
_MODULES = (
    Path("/usr/lib/baresip/modules"),
    Path("/usr/local/lib/baresip/modules"),
    Path("/usr/lib64/baresip/modules"),
)
_CONFIG = """\
poll_method epoll
sip_listen {host}:{port}
net_interface {host}
ctrl_tcp_listen {host}:{control}
call_max_calls 10
audio_player aufile,{folder}/heard.wav
audio_source aufile,{folder}/spoken.wav
audio_alert aufile,{folder}/alert.wav
audio_path {folder}
module_path {modules}
module g711.so
module aufile.so
module_app account.so
module_app menu.so
module_app ctrl_tcp.so
"""
_SECONDS_OF_AUDIO = 60
_REGISTERED = re.compile(r"200 OK .*\[\d+ binding")


class Baresip:
    """One baresip for the person `user`; as a context manager it ends with the block.

    It registers with the listener at `proxy`, and answers at once, if `registers`; without, it
    only calls. `transport` is `udp` or `tcp`.
    """

    def __init__(
        self,
        user: str,
        proxy: Address,
        *,
        transport: str = "udp",
        registers: bool = True,
        domain: str = "contoso.example",
    ) -> None:
        self.domain = domain
        program = require_tool("baresip")
        self._folder = tempfile.TemporaryDirectory(prefix="baresip-")
        folder = Path(self._folder.name)
        # An address of its own: it also takes the port above for TLS, and ports for media.
        self.host = own_host()
        self.port, control = 5060, 4444
        modules = next((each for each in _MODULES if each.exists()), _MODULES[0])
        config = _CONFIG.format(
            host=self.host, port=self.port, control=control, folder=folder, modules=modules
        )
        (folder / "config").write_text(config)
        (folder / "accounts").write_text(
            f"<sip:{user}@{domain};transport={transport}>;auth_pass=none"
            f';outbound="sip:{proxy[0]}:{proxy[1]};transport={transport}"'
            f";regint={60 if registers else 0};answermode=auto;audio_codecs=pcmu\n"
        )
        (folder / "contacts").write_text("")
        _write_silence(folder / "spoken.wav")
        self._log = folder / "log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [program, "-4", "-s", "-f", str(folder), "-p", str(folder)],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.events: list[dict[str, Any]] = []
        self._buffer = b""
        self._control = socket.socket()  # until baresip listens
        try:
            until(lambda: self._connect(control), what="baresip's control port")
            if registers:  # the event may have come before there was somebody to tell
                until(lambda: _REGISTERED.search(self.log), what="baresip registered")
        except BaseException as error:
            error.add_note(self.log)
            self.__exit__()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self._folder.cleanup()

    @property
    def log(self) -> str:
        """What it has written, every message that it has sent or received included."""
        return self._log.read_text("utf-8", "replace")

    def dial(self, target: str) -> None:
        """Call a name of the domain, or a URI."""
        self.command("dial", target if ":" in target else f"sip:{target}@{self.domain}")

    def hang_up(self) -> None:
        """End its call."""
        self.command("hangup")

    def command(self, name: str, params: str = "") -> None:
        """Give one of the commands of its menu, and wait until it has been taken."""
        order = json.dumps({"command": name, "params": params, "token": name}).encode()
        self._control.sendall(b"%d:%b," % (len(order), order))
        self._await(lambda said: said.get("response") and said.get("token") == name, name)

    def await_event(self, kind: str) -> dict[str, Any]:
        """The next event of that type that has not been waited for."""
        return self._await(lambda said: said.get("type") == kind, kind)

    def finals(self, method: str) -> list[int]:
        """The status of each final response to a request with `method`, sent or received."""
        pattern = rf"SIP/2\.0 ([2-6]\d\d) [^\r\n]*\r?\n(?:[^\r\n]+\r?\n)*?CSeq: \d+ {method}"
        return [int(status) for status in re.findall(pattern, self.log)]

    def kill(self) -> None:
        """End it now, if it has not ended."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._control.close()

    def _connect(self, port: int) -> bool:
        try:
            connection = socket.create_connection((self.host, port), timeout=1.0)
        except OSError:
            return False
        self._control.close()
        self._control = connection
        return True

    def _await(self, is_wanted: Any, what: str) -> dict[str, Any]:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            for index, said in enumerate(self.events):
                if is_wanted(said):
                    return self.events.pop(index)
            left = deadline - time.monotonic()
            assert left > 0, f"baresip: no {what} within {_PATIENCE_SECONDS} s\n{self.log}"
            self._control.settimeout(left)
            with contextlib.suppress(TimeoutError):
                data = self._control.recv(65_536)
                assert data, f"baresip has ended\n{self.log}"
                self._buffer += data
            self._cut()

    def _cut(self) -> None:
        while (colon := self._buffer.find(b":")) > 0:
            end = colon + 1 + int(self._buffer[:colon])
            if len(self._buffer) <= end:
                return
            self.events.append(json.loads(self._buffer[colon + 1 : end]))
            self._buffer = self._buffer[end + 1 :]


def _write_silence(path: Path) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8_000)
        file.writeframes(bytes(2 * 8_000 * _SECONDS_OF_AUDIO))
