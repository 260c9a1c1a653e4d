"""Bindings of addresses of record: what a registrar keeps and how REGISTER changes it (§10.3).

Pure: the time is handed in, in seconds of any clock that only goes forward.
"""

import heapq
import math
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass

from sip.errors import SipParseError
from sip.headers import NameAddr, Params, unquote
from sip.uri import OtherUri, SipUri, Uri, parse_uri

# §10.3 step 6 and §20.10: what a malformed expiry stands for, and the highest there is.
_USUAL_EXPIRES = 3600
_HIGHEST_EXPIRES = 2**32 - 1


def address_of_record(uri: bytes) -> bytes:
    """Give the canonical form of the address that `uri` names (§10.3 step 5).

    `sips:` and `sip:` are the same address here; port, password, parameters and headers don't
    count. Raises SipParseError if `uri` is not a SIP URI.
    """
    parsed = parse_uri(uri)
    if not isinstance(parsed, SipUri):
        raise SipParseError("an address of record is a SIP URI", value=uri)
    return SipUri.build(parsed.user, parsed.host.lower()).to_bytes()


@dataclass(frozen=True, slots=True)
class Binding:
    """One contact of an address of record.

    `params` are those of the Contact header but q and expires; `flow` is what the REGISTER came
    by, None where requests go to the contact's own address; `order` grows with each update.
    """

    aor: bytes
    uri: Uri
    q: float
    params: Params
    call_id: bytes
    cseq: int
    expires_at: float
    flow: Hashable | None
    order: int

    @property
    def instance(self) -> tuple[bytes, bytes] | None:
        """What identifies the flow of a client that asks for it (RFC 5626 §6), else None."""
        instance, number = self.params.get(b"+sip.instance"), self.params.get(b"reg-id")
        return (unquote(instance), number) if instance and number else None

    def is_of(self, contact: NameAddr, uri: Uri) -> bool:
        """Tell whether `contact`, whose URI is `uri`, updates this binding."""
        if self.instance is not None:
            instance, number = contact.params.get(b"+sip.instance"), contact.params.get(b"reg-id")
            if instance and number:
                return self.instance == (unquote(instance), number)
        return self.uri == uri

    def to_contact(self, now: float) -> bytes:
        """Write the Contact value that the 200 to REGISTER lists (§10.3 step 8)."""
        text = b"<" + self.uri.to_bytes() + b">"
        for name, value in self.params.items():
            text += b";" + name if value is None else b";%b=%b" % (name, value)
        if self.q != 1.0:
            text += b";q=%b" % f"{self.q:g}".encode()
        # A sum of floats less one of its parts may be a little more than the other part.
        return text + b";expires=%d" % max(0, math.ceil(round(self.expires_at - now, 3)))


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a REGISTER changes nothing. `min_expires` goes with 423 (Min-Expires), else None."""

    status: int
    reason: str
    min_expires: int | None = None


@dataclass(frozen=True, slots=True)
class _Wish:
    """What one REGISTER says, but for its contacts."""

    aor: bytes
    call_id: bytes
    cseq: int
    expires: int | None
    flow: Hashable | None
    now: float

    def comes_late(self, binding: Binding) -> bool:
        """Tell whether `binding` lives and is of this request's series, but not from before it."""
        is_live = binding.expires_at > self.now
        return is_live and binding.call_id == self.call_id and binding.cseq >= self.cseq


class Bindings:
    """All bindings of a registrar.

    `max_contacts` bounds those of one address, `max_addresses` the addresses. A wish for less than
    `min_expires` seconds is refused, one for more than `max_expires` is cut to it.
    """

    __slots__ = (
        "_bindings",
        "_by_flow",
        "_due",
        "_order",
        "default_expires",
        "max_addresses",
        "max_contacts",
        "max_expires",
        "min_expires",
    )

    def __init__(
        self,
        *,
        default_expires: int = _USUAL_EXPIRES,
        min_expires: int = 0,
        max_expires: int = 24 * 3600,
        max_contacts: int = 16,
        max_addresses: int = 100_000,
    ) -> None:
        self.default_expires = default_expires
        self.min_expires = min_expires
        self.max_expires = max_expires
        self.max_contacts = max_contacts
        self.max_addresses = max_addresses
        self._bindings: dict[bytes, tuple[Binding, ...]] = {}
        self._by_flow: dict[Hashable, set[bytes]] = {}
        self._due: list[tuple[float, bytes]] = []
        self._order = 0

    def __len__(self) -> int:
        return sum(len(bindings) for bindings in self._bindings.values())

    @property
    def addresses(self) -> list[bytes]:
        """The addresses of record that have a binding."""
        return list(self._bindings)

    @property
    def next_expiry(self) -> float | None:
        """The time at which `expire` may have something to do, None if there is no binding.

        A binding may have been refreshed since, so that there is nothing to do.
        """
        return self._due[0][0] if self._due else None

    def lookup(self, aor: bytes, now: float) -> tuple[Binding, ...]:
        """Give the live bindings of `aor`: highest q first, then the latest update first."""
        live = [binding for binding in self._bindings.get(aor, ()) if binding.expires_at > now]
        return tuple(sorted(live, key=lambda binding: (-binding.q, -binding.order)))

    def register(
        self,
        aor: bytes,
        contacts: Iterable[NameAddr] | None,
        *,
        call_id: bytes,
        cseq: int,
        expires: int | None,
        flow: Hashable | None,
        now: float,
    ) -> tuple[Binding, ...] | Refusal:
        """Do what a REGISTER asks, all of it or nothing (§10.3 steps 6 to 8).

        `contacts` are read by `sip.headers.parse_contacts`: none to ask what there is, None for
        `*`. `expires` is the value of the Expires header, None without one. Gives all bindings
        that the address has then.
        """
        wish = _Wish(aor, call_id, cseq, expires, flow, now)
        before = self._bindings.get(aor, ())
        after = _removed(before, wish) if contacts is None else self._after(before, contacts, wish)
        if isinstance(after, Refusal):
            return after
        if len(after) > self.max_contacts:
            return Refusal(403, "too many contacts")
        if after and aor not in self._bindings and len(self._bindings) >= self.max_addresses:
            return Refusal(503, "too many addresses")
        if after != before:
            self._keep(aor, after)
        return self.lookup(aor, now)

    def expire(self, now: float) -> list[Binding]:
        """Forget the bindings that have expired by `now`, and give them."""
        ended: list[Binding] = []
        while self._due and self._due[0][0] <= now:
            _, aor = heapq.heappop(self._due)
            ended += self._forget(aor, lambda binding: binding.expires_at <= now)
        return ended

    def drop_flow(self, flow: Hashable) -> list[Binding]:
        """Forget the bindings that came by `flow`, which is gone, and give them."""
        ended: list[Binding] = []
        for aor in list(self._by_flow.get(flow, ())):
            ended += self._forget(aor, lambda binding: binding.flow == flow)
        return ended

    def remove(self, aor: bytes) -> list[Binding]:
        """Forget all bindings of `aor`, and give them."""
        return self._forget(aor, lambda _: True)

    def _after(
        self, before: tuple[Binding, ...], contacts: Iterable[NameAddr], wish: _Wish
    ) -> tuple[Binding, ...] | Refusal:
        """Give the bindings as `contacts` want them, or say why they can't have it."""
        old = list(before)
        new: list[Binding] = []
        for contact in contacts:
            try:
                uri = parse_uri(contact.uri)
            except SipParseError:
                return Refusal(400, "malformed Contact")
            if isinstance(uri, OtherUri):
                return Refusal(400, "a Contact that SIP can't reach")
            seconds = self._seconds(contact, wish.expires)
            if 0 < seconds < self.min_expires:
                return Refusal(423, "", self.min_expires)
            if any(wish.comes_late(binding) for binding in old if binding.is_of(contact, uri)):
                return Refusal(400, "CSeq is not higher than before")
            old = [binding for binding in old if not binding.is_of(contact, uri)]
            # Where one request names a contact twice, the last one counts.
            new = [binding for binding in new if not binding.is_of(contact, uri)]
            if seconds:
                new.append(self._binding(contact, uri, wish, seconds))
            if len(new) > self.max_contacts:
                return Refusal(403, "too many contacts")
        return (*old, *new)

    def _seconds(self, contact: NameAddr, expires: int | None) -> int:
        """Give how long a binding is to live: its own wish, the request's, or the usual time."""
        seconds = self.default_expires if expires is None else expires
        if b"expires" in contact.params:
            value = contact.params[b"expires"]
            is_number = value is not None and value.isdigit() and len(value) <= 20
            seconds = int(value) if value is not None and is_number else _USUAL_EXPIRES
        return min(seconds, _HIGHEST_EXPIRES, self.max_expires)

    def _binding(self, contact: NameAddr, uri: Uri, wish: _Wish, seconds: int) -> Binding:
        self._order += 1
        params = {
            name: value for name, value in contact.params.items() if name not in (b"q", b"expires")
        }
        return Binding(
            aor=wish.aor,
            uri=uri,
            q=contact.q,
            params=params,
            call_id=wish.call_id,
            cseq=wish.cseq,
            expires_at=wish.now + seconds,
            flow=wish.flow,
            order=self._order,
        )

    def _keep(self, aor: bytes, after: tuple[Binding, ...]) -> None:
        """Put `after` in the place of all bindings of `aor`."""
        for binding in self._bindings.pop(aor, ()):
            aors = self._by_flow.get(binding.flow)
            if aors is not None:
                aors.discard(aor)
                if not aors:
                    del self._by_flow[binding.flow]
        if not after:
            return
        self._bindings[aor] = after
        for binding in after:
            if binding.flow is not None:
                self._by_flow.setdefault(binding.flow, set()).add(aor)
        heapq.heappush(self._due, (min(binding.expires_at for binding in after), aor))
        if len(self._due) > 4 * len(self._bindings) + 64:
            self._rebuild_due()

    def _rebuild_due(self) -> None:
        """Let go of the times that refreshes have left behind."""
        self._due = [
            (min(binding.expires_at for binding in bindings), aor)
            for aor, bindings in self._bindings.items()
        ]
        heapq.heapify(self._due)

    def _forget(self, aor: bytes, is_over: Callable[[Binding], bool]) -> list[Binding]:
        bindings = self._bindings.get(aor, ())
        ended = [binding for binding in bindings if is_over(binding)]
        if ended:
            self._keep(aor, tuple(binding for binding in bindings if not is_over(binding)))
        return ended


def _removed(before: tuple[Binding, ...], wish: _Wish) -> tuple[Binding, ...] | Refusal:
    """Give what `*` leaves: nothing, or say why it may not (§10.3 step 6)."""
    if wish.expires != 0:
        return Refusal(400, "a Contact of * needs Expires: 0")
    if any(wish.comes_late(binding) for binding in before):
        return Refusal(400, "CSeq is not higher than before")
    return ()
