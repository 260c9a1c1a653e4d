"""Which of the media types that an answer comes in a client likes best."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

__all__ = ["liked_best"]


def liked_best(accept: str, offered: Mapping[str, str]) -> str | None:
    """The name in `offered`, which has media types by name, that an Accept header likes best.

    The first that the header names wins among equals; the first of `offered` where there is no
    header. None if it accepts none of them.
    """
    for pattern in _by_quality(accept):
        for name, media_type in offered.items():
            whole, _, part = media_type.partition("/")
            if pattern in (media_type, "*/*", f"{whole}/*", f"text/{name}", part):
                return name
    return None if accept.strip() else next(iter(offered))


def _by_quality(accept: str) -> Iterator[str]:
    ranked: list[tuple[float, str]] = []
    for item in accept.split(","):
        pattern, *parameters = (part.strip().lower() for part in item.split(";"))
        quality = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                try:
                    quality = float(parameter[2:])
                except ValueError:
                    quality = 0.0
        if pattern and quality > 0:
            ranked.append((quality, pattern))
    ranked.sort(key=lambda each: -each[0])
    return (pattern for _, pattern in ranked)
