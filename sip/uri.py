"""SIP, SIPS and tel URIs: reading, writing and comparing them (RFC 3261 §19.1, RFC 3966)."""

import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from sip.errors import SipParseError
from sip.grammar import (
    HOST,
    OTHER_URI,
    PASSWORD,
    PORT,
    URI_HEADER,
    URI_PARAM,
    USER,
)

Pairs = tuple[tuple[bytes, bytes | None], ...]

_SIP = re.compile(
    rb"([sS][iI][pP][sS]?):"
    rb"(?:(" + USER + rb")(?::(" + PASSWORD + rb"))?+@)?+"
    rb"(" + HOST + rb")(?::(" + PORT + rb"))?+"
    rb"((?:;" + URI_PARAM + rb")*+)"
    rb"(?:\?(" + URI_HEADER + rb"(?:&" + URI_HEADER + rb")*+))?+"
).fullmatch
_TEL = re.compile(
    rb"[tT][eE][lL]:(\+(?=[\-.()]*+[0-9])[0-9\-.()]++|(?=[\-.()]*+[0-9A-Fa-f*#])[0-9A-Fa-f*#\-.()]++)"
    rb"((?:;[A-Za-z0-9\-]++(?:=(?:[A-Za-z0-9\-_.!~*'()\[\]/:&+$]++|%[0-9A-Fa-f]{2})++)?+)*+)"
).fullmatch
_OTHER = re.compile(OTHER_URI).fullmatch

_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})").sub
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.!~*'()")
_USER_CHARS = _UNRESERVED | frozenset(b"&=+$,;?/")
_PARAM_CHARS = _UNRESERVED | frozenset(b"[]/:&+$")
_VISUAL_SEPARATORS = b"-.()"
# Parameters that make two URIs differ when only one of them has it (§19.1.4).
_TELLING = (b"user", b"ttl", b"method", b"maddr")


def unescape(value: bytes) -> bytes:
    """Give `value` with each %HH replaced by the octet it stands for, once (%2541 gives %41)."""
    if b"%" not in value:
        return value
    return _ESCAPE(lambda found: bytes((int(found[1], 16),)), value)


def _escape(value: bytes, allowed: frozenset[int]) -> bytes:
    return b"".join(bytes((c,)) if c in allowed else b"%%%02X" % c for c in value)


def escape_user(value: bytes) -> bytes:
    """Give `value` as it may stand in the user part of a SIP URI."""
    return _escape(value, _USER_CHARS)


def escape_param(value: bytes) -> bytes:
    """Give `value` as it may stand as the name or value of a URI parameter."""
    return _escape(value, _PARAM_CHARS)


def _comparable(value: bytes) -> bytes:
    """Give `value` with unreserved characters unescaped, and the other escapes in upper case.

    An escaped reserved character is not the same as that character (§19.1.4).
    """
    if b"%" not in value:
        return value

    def one(found: re.Match[bytes]) -> bytes:
        octet = int(found[1], 16)
        return bytes((octet,)) if octet in _UNRESERVED else b"%%%02X" % octet

    return _ESCAPE(one, value)


def comparable_host(host: bytes) -> bytes:
    """Give `host` in the form in which two hosts are compared: IPv6 by value (RFC 5954 §4.1)."""
    if host[:1] == b"[" or host.count(b":") > 1:
        try:
            return socket.inet_pton(socket.AF_INET6, host.strip(b"[]").decode("ascii"))
        except (OSError, UnicodeDecodeError):
            return host.lower()
    return host.lower()


def _pairs(raw: bytes, separator: bytes) -> Pairs:
    pairs: list[tuple[bytes, bytes | None]] = []
    for part in raw.split(separator):
        name, equals, value = part.partition(b"=")
        pairs.append((name, value if equals else None))
    return tuple(pairs)


def _folded(pairs: Pairs) -> dict[bytes, bytes | None]:
    """Give pairs as two URIs compare them: any order, any case, escapes undone."""
    return {
        _comparable(name).lower(): None if value is None else _comparable(value).lower()
        for name, value in pairs
    }


@dataclass(frozen=True, slots=True, eq=False)
class SipUri:
    """A SIP or SIPS URI. Parts are kept as they were written; `user` is unescaped."""

    scheme: bytes
    raw_user: bytes | None
    password: bytes | None
    host: bytes
    port: int | None
    params: Pairs = ()
    headers: Pairs = ()
    _key: tuple[object, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        key = (
            self.scheme,
            None if self.raw_user is None else _comparable(self.raw_user),
            None if self.password is None else _comparable(self.password),
            comparable_host(self.host),
            self.port,
        )
        object.__setattr__(self, "_key", key)

    @classmethod
    def build(
        cls,
        user: bytes | None,
        host: bytes,
        port: int | None = None,
        *,
        scheme: bytes = b"sip",
        params: Iterable[tuple[bytes, bytes | None]] = (),
    ) -> "SipUri":
        """Make a URI from unescaped parts; an IPv6 `host` gets its brackets."""
        if b":" in host and host[:1] != b"[":
            host = b"[" + host + b"]"
        escaped = tuple(
            (escape_param(name), None if value is None else escape_param(value))
            for name, value in params
        )
        raw_user = None if user is None else escape_user(user)
        return cls(scheme, raw_user, None, host, port, escaped)

    @property
    def is_secure(self) -> bool:
        """True for `sips:`."""
        return self.scheme == b"sips"

    @property
    def user(self) -> bytes | None:
        """The user part, unescaped; None if there is none."""
        return None if self.raw_user is None else unescape(self.raw_user)

    @property
    def address(self) -> tuple[object, ...]:
        """What identifies the address of record: equal for equal scheme, user, host and port.

        Usable as a key; parameters, headers and a password do not count (§10.3 step 5).
        """
        return (self._key[0], self._key[1], self._key[3], self.port)

    def param(self, name: bytes) -> bytes | None:
        """Give the unescaped value of a URI parameter: b"" if it has none, None if absent."""
        for key, value in self.params:
            if key.lower() == name:
                return b"" if value is None else unescape(value)
        return None

    @property
    def transport(self) -> bytes | None:
        """The transport parameter in lower case, or None."""
        value = self.param(b"transport")
        return None if value is None else value.lower()

    @property
    def is_loose(self) -> bool:
        """True if the `lr` parameter is there (§16.12.1.1)."""
        return self.param(b"lr") is not None

    def without(self, *names: bytes) -> "SipUri":
        """Give this URI without the named parameters and without headers."""
        kept = tuple(pair for pair in self.params if pair[0].lower() not in names)
        return SipUri(self.scheme, self.raw_user, self.password, self.host, self.port, kept)

    def to_bytes(self) -> bytes:
        """Write the URI."""
        text = self.scheme + b":"
        if self.raw_user is not None:
            text += self.raw_user
            if self.password is not None:
                text += b":" + self.password
            text += b"@"
        text += self.host
        if self.port is not None:
            text += b":%d" % self.port
        for name, value in self.params:
            text += b";" + name if value is None else b";" + name + b"=" + value
        if self.headers:
            text += b"?" + b"&".join(name + b"=" + (value or b"") for name, value in self.headers)
        return text

    def __str__(self) -> str:
        return self.to_bytes().decode("utf-8", "replace")

    def __hash__(self) -> int:
        return hash(self._key)

    def __eq__(self, other: object) -> bool:
        """Compare by RFC 3261 §19.1.4."""
        if not isinstance(other, SipUri):
            return NotImplemented
        if self._key != other._key:
            return False
        if self.params != other.params:
            mine, theirs = _folded(self.params), _folded(other.params)
            if any(mine[name] != theirs[name] for name in mine.keys() & theirs.keys()):
                return False
            if any((name in mine) != (name in theirs) for name in _TELLING):
                return False
        return self.headers == other.headers or _folded(self.headers) == _folded(other.headers)


@dataclass(frozen=True, slots=True, eq=False)
class TelUri:
    """A tel URI (RFC 3966). `number` keeps its visual separators and its `+`."""

    number: bytes
    params: Pairs = ()

    @property
    def scheme(self) -> bytes:
        """Always `tel`."""
        return b"tel"

    @property
    def user(self) -> bytes:
        """The number without visual separators, as it would stand in a SIP URI's user part."""
        return self.number.translate(None, _VISUAL_SEPARATORS)

    @property
    def address(self) -> tuple[object, ...]:
        """What identifies the number: usable as a key."""
        context = dict(self._comparable_params()).get(b"phone-context")
        return (b"tel", self.user.lower(), context)

    def _comparable_params(self) -> frozenset[tuple[bytes, bytes | None]]:
        return frozenset(
            (
                name.lower(),
                None
                if value is None
                else unescape(value).lower().translate(None, _VISUAL_SEPARATORS)
                if value[:1] == b"+"
                else unescape(value).lower(),
            )
            for name, value in self.params
        )

    def to_bytes(self) -> bytes:
        """Write the URI."""
        text = b"tel:" + self.number
        for name, value in self.params:
            text += b";" + name if value is None else b";" + name + b"=" + value
        return text

    def __str__(self) -> str:
        return self.to_bytes().decode("ascii", "replace")

    def __hash__(self) -> int:
        return hash(self.user.lower())

    def __eq__(self, other: object) -> bool:
        """Compare by RFC 3966 §4."""
        if not isinstance(other, TelUri):
            return NotImplemented
        return (
            self.user.lower() == other.user.lower()
            and self._comparable_params() == other._comparable_params()
        )


@dataclass(frozen=True, slots=True)
class OtherUri:
    """A URI of a scheme that this stack does not act on (416 when it is a Request-URI)."""

    scheme: bytes
    rest: bytes

    @property
    def address(self) -> tuple[object, ...]:
        """What identifies the resource: usable as a key."""
        return (self.scheme, self.rest)

    def to_bytes(self) -> bytes:
        """Write the URI."""
        return self.scheme + b":" + self.rest

    def __str__(self) -> str:
        return self.to_bytes().decode("utf-8", "replace")


Uri = SipUri | TelUri | OtherUri


def _read(raw: bytes) -> Uri:
    found = _SIP(raw)
    if found is not None:
        scheme, user, password, host, port, params, headers = found.groups()
        return SipUri(
            scheme.lower(),
            user,
            password,
            host,
            int(port) if port is not None else None,
            _pairs(params[1:], b";") if params else (),
            _pairs(headers, b"&") if headers else (),
        )
    if raw[:4].lower() == b"tel:":
        found = _TEL(raw)
        if found is None:
            raise SipParseError("not a telephone number", value=raw)
        number, params = found.groups()
        return TelUri(number, _pairs(params[1:], b";") if params else ())
    if _OTHER(raw) is None:
        raise SipParseError("not a URI", value=raw)
    scheme, _, rest = raw.partition(b":")
    return OtherUri(scheme.lower(), rest)


# What callers ask for repeats; keys are bounded below, so the cache is bounded in octets too.
_read_and_keep = lru_cache(maxsize=2048)(_read)


def parse_uri(raw: bytes) -> Uri:
    """Read a URI. Raises SipParseError if it is none.

    A scheme that is not SIP, SIPS or tel gives an OtherUri.
    """
    return _read_and_keep(raw) if len(raw) <= 256 else _read(raw)
