"""Ways to damage a message. Each takes a source of chance and octets, and gives other octets."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

__all__ = ["MAX_BYTES", "MUTATORS", "mutate", "splice"]

Mutator = Callable[[Random, bytes], bytes]

MAX_BYTES = 30_000  # so that whoever repeats it in an answer fits into a datagram

_NUMBER = re.compile(rb"[0-9]+")
_NUMBERS = (
    b"0", b"-1", b"00000001", b"255", b"256", b"65535", b"65536", b"2147483647", b"2147483648",
    b"4294967295", b"4294967296", b"18446744073709551616", b"9" * 40, b"1e9", b"0x10", b"",
)  # fmt: skip
_LINE_ENDS = (b"\n", b"\r", b"\r\r\n", b"\n\n", b"\r\n\r\n", b"\r\n ", b"\r\n\t", b" \r\n", b"")
_JUNK = (
    b"\xff\xfe", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", "ß€😀".encode(), b"\x80",
    b"\xe2\x80\x8b", b"\xef\xbb\xbf", b"\x1b[2J", b"\x7f", b"\x08\x08",
)  # fmt: skip
_SIGNS = (
    b'"', b"\\", b"<", b">", b";", b",", b"=", b":", b"@", b"?", b"&", b"%", b"%00", b"%0d%0a",
    b"%zz", b"[", b"]", b"(", b")", b"*", b" ", b"\t", b"/", b";;", b",,", b"<>", b'""', b"[::",
)  # fmt: skip
_FILLERS = (
    b"a", b"9", b"%41", b";a=b", b",<sip:a@b>", b" ", b'"', b"[", b"\\", b"(", b"-", b".a", b"a.",
    b";", b"=", b"\r\n ", b"sip:",
)  # fmt: skip
_NAMES = (
    b"Via", b"v", b"Route", b"Record-Route", b"Require", b"Proxy-Require", b"Contact", b"m",
    b"Max-Forwards", b"Content-Type", b"c", b"Content-Encoding", b"e", b"Expires", b"To", b"t",
    b"From", b"f", b"Call-ID", b"i", b"CSeq", b"Accept", b"Supported", b"k", b"Authorization",
    b"Proxy-Authorization", b"Replaces", b"Session-Expires", b"Min-SE", b"Event", b"Refer-To",
    b"P-Session-On-Behalf-Of", b"P-Preferred-Identity", b"Reason", b"Warning", b"Timestamp",
)  # fmt: skip
_VALUES = (
    b"", b"*", b"a", b"0", b"-1", b"100rel", b"timer", b"replaces", b"<sip:127.0.0.1;lr>",
    b"<sip:a@127.0.0.1:9>", b"sip:", b"tel:+1", b"<tel:+1;phone-context=>", b"urn:service:sos",
    b"Digest realm=a", b'Digest username="", nonce=, qop=auth', b"Basic eA==", b"gzip", b"a/b",
    b"multipart/mixed", b"multipart/mixed;boundary=", b"application/sdp;charset=", b"SIP/2.0/UDP",
    b"SIP/2.0/UDP 127.0.0.1;branch=", b"x@y;to-tag=1;from-tag=2", b"90;refresher=uas",
    b"<sip:helpdesk@contoso.example>", b'"\\', b"a;b;c=d;e=\"f\"", b",,,", b";;;",
)  # fmt: skip


def _flip_bits(chance: Random, data: bytes) -> bytes:
    octets = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 4, 16))):
        octets[chance.randrange(len(octets))] ^= 1 << chance.randrange(8)
    return bytes(octets)


def _set_octet(chance: Random, data: bytes) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + bytes((chance.randrange(256),)) + data[at + 1 :]


def _insert_octets(chance: Random, data: bytes) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.randbytes(chance.choice((1, 1, 2, 8, 40))) + data[at:]


def _delete_octets(chance: Random, data: bytes) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + data[at + chance.choice((1, 1, 2, 5, 20, 100)) :]


def _truncate(chance: Random, data: bytes) -> bytes:
    return data[: chance.randrange(1, len(data) + 1)]


def _insert_sign(chance: Random, data: bytes) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.choice(_SIGNS) * chance.choice((1, 1, 1, 3, 50)) + data[at:]


def _remove_sign(chance: Random, data: bytes) -> bytes:
    places = [at for at, octet in enumerate(data[:4_000]) if octet in b'";,<>=:@/ ']
    if not places:
        return data
    at = chance.choice(places)
    return data[:at] + data[at + 1 :]


def _insert_junk(chance: Random, data: bytes) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.choice(_JUNK) + data[at:]


def _insert_nul(chance: Random, data: bytes) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + b"\x00" * chance.choice((1, 1, 4, 200)) + data[at:]


def _change_number(chance: Random, data: bytes) -> bytes:
    numbers = list(_NUMBER.finditer(data, 0, 4_000))
    if not numbers:
        return data
    number = chance.choice(numbers)
    return data[: number.start()] + chance.choice(_NUMBERS) + data[number.end() :]


def _damage_line_end(chance: Random, data: bytes) -> bytes:
    ends = [found.start() for found in re.finditer(rb"\r\n", data[:8_000])]
    if not ends:
        return data
    at = chance.choice(ends)
    return data[:at] + chance.choice(_LINE_ENDS) + data[at + 2 :]


def _lie_about_length(chance: Random, data: bytes) -> bytes:
    lies = (b"0", b"1", b"9", b"150", b"9999", b"70000", b"-1", b"+5", b"5 5", b"x", b"", b"1e3")
    wanted = b"\\g<1>" + chance.choice(lies)
    return re.sub(rb"(?i)(\r\n(?:Content-Length|l)[ \t]*:[ \t]*)[^\r\n]*", wanted, data, count=1)


def _in_lines(change: Callable[[Random, list[bytes]], None]) -> Mutator:
    """A mutator that works on the list of header lines, the start line among them."""

    def mutator(chance: Random, data: bytes) -> bytes:
        head, end, body = data.partition(b"\r\n\r\n")
        lines = head.split(b"\r\n")
        change(chance, lines)
        return b"\r\n".join(lines) + end + body

    return mutator


def _any_line(chance: Random, lines: list[bytes]) -> int:
    return chance.randrange(1, len(lines)) if len(lines) > 1 else 0


def _duplicate_line(chance: Random, lines: list[bytes]) -> None:
    line = lines[_any_line(chance, lines)]
    at = chance.randrange(1, len(lines) + 1)
    lines[at:at] = [line] * chance.choice((1, 1, 1, 2, 10, 400 if len(line) < 60 else 20))


def _remove_line(chance: Random, lines: list[bytes]) -> None:
    if len(lines) > 1:
        del lines[_any_line(chance, lines)]


def _reorder_lines(chance: Random, lines: list[bytes]) -> None:
    rest = lines[1:]
    chance.shuffle(rest)
    lines[1:] = rest


def _add_line(chance: Random, lines: list[bytes]) -> None:
    at = chance.randrange(1, len(lines) + 1)
    lines.insert(at, chance.choice(_NAMES) + b": " + chance.choice(_VALUES))


def _make_huge(chance: Random, lines: list[bytes]) -> None:
    filler = chance.choice(_FILLERS)
    size = chance.choice((100, 300, 1_000, 4_000, 20_000))
    at = chance.randrange(len(lines))
    place = chance.randrange(len(lines[at]) + 1)
    lines[at] = lines[at][:place] + filler * (size // len(filler)) + lines[at][place:]


def _damage_name(chance: Random, lines: list[bytes]) -> None:
    at = _any_line(chance, lines)
    name, colon, value = lines[at].partition(b":")
    changes = (
        name.upper(), name.lower(), name + b" ", name + b"\t \t", b" " + name, name[:-1],
        name[::-1], name + b"\xff", name + b"\x00", b"", name + b":", b"X-" + name, name[:1],
        chance.choice(_NAMES),
    )  # fmt: skip
    lines[at] = chance.choice(changes) + colon + value


def _empty_value(chance: Random, lines: list[bytes]) -> None:
    at = _any_line(chance, lines)
    name, colon, _ = lines[at].partition(b":")
    lines[at] = name + colon


def _swap_values(chance: Random, lines: list[bytes]) -> None:
    first, second = _any_line(chance, lines), _any_line(chance, lines)
    name, colon, value = lines[first].partition(b":")
    other, _, other_value = lines[second].partition(b":")
    lines[first], lines[second] = name + colon + other_value, other + colon + value


def _damage_start(chance: Random, lines: list[bytes]) -> None:
    method, _, rest = lines[0].partition(b" ")
    uri, _, version = rest.rpartition(b" ")
    method = chance.choice((method, method.lower(), b"NEW", b"A" * 300, b"", b"BYE", b"REGISTER"))
    uri = chance.choice((uri, uri, b"sip:", b"*", b"sips:a@b", b"tel:+1-2", b"http://a/", b"sip:@",
                         b"sip:a@[::1]", b"sip:a b@c", b"<" + uri + b">", b"SIP:X@Y;lr?a=b",
                         b"sip:%00@127.0.0.1", b"sip:helpdesk@contoso.example;" + b"a" * 2_000,
                         b"urn:service:sos"))  # fmt: skip
    version = chance.choice(
        (version, version, b"SIP/1.0", b"SIP/3.0", b"sip/2.0", b"SIP/2", b"HTTP/1.1")
    )
    lines[0] = chance.choice((b" ", b" ", b" ", b"  ", b"\t")).join((method, uri, version))


def _add_via(chance: Random, lines: list[bytes]) -> None:
    extra = chance.choice((
        b"Via: SIP/2.0/TCP 127.0.0.1:9;branch=z9hG4bK%x" % chance.getrandbits(40),
        b"Via: SIP/2.0/UDP host.example.com",
        b"v: SIP/2.0/UDP [2001:db8::1]:5060;branch=z9hG4bK%x;received=2001:db8::2"
        % chance.getrandbits(40),
        b"Via: ",
        b"Via: SIP/2.0/UDP",
    ))  # fmt: skip
    lines.insert(chance.choice((1, len(lines))), extra)


MUTATORS: dict[str, Mutator] = {
    "flip bits": _flip_bits,
    "set an octet": _set_octet,
    "insert octets": _insert_octets,
    "delete octets": _delete_octets,
    "truncate": _truncate,
    "insert a sign": _insert_sign,
    "remove a sign": _remove_sign,
    "insert UTF-8 junk": _insert_junk,
    "insert NUL": _insert_nul,
    "change a number": _change_number,
    "damage a line end": _damage_line_end,
    "lie about the length": _lie_about_length,
    "duplicate a line": _in_lines(_duplicate_line),
    "remove a line": _in_lines(_remove_line),
    "reorder lines": _in_lines(_reorder_lines),
    "add a line": _in_lines(_add_line),
    "make a value huge": _in_lines(_make_huge),
    "damage a name": _in_lines(_damage_name),
    "empty a value": _in_lines(_empty_value),
    "swap values": _in_lines(_swap_values),
    "damage the start line": _in_lines(_damage_start),
    "add a Via": _in_lines(_add_via),
}
_LIST = list(MUTATORS.items())


def mutate(chance: Random, data: bytes) -> tuple[bytes, tuple[str, ...]]:
    """Damage `data` in one to four ways; gives it, cut to `MAX_BYTES`, and their names."""
    names = []
    for _ in range(chance.choice((1, 1, 1, 1, 1, 1, 2, 2, 3, 4))):
        name, mutator = chance.choice(_LIST)
        data = mutator(chance, data)[:MAX_BYTES] or b"\x00"
        names.append(name)
    return data, tuple(names)


def splice(chance: Random, first: bytes, second: bytes) -> bytes:
    """The beginning of one message, the end of another: cut anywhere, or between lines."""
    if chance.random() < 0.5:
        return first[: chance.randrange(len(first))] + second[chance.randrange(len(second)) :]
    ones, others = first.split(b"\r\n"), second.split(b"\r\n")
    return b"\r\n".join(
        ones[: chance.randrange(1, len(ones))] + others[chance.randrange(len(others)) :]
    )
