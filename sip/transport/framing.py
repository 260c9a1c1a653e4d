"""Cuts a byte stream into SIP messages by Content-Length (RFC 3261 §18.3), sans I/O."""

from __future__ import annotations

import re

__all__ = ["KEEP_ALIVE", "MAX_HEAD_BYTES", "MAX_MESSAGE_BYTES", "FramingError", "StreamFramer"]

MAX_HEAD_BYTES = 32_768
MAX_MESSAGE_BYTES = 65_535
KEEP_ALIVE = b"\r\n\r\n"  # RFC 5626 §3.5.1: a ping; the answer is one CRLF
_LINE_ENDS = (b"", b"\r", b"\r\n", b"\r\n\r")

# Its value may go on in the next line (§7.3.1).
_LENGTH = re.compile(rb"\r\n(?:Content-Length|l)[ \t]*+:((?:[^\r\n]|\r\n[ \t])*+)", re.IGNORECASE)


class FramingError(Exception):
    """The stream can't be cut any further.

    `head` is what was read of the message at fault, `status` how it may be answered, `messages`
    those that were whole before it.
    """

    def __init__(self, text: str, head: bytes, status: int, messages: list[bytes]) -> None:
        super().__init__(text)
        self.head = head
        self.status = status
        self.messages = messages


class StreamFramer:
    """Feed it what a connection brings; it gives whole messages, and counts keep-alive pings.

    At most one message that isn't whole is kept: `MAX_HEAD_BYTES` of header and
    `MAX_MESSAGE_BYTES` in all.
    """

    __slots__ = ("_buffer", "_need", "pings")

    def __init__(self) -> None:
        self._buffer = b""
        self._need = 0  # bytes wanted before it is worth another look
        self.pings = 0

    @property
    def is_within_message(self) -> bool:
        """Whether part of a message has come and the rest is awaited.

        Line ends between messages are none: a peer may keep a connection alive with just one.
        """
        return self._buffer not in _LINE_ENDS

    def feed(self, data: bytes) -> list[bytes]:
        """Take `data`; return the messages that are whole now.

        Raises FramingError where no further message can be found.
        """
        buffer = self._buffer + data if self._buffer else data
        messages: list[bytes] = []
        if len(buffer) < self._need:
            self._buffer = buffer
            return messages
        # By offsets: cutting the rest off anew for each message would take time that grows with
        # the square of what one read brings.
        at, end = 0, len(buffer)
        while at < end:
            if buffer.startswith(b"\r\n", at):
                if buffer.startswith(KEEP_ALIVE, at):
                    self.pings += 1
                    at += 4
                    continue
                if end - at < 4 and KEEP_ALIVE.startswith(buffer[at:]):
                    break
                at += 2
                continue
            if end - at == 1 and buffer[at] == 0x0D:
                break
            size = self._size_of_first(buffer, at, messages)
            if size == 0 or end - at < size:
                self._need = size
                self._buffer = buffer[at:]
                return messages
            messages.append(buffer[at : at + size])
            at += size
        self._need = 0
        self._buffer = buffer[at:]
        return messages

    def _size_of_first(self, buffer: bytes, at: int, messages: list[bytes]) -> int:
        """The size of the message that starts `at`, 0 while that can't be known."""
        end = buffer.find(b"\r\n\r\n", at, at + MAX_HEAD_BYTES)
        if end < 0:
            if len(buffer) - at >= MAX_HEAD_BYTES:
                raise FramingError("header too large", buffer[at:], 513, messages)
            return 0
        end += 4
        lengths = {value.strip() for value in _LENGTH.findall(buffer, at, end - 2)}
        if len(lengths) > 1:
            raise FramingError("contradicting Content-Length", buffer[at:end], 400, messages)
        if not lengths:  # §18.3: mandatory over streams; no body then
            return end - at
        value = lengths.pop()
        if not value.isdigit() or len(value) > 9:
            raise FramingError("bad Content-Length", buffer[at:end], 400, messages)
        size = end - at + int(value)
        if size > MAX_MESSAGE_BYTES:
            raise FramingError("message too large", buffer[at:end], 513, messages)
        return size
