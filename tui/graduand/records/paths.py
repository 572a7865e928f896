"""Compute the paths of records, which every file system can store."""

from __future__ import annotations

from typing import Final
from unicodedata import normalize
from urllib.parse import unquote

from graduand.errors import Usage
from graduand.language import _, quoted
from graduand.records.record import FOLDER

CROWD: Final = 500
"""People of a cohort above which its folder gets a second level, for the speed of git's history queries."""

_DEEPEST: Final = 3
"""Slashes in the path of a record: in a folder of its cohort, or in one of two characters below that."""
_PASSED_OVER: Final = ("/.", "//", ".yaml/")
"""Parts of paths below which the index does not look: hidden folders and files, and folders named as records."""
_LONGEST: Final = 200
"""Bytes of a folder's name; file systems take 255."""
_FORBIDDEN: Final = frozenset('/\\:*?"<>|')
"""What no name of a folder holds, here or on Windows."""

_SAFE: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.@")
_DEVICES: Final = frozenset(
    {"con", "prn", "aux", "nul"} | {f"{port}{number}" for port in ("com", "lpt") for number in range(10)}
)
"""Names that Windows reserves for devices, with any extension."""


def file_name(username: str) -> str:
    """Return the file name of a username, percent-encoded where Linux, macOS or Windows does not allow it."""
    return f"{_encoded(username)}.yaml"


def record_path(cohort: str, username: str, people: int) -> str:
    """Return the path of a record in a cohort of so many `people`."""
    if people > CROWD:
        return f"records/{cohort}/{_encoded(username[-2:])}/{file_name(username)}"
    return f"records/{cohort}/{file_name(username)}"


def is_record_name(name: str) -> bool:
    """Return whether a file or folder is named as a record is, by any of YAML's extensions in any capitals."""
    return name.lower().endswith((".yaml", ".yml"))


def cohort_name(text: str) -> str:
    """Return the name of a cohort, with composed letters: a folder that the index searches, on every file system.

    Raises:
        Usage: no cohort can be named so.
    """
    if not is_cohort_name(text):
        raise Usage(_("{cohort} is no name for a cohort, such as 2026-spring.").format(cohort=quoted(text)))
    return normalize("NFC", text)


def is_cohort_name(name: str) -> bool:
    """Return whether a cohort can be named so."""
    if not name or name != name.strip() or len(name.encode(errors="replace")) > _LONGEST:
        return False
    is_odd = name[0] in ".-" or name[-1] == "." or name.split(".", maxsplit=1)[0].lower() in _DEVICES
    return not is_odd and name.isprintable() and not is_record_name(name) and not set(name) & _FORBIDDEN


def is_record_path(path: str) -> bool:
    """Return whether the index reads a file at this path, from the data's root, as a record."""
    return (
        path.endswith(".yaml")
        and path.startswith(f"{FOLDER}/")
        and 2 <= path.count("/") <= _DEEPEST
        and not any(part in path for part in _PASSED_OVER)
        and path.isprintable()
    )


def username_of(path: str) -> str:
    """Return the username of a record's path."""
    return unquote(path.rpartition("/")[2].removesuffix(".yaml"))


def _encoded(username: str) -> str:
    if username.isalnum() and username.isascii() and username.lower() not in _DEVICES:
        return username
    device = username.split(".", maxsplit=1)[0].lower() in _DEVICES
    last = len(username) - 1
    return "".join(
        char
        if char in _SAFE and not (char in "-." and index in {0, last}) and not (device and index == 0)
        else _percent(char)
        for index, char in enumerate(username)
    )


def _percent(char: str) -> str:
    return "".join(f"%{byte:02X}" for byte in char.encode())


def within(path: str, scope: tuple[str, ...]) -> bool:
    """Tell whether a path lies in the scope; an empty scope is everything."""
    return not scope or any(path == part or path.startswith(f"{part}/") for part in scope)
