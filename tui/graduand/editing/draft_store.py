"""The draft store: unsaved drafts in git's own folder, until they are saved, adopted or discarded."""

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
    from collections.abc import Iterator

    from graduand.records.school import School
    from graduand.workspace import Workspace

_SCHEMA: Final = "graduand/draft/1"
_DAYS: Final = 30
_SIZE: Final = 1_000_000
"""Bytes; a record has at most 64 KB, and here it is twice, escaped."""


class OrphanedDraft(NamedTuple):
    """A stored draft of a session that has ended."""

    file: Path
    draft: Draft
    at: str
    """When it was stored, `yyyy-mm-dd hh:mm` on this machine."""


def drafts_folder(workspace: Workspace) -> Path:
    """Return the folder of the draft store.

    Raises:
        NoGit, NotGit: there is no repository.
    """
    return Path(Checkout(workspace.root).program.folder, "graduand", "drafts")


def store_draft(folder: Path, draft: Draft) -> None:
    """Store the draft, readable for the user only; it replaces the one stored before.

    Raises:
        NotWritten: the file system reports an error.
    """
    base = draft.base or b""
    stored = {
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
    atomic.write_private(_file_of(folder, draft), json.dumps(stored).encode())


def remove_draft(folder: Path, draft: Draft) -> None:
    """Remove the stored draft of this session."""
    with suppress(OSError):
        _file_of(folder, draft).unlink(missing_ok=True)


def orphaned_drafts(folder: Path, school: School) -> tuple[OrphanedDraft, ...]:
    """Return the drafts of ended sessions, oldest first; unreadable ones are renamed, old ones removed.

    Those of a session that still runs, here or on another machine, are not returned.
    """
    _remove_expired(folder)
    return tuple(sorted(_orphaned(folder, school), key=lambda one: (one.at, one.draft.path)))


def adopt_draft(folder: Path, one: OrphanedDraft) -> None:
    """Make a draft of an ended session one of this session.

    Raises:
        NotWritten: the file system reports an error; nothing changed.
    """
    store_draft(folder, one.draft)
    if one.file != _file_of(folder, one.draft):
        discard_draft(one)


def discard_draft(one: OrphanedDraft) -> None:
    """Remove a draft of an ended session."""
    with suppress(OSError):
        one.file.unlink(missing_ok=True)


def _file_of(folder: Path, draft: Draft) -> Path:
    return folder / f"{_name(draft.path)}-{os.getpid()}.json"


def _name(path: str) -> str:
    return hashlib.sha256(path.encode(errors="surrogatepass")).hexdigest()[:24]


def _orphaned(folder: Path, school: School) -> Iterator[OrphanedDraft]:
    for file in folder.glob("*.json"):
        try:
            stored = json.loads(file_reader.read(file, _SIZE))
            if not _is_live(stored):
                yield OrphanedDraft(file, _draft(stored, school), str(stored["at"])[:16])
        except Unreadable:  # adopted by another session in the meantime
            continue
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            with suppress(Trouble):
                atomic.move(file, file.with_name(f"{file.name}.{time.time_ns()}.broken"))


def _draft(stored: Any, school: School) -> Draft:  # noqa: ANN401 - what JSON gives; this function types it
    """Return the stored draft.

    Raises:
        ValueError, KeyError, TypeError, AttributeError: it is damaged.
    """
    if stored["schema"] != _SCHEMA:
        raise ValueError(stored["schema"])
    values = {str(key): _value(value) for key, value in stored["record"]["values"].items() if key in school.fields}
    record = Record(
        _record_path(stored["record"]["path"]),
        values,
        tuple(Waiver(**waiver) for waiver in stored["record"]["waivers"]),
    )
    path, base = _record_path(stored["path"]), stored["base"]
    if base is None:
        return Draft(Record(path, {}), record, None, modeline(path))
    raw = base.encode(errors="surrogateescape")
    draft = read_draft(school, path, raw)
    if isinstance(draft, UnreadRecord) or hashlib.sha256(raw).hexdigest() != stored["sha256"]:
        raise ValueError(path)
    return draft._replace(record=record)


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
"""Equal to the start time of no process."""


def _is_live(stored: Any) -> bool:  # noqa: ANN401 - what JSON gives
    """Tell whether the session that keeps the draft still runs; one of another machine counts as running."""
    if stored["host"] != socket.gethostname():
        return True
    pid = int(stored["pid"])
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return bool(_start_time(pid) == stored["began"])


def _start_time(pid: int) -> str:
    """Return what distinguishes a process from an earlier one of the same number; "" where the system does not say.

    A process that has ended, and whose parent has not read its status yet, counts as ended.
    """
    try:
        state, *more = file_reader.read(f"/proc/{pid}/stat").decode(errors="replace").rpartition(")")[2].split()
        return _ENDED if state == "Z" else more[18]
    except (Unreadable, IndexError):
        return ""


def _remove_expired(folder: Path) -> None:
    """Remove drafts that have not changed for a month."""
    for file in folder.glob("*"):
        with suppress(OSError):
            if time.time() - file.stat().st_mtime > _DAYS * 86_400:
                file.unlink()
