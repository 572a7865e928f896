"""Read the files that say whose keys may sign, as OpenSSH has them: `schema/allowed_signers`, `schema/revoked_keys`."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.language import _

if TYPE_CHECKING:
    from collections.abc import Iterator

ALLOWED: Final = "schema/allowed_signers"
REVOKED: Final = "schema/revoked_keys"

_WORD: Final = re.compile(r'(?:[^\s"]|"[^"]*")+')
_TYPE: Final = re.compile(r"(?:ssh|ecdsa|sk-ssh|sk-ecdsa)-[a-z0-9@.-]+")
_NAMESPACES: Final = re.compile(r'(?:^|,)namespaces="([^"]*)"')
_WILD: Final = frozenset("*?!")
_GIT: Final = "git"


class AllowedSigner(NamedTuple):
    """A line of `allowed_signers`."""

    line: int
    principals: tuple[str, ...]
    """The addresses of those whose key it is."""
    fingerprint: str
    """Of the key, as git has it: `SHA256:…`; "" where there is no key."""
    flaw: str = ""
    """Why nobody can be told by this line; "" when it is as it should be."""


def read_allowed(raw: bytes) -> tuple[AllowedSigner, ...]:
    """Return the lines of `allowed_signers`."""
    return tuple(_allowed(number, words) for number, words in _lines(raw))


def _allowed(number: int, words: list[str]) -> AllowedSigner:
    principals = tuple(filter(None, words[0].replace('"', "").split(",")))
    fingerprint = _fingerprint(words)
    options = words[1] if len(words) > 1 and not _TYPE.fullmatch(words[1]) else ""
    namespaces = _NAMESPACES.search(options)
    flaw = ""
    if any(_WILD & {*principal} for principal in principals):
        flaw = _("a pattern names nobody; write each address")
    elif not fingerprint:
        flaw = _("there is no public key")
    elif "cert-authority" in options.lower().split(","):
        flaw = _("certificates are not read; write the key itself")
    elif namespaces and not any(fnmatchcase(_GIT, one.strip()) for one in namespaces[1].split(",")):
        flaw = _("namespaces must hold git, or every signature of the key counts as false")
    return AllowedSigner(number, principals, fingerprint, flaw)


def read_revoked(raw: bytes) -> frozenset[str]:
    """Return the fingerprints of the keys in `revoked_keys`: public keys, or fingerprints, one a line."""
    found = {_fingerprint(words) for _number, words in _lines(raw)}
    found |= {word for _number, words in _lines(raw) for word in words if word.startswith("SHA256:")}
    return frozenset(found - {""})


def _lines(raw: bytes) -> Iterator[tuple[int, list[str]]]:
    for number, line in enumerate(raw.decode(errors="replace").splitlines(), 1):
        words = _WORD.findall(line)
        if words and not words[0].startswith("#"):
            yield number, words


def _fingerprint(words: list[str]) -> str:
    at = next((place for place, word in enumerate(words) if _TYPE.fullmatch(word)), len(words))
    try:
        key = base64.b64decode(words[at + 1], validate=True)
    except (IndexError, binascii.Error):
        return ""
    return "SHA256:" + base64.b64encode(hashlib.sha256(key).digest()).decode().rstrip("=")
