"""Publish a set of files in a folder, whole or not at all; a sealing file, written last, marks it complete."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Final

from graduand.errors import InTheWay, NotWritten, reason_of
from graduand.patience import counted, no_return
from graduand.storage import file_reader, lock
from graduand.storage.atomic import (
    PRIVATE,
    make_folders,
    refuse_planted_link,
    remove_quietly,
    remove_temporary_files,
    stage,
    sync_folder,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_LIST: Final = ".graduand-files"
"""The file with the names of those files of a folder that earlier sets wrote: they may be replaced."""


def publish_set(folder: Path, files: Mapping[str, bytes], seal: str) -> None:
    """Write a set of private files into `folder`, whole or not at all; the one named `seal` is written last.

    Files of an earlier set are replaced or removed, all others stay. A folder without its seal
    holds no complete set.

    Raises:
        Busy: another process is publishing there.
        InTheWay: a file that no earlier set wrote has one of the names.
        NotWritten: the file system reports an error.
        Unreadable: the list of the files of earlier sets.
        Stopped: whoever waited has stopped it; the folder is as it was.
    """
    try:
        refuse_planted_link(folder)
        make_folders(folder, private=True)
        with lock.hold(folder):
            ours = _earlier_names(folder)
            for name in files:
                if name not in ours and os.path.lexists(folder / name):
                    raise InTheWay(folder / name)
            remove_temporary_files(folder)
            if ours != files.keys() or not all(_is_published(folder / name, files[name]) for name in files):
                _exchange(folder, files, seal, ours)
    except OSError as error:
        raise NotWritten(folder, reason_of(error)) from error


def _is_published(path: Path, content: bytes) -> bool:
    """Tell whether a file of the set has its content and mode already, so that nothing need be written."""
    try:
        return stat.S_IMODE(path.lstat().st_mode) == PRIVATE and file_reader.is_content(path, content)
    except OSError:  # missing or unreadable: writing it reports any error
        return False


def _exchange(folder: Path, files: Mapping[str, bytes], seal: str, ours: frozenset[str]) -> None:
    staged: dict[str, Path] = {}
    try:
        for name, content in counted([*files.items()]):
            staged[name] = stage(folder / name, content, PRIVATE)
        no_return()
        # From here a kill leaves no seal, and a list with the old names and the new.
        _write_names(folder, ours | set(files))
        (folder / seal).unlink(missing_ok=True)
        try:
            for name in sorted(ours - set(files)):
                (folder / name).unlink(missing_ok=True)
            for name in sorted(staged, key=lambda name: name == seal):
                staged[name].replace(folder / name)
            sync_folder(folder)
            _write_names(folder, frozenset(files))
        except BaseException:
            remove_quietly(folder / seal)
            raise
    finally:
        for temporary in staged.values():
            remove_quietly(temporary)


def _earlier_names(folder: Path) -> frozenset[str]:
    """Return the names in `folder` that earlier sets wrote; none that leads out of it."""
    if not os.path.lexists(folder / _LIST):
        return frozenset()
    names = file_reader.read(folder / _LIST).decode(errors="replace").splitlines()
    return frozenset(name for name in names if name and "/" not in name and name not in {".", ".."})


def _write_names(folder: Path, names: frozenset[str]) -> None:
    text = "".join(f"{name}\n" for name in sorted(names))
    temporary = stage(folder / _LIST, text.encode(), PRIVATE)
    try:
        temporary.replace(folder / _LIST)
    finally:
        remove_quietly(temporary)
