"""Disk: the one place that reads folders and files safely and writes them whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from graduand.errors import Busy, ChangedOnDisk, InTheWay, NotWritten, Unreadable
from graduand.language import _

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

PRIVATE: Final = 0o600
_CHUNK: Final = 1 << 16
_LEDGER: Final = ".graduand-files"
"""Names the files of a folder that are ours to replace."""


def read(path: Path | str, limit: int = _CHUNK) -> bytes:
    """Return the bytes of a regular file, at most `limit` + 1 of them, without following a link.

    Raises:
        Unreadable: missing, a link, a folder, a pipe or a device, or no permission.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise Unreadable(path, _reason(error)) from error
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise Unreadable(path, _("it is no ordinary file"))
        whole = os.read(descriptor, limit + 1)
        while len(whole) <= limit and (more := os.read(descriptor, limit + 1 - len(whole))):
            whole += more
    except OSError as error:
        raise Unreadable(path, _reason(error)) from error
    finally:
        os.close(descriptor)
    return whole


@contextmanager
def locked(folder: Path, seconds: float = 5.0) -> Iterator[None]:
    """Hold the folder's lock, so that no other graduand writes below it.

    Raises:
        Busy: another process held it for longer than `seconds`.
        NotWritten: the folder cannot be opened or locked.
    """
    import fcntl  # noqa: PLC0415 - only a command that writes needs it

    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise NotWritten(folder, _reason(error)) from error
    try:
        deadline = time.monotonic() + seconds
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if time.monotonic() > deadline:
                    raise Busy(folder) from error
                time.sleep(0.05)
            except OSError as error:
                raise NotWritten(folder, _reason(error)) from error
        yield
    finally:
        os.close(descriptor)


def create(path: Path, text: str, mode: int = 0o644) -> None:
    """Write a new file, its folders with it; the user's umask takes from `mode`.

    Raises:
        InTheWay: something stands there already.
        NotWritten: the disk refused.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = _staged(path, text.encode(), mode)
        try:
            _link(temporary, path)
        finally:
            _drop(temporary)
    except FileExistsError as error:
        raise InTheWay(path) from error
    except OSError as error:
        raise NotWritten(path, _reason(error)) from error


def replace(path: Path, text: str, read_before: bytes) -> None:
    """Replace a file that still holds what was `read_before`; call it under `locked`.

    What killed processes left half written beside it goes.

    Raises:
        ChangedOnDisk: it holds something else now, or is gone.
        NotWritten: the disk refused; the file is as it was.
    """
    try:
        _sweep(path.parent)
        _swap(path, text.encode(), read_before)
    except FileNotFoundError as error:
        raise ChangedOnDisk(path) from error
    except OSError as error:
        raise NotWritten(path, _reason(error)) from error


def _swap(path: Path, content: bytes, read_before: bytes) -> None:
    mode = stat.S_IMODE(path.lstat().st_mode)
    temporary = _staged(path, content, PRIVATE)
    try:
        temporary.chmod(mode)
        if not _holds(path, read_before):
            raise ChangedOnDisk(path)
        temporary.replace(path)
        try:
            _sync_folder(path.parent)
        except OSError:
            _staged(path, read_before, mode).replace(path)
            raise
    finally:
        _drop(temporary)


def _holds(path: Path, content: bytes) -> bool:
    """Tell whether `path` is an ordinary file with this content."""
    try:
        return read(path, len(content)) == content
    except Unreadable as error:
        if isinstance(error.__cause__, OSError) and error.__cause__.errno != errno.ELOOP:
            raise error.__cause__ from error
        return False


def move(path: Path, target: Path) -> None:
    """Move a file to a place where nothing stands; the emptied folder goes too.

    Raises:
        InTheWay: something stands at `target`.
        NotWritten: the disk refused; the file is where it was.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _link(path, target)
        try:
            path.unlink()
        except OSError:
            _drop(target)
            raise
    except FileExistsError as error:
        raise InTheWay(target) from error
    except OSError as error:
        raise NotWritten(target, _reason(error)) from error
    with suppress(OSError):
        path.parent.rmdir()


def _link(there: Path, here: Path) -> None:
    """Give a file a second name, down to the disk, where nothing has that name."""
    os.link(there, here, follow_symlinks=False)
    try:
        _sync_folder(here.parent)
    except OSError:
        _drop(here)
        raise


def keep(path: Path, content: bytes) -> None:
    """Put a private file where an earlier one may stand, in a folder that only the user can look into.

    Raises:
        NotWritten: the disk refused, or the folder is a link.
    """
    try:
        for folder in (path.parent.parent, path.parent):
            folder.mkdir(PRIVATE | 0o100, exist_ok=True)
        if path.parent.is_symlink():
            raise NotWritten(path, _("it is a link to somewhere else"))
        if stat.S_IMODE(path.parent.stat().st_mode) & 0o077:
            path.parent.chmod(PRIVATE | 0o100)
        temporary = _staged(path, content, PRIVATE)
        try:
            temporary.replace(path)
        finally:
            _drop(temporary)
    except OSError as error:
        raise NotWritten(path, _reason(error)) from error


def publish(folder: Path, files: Mapping[str, bytes], seal: str) -> None:
    """Put a set of private files into `folder`, whole or not at all; `seal` names the one that goes in last.

    What an earlier set left there is replaced or removed, all else stays. A folder without its
    seal holds no finished set.

    Raises:
        Busy: another process is publishing there.
        InTheWay: a name is taken by a file that no earlier set wrote.
        NotWritten: the disk refused.
        Unreadable: what an earlier set wrote cannot be told.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with locked(folder):
            ours = _ledger(folder)
            for name in files:
                if name not in ours and os.path.lexists(folder / name):
                    raise InTheWay(folder / name)
            _sweep(folder)
            _exchange(folder, files, seal, ours)
    except OSError as error:
        raise NotWritten(folder, _reason(error)) from error


def _exchange(folder: Path, files: Mapping[str, bytes], seal: str, ours: frozenset[str]) -> None:
    staged: dict[str, Path] = {}
    try:
        for name, content in files.items():
            staged[name] = _staged(folder / name, content, PRIVATE)
        # From here a kill leaves no seal, and a ledger that knows the old names and the new.
        _note(folder, ours | set(files))
        (folder / seal).unlink(missing_ok=True)
        try:
            for name in sorted(ours - set(files)):
                (folder / name).unlink(missing_ok=True)
            for name in sorted(staged, key=lambda name: name == seal):
                staged[name].replace(folder / name)
            _sync_folder(folder)
            _note(folder, frozenset(files))
        except BaseException:
            _drop(folder / seal)
            raise
    finally:
        for temporary in staged.values():
            _drop(temporary)


def _ledger(folder: Path) -> frozenset[str]:
    """Return the names in `folder` that earlier sets wrote; never one that leads out of it."""
    if not os.path.lexists(folder / _LEDGER):
        return frozenset()
    names = read(folder / _LEDGER).decode(errors="replace").splitlines()
    return frozenset(name for name in names if name and "/" not in name and name not in {".", ".."})


def _note(folder: Path, names: frozenset[str]) -> None:
    text = "".join(f"{name}\n" for name in sorted(names))
    temporary = _staged(folder / _LEDGER, text.encode(), PRIVATE)
    try:
        temporary.replace(folder / _LEDGER)
    finally:
        _drop(temporary)


def _staged(path: Path, content: bytes, mode: int) -> Path:
    """Write `content` beside `path`, down to the disk, and return where."""
    temporary = path.with_name(f".{path.name[:200]}.{os.getpid()}.graduand.tmp")
    # A killed process that had the same number may have left one.
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        _drop(temporary)
        raise
    return temporary


def _sweep(folder: Path) -> None:
    """Remove what killed processes left half written in `folder`; call it under `locked`."""
    for left in folder.glob(".*.graduand.tmp"):
        _drop(left)


def _drop(path: Path) -> None:
    """Remove a file that nobody needs, as far as the disk lets us."""
    with suppress(OSError):
        path.unlink()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _UNSYNCED:
            raise
    finally:
        os.close(descriptor)


_UNSYNCED: Final = {errno.EINVAL, errno.ENOTSUP}
"""What file systems answer that keep their folders in order by themselves."""


def _reason(error: OSError) -> str:
    """Say in plain words why the system refused."""
    return {
        errno.ENOENT: _("it is not there"),
        errno.EEXIST: _("something else has this name"),
        errno.EACCES: _("you have no permission"),
        errno.EPERM: _("you have no permission"),
        errno.EROFS: _("the disk is read-only"),
        errno.ENOSPC: _("the disk is full"),
        errno.EDQUOT: _("your share of the disk is full"),
        errno.EIO: _("the disk reports a fault"),
        errno.EISDIR: _("it is a folder"),
        errno.ENOTDIR: _("a part of the path is no folder"),
        errno.ELOOP: _("it is a link to somewhere else"),
        errno.ENAMETOOLONG: _("the name is too long"),
    }.get(error.errno or 0, error.strerror or str(error))
