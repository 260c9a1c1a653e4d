"""Bodies of several parts (RFC 2046 §5.1, RFC 5621): finding and replacing the description."""

from sip.errors import SipParseError
from sip.headers import Params, media_type, parse_params, unquote

SDP = b"application/sdp"


def _boundary(content_type: bytes) -> bytes | None:
    """Give the line that parts `content_type`'s body, None if that has no parts."""
    if not media_type(content_type).startswith(b"multipart/"):
        return None
    _, semicolon, rest = content_type.partition(b";")
    try:
        params: Params = parse_params(semicolon + rest)
    except SipParseError:
        return None
    value = params.get(b"boundary")
    return b"--" + unquote(value) if value else None


def _span_of_description(content_type: bytes | None, body: bytes) -> tuple[int, int] | None:
    """Give where the description starts and ends in `body`."""
    if content_type is None or media_type(content_type) == SDP:
        return 0, len(body)
    boundary = _boundary(content_type)
    if boundary is None:
        return None
    # The first boundary may stand at the very start: a line end of our own makes it like the rest.
    data = b"\r\n" + body
    delimiter = b"\r\n" + boundary
    at = data.find(delimiter)
    while at >= 0:
        start = data.find(b"\r\n", at + len(delimiter))
        at = data.find(delimiter, start) if start >= 0 else -1
        if at < 0:
            return None
        lines, blank, _ = data[start:at].partition(b"\r\n\r\n")
        if blank and any(_is_sdp(line) for line in lines.split(b"\r\n")):
            # Two octets more for the empty line's end, two less for the line end put in front.
            return start + len(lines) + 2, at - 2
    return None


def _is_sdp(line: bytes) -> bool:
    name, _, value = line.partition(b":")
    return name.strip().lower() in (b"content-type", b"c") and media_type(value) == SDP


def find_description(content_type: bytes | None, body: bytes) -> bytes | None:
    """Give the session description in `body`: all of it, or its part of application/sdp.

    Without a Content-Type the body is taken for a description. None if it holds none.
    """
    span = _span_of_description(content_type, body)
    return None if span is None or not body else body[span[0] : span[1]]


def replace_description(content_type: bytes | None, body: bytes, description: bytes) -> bytes:
    """Give `body` with `description` in the place of the one it holds; unchanged if it has none."""
    span = _span_of_description(content_type, body)
    if span is None or not body:
        return body
    return body[: span[0]] + description + body[span[1] :]
