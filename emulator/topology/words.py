"""The kinds of text that a topology file has: names, numbers, hosts, URIs, times."""

from typing import Final

from emulator.topology.shapes import Moment, Text, ZoneName

__all__ = [
    "AUDIO",
    "CLOCK",
    "HOST",
    "LANGUAGE",
    "LINE",
    "MOMENT",
    "NAME",
    "PASSWORD",
    "PROSE",
    "SPOKEN",
    "TEL",
    "TITLE",
    "TOKEN",
    "URI",
    "ZONE",
]

_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_PORT = "(?:6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5][0-9]{4}|[1-9][0-9]{0,3})"
_PRINTED = r"\x00-\x1f\x7f-\x9f\u2028\u2029"

HOST: Final = Text("a host name such as pool1.contoso.example", rf"{_LABEL}(?:\.{_LABEL})*", 253)
# An agent's or a group's name is the user part of a URI, a path segment, and a word of a header.
NAME: Final = Text("a name of letters, digits and . _ + ~ -", "[A-Za-z0-9_][A-Za-z0-9_.+~-]*", 64)
TITLE: Final = Text(
    "a name on one line, without spaces at its ends and without /",
    rf"[^\s/{_PRINTED}](?:[^/{_PRINTED}]*[^\s/{_PRINTED}])?",
    128,
)
TEL: Final = Text("a telephone number such as +15550100", r"\+?[0-9]+", 16)
LINE: Final = Text("text on one line", rf"[^{_PRINTED}]*", 128)
PASSWORD: Final = Text("text on one line", rf"[^{_PRINTED}]+", 128)
TOKEN: Final = Text("a token of 8 characters or more, without spaces", "[!-~]{8,}", 256)
PROSE: Final = Text("text", r"[^\x00-\x08\x0b-\x1f\x7f-\x9f]*", 4096)
SPOKEN: Final = Text("text to be spoken", r"[^\x00-\x08\x0b-\x1f\x7f-\x9f]+", 4096)
AUDIO: Final = Text(
    "the name of a .wav or .wma file",
    rf"[^/\\:{_PRINTED}]*[^/\\:.{_PRINTED}]\.[Ww](?:[Aa][Vv]|[Mm][Aa])",
    255,
)
URI: Final = Text(
    "a sip, sips or tel URI such as sip:desk@127.0.0.1:5070",
    r"sips?:(?:[!#-;=?A-~]+@)?(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])"
    rf"(?::{_PORT})?(?:;[!#-;=@-~]+)?|tel:\+?[0-9().*-]*[0-9][0-9().*-]*",
    512,
)
LANGUAGE: Final = Text("a language such as en-US", "[a-z]{2}-[A-Z]{2}", 5)
CLOCK: Final = Text(
    "a time in quotes, such as '09:00', up to '24:00'",
    "(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?|24:00(?::00)?",
    8,
)
MOMENT: Final = Moment()
ZONE: Final = ZoneName()
