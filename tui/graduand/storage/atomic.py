"""Write one file whole or not at all: a temporary file first, synced, then renamed or linked."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from graduand.errors import ChangedOnDisk, InTheWay, NotWritten, reason_of
from graduand.language import _
from graduand.storage.file_reader import is_content

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

PRIVATE: Final = 0o600
"""The mode of a file that only the user may read."""
_CANNOT_SYNC: Final = {errno.EINVAL, errno.ENOTSUP}
"""Errors of file systems that need no sync of folders."""


def create(path: Path, text: str, mode: int = 0o644) -> None:
    """Write a new file and its folders; the umask is subtracted from `mode`.

    Raises:
        InTheWay: the path exists.
        NotWritten: the file system reports an error.
    """
    try:
        refuse_planted_link(path.parent)
        make_folders(path.parent, private=mode == PRIVATE)
        temporary = stage(path, text.encode(), mode)
        try:
            _link(temporary, path)
        finally:
            remove_quietly(temporary)
    except FileExistsError as error:
        raise InTheWay(path) from error
    except OSError as error:
        raise NotWritten(path, reason_of(error)) from error


def replace(path: Path, text: str, read_before: bytes) -> None:
    """Replace a file that still holds what was `read_before`; call it while holding the lock.

    Temporary files of killed processes in the same folder are removed.

    Raises:
        ChangedOnDisk: it holds something else now, or is missing.
        NotWritten: the file system reports an error; the file is as it was.
    """
    try:
        remove_temporary_files(path.parent)
        _replace(path, text.encode(), read_before)
    except FileNotFoundError as error:
        raise ChangedOnDisk(path) from error
    except OSError as error:
        raise NotWritten(path, reason_of(error)) from error


def _replace(path: Path, content: bytes, read_before: bytes) -> None:
    mode = stat.S_IMODE(path.lstat().st_mode)
    temporary = stage(path, content, PRIVATE)
    try:
        temporary.chmod(mode)
        if not is_content(path, read_before):
            raise ChangedOnDisk(path)
        temporary.replace(path)
        try:
            sync_folder(path.parent)
        except OSError:
            stage(path, read_before, mode).replace(path)
            raise
    finally:
        remove_quietly(temporary)


def move(path: Path, target: Path) -> None:
    """Move a file to a path that does not exist yet; an emptied folder is removed.

    Raises:
        InTheWay: `target` exists.
        NotWritten: the file system reports an error; the file is where it was.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _link(path, target)
        try:
            path.unlink()
        except OSError:
            remove_quietly(target)
            raise
    except FileExistsError as error:
        raise InTheWay(target) from error
    except OSError as error:
        raise NotWritten(target, reason_of(error)) from error
    with suppress(OSError):
        path.parent.rmdir()


def put_private(path: Path, content: bytes, *, overwrite: bool) -> None:
    """Write a file that only the user can read, and its folders; an existing one is replaced only with `overwrite`.

    Raises:
        InTheWay: the path exists, and is not to be overwritten, or is no file.
        NotWritten: the file system reports an error; the file is as it was.
    """
    try:
        if path.is_dir() or (not overwrite and path.exists()):
            raise InTheWay(path)
        refuse_planted_link(path.parent)
        make_folders(path.parent, private=False)
        temporary = stage(path, content, PRIVATE)
        try:
            if overwrite:
                temporary.replace(path)
                sync_folder(path.parent)
            else:
                _link(temporary, path)
        finally:
            remove_quietly(temporary)
    except FileExistsError as error:
        raise InTheWay(path) from error
    except OSError as error:
        raise NotWritten(path, reason_of(error)) from error


def _link(there: Path, here: Path) -> None:
    """Give a file a second, new name and sync its folder."""
    os.link(there, here, follow_symlinks=False)
    try:
        sync_folder(here.parent)
    except OSError:
        remove_quietly(here)
        raise


def remove(path: Path) -> None:
    """Remove a file, if it exists.

    Raises:
        NotWritten: the file system reports an error.
    """
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise NotWritten(path, reason_of(error)) from error


def remove_quietly(path: Path) -> None:
    """Remove a file that is not needed any more; errors are ignored."""
    with suppress(OSError):
        path.unlink()


def make_folders(folder: Path, *, private: bool) -> None:
    """Make a folder and those above it as far as they are missing, `private` ones for the user only.

    Raises:
        OSError: the file system reports an error.
    """
    for one in reversed((folder, *folder.parents)):
        if one == folder or not one.exists():
            one.mkdir(0o700 if private else 0o777, exist_ok=True)


def refuse_planted_link(folder: Path) -> None:
    """Check that no link inside of a data repository, as a clone may bring along, is on the way to a folder.

    Raises:
        NotWritten: there is one, and personal data would be written to where it leads.
    """
    folder = folder.absolute()
    for one in (folder, *folder.parents):
        if one.is_symlink() and any((up / "records").is_dir() and (up / "schema").is_dir() for up in one.parents):
            raise NotWritten(one, _("it is a link to somewhere else"))


def make_private_folder(folder: Path) -> None:
    """Make a folder that only the user can read, or take the permissions of others from the existing one.

    Raises:
        NotWritten: the file system reports an error, or it is a link.
    """
    try:
        for one in (folder.parent, folder):
            one.mkdir(PRIVATE | 0o100, exist_ok=True)
        if folder.is_symlink() or (folder.parent.name != ".git" and folder.parent.is_symlink()):
            raise NotWritten(folder, _("it is a link to somewhere else"))
        if stat.S_IMODE(folder.stat().st_mode) & 0o077:
            folder.chmod(PRIVATE | 0o100)
    except OSError as error:
        raise NotWritten(folder, reason_of(error)) from error


def write_private(path: Path, content: bytes, *, sync: bool = True) -> None:
    """Write or replace a private file in a folder that only the user can read.

    Without `sync` a power failure may leave it damaged: only for files with a checksum.

    Raises:
        NotWritten: the file system reports an error, or the folder is a link.
    """
    make_private_folder(path.parent)
    try:
        temporary = stage(path, content, PRIVATE, sync=sync)
        try:
            temporary.replace(path)
        finally:
            remove_quietly(temporary)
    except OSError as error:
        raise NotWritten(path, reason_of(error)) from error


def remove_others(folder: Path, but: Collection[str]) -> None:
    """Remove all files of a folder except those with the names in `but`; errors are ignored."""
    with suppress(OSError):
        for path in folder.iterdir():
            if path.name not in but:
                remove_quietly(path)


def stage(path: Path, content: bytes, mode: int, *, sync: bool = True) -> Path:
    """Write a temporary file next to `path`, synced unless `sync` is false, and return its path.

    Raises:
        OSError: the file system reports an error; no temporary file is left.
    """
    temporary = path.with_name(f".{path.name[:200]}.{os.getpid()}.graduand.tmp")
    # A killed process that had the same number may have left one.
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            if sync:
                os.fsync(file.fileno())
    except BaseException:
        remove_quietly(temporary)
        raise
    return temporary


def remove_temporary_files(folder: Path) -> None:
    """Remove the temporary files of killed processes from a folder; call it while holding the lock."""
    for left in folder.glob(".*.graduand.tmp"):
        remove_quietly(left)


def sync_folder(folder: Path) -> None:
    """Sync the names of a folder to the disk, on file systems that can.

    Raises:
        OSError: the file system reports an error.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _CANNOT_SYNC:
            raise
    finally:
        os.close(descriptor)
