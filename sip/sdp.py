"""Session descriptions (RFC 8866): answering offers (RFC 3264), making them, hiding who wrote them.

The emulated ends play no media: an answer says what a phone that does would say.
"""

import base64
import re
import secrets
from dataclasses import dataclass, field
from functools import lru_cache

_MIRRORED = {
    b"sendrecv": b"sendrecv",
    b"sendonly": b"recvonly",
    b"recvonly": b"sendonly",
    b"inactive": b"inactive",
}
_PLAIN_PROFILES = (b"RTP/AVP", b"RTP/AVPF")
_CRYPTO_PROFILES = (b"RTP/SAVP", b"RTP/SAVPF")
_KNOWN_CODECS = (b"PCMU", b"PCMA", b"G722", b"OPUS")
_STATIC_CODECS = {b"0": b"PCMU", b"8": b"PCMA", b"9": b"G722"}
_EVENTS = b"TELEPHONE-EVENT"
_CRYPTO_SUITE = b"AES_CM_128_HMAC_SHA1_80"

_M_LINE = re.compile(
    rb"m=([!-~]++) ([0-9]{1,5}+)(?:/[0-9]++)?+ ([!-~]++) ([!-~]++(?: ++[!-~]++)*+) *+"
).fullmatch
_TIME = re.compile(rb"^t=([0-9]++ [0-9]++)\r?$", re.MULTILINE).search
_ORIGIN = re.compile(rb"o=[^ ]++ ([0-9]{1,20}+) ([0-9]{1,20}+) ").match
_ADDRESS = re.compile(rb"c=IN IP[46] ([^ /]++)").match
_CRYPTO = re.compile(rb"crypto:([0-9]{1,9}+) " + _CRYPTO_SUITE + rb" ").match

# Lines that name or describe somebody, and attributes that do (WebRTC's among them).
_TELLING_LINES = (b"i=", b"u=", b"e=", b"p=")
_TELLING_ATTRIBUTES = (b"a=msid:", b"a=msid-semantic:", b"a=tool:", b"a=identity:")
_SOURCE = re.compile(rb"(a=ssrc:[0-9]++ )([a-z]++):").match


@dataclass(slots=True)
class Media:
    """One m-line of a description, with the attributes under it."""

    kind: bytes
    port: int
    profile: bytes
    formats: tuple[bytes, ...]
    address: bytes = b""
    attributes: list[bytes] = field(default_factory=list)

    @property
    def direction(self) -> bytes:
        """The direction that the lines under this one give, b"" if they give none."""
        return next((a for a in self.attributes if a in _MIRRORED), b"")

    def about(self, name: bytes, payload: bytes) -> bytes | None:
        """Give what follows `a=NAME:PAYLOAD `, or None."""
        start = b"%b:%b " % (name, payload)
        return next((a[len(start) :] for a in self.attributes if a.startswith(start)), None)

    def codec(self, payload: bytes) -> bytes:
        """Give the encoding name of a payload type in upper case, b"" if it isn't known."""
        mapped = self.about(b"rtpmap", payload)
        if mapped is None:
            return _STATIC_CODECS.get(payload, b"")
        return mapped.partition(b"/")[0].strip().upper()


def read_media(description: bytes) -> list[Media] | None:
    """Read the m-lines of a description; None if it is none, or has a malformed m-line.

    A session's direction and address are those of each m-line that doesn't give its own.
    """
    lines = [line.rstrip(b"\r") for line in description.split(b"\n")]
    if lines[0] != b"v=0":
        return None
    media: list[Media] = []
    common = Media(b"", 0, b"", ())
    current = common
    for line in lines:
        if line.startswith(b"m="):
            found = _M_LINE(line)
            if found is None or int(found[2]) > 65535:
                return None
            current = Media(found[1], int(found[2]), found[3], tuple(found[4].split()))
            media.append(current)
        elif line.startswith(b"a="):
            current.attributes.append(line[2:])
        elif line.startswith(b"c="):
            address = _ADDRESS(line)
            current.address = address[1] if address is not None else b""
    for one in media:
        one.address = one.address or common.address
        if not one.direction and common.direction:
            one.attributes.append(common.direction)
    return media


def media_address(description: bytes) -> tuple[bytes, int] | None:
    """Give the address and port that the first audio line wants its media at, or None."""
    for media in read_media(description) or ():
        if media.kind == b"audio" and media.port and media.address:
            return media.address, media.port
    return None


def _network(host: bytes) -> bytes:
    return b"IN IP6 " + host.strip(b"[]") if b":" in host else b"IN IP4 " + host


def _accept(media: Media) -> list[bytes] | None:
    """Give the lines that accept an audio line, its port left out; None if it can't be."""
    if media.kind != b"audio" or media.port == 0:
        return None
    crypto = None
    if media.profile in _CRYPTO_PROFILES:
        crypto = next((found for a in media.attributes if (found := _CRYPTO(a))), None)
    if crypto is None and media.profile not in _PLAIN_PROFILES:
        return None
    voices = [f for f in media.formats if media.codec(f) not in (_EVENTS, b"CN", b"RED")]
    if not voices:
        return None
    voice = next((f for f in voices if media.codec(f) in _KNOWN_CODECS), voices[0])
    formats = [voice, *[f for f in media.formats if media.codec(f) == _EVENTS][:1]]
    lines = [b" %b %b" % (media.profile, b" ".join(formats))]
    for payload in formats:
        for name in (b"rtpmap", b"fmtp"):
            value = media.about(name, payload)
            if value is not None:
                lines.append(b"a=%b:%b %b" % (name, payload, value))
    lines += [b"a=" + a for a in media.attributes if a.startswith((b"mid:", b"ptime:"))]
    if crypto is not None:
        key = base64.b64encode(secrets.token_bytes(30))
        lines.append(b"a=crypto:%b %b inline:%b" % (crypto[1], _CRYPTO_SUITE, key))
    lines.append(b"a=" + _MIRRORED[media.direction or b"sendrecv"])
    return lines


@lru_cache(maxsize=256)
def _answer_media(description: bytes) -> tuple[bytes, bytes] | None:
    """Give the answer from its `t=` on, in two parts: before and after the accepted port."""
    time = _TIME(description)
    # RFC 3264 §6: the answer's times are the offer's.
    before = [b"t=" + (time[1] if time is not None else b"0 0")]
    after: list[bytes] | None = None
    for media in read_media(description) or ():
        accepted = _accept(media) if after is None else None
        if accepted is not None:
            before.append(b"m=audio ")
            after = accepted
            continue
        formats = b" ".join(media.formats)
        refused = b"m=%b 0 %b %b" % (media.kind, media.profile, formats)
        (before if after is None else after).append(refused)
    if after is None:
        return None
    return b"\r\n".join(before), b"\r\n".join(after) + b"\r\n"


def answer_offer(offer: bytes, *, host: bytes, port: int, session: int) -> bytes | None:
    """Give the answer of a phone at `host` and `port` (RFC 3264 §6), None if it can't answer (488).

    The first audio line is accepted with one codec, and telephone-event where it is offered; all
    other lines are refused. `session` is the number that `o=` carries, constant for a dialog.
    """
    # What load generators offer differs in o= only, if at all; the rest is answered from memory.
    start = offer.find(b"\no=")
    end = offer.find(b"\n", start + 1)
    if start < 0 or end < 0 or len(offer) > 8192:
        return None
    media = _answer_media(offer[:start] + offer[end:])
    if media is None:
        return None
    network = _network(host)
    number = b"%d" % session
    # Joining takes half the time of formatting.
    return b"".join(
        (
            b"v=0\r\no=- ",
            number,
            b" ",
            number,
            b" ",
            network,
            b"\r\ns=-\r\nc=",
            network,
            b"\r\n",
            media[0],
            b"%d" % port,
            media[1],
        )
    )


def make_offer(
    *, host: bytes, port: int, session: int, direction: bytes = b"sendrecv", version: int = 0
) -> bytes:
    """Give an offer of G.711 and telephone-event. `version` counts the offers of one dialog."""
    network = _network(host)
    return (
        b"v=0\r\no=- %d %d %b\r\ns=-\r\nc=%b\r\nt=0 0\r\nm=audio %d RTP/AVP 0 8 101\r\n"
        b"a=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
        b"a=fmtp:101 0-15\r\na=%b\r\n"
    ) % (session, session + version, network, network, port, direction)


def hide(description: bytes, *, host: bytes, session: int) -> bytes:
    """Give `description` as if it were written by a bridge at `host`.

    Its author's `o=`, `s=`, `i=`, `u=`, `e=`, `p=`, cname, msid, tool and identity are gone or
    neutral; addresses of media (`c=`, `m=`, candidates) pass. The version of `o=` goes up when the
    author's does. For bodies of application/sdp only.
    """
    shown: list[bytes] = []
    for raw in description.split(b"\n"):
        line = raw.rstrip(b"\r")
        if line.startswith(b"o="):
            origin = _ORIGIN(line)
            version = int(origin[2]) - int(origin[1]) if origin is not None else 0
            line = b"o=- %d %d %b" % (session, version % 2**62, _network(host))
        elif line.startswith(b"s="):
            line = b"s=-"
        elif line.startswith(_TELLING_LINES) or line.startswith(_TELLING_ATTRIBUTES):
            continue
        elif line.startswith(b"a=ssrc:"):
            source = _SOURCE(line)
            if source is not None and source[2] == b"cname":
                line = b"%bcname:%d" % (source[1], session)
            elif source is not None and source[2] in (b"msid", b"mslabel", b"label"):
                continue
        shown.append(line)
    return b"\r\n".join(shown)
