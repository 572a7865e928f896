"""The key behind the checksums of deleted people: kept in each user's own folder, never in the repository.

A username is guessed: a school has a few hundred thousand of them, and a list of all its students is easily had. Any
checksum that the repository alone can compute therefore tells who was deleted, to everybody who has a copy: a plain
hash in a second, a slow one (scrypt) in hours, and a slow one would make an intake of 100,000 rows take as long. So the
checksums are made with a key that git does not share. Who has it can ask about any username; that is what an intake
does, and nobody else can. A colleague is given the key by hand, once.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.errors import InTheWay, Trouble, Unreadable, Usage
from graduand.language import _
from graduand.storage import atomic, file_reader
from graduand.storage.user_folder import user_folder

if TYPE_CHECKING:
    from pathlib import Path

_SIZE: Final = 32
_TEXT: Final = re.compile(rf"[0-9a-f]{{{2 * _SIZE}}}")


class ForgetKeyMissing(Trouble):
    """This user does not have the key with which the deleted people of the repository are recognised."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "People were deleted here who must not come back, and you lack the key that recognises them. Have a "
                "colleague who has it run: graduand setup --show-key; then give it to: graduand setup --take-key"
            )
        )


class ForgetKey(NamedTuple):
    """A key, and the name under which a repository speaks of it."""

    id: str
    """Tells nothing of the key itself."""
    secret: bytes


def _path(key_id: str) -> Path:
    return user_folder() / "keys" / f"{key_id}.key"


def _key(secret: bytes) -> ForgetKey:
    return ForgetKey(hashlib.sha256(b"graduand\n" + secret).hexdigest()[:16], secret)


def read_key(key_id: str) -> ForgetKey:
    """Return the key of this name.

    Raises:
        ForgetKeyMissing: this user does not have it.
    """
    if not re.fullmatch(r"[0-9a-f]{16}", key_id):
        raise ForgetKeyMissing
    try:
        text = file_reader.read(_path(key_id), 1000).decode("ascii", errors="replace")
    except Unreadable as error:
        raise ForgetKeyMissing from error
    key = _key_in(text)
    if key is None or key.id != key_id:
        raise ForgetKeyMissing
    return key


def make_key() -> ForgetKey:
    """Make a key and keep it.

    Raises:
        NotWritten: the file system reports an error.
    """
    key = _key(secrets.token_bytes(_SIZE))
    _keep(key)
    return key


def take_key(text: str, key_id: str) -> None:
    """Keep a key that a colleague gave, as `key_text` shows it; `key_id` is the one that the repository needs.

    Raises:
        Usage: it is none, or another one.
        NotWritten: the file system reports an error.
    """
    key = _key_in(text)
    if key is None:
        raise Usage(_("This is no such key: it is a line of 64 digits and letters from a to f."))
    if key.id != key_id:
        raise Usage(_("This is a key of another repository, or not the one with which people were deleted here."))
    _keep(key)


def key_text(key: ForgetKey) -> str:
    """Return a key as it is given to a colleague."""
    return key.secret.hex()


def _key_in(text: str) -> ForgetKey | None:
    found = _TEXT.fullmatch(text.strip().lower())
    return _key(bytes.fromhex(found[0])) if found else None


def _keep(key: ForgetKey) -> None:
    try:
        atomic.create(_path(key.id), f"{key_text(key)}\n", atomic.PRIVATE)
    except InTheWay:  # it is kept already; or damaged, and then put right
        path = _path(key.id)
        before = file_reader.read(path, 1000)
        atomic.replace(path, f"{key_text(key)}\n", before)
