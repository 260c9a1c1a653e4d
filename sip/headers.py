"""The grammar of header values (RFC 3261 §20 and §25): reading them, and saying what is wrong."""

import re
from dataclasses import dataclass

from sip.errors import SipParseError
from sip.grammar import (
    BARE,
    DISPLAY,
    HOST,
    IN_BRACKETS,
    PARAMS,
    PORT,
    QUOTED,
    SWS,
    TOKEN,
    TOKEN_CHARS,
    is_token,
)

_VIA = re.compile(
    rb"("
    + TOKEN
    + rb")"
    + SWS
    + rb"/"
    + SWS
    + rb"("
    + TOKEN
    + rb")"
    + SWS
    + rb"/"
    + SWS
    + rb"("
    + TOKEN
    + rb")[ \t]++("
    + HOST
    + rb")(?:"
    + SWS
    + rb":"
    + SWS
    + rb"("
    + PORT
    + rb"))?+"
    + rb"("
    + PARAMS
    + rb")"
    + SWS
).fullmatch
_NAME_ADDR = re.compile(
    rb"(?:(" + DISPLAY + rb")(" + IN_BRACKETS + rb")|(" + BARE + rb"))(" + PARAMS + rb")" + SWS
).fullmatch
_ROUTE = re.compile(DISPLAY + IN_BRACKETS + PARAMS + SWS).fullmatch
_ONE_PARAM = re.compile(
    SWS
    + rb";"
    + SWS
    + rb"("
    + TOKEN
    + rb")("
    + SWS
    + rb"="
    + SWS
    + rb"(["
    + TOKEN_CHARS
    + rb"\[\]:]++|"
    + QUOTED
    + rb"))?+"
).match
_CSEQ = re.compile(rb"([0-9]{1,20})[ \t]++(" + TOKEN + rb")").fullmatch
_ITEM = re.compile(rb'(?:[^",<]++|<[^>]*+>|"(?:[^"\\]++|\\.)*+")*+').match
_AUTH_PARAM = re.compile(
    SWS
    + rb"("
    + TOKEN
    + rb")"
    + SWS
    + rb"="
    + SWS
    + rb"("
    + TOKEN
    + rb"|"
    + QUOTED
    + rb")"
    + SWS
    + rb"(?:,|$)"
).match
_AUTH_SCHEME = re.compile(rb"(" + TOKEN + rb")[ \t]++").match
_QUOTED_PAIR = re.compile(rb"\\(.)", re.DOTALL).sub
_QVALUE = re.compile(rb"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?").fullmatch
_MEDIA_TYPE = re.compile(
    TOKEN
    + SWS
    + rb"/"
    + SWS
    + TOKEN
    + rb"(?:"
    + SWS
    + rb";"
    + SWS
    + TOKEN
    + SWS
    + rb"="
    + SWS
    + rb"(?:"
    + TOKEN
    + rb"|"
    + QUOTED
    + rb"))*+"
    + SWS
).fullmatch

Params = dict[bytes, bytes | None]


def unquote(value: bytes) -> bytes:
    """Give the text of a quoted string; anything else comes back as it is."""
    if len(value) < 2 or value[:1] != b'"' or value[-1:] != b'"':
        return value
    text = value[1:-1]
    return _QUOTED_PAIR(rb"\1", text) if b"\\" in text else text


def quote(text: bytes) -> bytes:
    """Give `text` as a quoted string."""
    return b'"' + text.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def parse_params(raw: bytes) -> Params:
    """Read `;name=value` parameters: names in lower case, values as written, None without one.

    Raises SipParseError when they are malformed or one is there twice.
    """
    params: Params = {}
    at = 0
    end = len(raw.rstrip(b" \t"))
    while at < end:
        found = _ONE_PARAM(raw, at)
        if found is None:
            raise SipParseError("malformed parameter", at, value=raw)
        name = found[1].lower()
        if name in params:
            raise SipParseError("a parameter stands twice", at, value=raw)
        params[name] = found[3]
        at = found.end()
    return params


def split_list(value: bytes) -> list[bytes]:
    """Part a header value at the commas that are outside of quotes and angle brackets (§7.3.1).

    Raises SipParseError when an element is empty or a quote or bracket stays open.
    """
    if b"," not in value:
        return [value]
    items: list[bytes] = []
    at = 0
    while True:
        found = _ITEM(value, at)
        end = found.end() if found is not None else at
        item = value[at:end].strip(b" \t")
        if not item:
            raise SipParseError("an element of a list is empty", at, value=value)
        items.append(item)
        if end == len(value):
            return items
        if value[end : end + 1] != b",":
            raise SipParseError("a quote or an angle bracket stays open", end, value=value)
        at = end + 1


@dataclass(frozen=True, slots=True)
class Via:
    """One Via: who sent the request, and where its response goes (§20.42, RFC 3581).

    `host` keeps the brackets of an IPv6 reference. `branch` is b"" if there is none. `rport` is
    None if absent, 0 if it waits for a value. `protocol` is `SIP/2.0` unless a peer speaks another.
    """

    transport: bytes
    host: bytes
    port: int | None
    branch: bytes
    params: Params
    protocol: bytes = b"SIP/2.0"

    @property
    def sent_by(self) -> bytes:
        """The host and, if it is there, the port that the sender wrote."""
        return self.host if self.port is None else b"%b:%d" % (self.host, self.port)

    @property
    def received(self) -> bytes | None:
        """The source address that the next hop saw, without brackets, or None."""
        value = self.params.get(b"received")
        return None if value is None else value.strip(b"[]")

    @property
    def rport(self) -> int | None:
        """The source port that the next hop saw; 0 if it was asked for; None if it was not."""
        if b"rport" not in self.params:
            return None
        value = self.params[b"rport"]
        return int(value) if value and value.isdigit() and len(value) <= 5 else 0

    @property
    def maddr(self) -> bytes | None:
        """The multicast (or other) address that responses go to, or None."""
        return self.params.get(b"maddr")

    def response_address(self, default_port: int = 5060) -> tuple[bytes, int]:
        """Give host (no brackets) and port of a response over UDP (§18.2.2, RFC 3581 §4)."""
        if self.maddr:
            return self.maddr.strip(b"[]"), self.port or default_port
        host = self.received or self.host.strip(b"[]")
        return host, self.rport or self.port or default_port


def parse_via(value: bytes) -> Via:
    """Read one Via value. Raises SipParseError if it is none."""
    found = _VIA(value)
    if found is None:
        raise SipParseError("malformed Via", value=value)
    name, version, transport, host, port, tail = found.groups()
    params = parse_params(tail)
    return Via(
        transport=transport.upper(),
        host=host,
        port=int(port) if port is not None else None,
        branch=params.get(b"branch") or b"",
        params=params,
        protocol=name + b"/" + version,
    )


@dataclass(frozen=True, slots=True)
class NameAddr:
    """A name-addr or addr-spec with its header parameters (§20.10, §20.20, §20.39).

    `display` is unquoted text, `uri` is raw, `params` are those of the header, names in lower case.
    """

    display: bytes
    uri: bytes
    params: Params

    @property
    def tag(self) -> bytes:
        """The tag, b"" if there is none."""
        return self.params.get(b"tag") or b""

    @property
    def q(self) -> float:
        """The preference of a Contact, 0 to 1; 1 if it says none (§20.10)."""
        value = self.params.get(b"q")
        return 1.0 if value is None or _QVALUE(value) is None else float(value)

    def to_bytes(self) -> bytes:
        """Write it, with angle brackets."""
        text = b"<" + self.uri + b">"
        if self.display:
            text = quote(self.display) + b" " + text
        for name, value in self.params.items():
            text += b";" + name if value is None else b";" + name + b"=" + value
        return text


def parse_name_addr(value: bytes) -> NameAddr:
    """Read a name-addr or addr-spec with parameters. Raises SipParseError if it is none."""
    found = _NAME_ADDR(value)
    if found is None:
        raise SipParseError("malformed address", value=value)
    display, bracketed, bare, tail = found.groups()
    params = parse_params(tail) if tail else {}
    if bare is not None:
        return NameAddr(b"", bare, params)
    return NameAddr(unquote(display.rstrip(b" \t")), bracketed[1:-1], params)


def parse_contacts(value: bytes) -> list[NameAddr] | None:
    """Read a Contact value, a list; None stands for `*`. Raises SipParseError if malformed."""
    if value == b"*":
        return None
    return [parse_name_addr(item) for item in split_list(value)]


def split_routes(value: bytes) -> list[bytes]:
    """Part a Route, Record-Route or Path, whose elements need angle brackets (§20.30, §20.34).

    Raises SipParseError when one is malformed.
    """
    routes = split_list(value)
    for route in routes:
        if _ROUTE(route) is None:
            raise SipParseError("malformed route", value=route)
        parse_name_addr(route)
    return routes


def party_tag(value: bytes) -> bytes:
    """Give the tag of a From or To value, b"" if it has none; raises SipParseError."""
    tag = parse_name_addr(value).params.get(b"tag", b"")
    if tag is None or (tag and is_token(tag) is None):
        raise SipParseError("malformed tag", value=value)
    return tag


def parse_cseq(value: bytes) -> tuple[int, bytes]:
    """Read a CSeq: number (below 2**31) and method. Raises SipParseError if it is none."""
    found = _CSEQ(value)
    if found is None:
        raise SipParseError("malformed CSeq", value=value)
    number = int(found[1])
    if number >= 2**31:
        raise SipParseError("a CSeq number is below 2**31", value=value)
    return number, found[2]


def parse_number(value: bytes, limit: int = 2**32 - 1) -> int:
    """Read a decimal number of at most `limit`. Raises SipParseError if it is none."""
    if not value.isdigit() or len(value) > 20:
        raise SipParseError("not a number, or one of too many digits", value=value)
    number = int(value)
    if number > limit:
        raise SipParseError("a number is out of range", value=value)
    return number


def valid_media_type(value: bytes) -> None:
    """Raise SipParseError unless `value` can be a Content-Type."""
    if _MEDIA_TYPE(value) is None:
        raise SipParseError("malformed Content-Type", value=value)


def media_type(value: bytes) -> bytes:
    """Give `type/subtype` of a Content-Type in lower case, without spaces and parameters."""
    return value.partition(b";")[0].translate(None, b" \t").lower()


def tag_of(value: bytes) -> bytes:
    """Give the tag of a From or To value, b"" if it has none or the value is malformed."""
    try:
        return parse_name_addr(value).tag
    except SipParseError:
        return b""


def parse_auth(value: bytes) -> tuple[bytes, dict[bytes, bytes]]:
    """Read a challenge or credentials: scheme in lower case, parameters unquoted (§20.44).

    A scheme whose rest is no list of parameters gives an empty dict. Raises SipParseError when
    there is no scheme, or a parameter stands twice.
    """
    found = _AUTH_SCHEME(value)
    if found is None:
        raise SipParseError("malformed credentials", value=value)
    scheme, at = found[1].lower(), found.end()
    params: dict[bytes, bytes] = {}
    while at < len(value):
        one = _AUTH_PARAM(value, at)
        if one is None:
            return scheme, {}
        name = one[1].lower()
        if name in params:
            raise SipParseError("a parameter of credentials stands twice", at, value=value)
        params[name] = unquote(one[2])
        at = one.end()
    return scheme, params
