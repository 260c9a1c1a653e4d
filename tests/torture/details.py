"""What the RFCs say of single answers beside their status code."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.support.plain_caller import Reply
from tests.support.torture_messages import TortureMessage

__all__ = ["check_details"]


_TAG = re.compile(r";\s*tag\s*=", re.IGNORECASE)


def check_details(message: TortureMessage, reply: Reply) -> None:
    """Raise AssertionError if `reply` lacks what an answer to `message` has to have."""
    head = reply.data.partition(b"\r\n\r\n")[0]
    assert b"\r" not in head.replace(b"\r\n", b""), "a CR stands alone"
    assert b"\n" not in head.replace(b"\r\n", b""), "an LF stands alone"
    assert reply.header("Via"), "an answer without Via finds nobody"
    call_id = reply.header("Call-ID").encode()
    assert call_id in message.data
    if message.kind == "valid":
        assert call_id, "a well-formed request has a Call-ID, and so has its answer"
        assert _TAG.search(reply.header("To")), "a final response has a tag"
    check = _CHECKS.get(message.name)
    if check is not None:
        check(reply)


def _names_both_unknown_extensions(reply: Reply) -> None:
    tags = {tag.strip() for line in reply.headers("Unsupported") for tag in line.split(",")}
    # Those of Proxy-Require are named too, as the element is a proxy as well.
    assert tags >= {"nothingSupportsThis", "nothingSupportsThisEither"}


def _says_what_it_accepts(reply: Reply) -> None:
    if reply.status == 415:
        assert "application/sdp" in reply.header("Accept")


def _says_what_it_allows(reply: Reply) -> None:
    # RFC 3261 §8.2.1 has Allow in a 405; a 501 may have it.
    if reply.status == 405:
        assert "INVITE" in reply.header("Allow")


def _follows_no_hidden_route(reply: Reply) -> None:
    assert not reply.headers("Route")


_CHECKS: dict[str, Callable[[Reply], None]] = {
    "bext01": _names_both_unknown_extensions,
    "invut": _says_what_it_accepts,
    "intmeth": _says_what_it_allows,
    "esc02": _says_what_it_allows,
    "escruri": _follows_no_hidden_route,
}
