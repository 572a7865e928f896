"""Files that may be meant while a path is typed: what lies in the folder, and what arrived of late."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from graduand.similar import folded
from graduand.vocabulary import vocabularies

if TYPE_CHECKING:
    from collections.abc import Iterator

_TABLES: Final = (".csv", ".xlsx", ".xls", ".tsv", ".txt")
_OFFERED: Final = 60
_LOOKED_AT: Final = 5_000
"""Names of a folder that are looked at, so that a huge one does not keep the keys waiting."""


def recent_files(home: Path) -> tuple[str, ...]:
    """Return the tables that a browser has put below `home` of late, the last first."""
    found: list[tuple[float, str]] = []
    for folder in {name for one in vocabularies() for name in one.downloads}:
        try:
            tables = [path for path in (home / folder).iterdir() if path.suffix.lower() in _TABLES]
            found += [(path.stat().st_mtime, str(path)) for path in tables]
        except OSError:
            continue
    return tuple(path for _time, path in sorted(found, reverse=True)[:8])


def matching_paths(typed: str, base: str = "") -> tuple[str, ...]:
    """Return the folders and tables whose path begins like what is typed, without case and accents.

    A folder ends with a slash; "~" is kept as it was typed. A relative path begins at `base`, or at the current folder.
    """
    head, slash, name = typed.rpartition("/")
    if typed == "~":
        return ("~/",)
    wanted = folded(name)
    found = [
        f"{head}{slash}{entry}"
        for entry in _entries(_path(f"{head}{slash}", base))
        if folded(entry.rstrip("/")).startswith(wanted) and (not entry.startswith(".") or name.startswith("."))
    ]
    return tuple(sorted(found, key=lambda one: (not one.endswith("/"), folded(one)))[:_OFFERED])


def is_folder(typed: str, base: str = "") -> bool:
    """Tell whether what is typed is a folder."""
    return _path(typed, base).is_dir()


def is_file(typed: str) -> bool:
    """Tell whether what is typed is a file."""
    return Path(typed).expanduser().is_file()


def _path(typed: str, base: str) -> Path:
    return Path(base) / Path(typed).expanduser()


def _entries(folder: Path) -> Iterator[str]:
    try:
        with os.scandir(folder) as entries:
            for _number, entry in zip(range(_LOOKED_AT), entries, strict=False):
                if entry.is_dir():
                    yield f"{entry.name}/"
                elif entry.name.lower().endswith(_TABLES):
                    yield entry.name
    except OSError:
        return
