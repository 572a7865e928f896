"""Read and write the lists of people whom intakes exclude: deleted ones by keyed checksum, and confidential ones."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from graduand.editing.forget_key import make_key, read_key
from graduand.errors import SchemaBroken
from graduand.language import N_, _
from graduand.records.importer import bare
from graduand.records.kinds import FieldKind
from graduand.records.source import Refused, text_of
from graduand.records.tree import parse
from graduand.records.writing import head, scalar
from graduand.storage import file_reader

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

FOLDER: Final = "schema/intake"
LIMIT: Final = 1_000_000
"""Largest size of a file of `FOLDER`, in bytes."""

TOMBSTONES: Final = f"{FOLDER}/tombstones.yaml"
CONFIDENTIAL: Final = f"{FOLDER}/confidential.yaml"
_HEAD: Final = N_(
    "People who were deleted and must not come back with the next file: of each a checksum of the username, the day "
    "and\nthe legal basis, nothing else. The checksums are made with a key that is not in this repository:\n"
    "graduand setup --show-key. Made by graduand forget."
)


class Tombstone(NamedTuple):
    """A deleted person: the checksum of the username, the day and the legal basis."""

    checksum: str
    deleted_on: str
    basis: str


class Tombstones(NamedTuple):
    """All deleted people."""

    salt: str = ""
    stones: tuple[Tombstone, ...] = ()
    key_id: str = ""
    """The name of the key; "" in a list of an earlier version, whose checksums anybody can make who has it."""
    secret: bytes = b""
    """The key; b"" where there is none, or where it is not needed."""

    def checksum(self, username: str) -> str:
        """Return the checksum of a username."""
        plain = hashlib.sha256(f"{self.salt}\n{username}".encode()).hexdigest()[:32]
        return _keyed(self.secret, plain) if self.secret else plain

    def among(self, usernames: Iterable[str]) -> dict[str, Tombstone]:
        """Return the tombstones of the deleted people among these, by username."""
        known = {stone.checksum: stone for stone in self.stones}
        if not known:
            return {}
        sums = {username: self.checksum(username) for username in usernames}
        return {username: known[checksum] for username, checksum in sums.items() if checksum in known}

    def unlocked(self) -> Tombstones:
        """Return the list with its key.

        Raises:
            ForgetKeyMissing: this user does not have it.
        """
        needs_key = self.key_id and self.stones and not self.secret
        return self._replace(secret=read_key(self.key_id).secret) if needs_key else self

    def keyed(self) -> Tombstones:
        """Return the list with its key; one without a key gets a new one, which makes all its checksums anew.

        Raises:
            ForgetKeyMissing: this user does not have it.
            NotWritten: the new one cannot be kept.
        """
        if self.key_id and self.stones:
            return self.unlocked()
        key = make_key()
        salted = self._replace(salt=self.salt or secrets.token_hex(16), key_id=key.id, secret=key.secret)
        stones = (stone._replace(checksum=_keyed(key.secret, stone.checksum)) for stone in self.stones)
        return salted._replace(stones=tuple(stones))

    def with_one(self, username: str, deleted_on: str, basis: str) -> Tombstones:
        """Return the list with its key and one person added.

        Raises:
            ForgetKeyMissing, NotWritten: as in `keyed`.
        """
        whole = self.keyed()
        stone = Tombstone(whole.checksum(username), deleted_on, basis)
        others = tuple(one for one in whole.stones if one.checksum != stone.checksum)
        return whole._replace(stones=tuple(sorted((*others, stone), key=lambda one: (one.deleted_on, one.checksum))))


def _keyed(secret: bytes, plain: str) -> str:
    """Return the checksum that a key makes of one that needs none; so a list of an earlier version gets a key too."""
    return hmac.digest(secret, plain.encode(), "sha256").hex()[:32]


class Exclusions(NamedTuple):
    """Both lists of a repository."""

    tombstones: Tombstones
    confidential: frozenset[str]
    """Usernames."""


def read_exclusions(root: Path) -> Exclusions:
    """Return the lists of a repository; a list without a file is empty.

    Raises:
        SchemaBroken: a file is no such list.
        ForgetKeyMissing: this user cannot recognise the deleted people.
    """
    stones, usernames = root / TOMBSTONES, root / CONFIDENTIAL
    return Exclusions(
        read_tombstones(file_reader.read(stones, LIMIT)).unlocked() if stones.exists() else Tombstones(),
        read_confidential(file_reader.read(usernames, LIMIT)) if usernames.exists() else frozenset(),
    )


def read_tombstones(raw: bytes) -> Tombstones:
    """Return the list in the bytes of the file.

    Raises:
        SchemaBroken: a key is missing, or its value has the wrong type.
    """
    says = _tree(raw, TOMBSTONES)
    try:
        stones = tuple(Tombstone(str(one["username"]), str(one["on"]), str(one["basis"])) for one in says["deleted"])
        return Tombstones(str(says["salt"]), stones, str(says.get("key", "")))
    except (KeyError, TypeError) as error:
        message = _("The file needs a salt, and below deleted a username's checksum, on and basis of each person.")
        raise SchemaBroken(TOMBSTONES, 1, message) from error


def tombstones_text(tombstones: Tombstones) -> str:
    """Return the text of the file."""
    lines = [f"salt: {scalar(tombstones.salt, FieldKind.IDENTIFIER)}"]
    if tombstones.key_id:
        lines.append(f"key: {scalar(tombstones.key_id, FieldKind.IDENTIFIER)}")
    lines.append("deleted:")
    for stone in tombstones.stones:
        lines.append(f"  - username: {scalar(stone.checksum, FieldKind.IDENTIFIER)}")
        lines.append(f"    on: {scalar(stone.deleted_on, FieldKind.DATE)}")
        lines.append(f"    basis: {scalar(stone.basis, FieldKind.TEXT)}")
    return head(_HEAD) + "".join(f"{line}\n" for line in lines)


def read_confidential(raw: bytes) -> frozenset[str]:
    """Return the confidential usernames in the bytes of the file.

    Raises:
        SchemaBroken: a key is missing, or its value has the wrong type.
    """
    usernames = _tree(raw, CONFIDENTIAL).get("usernames")
    if not isinstance(usernames, list) or not all(isinstance(username, str) for username in usernames):
        raise SchemaBroken(CONFIDENTIAL, 1, _("The file needs usernames, a list of those who are kept out."))
    return frozenset(usernames)


def _tree(raw: bytes, path: str) -> dict[str, Any]:
    try:
        return dict(bare(parse(text_of(raw, LIMIT))))
    except Refused as refused:
        raise SchemaBroken(path, refused.fault.place.line, refused.fault.message) from refused
