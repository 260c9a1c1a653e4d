"""What requests and responses have alike: header fields, look-up, editing, writing."""

import re
from collections.abc import Iterable
from typing import Self

from sip.errors import SipParseError
from sip.headers import split_list, tag_of
from sip.names import CANONICAL, LISTS, NAMES, canonical_fields, canonical_name

MAX_MESSAGE_BYTES = 64 * 1024
MAX_HEAD_BYTES = 32 * 1024
MAX_HEADER_LINES = 256

Field = tuple[bytes, bytes]
Fields = list[Field]

_UNFOLD = re.compile(rb"\r\n[ \t]+").sub
# Headers that have a list attribute of their own, in the order in which new ones go on top.
_ROUTING = (b"Via", b"Route", b"Record-Route")
_FIXED = frozenset((*_ROUTING, b"Call-ID", b"CSeq", b"Content-Length"))


def split_lines(head: bytes) -> list[bytes]:
    """Part what stands before the empty line into lines; raises SipParseError."""
    rows = head.splitlines()
    breaks = len(rows) - 1
    # CR and LF alone part lines here too, but take one octet, not two.
    if len(head) - len(b"".join(rows)) != 2 * breaks:
        raise SipParseError("a line ends with CR or LF alone")
    if breaks > MAX_HEADER_LINES:
        raise SipParseError(f"more than {MAX_HEADER_LINES} header lines")
    return rows


def unfold(head: bytes) -> bytes:
    """Give `head` with every line that goes on in the next one made whole (§7.3.1)."""
    return _UNFOLD(b" ", head)


def index_fields(rows: list[bytes]) -> tuple[dict[bytes, bytes], bool]:
    """Give the first value of each header of unfolded lines, and whether one is repeated.

    The values still have spaces round them. Raises SipParseError, for a folded line too.
    """
    try:
        found: dict[bytes, bytes] = dict([row.split(b":", 1) for row in rows])
    except ValueError:
        raise SipParseError("a header line has no colon") from None
    # Looking up only the names of messages that need it saves a quarter of the time spent here.
    if not found.keys() <= CANONICAL:
        found = canonical_fields(found)
    if len(found) == len(rows):
        return found, False
    pairs = [row.split(b":", 1) for row in reversed(rows)]
    return {NAMES[name]: value for name, value in pairs}, True


class Message:
    """A SIP message (RFC 3261 §7): what both kinds have. Octets throughout, nothing decoded.

    Attributes that a parsed message has from the start: `method` (of the CSeq in a response),
    `call_id`, `cseq`, `from_value` and `to_value` (raw, with parameters), `from_tag` and `to_tag`
    (b"" if there is none), `vias`, `routes` and `record_routes` (raw elements, top first),
    `branch` and `sent_by` (of the top Via, as received), `contact` (first one, raw, or None),
    `body`. Change them through the methods only, which keep `fields` in step.

    `via_mark` says what the top Via holds for `note_source`; `raw` (all lines, unfolded), `listed`
    (values by name; None if the fast path has read them), `ordered` and `edited` are what look-up
    works on. They are of no use elsewhere.
    """

    __slots__ = (
        "body",
        "branch",
        "call_id",
        "contact",
        "cseq",
        "edited",
        "from_tag",
        "from_value",
        "listed",
        "method",
        "ordered",
        "raw",
        "record_routes",
        "routes",
        "sent_by",
        "to_tag",
        "to_value",
        "via_mark",
        "vias",
    )

    method: bytes
    body: bytes
    branch: bytes
    sent_by: bytes
    vias: list[bytes]
    routes: list[bytes]
    record_routes: list[bytes]
    from_value: bytes
    to_value: bytes
    from_tag: bytes
    to_tag: bytes
    call_id: bytes
    cseq: int
    contact: bytes | None
    via_mark: int
    raw: bytes
    listed: dict[bytes, bytes] | None
    ordered: Fields | None
    edited: bool

    @property
    def start_line(self) -> bytes:
        """The first line, without its line end."""
        raise AssertionError("a message is a request or a response")

    @property
    def fields(self) -> Fields:
        """All header fields in order: (canonical name, unfolded value), one for each line."""
        if self.edited:
            self.ordered = self._with_routing(self._lines())
            self.edited = False
        return self._lines()

    def _lines(self) -> Fields:
        """Give the fields; those of Via, Route and Record-Route may be out of date."""
        ordered = self.ordered
        if ordered is None:
            rows = [row.split(b":", 1) for row in self.raw.split(b"\r\n")[1:]]
            ordered = self.ordered = [(NAMES[name], value.strip()) for name, value in rows]
        return ordered

    def _with_routing(self, ordered: Fields) -> Fields:
        """Give `ordered` with Via, Route and Record-Route as their attributes say, one a line."""
        groups = dict(zip(_ROUTING, (self.vias, self.routes, self.record_routes), strict=True))
        fields: Fields = []
        for field in ordered:
            name = field[0]
            if name in _ROUTING:
                fields.extend([(name, value) for value in groups.pop(name, ())])
            else:
                fields.append(field)
        fields[:0] = [(name, value) for name, values in groups.items() for value in values]
        return fields

    def first(self, name: bytes) -> bytes | None:
        """Give the value of the first line of header `name` (canonical spelling), or None."""
        if self.ordered is None and not (self.edited and name in _ROUTING):
            if self.listed is not None:
                value = self.listed.get(name)
                return None if value is None else value.strip()
            if b"\r\n" + name + b":" not in self.raw:
                return None
        for field in self.fields:
            if field[0] == name:
                return field[1]
        return None

    def values(self, name: bytes) -> list[bytes]:
        """Give all values of header `name` (canonical spelling), lists parted into elements."""
        listed = self.listed
        if listed is not None and name not in listed and not (self.ordered or self.edited):
            return []
        lines = [value for key, value in self.fields if key == name]
        if name not in LISTS:
            return lines
        values: list[bytes] = []
        for line in lines:
            try:
                values += split_list(line) if line else []
            except SipParseError:
                values += [item.strip() for item in line.split(b",") if item.strip()]
        return values

    def header(self, name: str) -> str | None:
        """Give the first value of a header as text, its name in any case; None if absent."""
        wanted = canonical_name(name.encode()).lower()
        for key, value in self.fields:
            if key.lower() == wanted:
                return value.decode("utf-8", "replace")
        return None

    def push_via(self, value: bytes, branch: bytes, sent_by: bytes) -> None:
        """Put a Via on top."""
        self.vias = [value, *self.vias]
        self.branch, self.sent_by, self.via_mark = branch, sent_by, 0
        self.edited = True

    def pop_via(self) -> bytes:
        """Take the top Via away and give it (§16.7 step 3).

        `branch` and `sent_by` go on describing the one that is gone.
        """
        top = self.vias[0]
        self.vias = self.vias[1:]
        self.edited = True
        return top

    def replace_top_via(self, value: bytes) -> None:
        """Write `value`, which has the same branch and sent-by, in the place of the top Via."""
        self.vias = [value, *self.vias[1:]]
        self.via_mark = 0
        self.edited = True

    def push_record_route(self, value: bytes) -> None:
        """Put a Record-Route on top."""
        self.record_routes = [value, *self.record_routes]
        self.edited = True

    def set_header(self, name: bytes, value: bytes) -> None:
        """Give header `name` the single value `value`: in its place, or at the end if it is new.

        Not for Via, Route, Record-Route, Call-ID, CSeq and Content-Length: ValueError.
        """
        if name in _FIXED:
            raise ValueError(f"{name.decode()} is not set by set_header")
        fields = [field for field in self._lines() if field[0] != name]
        at = next((i for i, field in enumerate(self._lines()) if field[0] == name), len(fields))
        fields.insert(at, (name, value))
        self.ordered = fields
        self._note(name, value)

    def _note(self, name: bytes, value: bytes) -> None:
        """Bring the attribute of header `name`, if it has one, in step with its new value."""
        if name == b"From":
            self.from_value, self.from_tag = value, tag_of(value)
        elif name == b"To":
            self.to_value, self.to_tag = value, tag_of(value)
        elif name == b"Contact":
            self.contact = value

    def add_header(self, name: bytes, value: bytes) -> None:
        """Append a header line. For headers that have no attribute of their own."""
        self.ordered = [*self._lines(), (name, value)]

    def remove_header(self, name: bytes) -> None:
        """Take every line of header `name` away; those that §8.1.1 requires have to stay."""
        if name in _FIXED or name in (b"From", b"To"):
            raise ValueError(f"{name.decode()} is not removed by remove_header")
        self.ordered = [field for field in self._lines() if field[0] != name]
        if name == b"Contact":
            self.contact = None

    def set_body(self, content_type: bytes, body: bytes) -> None:
        """Replace the body; an empty one takes Content-Type away."""
        self.body = body
        if body:
            self.set_header(b"Content-Type", content_type)
        else:
            self.remove_header(b"Content-Type")

    def copy(self) -> Self:
        """Give a message that can be edited without changing this one."""
        # One by one: a loop over the slots takes five times as long.
        other = type(self)()
        other.method = self.method
        other.body = self.body
        other.branch = self.branch
        other.sent_by = self.sent_by
        other.vias = self.vias
        other.routes = self.routes
        other.record_routes = self.record_routes
        other.from_value = self.from_value
        other.to_value = self.to_value
        other.from_tag = self.from_tag
        other.to_tag = self.to_tag
        other.call_id = self.call_id
        other.cseq = self.cseq
        other.contact = self.contact
        other.via_mark = self.via_mark
        other.raw = self.raw
        other.listed = self.listed
        other.ordered = self.ordered
        other.edited = self.edited
        return other

    def to_bytes(self) -> bytes:
        """Write the message: fields in order, Content-Length as the body has it."""
        body = self.body
        length = b"Content-Length: %d" % len(body)
        lines = [self.start_line]
        lines += [b": ".join(field) for field in self.fields]
        stated = self.first(b"Content-Length")
        if stated is None:
            lines.append(length)
        elif not stated.isdigit() or int(stated) != len(body):
            names = [field[0] for field in self.fields]
            lines[names.index(b"Content-Length") + 1] = length
        return b"%b\r\n\r\n%b" % (b"\r\n".join(lines), body)

    def fill(self, fields: Iterable[Field], body: bytes) -> None:
        """Take on `fields` of this stack's own making, and the attributes that follow from them.

        Expects vias, branch, sent_by, from_value, to_value, call_id, cseq and method to be set.
        """
        self.ordered = list(fields)
        self.raw = b""
        self.listed = None
        self.edited = False
        self.body = body
        self.via_mark = 0
        self.from_tag = tag_of(self.from_value)
        self.to_tag = tag_of(self.to_value)
        self.routes = self.values(b"Route")
        self.record_routes = self.values(b"Record-Route")
        contacts = self.values(b"Contact")
        self.contact = contacts[0] if contacts else None

    def __repr__(self) -> str:
        return f"<{self.start_line.decode('utf-8', 'replace')}>"
