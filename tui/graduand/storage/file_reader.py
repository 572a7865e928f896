"""Read regular files without following links, and compare what they hold."""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING, Final, Self

from graduand.errors import NotWritten, Unreadable, reason_of
from graduand.language import _

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

LARGE_FILE: Final = 1 << 26
"""Bytes: the limit for a file that is compared with what was written or committed; a list of people may be long."""
_CHUNK: Final = 1 << 16


def read(path: Path | str, limit: int = _CHUNK) -> bytes:
    """Return the bytes of a regular file, at most `limit` + 1 of them, without following a link.

    Raises:
        Unreadable: missing, a link, a folder, a pipe or a device, or no permission.
    """
    return read_with_stat(path, limit)[0]


def read_with_stat(path: Path | str, limit: int = _CHUNK, folder: int | None = None) -> tuple[bytes, os.stat_result]:
    """Return the bytes of a regular file as `read` does, and its `stat` from before the first byte was read.

    A relative `path` begins at the open directory `folder`, if one is given. Raises:
        Unreadable: as `read`.
    """
    descriptor = _open_file(path, folder)
    try:
        status = _status_of(descriptor, path)
        content = os.read(descriptor, min(status.st_size, limit) + 1)
        while len(content) <= limit and len(content) != status.st_size and (more := os.read(descriptor, _CHUNK)):
            content += more
    except OSError as error:
        raise Unreadable(path, reason_of(error)) from error
    finally:
        os.close(descriptor)
    return content[: limit + 1], status


def _open_file(path: Path | str, folder: int | None = None) -> int:
    try:
        return os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    except OSError as error:
        raise Unreadable(path, reason_of(error)) from error


def _status_of(descriptor: int, path: Path | str) -> os.stat_result:
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        raise Unreadable(path, _("it is no ordinary file"))
    return status


def has_content(path: Path, content: bytes | None) -> bool:
    """Tell whether `path` is a regular file with this content; None: whether nothing is there.

    Raises:
        NotWritten: the file system reports an error.
    """
    try:
        return not os.path.lexists(path) if content is None else is_content(path, content)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise NotWritten(path, reason_of(error)) from error


def is_content(path: Path, content: bytes) -> bool:
    """Tell whether `path` is a regular file with this content.

    Raises:
        OSError: it is missing, or the file system reports an error.
    """
    try:
        descriptor = _open_file(path)
    except Unreadable as error:
        if isinstance(error.__cause__, OSError) and error.__cause__.errno != errno.ELOOP:
            raise error.__cause__ from error
        return False
    try:
        return _status_of(descriptor, path).st_size == len(content) and _holds(descriptor, content)
    except Unreadable:
        return False
    finally:
        os.close(descriptor)


def _holds(descriptor: int, content: bytes) -> bool:
    """Return whether an open file holds this, reading a part at a time."""
    place, whole = 0, memoryview(content)
    while part := os.read(descriptor, _CHUNK):
        if whole[place : place + len(part)] != part:
            return False
        place += len(part)
    return place == len(content)


def why_not_writable(folder: Path) -> str:
    """Return why no file can be written into a folder, "" if one can."""
    try:
        if os.statvfs(folder).f_flag & os.ST_RDONLY:
            return reason_of(OSError(errno.EROFS, ""))
    except OSError as error:
        return reason_of(error)
    return "" if os.access(folder, os.W_OK | os.X_OK) else reason_of(OSError(errno.EACCES, ""))


def open_folder(folder: str) -> int:
    """Return the descriptor of an open directory; the caller closes it.

    Raises:
        OSError: it is missing, or no directory.
    """
    return os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)


class FolderHandle:
    """The open directory of the last file that was asked for; the next file is mostly in the same one."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._name = ""
        self._descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self._close()

    def open(self, folder: str) -> int:
        """Return the open directory `folder`, a path below the root; it is closed when another one is opened.

        Raises:
            OSError: it is missing, or no directory.
        """
        if folder != self._name or self._descriptor < 0:
            self._close()
            self._descriptor = open_folder(f"{self._root}/{folder}")
            self._name = folder
        return self._descriptor

    def _close(self) -> None:
        if self._descriptor >= 0:
            descriptor, self._descriptor = self._descriptor, -1
            os.close(descriptor)
