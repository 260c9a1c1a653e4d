"""Header lines that say why: Reason, Warning, ms-diagnostics, X-RGS-Rule; and who speaks.

Codes are those of the real service where they are known; what is modelled is said in docs/sip.md.
"""

from __future__ import annotations

from functools import lru_cache

from emulator.rules import Outcome, Phase, Pool, Verdict

__all__ = [
    "ALLOW",
    "ELSEWHERE",
    "EXTENSIONS",
    "SERVER",
    "Lines",
    "default_status",
    "diagnostic_id",
    "diagnostics",
    "rendered",
    "rule_lines",
]

Lines = tuple[tuple[bytes, bytes], ...]

SERVER = b"RTCC/5.0.0.0 Response_Group_Service"
# RFC 3326 §3.1: what those hear who rang too.
ELSEWHERE: Lines = ((b"Reason", b'SIP;cause=200;text="Call completed elsewhere"'),)
# Option tags that may be required of us.
EXTENSIONS = frozenset((b"replaces", b"timer"))
ALLOW = b"INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, MESSAGE"

_NEW_CALL = 1007
_UNREACHABLE = 13009
_BYE = 24081
_ON_BEHALF = 61001
_TEXTS = {
    _NEW_CALL: "Temporarily cannot route",
    _UNREACHABLE: "No endpoints registered in Backup registrar.",
    _BYE: "Endpoint termination",
    _ON_BEHALF: "Calls on behalf of the response group are not possible",
}


@lru_cache(maxsize=512)
def rule_lines(ruling: Verdict, host: Pool, is_imported: bool) -> Lines:
    """Reason (RFC 6432) and X-RGS-Rule of what `ruling` ends; `host` carries the call."""
    imported = "yes" if is_imported else "no"
    return (
        (b"Reason", f'Q.850;cause=41;text="{ruling.cell}"'.encode()),
        (
            b"X-RGS-Rule",
            f"cell={ruling.cell}; phase={ruling.phase}; pool={host}; imported={imported}".encode(),
        ),
    )


def diagnostic_id(cell: str, *, is_bye: bool = False) -> int:
    """The id that ms-diagnostics has for a refusal or an end by `cell`."""
    if is_bye:
        return _BYE
    row = cell.partition("/")[0]
    return {"agents_homed_on_primary": _UNREACHABLE, "on_behalf": _ON_BEHALF}.get(row, _NEW_CALL)


@lru_cache(maxsize=512)
def diagnostics(cell: str, fqdn: str, is_bye: bool = False) -> Lines:
    """Warning and ms-diagnostics for a refusal or an end by `cell`, spoken by `fqdn`."""
    code = diagnostic_id(cell, is_bye=is_bye)
    text = _TEXTS[code]
    lines: Lines = ((b"ms-diagnostics", f'{code};source="{fqdn}";reason="{text}"'.encode()),)
    if is_bye:
        return lines
    return ((b"Warning", f'399 {fqdn} "{cell}: {text}"'.encode()), *lines)


@lru_cache(maxsize=1024)
def rendered(lines: Lines) -> bytes:
    """The lines as octets, each with its CRLF."""
    return b"".join(b"%b: %b\r\n" % line for line in lines)


def default_status(ruling: Verdict) -> int:
    """The status that refuses where the topology's `responses` names none."""
    row = ruling.cell.partition("/")[0]
    if row == "agents_homed_on_primary":
        return 480
    if row == "on_behalf":
        return 403 if ruling.outcome is Outcome.DISABLED else 480
    return 480 if ruling.phase is Phase.FAILED_OVER else 503
