"""Find and read the files below `records/`, without following links that lead elsewhere."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.errors import Unreadable
from graduand.findings import Finding, Severity
from graduand.language import _, visible
from graduand.records.paths import is_record_name, is_record_path
from graduand.records.record import FOLDER
from graduand.records.stamp import stamp_of
from graduand.storage import file_reader

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path


_DEPTH: Final = 3
"""records/<cohort>/<two characters>/: no folder lies deeper."""

NOT_ORDINARY: Final = "GR015"
"""The rule that a link, a folder or a device breaks that is named as a record."""
WELCOME: Final = frozenset({"README.md", ".gitkeep", ".gitignore", ".gitattributes"})
"""Names of files that may lie among records."""

_LITTER: Final = frozenset(
    {
        *(".DS_Store", "Thumbs.db", "desktop.ini", "__MACOSX", "@eaDir", ".Spotlight-V100", ".fseventsd"),
        *(".git", ".hg", ".svn", ".idea", ".vscode", ".directory"),
    }
)
_LITTER_BEGINS: Final = ("._", ".#", "~$", ".~lock.", ".Trash", ".nfs")
_LITTER_ENDS: Final = ("~", ".swp", ".swo", ".tmp", "#")


class Found(NamedTuple):
    """The content of `records/`: the sorted paths of records, and a finding for everything else."""

    paths: tuple[str, ...]
    strays: tuple[Finding, ...]
    stamps: Mapping[str, bytes]
    """The stamp of each file, if wanted."""


def find(root: Path, *, stamps: bool = False) -> Found:
    """Return the records' files below `root`, each path from the root with slashes, with their `stamps` if wanted.

    Raises:
        Unreadable: `records/` itself cannot be listed.
    """
    search = _Search(os.fspath(root), stamps=stamps)
    try:
        search.folder("records", 1)
    except OSError as error:
        raise Unreadable(error.filename or root / "records", error.strerror or str(error)) from error
    return Found(tuple(sorted(search.paths)), tuple(sorted(search.strays)), search.stamps)


class _Search:
    """A search, with what it has found so far."""

    def __init__(self, root: str, *, stamps: bool) -> None:
        self.root = root
        self.paths: list[str] = []
        self.strays: list[Finding] = []
        self.stamps: dict[str, bytes] = {}
        self._look = stamps

    def folder(self, folder: str, depth: int) -> None:
        """Search a folder, and the folders in it that may contain records."""
        descriptor = file_reader.open_folder(f"{self.root}/{folder}")
        # Files of an open folder are looked at without going the whole way to each.
        try:
            with os.scandir(descriptor) as entries:
                others = self._records(folder, entries) if depth > 1 else [*entries]
                inner = [entry.name for entry in others if depth < _DEPTH and _is_folder(entry)]
        finally:
            os.close(descriptor)
        for entry in others:
            if entry.name in inner:
                self.folder(f"{folder}/{entry.name}", depth + 1)
            else:
                self._stray(f"{folder}/{entry.name}", entry)

    def _records(self, folder: str, entries: Iterable[os.DirEntry[str]]) -> list[os.DirEntry[str]]:
        """Add the records of a folder, and return all other entries; one function, since it runs for every file."""
        others = []
        paths, stamps, look = self.paths, self.stamps, self._look
        for entry in entries:
            name = entry.name
            if name.endswith(".yaml") and name[0] != "." and entry.is_file(follow_symlinks=False):
                path = f"{folder}/{name}"
                if path.isprintable():
                    paths.append(path)
                    if look:
                        try:
                            stamps[path] = stamp_of(entry.stat(follow_symlinks=False))
                        except OSError:  # it is gone by now
                            continue
                    continue
            others.append(entry)
        return others

    def _stray(self, path: str, entry: os.DirEntry[str]) -> None:
        name = entry.name
        if name.endswith(".yaml") and name[0] != "." and path.count("/") > 1 and path.isprintable():
            message = _("This is no ordinary file but a link, a folder or a device; put the record itself here.")
            self.strays.append(_stray(NOT_ORDINARY, Severity.ERROR, path, message))
        elif self._looks_like_record(path, entry):
            message = _(
                "This looks like a record and is passed over: a record is records/<cohort>/<username>.yaml. "
                "Move it there, or delete it."
            )
            self.strays.append(_stray("GR018", Severity.ERROR, path, message))
        elif name not in WELCOME:
            self.strays.append(not_a_record(path))

    def _looks_like_record(self, path: str, entry: os.DirEntry[str]) -> bool:
        """Return whether an entry is named as a record, or is a folder with such a file in it."""
        if is_litter(entry.name):
            return False
        if not entry.is_dir(follow_symlinks=False):
            return is_record_name(entry.name)
        try:
            with os.scandir(f"{self.root}/{path}") as entries:
                return any(self._looks_like_record(f"{path}/{one.name}", one) for one in entries)
        except OSError:
            return False


def stray_of(path: str, *, is_file: bool = True) -> str:
    """Return the path at which a search finds a file of `records/` to be no record; "" where it is one, or litter.

    That is the file, or the folder above it that is not searched; `is_file` says that it is no link.
    """
    *folders, name = path.split("/")
    if name in WELCOME or is_litter(name) or (is_file and is_record_path(path)):
        return ""
    for depth, folder in enumerate(folders[1:], 1):
        if depth >= _DEPTH or folder.startswith(".") or folder.endswith(".yaml"):
            return "/".join(folders[: depth + 1])
    return path


def is_litter(name: str) -> bool:
    """Return whether a name is one that systems and editors give to files and folders of their own."""
    return name in _LITTER or name.startswith(_LITTER_BEGINS) or name.endswith(_LITTER_ENDS)


def not_a_record(path: str) -> Finding:
    """Return the finding that a file is passed over."""
    message = _("This is no record and is passed over: a record is records/<cohort>/<username>.yaml.")
    return _stray("GR014", Severity.WARNING, path, message)


def committed_stray(path: str) -> Finding:
    """Return the finding that a file is passed over although it is committed."""
    message = _(
        "This is committed and passed over, for it is no record: a record is records/<cohort>/<username>.yaml. "
        "Move it out of records/, or delete it."
    )
    return _stray("GR018", Severity.ERROR, path, message)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Return whether an entry is a folder that may contain records; hidden ones belong to editors and systems."""
    return entry.is_dir(follow_symlinks=False) and not entry.name.startswith(".") and not entry.name.endswith(".yaml")


def _stray(rule: str, severity: Severity, path: str, message: str) -> Finding:
    return Finding(rule, severity, visible(path, 300), 1, 1, "", "", message)


def load(root: Path | str, path: str) -> bytes | Finding:
    """Return the bytes of the record at `path`, or the finding that says why it cannot be read."""
    try:
        return file_reader.read(f"{root}/{path}")
    except Unreadable as unreadable:
        return _stray("GR001", Severity.ERROR, path, str(unreadable))


def inside(root: Path, path: str, folder: str = FOLDER) -> bool:
    """Return whether `path`, links resolved, is below the folder, by default `records/`."""
    return (root / path).parent.resolve().is_relative_to((root / folder).resolve())
