from __future__ import annotations

import errno
import fcntl
import io
import os
import re
import signal
import stat
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from graduand.errors import Busy, ChangedOnDisk, InTheWay, NotWritten, Unreadable
from graduand.storage import atomic, file_reader, lock, publish

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

OLD, NEW = "old\n" * 100, "new and longer\n" * 100
SEAL = "manifest.json"
OLD_SET = {"a.csv": b"old a\n" * 50, "b.csv": b"old b\n" * 50, SEAL: b"{old}"}
NEW_SET = {"b.csv": b"new b\n" * 50, "c.csv": b"new c\n" * 50, SEAL: b"{new}"}
LEFT = re.compile(r"\..+\.[0-9]+\.graduand\.tmp")
"""What only a killed process, or one that may not delete, leaves."""


HARMLESS = {"mkdir", "rmdir", "unlink"}
"""Calls that may fail where the folder is there, or where only something superfluous stays."""


# ---- A disk that fails


@contextmanager
def failing(at: int, fail: Callable[[], None], *, ever_after: bool = False) -> Iterator[list[str]]:  # noqa: C901 - one stand-in for the whole system
    """Count the calls that reach the disk; the one numbered `at` fails, a write when it is half done."""
    calls: list[str] = []

    def due(name: str) -> bool:
        calls.append(name)
        return len(calls) == at or (ever_after and len(calls) > at)

    def counted(name: str) -> Callable[..., Any]:
        real = getattr(os, name)

        def call(*args: object, **options: object) -> object:
            if due(name):
                fail()
            return real(*args, **options)

        return call

    class Raw(io.FileIO):
        def write(self, content: bytes, /) -> int:  # type: ignore[override]  # the only kind that comes here
            if due("write"):
                super().write(content[: len(content) // 2])
                fail()
            return super().write(content)

    def buffered(descriptor: int, _mode: str) -> io.BufferedWriter:
        raw: Any = Raw(descriptor, "w")
        return io.BufferedWriter(raw)

    with pytest.MonkeyPatch.context() as patch:
        for name in ("open", "read", "fsync", "chmod", "mkdir", "replace", "link", "unlink", "rmdir"):
            patch.setattr(os, name, counted(name))
        patch.setattr(os, "fdopen", buffered)
        yield calls


def _fault(number: int) -> Callable[[], None]:
    def fail() -> None:
        raise OSError(number, os.strerror(number))

    return fail


def _interrupt() -> None:
    raise KeyboardInterrupt


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


# ---- The ways of writing, each with what it may leave behind


class Way(NamedTuple):
    prepare: Callable[[Path], object]
    write: Callable[[Path], object]
    is_old: Callable[[Path], bool]
    is_new: Callable[[Path], bool]
    is_between: Callable[[Path], bool]
    """Whether a state is bearable that is neither: what can be seen to be unfinished."""


def _seen(folder: Path) -> dict[str, bytes]:
    """Return the files below a folder, but the ledger and what a killed process leaves."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }


def _never(_folder: Path) -> bool:
    return False


def _is(**files: str) -> Callable[[Path], bool]:
    wanted = {f"{name}/x.yaml": text.encode() for name, text in files.items()}
    return lambda folder: _seen(folder) == wanted


def _put(folder: Path) -> None:
    (folder / "a").mkdir()
    (folder / "a/x.yaml").write_text(OLD)


def _put_set(folder: Path) -> None:
    (folder / "mine.txt").write_bytes(b"mine")
    publish.publish_set(folder, OLD_SET, SEAL)


def _is_set(files: dict[str, bytes]) -> Callable[[Path], bool]:
    return lambda folder: _seen(folder) == {"mine.txt": b"mine", **files}


def _unsealed(folder: Path) -> bool:
    seen = _seen(folder)
    known = [(name, content) for files in (OLD_SET, NEW_SET) for name, content in files.items()]
    return SEAL not in seen and seen.pop("mine.txt") == b"mine" and set(seen.items()) <= set(known)


WAYS = {
    "create": Way(
        lambda _folder: None,
        lambda folder: atomic.create(folder / "a/x.yaml", NEW),
        lambda folder: not _seen(folder),
        _is(a=NEW),
        _never,
    ),
    "replace": Way(
        _put,
        lambda folder: atomic.replace(folder / "a/x.yaml", NEW, OLD.encode()),
        _is(a=OLD),
        _is(a=NEW),
        _never,
    ),
    "move": Way(
        _put,
        lambda folder: atomic.move(folder / "a/x.yaml", folder / "b/x.yaml"),
        _is(a=OLD),
        _is(b=OLD),
        _is(a=OLD, b=OLD),
    ),
    "keep": Way(
        _put,
        lambda folder: atomic.write_private(folder / "a/x.yaml", NEW.encode()),
        _is(a=OLD),
        _is(a=NEW),
        _never,
    ),
    "publish": Way(
        _put_set,
        lambda folder: publish.publish_set(folder, NEW_SET, SEAL),
        _is_set(OLD_SET),
        _is_set(NEW_SET),
        _unsealed,
    ),
}
each_way = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)


def _left(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob(".*") if path.name != ".graduand-files"]


def _recovers(way: Way, folder: Path) -> bool:
    """Tell whether the same can be done afterwards; a person in two files is a finding, and for people to solve."""
    if not way.is_new(folder) and not _is(a=OLD, b=OLD)(folder):
        way.write(folder)
    return way.is_new(folder) or _is(a=OLD, b=OLD)(folder)


@pytest.fixture
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait for the disk, where nothing depends on it."""
    monkeypatch.setattr(os, "fsync", lambda _descriptor: None)


@each_way
@pytest.mark.usefixtures("_quick")
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
def test_when_a_call_fails_the_old_stands_and_nothing_is_left_over(way: Way, number: int, tmp_path: Path) -> None:
    for at in count(1):
        folder = tmp_path / str(at)
        folder.mkdir()
        way.prepare(folder)
        said = ""
        with failing(at, _fault(number)) as calls:
            try:
                way.write(folder)
            except (NotWritten, Unreadable) as trouble:
                said = str(trouble)
        if len(calls) < at:
            assert way.is_new(folder)
            break
        assert (way.is_old(folder) or way.is_between(folder)) if said else way.is_new(folder)
        assert re.search("the disk (is full|reports a fault)", said) or calls[at - 1] in HARMLESS
        assert not _left(folder) or calls[at - 1] == "unlink"
        assert _recovers(way, folder)
    assert at > 6


@each_way
@pytest.mark.usefixtures("_quick")
@pytest.mark.parametrize("ever_after", [True, False], ids=["everything fails", "interrupted"])
def test_nothing_is_ever_torn(way: Way, ever_after: bool, tmp_path: Path) -> None:  # noqa: FBT001 - a parameter
    for at in count(1):
        folder = tmp_path / str(at)
        folder.mkdir()
        way.prepare(folder)
        with (
            failing(at, _fault(errno.EIO) if ever_after else _interrupt, ever_after=ever_after) as calls,
            suppress(NotWritten, Unreadable, KeyboardInterrupt),
        ):
            way.write(folder)
        assert way.is_old(folder) or way.is_new(folder) or way.is_between(folder)
        assert all(LEFT.fullmatch(name) for name in _left(folder))
        assert ever_after or not _left(folder) or calls[at - 1] == "unlink"
        if len(calls) < at:
            assert way.is_new(folder)
            break
    assert at > 6


@each_way
def test_killed_at_any_moment_the_old_or_the_new_stands_and_the_next_try_succeeds(way: Way, tmp_path: Path) -> None:
    name = next(name for name, known in WAYS.items() if known is way)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, __file__, name, str(tmp_path)], env=environment, check=True)
    folders = sorted(tmp_path.iterdir(), key=lambda folder: int(folder.name))

    assert len(folders) > 6
    states = [(way.is_old(folder), way.is_new(folder), way.is_between(folder)) for folder in folders]
    assert all(map(any, states))
    assert states[0][0]
    assert states[-1][1]
    assert all(LEFT.fullmatch(name) for folder in folders for name in _left(folder))
    assert any(_left(folder) for folder in folders) or name == "move"
    assert all(_recovers(way, folder) for folder in folders)


def _kill_everywhere(way: Way, base: Path) -> None:
    """Do the same in one folder after another, killed at the first call, the second, and so on."""
    for at in count(1):
        folder = base / str(at)
        folder.mkdir()
        way.prepare(folder)
        child = os.fork()
        if not child:
            with failing(at, _die):
                way.write(folder)
            os._exit(0)
        if os.waitpid(child, 0)[1] == 0:
            return


# ---- Reading


def test_a_file_is_read_whole_also_in_small_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x").write_bytes(b"0123456789")
    real = os.read
    monkeypatch.setattr(os, "read", lambda descriptor, size: real(descriptor, min(size, 3)))

    assert file_reader.read(tmp_path / "x") == b"0123456789"
    assert file_reader.read(tmp_path / "x", 10) == b"0123456789"
    assert file_reader.read(tmp_path / "x", 5) == b"012345"
    assert file_reader.read(tmp_path / "x", 0) == b"0"


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda _path: None, "it is not there"),
        (lambda path: path.symlink_to(path.parent), "it is a link to somewhere else"),
        (Path.mkdir, "it is no ordinary file"),
        (os.mkfifo, "it is no ordinary file"),
    ],
)
def test_what_is_no_ordinary_file_is_not_read(make: Callable[[Path], object], said: str, tmp_path: Path) -> None:
    make(tmp_path / "x")

    with pytest.raises(Unreadable, match=rf"/x cannot be read: {said}\.$"):
        file_reader.read(tmp_path / "x")


def test_a_device_is_not_read() -> None:
    with pytest.raises(Unreadable, match="it is no ordinary file"):
        file_reader.read("/dev/zero")


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.EACCES, "you have no permission"),
        (errno.EPERM, "you have no permission"),
        (errno.EROFS, "the disk is read-only"),
        (errno.ENOSPC, "the disk is full"),
        (errno.EDQUOT, "your share of the disk is full"),
        (errno.EIO, "the disk reports a fault"),
        (errno.EMFILE, os.strerror(errno.EMFILE)),
    ],
)
def test_a_refusal_says_why_in_plain_words(number: int, said: str, tmp_path: Path) -> None:
    _put(tmp_path)
    for at in (1, 2):
        with failing(at, _fault(number)), pytest.raises(Unreadable, match=re.escape(said)):
            file_reader.read(tmp_path / "a/x.yaml")
    with failing(1, _fault(number)), pytest.raises(NotWritten, match=re.escape(said)):
        atomic.replace(tmp_path / "a/x.yaml", NEW, OLD.encode())


def test_real_refusals_say_why_too(tmp_path: Path) -> None:
    _put(tmp_path)

    with pytest.raises(Unreadable, match="a part of the path is no folder"):
        file_reader.read(tmp_path / "a/x.yaml/y")
    with pytest.raises(NotWritten, match="a part of the path is no folder"):
        atomic.create(tmp_path / "a/x.yaml/y/z.yaml", NEW)
    with pytest.raises(NotWritten, match="the name is too long"):
        atomic.create(tmp_path / f"a/{'x' * 300}.yaml", NEW)
    with pytest.raises(NotWritten, match="something else has this name"):
        publish.publish_set(tmp_path / "a/x.yaml", NEW_SET, SEAL)
    assert _is(a=OLD)(tmp_path)


def test_no_descriptor_stays_open(tmp_path: Path) -> None:
    before = len(list(Path("/dev/fd").iterdir()))
    _put_set(tmp_path)
    atomic.create(tmp_path / "x", OLD)
    atomic.replace(tmp_path / "x", NEW, OLD.encode())
    with pytest.raises(ChangedOnDisk):
        atomic.replace(tmp_path / "x", NEW, OLD.encode())
    with lock.hold(tmp_path), pytest.raises(Busy), lock.hold(tmp_path, 0):
        pass
    for way in WAYS.values():
        for at in range(1, 20):
            with failing(at, _fault(errno.EIO)), suppress(ChangedOnDisk, InTheWay, NotWritten, Unreadable):
                way.write(tmp_path)

    assert len(list(Path("/dev/fd").iterdir())) == before


# ---- Writing


def test_what_is_written_is_on_the_disk_before_it_gets_its_name_and_the_name_after(tmp_path: Path) -> None:
    with failing(0, _interrupt) as created:
        atomic.create(tmp_path / "x.yaml", OLD)
    with failing(0, _interrupt) as replaced:
        atomic.replace(tmp_path / "x.yaml", NEW, OLD.encode())
    with failing(0, _interrupt) as published:
        publish.publish_set(tmp_path / "build", NEW_SET, SEAL)

    for calls, naming in ((created, "link"), (replaced, "replace"), (published, "replace")):
        first = calls.index(naming)
        last = len(calls) - 1 - calls[::-1].index(naming)
        assert calls[:first].count("write") == calls[:first].count("fsync") >= 1
        assert calls.index("write") < calls.index("fsync") < first
        assert "fsync" in calls[last:] or naming in calls[last:]
        assert calls.count("fsync") > calls.count("write")


def test_a_file_system_that_cannot_sync_folders_is_no_trouble(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.fsync

    def fsync(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    atomic.create(tmp_path / "x.yaml", OLD)
    atomic.replace(tmp_path / "x.yaml", NEW, OLD.encode())
    assert (tmp_path / "x.yaml").read_text() == NEW


def test_nothing_is_created_over_something(tmp_path: Path) -> None:
    _put(tmp_path)
    (tmp_path / "link").symlink_to("nowhere")

    for name in ("a/x.yaml", "link", "a"):
        with pytest.raises(InTheWay):
            atomic.create(tmp_path / name, NEW)
        with pytest.raises(InTheWay):
            atomic.move(tmp_path / "a/x.yaml", tmp_path / name)
    assert _is(a=OLD)(tmp_path)
    assert not _left(tmp_path)
    assert (tmp_path / "link").readlink() == Path("nowhere")


@pytest.mark.parametrize("now", [OLD + "x", OLD[:-1], "", OLD.replace("old", "odl", 1), None])
def test_only_what_was_read_is_replaced(now: str | None, tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    if now is not None:
        path.write_text(now)

    with pytest.raises(ChangedOnDisk):
        atomic.replace(path, NEW, OLD.encode())
    assert (path.read_text() if path.exists() else None) == now
    assert not _left(tmp_path)


@pytest.mark.parametrize("make", [os.mkfifo, Path.mkdir, lambda path: path.symlink_to("a/x.yaml")])
def test_what_is_no_file_any_more_is_not_replaced(make: Callable[[Path], object], tmp_path: Path) -> None:
    _put(tmp_path)
    make(tmp_path / "x.yaml")

    with pytest.raises(ChangedOnDisk):
        atomic.replace(tmp_path / "x.yaml", NEW, OLD.encode())
    assert not stat.S_ISREG((tmp_path / "x.yaml").lstat().st_mode)
    assert (tmp_path / "a/x.yaml").read_text() == OLD


def test_a_large_file_is_compared_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(b"x" * 200_000)

    with pytest.raises(ChangedOnDisk):
        atomic.replace(path, NEW, b"x" * 199_999 + b"y")
    atomic.replace(path, NEW, b"x" * 200_000)
    assert path.read_text() == NEW


def test_what_a_killed_process_of_the_same_number_left_is_in_nobodys_way(tmp_path: Path) -> None:
    left = tmp_path / f".x.yaml.{os.getpid()}.graduand.tmp"
    left.write_text("half")
    atomic.create(tmp_path / "x.yaml", OLD)
    left.write_text("half")
    atomic.replace(tmp_path / "x.yaml", NEW, OLD.encode())

    assert (tmp_path / "x.yaml").read_text() == NEW
    assert not _left(tmp_path)


def test_a_move_takes_the_emptied_folder_away_and_no_other(tmp_path: Path) -> None:
    _put(tmp_path)
    (tmp_path / "a/y.yaml").write_text(OLD)
    atomic.move(tmp_path / "a/x.yaml", tmp_path / "b/45/x.yaml")
    assert (tmp_path / "a").exists()
    atomic.move(tmp_path / "a/y.yaml", tmp_path / "b/y.yaml")

    assert not (tmp_path / "a").exists()
    assert set(_seen(tmp_path)) == {"b/45/x.yaml", "b/y.yaml"}
    with pytest.raises(NotWritten, match="it is not there"):
        atomic.move(tmp_path / "a/x.yaml", tmp_path / "b/z.yaml")


# ---- Who may read it


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


@pytest.fixture
def umask() -> Iterator[Callable[[int], int]]:
    before = os.umask(0o022)
    yield os.umask
    os.umask(before)


@pytest.mark.parametrize(("mask", "created"), [(0o000, 0o644), (0o022, 0o644), (0o077, 0o600)])
def test_a_new_record_is_for_whom_the_umask_says_and_uploads_are_for_oneself(
    mask: int, created: int, tmp_path: Path, umask: Callable[[int], int]
) -> None:
    umask(mask)
    atomic.create(tmp_path / "x.yaml", OLD)
    publish.publish_set(tmp_path / "build", NEW_SET, SEAL)

    assert _mode(tmp_path / "x.yaml") == created
    assert {_mode(path) for path in (tmp_path / "build").iterdir()} == {0o600}
    assert len(list((tmp_path / "build").iterdir())) == len(NEW_SET) + 1


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644, 0o664])
@pytest.mark.parametrize("mask", [0o000, 0o077])
def test_a_replaced_file_keeps_its_mode(mode: int, mask: int, tmp_path: Path, umask: Callable[[int], int]) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(OLD)
    path.chmod(mode)
    umask(mask)
    atomic.replace(path, NEW, OLD.encode())

    assert _mode(path) == mode


@pytest.mark.parametrize("there", [None, 0o700, 0o755, 0o777])
def test_what_is_kept_is_for_oneself_and_so_is_its_folder(
    there: int | None, tmp_path: Path, umask: Callable[[int], int]
) -> None:
    umask(0o000)
    if there:
        (tmp_path / "a").mkdir(there)
    atomic.write_private(tmp_path / "a/x", b"1")
    atomic.write_private(tmp_path / "a/x", b"2")

    assert (tmp_path / "a/x").read_bytes() == b"2"
    assert (_mode(tmp_path / "a"), _mode(tmp_path / "a/x")) == (0o700, 0o600)


def test_nothing_is_kept_in_a_folder_that_is_a_link(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "a").symlink_to("elsewhere")

    with pytest.raises(NotWritten, match="a link to somewhere else"):
        atomic.write_private(tmp_path / "a/x", b"1")
    assert not list((tmp_path / "elsewhere").iterdir())


# ---- Publishing


def test_a_set_takes_the_place_of_the_one_before_and_leaves_the_rest(tmp_path: Path) -> None:
    _put_set(tmp_path)
    assert _is_set(OLD_SET)(tmp_path)
    publish.publish_set(tmp_path, NEW_SET, SEAL)

    assert _is_set(NEW_SET)(tmp_path)
    assert not _left(tmp_path)


def _file(path: Path) -> None:
    path.write_bytes(b"theirs")


def _link(path: Path) -> None:
    path.symlink_to("nowhere")


@pytest.mark.parametrize("name", NEW_SET)
@pytest.mark.parametrize("make", [_file, _link, Path.mkdir])
def test_a_file_of_somebody_else_is_in_the_way_and_nothing_is_written(
    make: Callable[[Path], object], name: str, tmp_path: Path
) -> None:
    make(tmp_path / name)
    before = sorted(tmp_path.iterdir())

    with pytest.raises(InTheWay, match=re.escape(name)):
        publish.publish_set(tmp_path, NEW_SET, SEAL)
    assert before == sorted(tmp_path.iterdir())


def test_somebody_elses_file_under_a_name_that_is_no_longer_ours_is_in_the_way(tmp_path: Path) -> None:
    publish.publish_set(tmp_path, OLD_SET, SEAL)
    publish.publish_set(tmp_path, NEW_SET, SEAL)
    (tmp_path / "a.csv").write_bytes(b"theirs")

    with pytest.raises(InTheWay):
        publish.publish_set(tmp_path, OLD_SET, SEAL)
    assert _seen(tmp_path) == {**NEW_SET, "a.csv": b"theirs"}


@pytest.mark.parametrize("ledger", [b"../victim\n/victim\n.\n..\n\nsub/victim\n", b"\xff\xfe\n"])
def test_a_ledger_leads_to_no_file_outside_of_the_folder(ledger: bytes, tmp_path: Path) -> None:
    build = tmp_path / "build"
    (build / "sub").mkdir(parents=True)
    (tmp_path / "victim").write_bytes(b"theirs")
    (build / "sub/victim").write_bytes(b"theirs")
    (build / ".graduand-files").write_bytes(ledger)
    publish.publish_set(build, NEW_SET, SEAL)

    assert _seen(tmp_path).items() >= {"victim": b"theirs", "build/sub/victim": b"theirs"}.items()
    assert (build / ".graduand-files").read_text().split() == sorted(NEW_SET)


def test_the_seal_goes_first_and_comes_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish.publish_set(tmp_path, OLD_SET, SEAL)
    states: list[tuple[bool, int]] = []
    real = os.replace

    def replace(source: Path, target: Path) -> None:
        states.append(((tmp_path / SEAL).exists(), sum((tmp_path / name).exists() for name in NEW_SET)))
        real(source, target)

    monkeypatch.setattr(os, "replace", replace)
    publish.publish_set(tmp_path, NEW_SET, SEAL)

    ledger, *data, seal, last_ledger = states
    assert ledger[0]
    assert not any(sealed for sealed, _count in [*data, seal])
    assert seal == (False, len(NEW_SET) - 1)
    assert last_ledger == (True, len(NEW_SET))


def test_what_killed_processes_left_is_swept_away_at_the_next_publish(tmp_path: Path) -> None:
    left = tmp_path / ".students.csv.1.graduand.tmp"
    left.write_bytes(b"people")
    (tmp_path / ".theirs.tmp").write_bytes(b"theirs")
    publish.publish_set(tmp_path, NEW_SET, SEAL)

    assert _left(tmp_path) == [".theirs.tmp"]


# ---- One at a time


def test_a_lock_is_held_by_one_and_let_go_at_the_end(tmp_path: Path) -> None:
    with lock.hold(tmp_path), pytest.raises(Busy), lock.hold(tmp_path, 0):
        pass
    with pytest.raises(ZeroDivisionError), lock.hold(tmp_path, 0):
        raise ZeroDivisionError
    with lock.hold(tmp_path, 0):
        assert not list(tmp_path.iterdir())


def test_nobody_publishes_while_another_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = count(step=10)
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))

    with lock.hold(tmp_path), pytest.raises(Busy):
        publish.publish_set(tmp_path, NEW_SET, SEAL)
    assert not list(tmp_path.iterdir())


def test_a_waiting_process_gets_the_lock_when_it_is_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held = lock.hold(tmp_path)
    held.__enter__()
    monkeypatch.setattr(time, "sleep", lambda _seconds: held.__exit__(None, None, None))

    with lock.hold(tmp_path), pytest.raises(Busy), lock.hold(tmp_path, 0):
        pass


@pytest.mark.parametrize("folder", ["missing", "file"])
def test_what_cannot_be_locked_is_not_written_to(folder: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(NotWritten), lock.hold(tmp_path / folder):
        pass


def test_a_file_system_without_locks_is_a_trouble_and_no_bug(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def flock(_descriptor: int, _how: int) -> None:
        _fault(errno.ENOLCK)()

    monkeypatch.setattr(fcntl, "flock", flock)
    with pytest.raises(NotWritten, match="ocks"), lock.hold(tmp_path):
        pass


if __name__ == "__main__":
    _kill_everywhere(WAYS[sys.argv[1]], Path(sys.argv[2]))


def test_a_set_that_stands_already_is_not_written_again(tmp_path: Path) -> None:
    def places() -> dict[str, int]:
        return {path.name: path.stat().st_ino for path in tmp_path.iterdir() if path.name in NEW_SET}

    publish.publish_set(tmp_path, NEW_SET, SEAL)
    before = places()
    publish.publish_set(tmp_path, NEW_SET, SEAL)

    assert places() == before
    assert before.keys() == NEW_SET.keys()


@pytest.mark.parametrize("spoil", ["content", "mode", "missing"])
def test_a_set_of_which_a_file_is_otherwise_is_written_whole(tmp_path: Path, spoil: str) -> None:
    publish.publish_set(tmp_path, NEW_SET, SEAL)
    name = next(name for name in NEW_SET if name != SEAL)
    path = tmp_path / name
    if spoil == "content":
        path.write_bytes(path.read_bytes() + b"x")
    elif spoil == "mode":
        path.chmod(0o644)
    else:
        path.unlink()

    publish.publish_set(tmp_path, NEW_SET, SEAL)

    assert {name: (tmp_path / name).read_bytes() for name in NEW_SET} == NEW_SET
    assert path.stat().st_mode & 0o777 == 0o600
