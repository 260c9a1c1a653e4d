"""Who a client is on the wire: its Via, Contact and address of record, its credentials."""

from __future__ import annotations

import secrets

from emulator.testing.trail import Address
from sip.digest import authorize
from sip.message import Request, Response

__all__ = ["Identity", "joined"]

Lines = list[tuple[bytes, bytes]]

# Fields that a request gets when it is made, so that making it again must not copy them.
_MADE = frozenset((b"Via", b"From", b"To", b"Call-ID", b"CSeq", b"Max-Forwards", b"Content-Length"))
_CHALLENGES = {
    401: (b"WWW-Authenticate", b"Authorization"),
    407: (b"Proxy-Authenticate", b"Proxy-Authorization"),
}


class Identity:
    """Makes the requests of one client, which receives at `address` over `transport`."""

    __slots__ = ("_password", "address", "contact", "name", "transport")

    def __init__(self, name: str, transport: str, address: Address, password: str | None) -> None:
        self.name = name
        self.transport = transport
        self.address = address
        self._password = password
        suffix = ";transport=tcp" if transport == "tcp" else ""
        self.contact = f"<sip:{name}@{joined(address)}{suffix}>".encode()

    def request(
        self, method: bytes, uri: str, *, domain: str, lines: Lines, body: bytes = b""
    ) -> Request:
        """A request outside dialogs, from this client's address of record at `domain`."""
        own = f"<sip:{self.name}@{domain}>".encode()
        return Request.build(
            method,
            uri.encode(),
            via=self._via(),
            from_value=b"%b;tag=%b" % (own, secrets.token_hex(6).encode()),
            to_value=own if method == b"REGISTER" else b"<%b>" % uri.encode(),
            call_id=f"{secrets.token_hex(10)}@{self.address[0]}".encode(),
            cseq=1,
            headers=lines,
            body=body,
        )

    def sign(self, request: Request) -> None:
        """Put this client's Via, with a new branch, on top."""
        value = self._via()
        sent_by, _, branch = value.partition(b" ")[2].partition(b";branch=")
        request.push_via(value, branch.partition(b";")[0], sent_by)

    def with_credentials(self, request: Request, challenge: Response) -> Request | None:
        """`request` again with the credentials that `challenge` asks for.

        None if it asks for none, if this client has none, or if they were refused already.
        """
        if challenge.status not in _CHALLENGES or self._password is None:
            return None
        asks, gives = _CHALLENGES[challenge.status]
        if request.first(gives) is not None:
            return None
        credentials = authorize(
            challenge.values(asks),
            user=self.name.encode(),
            password=self._password.encode(),
            method=request.method,
            uri=request.uri,
        )
        if credentials is None:
            return None
        return Request.build(
            request.method,
            request.uri,
            via=self._via(),
            from_value=request.from_value,
            to_value=request.to_value,
            call_id=request.call_id,
            cseq=request.cseq + 1,
            headers=[
                *(field for field in request.fields if field[0] not in _MADE),
                (gives, credentials),
            ],
            body=request.body,
        )

    def _via(self) -> bytes:
        branch = f"z9hG4bK{secrets.token_hex(8)}"
        sent_by = joined(self.address)
        return f"SIP/2.0/{self.transport.upper()} {sent_by};branch={branch};rport".encode()


def joined(address: Address) -> str:
    """An address as it stands in a URI."""
    host, port = address
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
