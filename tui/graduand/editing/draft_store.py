"""Keeping: the use case of unsaved drafts, in git's own folder, until they are saved, taken up again or thrown away."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from graduand.editing.draft import Draft, UnreadRecord, read_draft
from graduand.errors import Trouble, Unreadable
from graduand.git.checkout import Checkout
from graduand.records.record import Record, Value
from graduand.records.transition import Waiver
from graduand.records.writing import modeline
from graduand.storage import atomic, file_reader

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from graduand.records.school import School
    from graduand.workspace import Workspace

_SCHEMA: Final = "graduand/draft/1"
_DAYS: Final = 30
_SIZE: Final = 1_000_000
"""Bytes; a record has at most 64 KB, and here it is twice, escaped."""


class OrphanedDraft(NamedTuple):
    """A draft that a session left behind which has ended."""

    file: Path
    draft: Draft
    at: str
    """When it was kept, `yyyy-mm-dd hh:mm` on this machine."""


def drafts_folder(workspace: Workspace) -> Path:
    """Return where drafts are kept.

    Raises:
        NoGit, NotGit: there is no such place.
    """
    return Path(Checkout(workspace.root).program.folder, "graduand", "drafts")


def store_draft(folder: Path, draft: Draft) -> None:
    """Keep the draft as it is now, for the user alone, in place of what was kept of it before.

    Raises:
        NotWritten: the disk refused.
    """
    base = draft.base or b""
    says = {
        "schema": _SCHEMA,
        "path": draft.path,
        "sha256": hashlib.sha256(base).hexdigest(),
        "base": None if draft.base is None else base.decode(errors="surrogateescape"),
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "began": _start_time(os.getpid()),
        "at": time.strftime("%Y-%m-%d %H:%M"),
        "record": {
            "path": draft.record.path,
            "values": dict(draft.record.values),
            "waivers": [waiver._asdict() for waiver in draft.record.waivers],
        },
    }
    atomic.write_private(_file_of(folder, draft), json.dumps(says).encode())


def remove_draft(folder: Path, draft: Draft) -> None:
    """Forget what was kept of the draft in this session."""
    with suppress(OSError):
        _file_of(folder, draft).unlink(missing_ok=True)


def orphaned_drafts(folder: Path, school: School) -> tuple[OrphanedDraft, ...]:
    """Return the drafts of ended sessions, oldest first; what cannot be read is set aside, what is old goes.

    Those of a session that still runs, here or on another machine, are left alone.
    """
    _remove_expired(folder)
    return tuple(sorted(_orphaned(folder, school), key=lambda one: (one.at, one.draft.path)))


def adopt_draft(folder: Path, one: OrphanedDraft) -> None:
    """Go on with a draft that was left behind: from now on it is kept as one of this session.

    Raises:
        NotWritten: the disk refused; it stays where it was left.
    """
    store_draft(folder, one.draft)
    if one.file != _file_of(folder, one.draft):
        discard_draft(one)


def discard_draft(one: OrphanedDraft) -> None:
    """Throw away a draft that was left behind and is not wanted."""
    with suppress(OSError):
        one.file.unlink(missing_ok=True)


def remove_drafts(folder: Path, paths: Iterable[str]) -> None:
    """Throw away every draft of the records at these paths, whoever kept it.

    Raises:
        NotWritten: the disk refused.
    """
    for path in paths:
        for file in folder.glob(f"{_name(path)}-*"):
            atomic.remove(file)


def _file_of(folder: Path, draft: Draft) -> Path:
    return folder / f"{_name(draft.path)}-{os.getpid()}.json"


def _name(path: str) -> str:
    return hashlib.sha256(path.encode(errors="surrogatepass")).hexdigest()[:24]


def _orphaned(folder: Path, school: School) -> Iterator[OrphanedDraft]:
    for file in folder.glob("*.json"):
        try:
            says = json.loads(file_reader.read(file, _SIZE))
            if not _is_live(says):
                yield OrphanedDraft(file, _draft(says, school), str(says["at"])[:16])
        except Unreadable:  # taken up by another session meanwhile
            continue
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            with suppress(Trouble):
                atomic.move(file, file.with_name(f"{file.name}.{time.time_ns()}.broken"))


def _draft(says: Any, school: School) -> Draft:  # noqa: ANN401 - what JSON gives; this function types it
    """Return the draft that was kept.

    Raises:
        ValueError, KeyError, TypeError, AttributeError: it is damaged.
    """
    if says["schema"] != _SCHEMA:
        raise ValueError(says["schema"])
    values = {str(key): _value(value) for key, value in says["record"]["values"].items() if key in school.fields}
    record = Record(
        _record_path(says["record"]["path"]), values, tuple(Waiver(**waiver) for waiver in says["record"]["waivers"])
    )
    path, base = _record_path(says["path"]), says["base"]
    if base is None:
        return Draft(Record(path, {}), record, None, modeline(path))
    raw = base.encode(errors="surrogateescape")
    began = read_draft(school, path, raw)
    if isinstance(began, UnreadRecord) or hashlib.sha256(raw).hexdigest() != says["sha256"]:
        raise ValueError(path)
    return began._replace(record=record)


def _value(value: object) -> Value:
    if isinstance(value, list):
        return tuple(map(str, value))
    return str(value)


def _record_path(path: object) -> str:
    """Return a path that leads to a record and nowhere else."""
    parts = str(path).split("/")
    if parts[0] != "records" or ".." in parts or len(parts) not in {3, 4}:
        raise ValueError(path)
    return "/".join(parts)


_ENDED: Final = "ended"
"""No process begins so."""


def _is_live(says: Any) -> bool:  # noqa: ANN401 - what JSON gives
    """Tell whether the session that keeps the draft still runs; of another machine nobody can tell."""
    if says["host"] != socket.gethostname():
        return True
    pid = int(says["pid"])
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return bool(_start_time(pid) == says["began"])


def _start_time(pid: int) -> str:
    """Return what tells a process from an earlier one of the same number; "" where the system does not say.

    One that has ended, and that nobody has asked about yet, is none any more.
    """
    try:
        state, *more = file_reader.read(f"/proc/{pid}/stat").decode(errors="replace").rpartition(")")[2].split()
        return _ENDED if state == "Z" else more[18]
    except (Unreadable, IndexError):
        return ""


def _remove_expired(folder: Path) -> None:
    """Remove what nobody has asked for in a month."""
    for file in folder.glob("*"):
        with suppress(OSError):
            if time.time() - file.stat().st_mtime > _DAYS * 86_400:
                file.unlink()
