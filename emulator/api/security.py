"""Who may ask: the token, and no page of somebody else's in a browser."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Middleware

from emulator.api.exchange import ACTOR
from emulator.api.problems import Problem, ProblemKind
from emulator.model.topology import Role
from emulator.operations.surfaces import Actor

__all__ = ["carries_token", "guard"]

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_READING = ("GET", "HEAD", "OPTIONS")
_CONFIG = "/api/v1/config/"
_ADMINISTRATORS = tuple(
    f"{_CONFIG}management-shell/{word}" for word in ("export", "import", "move", "settings")
)
_OTHER_SITES = ("cross-site", "same-site")


def guard(
    actors: Mapping[str, Actor], names: frozenset[str], is_open: Callable[[str], bool]
) -> Middleware:
    """The middleware that turns away what must not come in.

    actors   who shows which token; without any, none is asked for.
    names    the host names that this server goes by, beside addresses and `localhost`.
    is_open  whether a path is answered without a token, or asks for credentials of its own.
    """
    expected = [(token.encode(), actor) for token, actor in actors.items()]

    @web.middleware
    async def check(request: web.Request, handler: _Handler) -> web.StreamResponse:
        _check_host(request, names, has_token=bool(expected))
        _check_origin(request)
        if expected and not is_open(request.path):
            actor = _actor(request, expected)
            _check_role(request, actor)
            request[ACTOR] = actor
        return await handler(request)

    return check


def _check_host(request: web.Request, names: frozenset[str], *, has_token: bool) -> None:
    """Turn away a name that somebody else's DNS has pointed here.

    An address can't be such a name; and where a token is asked for, a name alone opens nothing.
    """
    host = request.headers.get("Host")
    if host is None:  # HTTP/1.0: no browser
        return
    name = _host_name(host)
    if name is None:
        raise Problem(
            HTTPStatus.BAD_REQUEST, ProblemKind.MALFORMED_REQUEST, "the Host header is no host"
        )
    if has_token or name == "localhost" or name in names or _is_address(name):
        return
    raise Problem(
        HTTPStatus.MISDIRECTED_REQUEST,
        ProblemKind.FOREIGN_HOST,
        f"this server does not go by the name {name[:200]}; use its address",
    )


def _check_origin(request: web.Request) -> None:
    """Turn away what a page from elsewhere sends by a browser."""
    origin = request.headers.get("Origin")
    own = f"{request.scheme}://{request.headers.get('Host', '')}"
    if origin is not None and origin.lower() != own.lower():
        raise Problem(
            HTTPStatus.FORBIDDEN,
            ProblemKind.FOREIGN_ORIGIN,
            f"a page of {origin[:200]} may not ask this server",
        )
    site = request.headers.get("Sec-Fetch-Site", "").lower()
    if site in _OTHER_SITES and request.method not in _READING:
        raise Problem(
            HTTPStatus.FORBIDDEN,
            ProblemKind.FOREIGN_ORIGIN,
            "a page from elsewhere may not ask this server",
        )


def carries_token(request: web.Request, expected: bytes) -> bool:
    """Whether `request` carries the token."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    is_right = hmac.compare_digest(given.strip().encode("utf-8", "replace"), expected)
    return scheme.lower() == "bearer" and is_right


def _actor(request: web.Request, expected: list[tuple[bytes, Actor]]) -> Actor:
    """Who shows the token that the request carries; each is compared, whether one has fitted."""
    found = [actor for token, actor in expected if carries_token(request, token)]
    if not found:
        raise Problem(
            HTTPStatus.UNAUTHORIZED,
            ProblemKind.TOKEN_REQUIRED,
            "send the token of `rgs up --token`, or one of the topology's: "
            "Authorization: Bearer TOKEN",
            headers={"WWW-Authenticate": 'Bearer realm="rgs"'},
        )
    return found[0]


def _check_role(request: web.Request, actor: Actor) -> None:
    """Turn away what a role never does, whatever it is about."""
    if actor.role is Role.ADMINISTRATOR or request.method in _READING:
        return
    is_config = request.path.startswith(_CONFIG)
    if actor.role is Role.MANAGER and is_config and not request.path.startswith(_ADMINISTRATORS):
        return
    raise Problem(
        HTTPStatus.FORBIDDEN,
        ProblemKind.NOT_PERMITTED,
        f"a {actor.role} does not do this",
    )


def _host_name(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
