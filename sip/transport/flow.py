"""A flow: one way to reach one peer, whatever the transport (RFC 5626 §3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

__all__ = ["Address", "Flow"]

Address = tuple[str, int]


class Flow(Protocol):
    """What the transaction layer knows of a transport.

    `transport` is the Via name (b"UDP", b"TCP"…), `reliable` whether it retransmits by itself.
    """

    @property
    def transport(self) -> bytes:
        """The transport's name in Via: b"UDP", b"TCP"."""
        ...

    @property
    def reliable(self) -> bool:
        """Whether the transport repeats what is lost by itself."""
        ...

    @property
    def remote(self) -> Address:
        """The peer's numeric address and port."""
        ...

    @property
    def name(self) -> bytes:
        """The peer's address as a sent-by would write it."""
        ...

    @property
    def local(self) -> Address:
        """The numeric address and port that the peer reaches us at."""
        ...

    @property
    def is_open(self) -> bool:
        """Whether what is sent can still arrive."""
        ...

    @property
    def is_listening(self) -> bool:
        """Whether the element still listens there, be this flow open or not."""
        ...

    def send(self, data: bytes) -> bool:
        """Hand one message to the transport; False if it is closed or can't take more."""
        ...

    def watch(self, watcher: object, on_lost: Callable[[], None]) -> None:
        """Call `on_lost` if the flow ends, until `unwatch`; datagram flows never do."""
        ...

    def unwatch(self, watcher: object) -> None:
        """No longer call what `watch` was given for `watcher`."""
        ...
