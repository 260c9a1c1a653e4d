"""The sound requests of a campaign: calls that are set up and ended, and questions."""

from __future__ import annotations

import itertools
import re

from tests.mutation.seeds import Ongoing, Scene

__all__ = ["bye", "cancel", "invite", "options", "remote_of", "target_of"]

_TO = re.compile(rb"(?im)^To:[ \t]*([^\r\n]*)")
_CONTACT = re.compile(rb"(?im)^Contact:[^\r\n<]*<([^>\r\n]*)>")
_count = itertools.count(1)


def _request(
    scene: Scene, method: bytes, uri: bytes, call_id: bytes, local: bytes, remote: bytes,
    cseq: int, branch: bytes, body: bytes = b"",
) -> bytes:  # fmt: skip
    kind = (b"Content-Type: application/sdp",) if body else ()
    return b"\r\n".join((
        b"%b %b SIP/2.0" % (method, uri),
        b"Via: SIP/2.0/%b %b;branch=%b;rport" % (scene.transport.encode(), scene.here, branch),
        b"Max-Forwards: 70",
        b"From: " + local,
        b"To: " + remote,
        b"Call-ID: " + call_id,
        b"CSeq: %d %b" % (cseq, method),
        b"Contact: <" + scene.contact + b">",
        *kind,
        b"Content-Length: %d" % len(body),
        b"",
        body,
    ))  # fmt: skip


def options(scene: Scene, call_id: bytes) -> bytes:
    """A question to the server about itself."""
    number = next(_count)
    uri = b"sip:" + scene.there
    return _request(
        scene, b"OPTIONS", uri, call_id, b"<sip:caller@contoso.example>;tag=%d" % number,
        b"<%b>" % uri, 1, b"z9hG4bKoptions-%d" % number,
    )  # fmt: skip


def invite(
    scene: Scene, uri: bytes, call_id: bytes, local: bytes, branch: bytes, body: bytes
) -> bytes:
    """A call to `uri`."""
    remote = b"<%b>" % uri
    return _request(scene, b"INVITE", uri, call_id, local, remote, 1, branch, body)


def bye(scene: Scene, call: Ongoing) -> bytes:
    """The end of a call that stands, its CSeq above all that messages of the batch have used."""
    branch = b"z9hG4bKbye-%d" % next(_count)
    return _request(
        scene, b"BYE", call.target, call.call_id, call.local, call.remote, 2_000_000, branch
    )


def cancel(scene: Scene, call: Ongoing) -> bytes:
    """The end of a call that rings."""
    remote = call.remote.partition(b";tag=")[0]
    return _request(scene, b"CANCEL", call.uri, call.call_id, call.local, remote, 1, call.branch)


def remote_of(answer: bytes) -> bytes:
    """The To of an answer, with its tag."""
    found = _TO.search(answer)
    return found[1] if found else b""


def target_of(answer: bytes, otherwise: bytes) -> bytes:
    """The Contact's URI of an answer."""
    found = _CONTACT.search(answer)
    return found[1] if found else otherwise
