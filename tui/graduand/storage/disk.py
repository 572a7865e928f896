"""Disk: the one place that reads folders and files safely and writes them whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final, NamedTuple, Self

from graduand.errors import Busy, ChangedOnDisk, InTheWay, NotWritten, Trouble, Unreadable
from graduand.language import _, visible

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

PRIVATE: Final = 0o600
LARGE: Final = 1 << 26
"""Bytes of the largest file that is compared with what was written or committed; a list of people may be long."""
_CHUNK: Final = 1 << 16
_LEDGER: Final = ".graduand-files"
"""Names the files of a folder that are ours to replace."""


def read(path: Path | str, limit: int = _CHUNK) -> bytes:
    """Return the bytes of a regular file, at most `limit` + 1 of them, without following a link.

    Raises:
        Unreadable: missing, a link, a folder, a pipe or a device, or no permission.
    """
    return seen(path, limit)[0]


def seen(path: Path | str, limit: int = _CHUNK, folder: int | None = None) -> tuple[bytes, os.stat_result]:
    """Return the bytes of a regular file as `read` does, and how it stood right before.

    A relative `path` begins at the open `folder`, where one is given. Raises:
        Unreadable: as `read`.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    except OSError as error:
        raise Unreadable(path, _reason(error)) from error
    try:
        stands = os.fstat(descriptor)
        if not stat.S_ISREG(stands.st_mode):
            raise Unreadable(path, _("it is no ordinary file"))
        whole = os.read(descriptor, min(stands.st_size, limit) + 1)
        while len(whole) <= limit and len(whole) != stands.st_size and (more := os.read(descriptor, _CHUNK)):
            whole += more
    except OSError as error:
        raise Unreadable(path, _reason(error)) from error
    finally:
        os.close(descriptor)
    return whole[: limit + 1], stands


def refused(folder: Path) -> str:
    """Return why nothing can be written into a folder, "" when something can."""
    try:
        if os.statvfs(folder).f_flag & os.ST_RDONLY:
            return _reason(OSError(errno.EROFS, ""))
    except OSError as error:
        return _reason(error)
    return "" if os.access(folder, os.W_OK | os.X_OK) else _reason(OSError(errno.EACCES, ""))


def opened(folder: str) -> int:
    """Return an open folder; who asks closes it.

    Raises:
        OSError: it is gone, or no folder.
    """
    return os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)


class Folders:
    """The open folder of the file that is looked at; the next file mostly lies in the same one."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._name = ""
        self._descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self._close()

    def open(self, folder: str) -> int:
        """Return the open `folder`, a path below the root; it stays open until another one is asked for.

        Raises:
            OSError: it is gone, or no folder.
        """
        if folder != self._name or self._descriptor < 0:
            self._close()
            self._descriptor = opened(f"{self._root}/{folder}")
            self._name = folder
        return self._descriptor

    def _close(self) -> None:
        if self._descriptor >= 0:
            descriptor, self._descriptor = self._descriptor, -1
            os.close(descriptor)


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


class HalfWritten(Trouble):
    """The disk refused in the middle of many files, and refused to take back those before; the journal knows all."""

    def __init__(self, path: Path | str) -> None:
        super().__init__(
            _(
                "{path} could not be written, nor what was written before it taken back. Nothing is lost: make room "
                "on the disk, then finish with: graduand doctor"
            ).format(path=visible(str(path), 200))
        )


class Swap(NamedTuple):
    """A file, what it holds, and what it shall hold; None: no file."""

    path: Path
    before: bytes | None
    after: bytes | None


_FEW: Final = 32
"""Files up to which each is brought down to the disk by itself; of more, all that the system holds at once."""


def stands(path: Path, content: bytes | None) -> bool:
    """Tell whether `path` is an ordinary file with this content; None: whether nothing is there.

    Raises:
        NotWritten: the disk does not say.
    """
    try:
        return not os.path.lexists(path) if content is None else _holds(path, content)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise NotWritten(path, _reason(error)) from error


def swap(swaps: Sequence[Swap]) -> None:
    """Give many files their new content, where each holds what it held; call it under `locked`.

    When one cannot be written, those before it get their old content back. A kill leaves some old
    and some new; who calls this knows from a journal which.

    Raises:
        ChangedOnDisk, NotWritten: all files are as they were.
        HalfWritten: the disk refused, and refused to take back what was written before.
    """
    done: list[Swap] = []
    try:
        for folder in {one.path.parent for one in swaps if one.after is not None}:
            folder.mkdir(parents=True, exist_ok=True)
            _sweep(folder)
        for one in swaps:
            done.append(one)
            _put(one)
        _settle(swaps)
    except BaseException as error:
        refused = done[-1].path if done else swaps[0].path
        if not _taken_back(done):
            raise HalfWritten(refused) from error
        for one in swaps:
            _drop_empty(one.path.parent)
        if isinstance(error, OSError):
            raise NotWritten(refused, _reason(error)) from error
        raise


def _put(one: Swap) -> None:
    """Give one file its new content, not yet down to the disk."""
    if not stands(one.path, one.before):
        raise ChangedOnDisk(one.path)
    if one.after is None:
        one.path.unlink()
        _drop_empty(one.path.parent)
    elif one.before is None:
        temporary = _staged(one.path, one.after, 0o644, sync=False)
        try:
            os.link(temporary, one.path, follow_symlinks=False)
        finally:
            _drop(temporary)
    else:
        mode = stat.S_IMODE(one.path.lstat().st_mode)
        temporary = _staged(one.path, one.after, PRIVATE, sync=False)
        try:
            temporary.chmod(mode)
            temporary.replace(one.path)
        finally:
            _drop(temporary)


def _taken_back(done: list[Swap]) -> bool:
    """Undo what was written, the last first; tell whether all is as it was."""
    try:
        for one in reversed(done):
            if not stands(one.path, one.before) and stands(one.path, one.after):
                one.path.parent.mkdir(parents=True, exist_ok=True)
                _put(Swap(one.path, one.after, one.before))
        return all(stands(one.path, one.before) for one in done[:-1])
    except (OSError, NotWritten, ChangedOnDisk):
        return False


_STANDING: Final = frozenset({"records", "schema"})
"""Folders that stay when nothing is in them any more: by them a repository is known."""


def _drop_empty(folder: Path) -> None:
    """Remove a folder that nothing is left in, and the one above it."""
    with suppress(OSError):
        for one in (folder, folder.parent):
            if one.name not in _STANDING:
                one.rmdir()


def _settle(swaps: Sequence[Swap]) -> None:
    """Bring files and folders down to the disk."""
    if len(swaps) > _FEW:
        os.sync()
        return
    for one in swaps:
        if one.after is not None:
            descriptor = os.open(one.path, os.O_RDONLY | os.O_CLOEXEC)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
    for folder in {one.path.parent for one in swaps}:
        if folder.is_dir():
            _sync_folder(folder)


def discard(path: Path) -> None:
    """Remove a file of ours, if it is there.

    Raises:
        NotWritten: the disk refused.
    """
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise NotWritten(path, _reason(error)) from error


def _link(there: Path, here: Path) -> None:
    """Give a file a second name, down to the disk, where nothing has that name."""
    os.link(there, here, follow_symlinks=False)
    try:
        _sync_folder(here.parent)
    except OSError:
        _drop(here)
        raise


def private(folder: Path) -> None:
    """Make a folder that only the user can look into, or close the one that is there.

    Raises:
        NotWritten: the disk refused, or it is a link.
    """
    try:
        for one in (folder.parent, folder):
            one.mkdir(PRIVATE | 0o100, exist_ok=True)
        if folder.is_symlink():
            raise NotWritten(folder, _("it is a link to somewhere else"))
        if stat.S_IMODE(folder.stat().st_mode) & 0o077:
            folder.chmod(PRIVATE | 0o100)
    except OSError as error:
        raise NotWritten(folder, _reason(error)) from error


def keep(path: Path, content: bytes, *, sync: bool = True) -> None:
    """Put a private file where an earlier one may stand, in a folder that only the user can look into.

    Without `sync` a failing power supply may leave it damaged; for what can be told to be damaged.

    Raises:
        NotWritten: the disk refused, or the folder is a link.
    """
    private(path.parent)
    try:
        temporary = _staged(path, content, PRIVATE, sync=sync)
        try:
            temporary.replace(path)
        finally:
            _drop(temporary)
    except OSError as error:
        raise NotWritten(path, _reason(error)) from error


def thin(folder: Path, but: Collection[str]) -> None:
    """Remove the files of a folder that `keep` filled, `but` for these names, as far as the disk lets us."""
    with suppress(OSError):
        for path in folder.iterdir():
            if path.name not in but:
                _drop(path)


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
            if ours != files.keys() or not all(_is_published(folder / name, files[name]) for name in files):
                _exchange(folder, files, seal, ours)
    except OSError as error:
        raise NotWritten(folder, _reason(error)) from error


def _is_published(path: Path, content: bytes) -> bool:
    """Tell whether a file of a set stands already as it shall be; then nobody waits for the disk."""
    try:
        return stat.S_IMODE(path.lstat().st_mode) == PRIVATE and _holds(path, content)
    except OSError:  # it is gone; to write it says what there is to say
        return False


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


def _staged(path: Path, content: bytes, mode: int, *, sync: bool = True) -> Path:
    """Write `content` beside `path`, down to the disk unless that comes later, and return where."""
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
        _drop(temporary)
        raise
    return temporary


def sweep(folders: Iterable[Path]) -> None:
    """Remove what killed processes left half written in the folders; call it under `locked`."""
    for folder in folders:
        _sweep(folder)


def _sweep(folder: Path) -> None:
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
