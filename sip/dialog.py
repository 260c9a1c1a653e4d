"""Dialogs: what two user agents remember of each other (RFC 3261 §12)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sip.headers import parse_name_addr
from sip.message import Request, Response

__all__ = ["Dialog", "next_hop", "uri_of"]

_MAX_SEQ = 2**31 - 1
_LOOSE = re.compile(rb";lr(?![^;=])", re.IGNORECASE).search
_METHOD = re.compile(rb";method=[^;]*", re.IGNORECASE)


class Dialog:
    """One side of a dialog.

    `local_value` and `remote_value` are whole From or To values with their tags;
    `contact` is the peer's Contact value, its remote target; `route_set` are Route values.
    `local_seq` is the last CSeq sent, `remote_seq` the last received (None: none yet).
    """

    __slots__ = (
        "call_id",
        "contact",
        "local_seq",
        "local_tag",
        "local_value",
        "remote_seq",
        "remote_tag",
        "remote_value",
        "route_set",
    )

    def __init__(
        self,
        call_id: bytes,
        local_value: bytes,
        local_tag: bytes,
        remote_value: bytes,
        remote_tag: bytes,
        contact: bytes | None,
        route_set: tuple[bytes, ...],
        local_seq: int,
        remote_seq: int | None,
    ) -> None:
        self.call_id = call_id
        self.local_value = local_value
        self.local_tag = local_tag
        self.remote_value = remote_value
        self.remote_tag = remote_tag
        self.contact = contact
        self.route_set = route_set
        self.local_seq = local_seq
        self.remote_seq = remote_seq

    @classmethod
    def of_server(cls, request: Request, local_tag: bytes) -> Dialog:
        """The dialog that answering `request` with `local_tag` makes (§12.1.1)."""
        return cls(
            request.call_id,
            request.to_value + b";tag=" + local_tag,
            local_tag,
            request.from_value,
            request.from_tag,
            request.contact,
            tuple(request.record_routes) if request.record_routes else (),
            0,
            request.cseq,
        )

    @classmethod
    def of_client(cls, request: Request, response: Response) -> Dialog:
        """The dialog that `response` to our `request` makes (§12.1.2)."""
        return cls(
            request.call_id,
            request.from_value,
            request.from_tag,
            response.to_value,
            response.to_tag,
            response.contact,
            tuple(reversed(response.record_routes)),
            request.cseq,
            None,
        )

    @property
    def remote_target(self) -> bytes:
        """The URI that requests within the dialog are for; empty if the peer gave none."""
        return uri_of(self.contact) if self.contact else b""

    def accepts(self, request: Request) -> bool:
        """Whether the CSeq of `request` is in order; remembers it if so (§12.2.2)."""
        cseq = request.cseq
        if self.remote_seq is not None and cseq < self.remote_seq:
            return False
        self.remote_seq = cseq
        return True

    def refresh_target(self, message: Request | Response) -> None:
        """Take a new remote target from a target refresh request or its 2xx."""
        if message.contact is not None:
            self.contact = message.contact

    def request(
        self,
        method: bytes,
        *,
        headers: Iterable[tuple[bytes, bytes]] = (),
        body: bytes = b"",
        cseq: int | None = None,
    ) -> Request:
        """A request within the dialog, without Via (§12.2.1.1); `cseq` for an ACK only."""
        if cseq is None:
            self.local_seq = cseq = min(self.local_seq + 1, _MAX_SEQ)
        # A peer of RFC 2543 may give no Contact: then it is reached by what From or To says.
        uri, routes = self.remote_target or uri_of(self.remote_value), self.route_set
        if routes and not _is_loose(routes[0]):  # a strict router: it wants itself as target
            routes = (*routes[1:], b"<" + uri + b">")
            uri = _as_request_uri(uri_of(self.route_set[0]))
        lines = [(b"Route", route) for route in routes]
        lines.extend(headers)
        return Request.build(
            method,
            uri,
            via=None,
            from_value=self.local_value,
            to_value=self.remote_value,
            call_id=self.call_id,
            cseq=cseq,
            headers=lines,
            body=body,
        )


def next_hop(request: Request) -> bytes:
    """The URI that `request` is to be sent to: its first Route, or else its Request-URI.

    A strict router has been made the Request-URI by `Dialog.request` already.
    """
    routes = request.routes
    if not routes or not _is_loose(routes[0]):
        return request.uri
    return uri_of(routes[0])


def uri_of(value: bytes) -> bytes:
    """The URI of a name-addr or addr-spec, as it is written there."""
    start = value.find(b"<")
    if start >= 0 and b'"' not in value[:start]:
        end = value.find(b">", start)
        if end >= 0:
            return value[start + 1 : end]
    return parse_name_addr(value).uri


def _is_loose(route: bytes) -> bool:
    # What stands before an @ is the user, which may have semicolons of its own.
    params = uri_of(route).partition(b"?")[0].rpartition(b"@")[2]
    return _LOOSE(params) is not None


def _as_request_uri(uri: bytes) -> bytes:
    """`uri` without what a Request-URI may not have: headers and a method (§19.1.1)."""
    user, at, rest = uri.partition(b"?")[0].rpartition(b"@")
    return user + at + _METHOD.sub(b"", rest)
