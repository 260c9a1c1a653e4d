"""SIP messages as the racing clients read and write them: no code of the product is used."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

__all__ = ["SDP", "Address", "Letter", "address_of", "branch", "offer", "request", "response"]

Address = tuple[str, int]

SDP = (
    "v=0\r\no=racer 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 40000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n"
)


class Letter:
    """One message that has come, and from where. Header names are in lower case."""

    __slots__ = ("body", "headers", "method", "source", "status", "uri")

    def __init__(self, data: bytes, source: Address) -> None:
        head, _, self.body = data.decode("utf-8", "replace").partition("\r\n\r\n")
        first, *lines = head.split("\r\n")
        self.source = source
        self.headers: list[tuple[str, str]] = []
        for line in lines:
            name, _, value = line.partition(":")
            self.headers.append((name.strip().lower(), value.strip()))
        words = first.split(" ", 2)
        if words[0] == "SIP/2.0":
            self.status = int(words[1])
            self.uri = ""
            self.method = self.one("cseq").rpartition(" ")[2]
        else:
            self.status = 0
            self.method, self.uri = words[0], words[1]

    def all(self, name: str) -> list[str]:
        """The values of a header, one for each line."""
        return [value for each, value in self.headers if each == name]

    def one(self, name: str) -> str:
        """The first value of a header, empty if it is not there."""
        return next((value for each, value in self.headers if each == name), "")

    @property
    def call_id(self) -> str:
        """Its Call-ID."""
        return self.one("call-id")

    @property
    def cseq(self) -> int:
        """The number of its CSeq."""
        return int(self.one("cseq").partition(" ")[0])

    @property
    def to_tag(self) -> str:
        """The tag of To, empty if there is none."""
        return _tag_of(self.one("to"))

    @property
    def from_tag(self) -> str:
        """The tag of From."""
        return _tag_of(self.one("from"))

    @property
    def contact(self) -> str:
        """The URI of its Contact."""
        return uri_of(self.one("contact"))


def _tag_of(value: str) -> str:
    return value.partition(";tag=")[2].partition(";")[0]


def uri_of(value: str) -> str:
    """The URI of a name-addr."""
    inner = value.partition("<")[2].partition(">")[0]
    return inner or value.partition(";")[0]


def address_of(uri: str) -> Address:
    """Where a URI with a numeric host is."""
    host, _, port = uri.partition(":")[2].rpartition("@")[2].partition(";")[0].partition(":")
    return host, int(port or 5060)


def branch() -> str:
    """A branch that nobody has used."""
    return f"z9hG4bK{secrets.token_hex(8)}"


def offer(body: str) -> list[tuple[str, str]]:
    """The header that a body wants."""
    return [("Content-Type", "application/sdp")] if body else []


def request(method: str, uri: str, headers: Iterable[tuple[str, str]], body: str = "") -> bytes:
    """The octets of a request."""
    return _message(f"{method} {uri} SIP/2.0", headers, body)


def response(
    to: Letter,
    status: int,
    *,
    tag: str = "",
    headers: Iterable[tuple[str, str]] = (),
    body: str = "",
) -> bytes:
    """The octets of the response to a request; `tag` is added to To where it has none."""
    target = to.one("to")
    if tag and not to.to_tag:
        target += f";tag={tag}"
    lines = [("Via", value) for value in to.all("via")]
    if 100 < status < 300:
        lines += [("Record-Route", value) for value in to.all("record-route")]
    lines += [
        ("From", to.one("from")),
        ("To", target),
        ("Call-ID", to.call_id),
        ("CSeq", to.one("cseq")),
        *headers,
    ]
    return _message(f"SIP/2.0 {status} Said", lines, body)


def _message(start: str, headers: Iterable[tuple[str, str]], body: str) -> bytes:
    lines = [start, *(f"{name}: {value}" for name, value in headers)]
    lines += [f"{name}: {value}" for name, value in offer(body)]
    lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()
