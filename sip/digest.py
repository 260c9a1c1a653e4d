"""Digest authentication, both sides (RFC 3261 §22, RFC 7616, RFC 8760): MD5 and SHA-256."""

import enum
import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sip.errors import SipParseError
from sip.headers import parse_auth, quote

_COUNT = re.compile(rb"[0-9a-fA-F]{8}").fullmatch
_NEEDED = (b"username", b"realm", b"nonce", b"uri", b"response")


class Algorithm(enum.Enum):
    """A hash that credentials are computed with. The value is its name on the wire."""

    SHA256 = b"SHA-256"
    MD5 = b"MD5"

    def digest(self, text: bytes) -> bytes:
        """Give the hash of `text` in hexadecimal."""
        if self is Algorithm.SHA256:
            return hashlib.sha256(text).hexdigest().encode()
        return hashlib.md5(text, usedforsecurity=False).hexdigest().encode()

    def secret_of(self, user: bytes, realm: bytes, password: bytes) -> bytes:
        """Give what a server may keep in the place of the password (A1, RFC 7616 §3.4.2)."""
        return self.digest(b"%b:%b:%b" % (user, realm, password))

    @classmethod
    def named(cls, name: bytes) -> "Algorithm | None":
        """Give the algorithm called `name` in any case, or None."""
        return next((a for a in cls if a.value.lower() == name.lower()), None)


class Verdict(enum.Enum):
    """What credentials are worth."""

    VALID = enum.auto()
    ABSENT = enum.auto()
    STALE = enum.auto()
    REPLAYED = enum.auto()
    WRONG = enum.auto()

    @property
    def is_stale(self) -> bool:
        """True if a new nonce is all that the client lacks, so that it need not ask its user."""
        return self in (Verdict.STALE, Verdict.REPLAYED)


@dataclass(frozen=True, slots=True)
class Verification:
    """The verdict on credentials, and the user that they name (b"" if they name none)."""

    verdict: Verdict
    user: bytes = b""


def _response(
    algorithm: Algorithm,
    secret: bytes,
    method: bytes,
    uri: bytes,
    nonce: bytes,
    quality: tuple[bytes, bytes, bytes] | None,
) -> bytes:
    """Give the response of RFC 7616 §3.4.1; `quality` is (nc, cnonce, qop), None for RFC 2069."""
    about = algorithm.digest(b"%b:%b" % (method, uri))
    middle = nonce if quality is None else b":".join((nonce, *quality))
    return algorithm.digest(b"%b:%b:%b" % (secret, middle, about))


class Authenticator:
    """The server's side: challenges, and verdicts on the credentials that answer them.

    Nonces carry the time of their making, signed, so that none is kept; only the counts of those in
    use are, at most `max_nonces` of them: with more, the one not used for longest is forgotten, and
    nonces as old as that become stale. A nonce is good for `nonce_seconds`. `clock` gives seconds
    and goes forward only.

    With `is_quality_needed`, credentials without `qop` (RFC 2069's, which can be replayed while
    their nonce lives) are wrong.
    """

    __slots__ = (
        "_clock",
        "_counts",
        "_forgotten",
        "_key",
        "algorithms",
        "is_quality_needed",
        "max_nonces",
        "nonce_seconds",
        "realm",
    )

    def __init__(
        self,
        realm: bytes,
        clock: Callable[[], float],
        *,
        algorithms: Iterable[Algorithm] = (Algorithm.SHA256, Algorithm.MD5),
        nonce_seconds: float = 300.0,
        max_nonces: int = 10_000,
        is_quality_needed: bool = False,
        key: bytes | None = None,
    ) -> None:
        self.realm = realm
        self.algorithms = tuple(algorithms)
        self.nonce_seconds = nonce_seconds
        self.max_nonces = max_nonces
        self.is_quality_needed = is_quality_needed
        self._clock = clock
        self._key = secrets.token_bytes(32) if key is None else key
        self._counts: dict[bytes, int] = {}
        self._forgotten = -1.0

    def challenges(self, verdict: Verdict = Verdict.ABSENT) -> list[bytes]:
        """Give the values of WWW-Authenticate or Proxy-Authenticate, the best one first.

        One header line for each (RFC 8760 §2.4).
        """
        nonce = self._nonce()
        stale = b", stale=true" if verdict.is_stale else b""
        return [
            b'Digest realm=%b, nonce="%b", algorithm=%b, qop="auth"%b'
            % (quote(self.realm), nonce, algorithm.value, stale)
            for algorithm in self.algorithms
        ]

    def verify(
        self,
        credentials: Iterable[bytes],
        method: bytes,
        secret_of: Callable[[bytes, Algorithm], bytes | None],
    ) -> Verification:
        """Judge the values of Authorization or Proxy-Authorization of a request.

        `secret_of` gives A1 of a user (`Algorithm.secret_of`), None if there is no such user.
        Credentials of another scheme, realm or algorithm count as absent.
        """
        for value in credentials:
            try:
                scheme, params = parse_auth(value)
            except SipParseError:
                continue
            algorithm = Algorithm.named(params.get(b"algorithm", b"MD5"))
            if scheme != b"digest" or params.get(b"realm") != self.realm:
                continue
            if algorithm is None or algorithm not in self.algorithms:
                continue
            return self._judge(params, algorithm, method, secret_of)
        return Verification(Verdict.ABSENT)

    def _judge(
        self,
        params: dict[bytes, bytes],
        algorithm: Algorithm,
        method: bytes,
        secret_of: Callable[[bytes, Algorithm], bytes | None],
    ) -> Verification:
        user = params.get(b"username", b"")
        wrong = Verification(Verdict.WRONG, user)
        if any(name not in params for name in _NEEDED):
            return wrong
        quality = None
        if b"qop" in params:
            quality = (params.get(b"nc", b""), params.get(b"cnonce", b""), params[b"qop"])
            if _COUNT(quality[0]) is None or not quality[1] or quality[2].lower() != b"auth":
                return wrong
        elif self.is_quality_needed:
            return wrong
        secret = secret_of(user, algorithm)
        if secret is None:
            return wrong
        nonce = params[b"nonce"]
        expected = _response(algorithm, secret, method, params[b"uri"], nonce, quality)
        if not hmac.compare_digest(expected, params[b"response"].lower()):
            return wrong
        return Verification(self._use(nonce, quality), user)

    def _use(self, nonce: bytes, quality: tuple[bytes, bytes, bytes] | None) -> Verdict:
        """Count a use of `nonce` by credentials that are right otherwise."""
        made = self._time_of(nonce)
        if made is None or not 0 <= self._clock() - made < self.nonce_seconds:
            self._counts.pop(nonce, None)
            return Verdict.STALE
        if quality is None:
            return Verdict.VALID
        count = int(quality[0], 16)
        if nonce in self._counts:
            if count <= self._counts[nonce]:
                return Verdict.REPLAYED
            # Last used, last forgotten.
            del self._counts[nonce]
        elif made <= self._forgotten:
            return Verdict.STALE
        self._counts[nonce] = count
        if len(self._counts) > self.max_nonces:
            self._forget_one()
        return Verdict.VALID

    def _forget_one(self) -> None:
        """Let go of the count that was not used for longest, and of all nonces as old as its."""
        nonce = next(iter(self._counts))
        del self._counts[nonce]
        self._forgotten = max(self._forgotten, self._time_of(nonce) or 0.0)

    def _nonce(self) -> bytes:
        body = b"%x.%b" % (int(self._clock() * 1000), secrets.token_hex(8).encode())
        return body + b"." + self._signature(body)

    def _signature(self, body: bytes) -> bytes:
        return hmac.new(self._key, body, hashlib.sha256).hexdigest()[:32].encode()

    def _time_of(self, nonce: bytes) -> float | None:
        """Give when `nonce` was made, None if it isn't one of this server."""
        body, _, signature = nonce.rpartition(b".")
        if not hmac.compare_digest(self._signature(body), signature):
            return None
        return int(body.partition(b".")[0], 16) / 1000


def authorize(
    challenges: Iterable[bytes],
    *,
    user: bytes,
    password: bytes,
    method: bytes,
    uri: bytes,
    count: int = 1,
    cnonce: bytes | None = None,
) -> bytes | None:
    """Give the credentials that answer one of `challenges`: the first that can be answered.

    `challenges` are the values of WWW-Authenticate or Proxy-Authenticate, `uri` is the Request-URI,
    `count` how often the nonce has been used, this time included. None if no challenge asks for
    Digest with an algorithm and a quality that are known here.
    """
    for value in challenges:
        try:
            scheme, params = parse_auth(value)
        except SipParseError:
            continue
        algorithm = Algorithm.named(params.get(b"algorithm", b"MD5"))
        if scheme != b"digest" or algorithm is None or not {b"realm", b"nonce"} <= params.keys():
            continue
        quality = None
        if b"qop" in params:
            if b"auth" not in params[b"qop"].lower().replace(b" ", b"").split(b","):
                continue
            own = secrets.token_hex(8).encode() if cnonce is None else cnonce
            quality = (b"%08x" % count, own, b"auth")
        realm, nonce = params[b"realm"], params[b"nonce"]
        secret = algorithm.secret_of(user, realm, password)
        response = _response(algorithm, secret, method, uri, nonce, quality)
        text = b"Digest username=%b, realm=%b, nonce=%b, uri=%b, response=%b, algorithm=%b" % (
            quote(user),
            quote(realm),
            quote(nonce),
            quote(uri),
            quote(response),
            algorithm.value,
        )
        if quality is not None:
            text += b", qop=auth, nc=%b, cnonce=%b" % (quality[0], quote(quality[1]))
        if b"opaque" in params:
            text += b", opaque=" + quote(params[b"opaque"])
        return text
    return None
