"""The status of uploads: the compiled one with its ticked boxes, the noted ones, and how each person compares."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.errors import NoGit, NotAnUpload, NotGit, NotWritten, Unreadable
from graduand.git.checkout import Checkout
from graduand.git.program import Program
from graduand.handshake.effect import Status
from graduand.handshake.manifest_check import received
from graduand.handshake.upload import CARD, MANIFEST
from graduand.index.people_list import SentStatus
from graduand.ledger.entry import (
    APPROVED,
    OBSERVED,
    OBSERVED_OTHERS,
    PEOPLE,
    RESULT,
    EntryKind,
    RowStatus,
    cells_of,
    read_results,
    stamp_of,
)
from graduand.ledger.fold import in_order
from graduand.ledger.ledger import read_ledger
from graduand.storage import atomic, file_reader
from graduand.uploads.compiler import CompileOptions, prepare

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from graduand.ledger.entry import LedgerEntry
    from graduand.ledger.ledger import Ledger
    from graduand.workspace import Workspace


_SIZE: Final = 64_000_000


class CompiledUpload(NamedTuple):
    """The compiled upload in `build/`."""

    manifest: Path
    card: str
    """What the operator does, box by box, as Markdown."""
    files: tuple[str, ...]
    """The paths of its files, in the order of upload."""
    noted: str
    """The id of the entry that notes its last file; "" when not all of it is noted yet."""
    obstacle: str
    """Why it cannot be noted; "" when it can."""
    at: str = ""
    """When its last file ran, as entries have it; "" when not all of it is noted yet."""


class UploadStatus(NamedTuple):
    """An upload that was noted, and what came back of it."""

    id: str
    at: str
    """When it ran, as entries have it."""
    commit: str
    on: str
    people: int
    files: tuple[tuple[str, int], ...]
    """Each file and its rows."""
    failed: int
    """People whose rows are known not to have taken effect."""
    results: tuple[str, ...]
    """The ids of what came back."""
    takes_back: str
    """The id of the upload that this one takes back; "" for an ordinary one."""
    waiting: tuple[str, ...]
    """Files of the same compile that are not noted."""
    is_shared: bool
    """Whether the remote is known to have it; True where there is no remote."""
    delivery: str = ""
    """Of one that was delivered and is not known to have run, a `DeliveryState`; "" for an upload."""


class DeliveryState(StrEnum):
    """What is known of a delivery of which no upload says that it ran."""

    PENDING = "pending"
    """Of some of its rows nothing says whether they took effect."""
    UNANSWERED = "unanswered"
    """The same, and it is not known whether it arrived."""
    SEEN = "seen"
    """Of each row something has been seen or sent since."""


def folder_of(workspace: Workspace) -> Path:
    """Return where uploads are compiled to."""
    return workspace.root / "build"


def holds_upload(folder: Path) -> bool:
    """Return whether a folder holds a compiled upload."""
    return (folder / MANIFEST).exists()


def compiled_upload(workspace: Workspace, ledger: Ledger | None = None) -> CompiledUpload | None:
    """Return the compiled upload in `build/`; None when there is none. The ledger is read unless it is given.

    Raises:
        NotGit, NoGit: there is no repository that it could be noted in.
        Unreadable: its card is there and cannot be read.
    """
    folder = folder_of(workspace)
    manifest = folder / MANIFEST
    if not manifest.exists():
        return None
    card = file_reader.read(folder / CARD, _SIZE).decode(errors="replace")
    try:
        says = received(manifest)
    except (NotAnUpload, Unreadable) as trouble:
        return CompiledUpload(manifest, card, (), "", str(trouble))
    names = [str(job["file"]) for job in says["jobs"]]
    batch = hashlib.sha256(file_reader.read(manifest, _SIZE)).hexdigest()
    ledger = ledger or ledger_of(workspace)
    uploads = [one for one in (*ledger.uploads, *ledger.deliveries) if one.text("batch") == batch]
    ran = {file.sent_as for one in uploads for file in one.jobs}
    noted, at = (uploads[-1].id, uploads[-1].at) if uploads and ran >= {*names} else ("", "")
    return CompiledUpload(manifest, card, tuple(str(folder / name) for name in names), noted, "", at)


def ledger_of(workspace: Workspace) -> Ledger:
    """Return the ledger of the folder's repository.

    Raises:
        NotGit, NoGit: there is no repository.
    """
    return read_ledger(Checkout(workspace.root).program)


def upload_statuses(ledger: Ledger) -> tuple[UploadStatus, ...]:
    """Return the uploads that were noted, and the deliveries of which none says that they ran, the last first.

    Raises:
        LedgerBroken, LedgerNewer: the ledger cannot be read.
    """
    entries = sorted((*ledger.uploads, *ledger.deliveries), key=lambda entry: entry.moment)
    people = [raw.count(b"\n") for raw in ledger.files((one, PEOPLE) for one in entries)]
    found = (_upload_status(ledger, *pair) for pair in zip(entries, people, strict=True))
    return tuple(found)[::-1]


_SKEW: Final = timedelta(hours=1)
"""By how much two clocks may differ without a word."""


def dated_ahead(ledger: Ledger) -> tuple[str, ...]:
    """Return the ids of uploads and observations that happen after now: a clock was wrong, and they count as the last.

    Raises:
        LedgerBroken, LedgerNewer: the ledger cannot be read.
    """
    latest = stamp_of(datetime.now(UTC) + _SKEW)
    return tuple(one.id for one in in_order(ledger.entries) if one.at > latest)


def _upload_status(ledger: Ledger, entry: LedgerEntry, people: int) -> UploadStatus:
    results = ledger.results_of(entry.id)
    became = {
        (line.file, line.username): line.status
        for one, raw in zip(results, ledger.files((one, RESULT) for one in results), strict=True)
        for line in read_results(raw, one.id)
    }
    batch = entry.text("batch")
    ran = {file.sent_as for one in ledger.uploads if one.text("batch") == batch for file in one.jobs}
    return UploadStatus(
        entry.id,
        entry.at,
        entry.text("commit"),
        entry.text("on"),
        people,
        _sent_files(entry),
        len({username for (_file, username), became_of in became.items() if became_of is not RowStatus.SENT}),
        tuple(one.id for one in results),
        entry.text("takes_back"),
        tuple(name for name in entry.texts("of_jobs") if name not in ran),
        is_shared=entry.id not in ledger.unshared,
        delivery=_delivery_state(ledger, entry),
    )


def people_in(ledger: Ledger, entries: Sequence[LedgerEntry]) -> tuple[int, ...]:
    """Return how many people each of the entries is about; 0 of one that is about nobody or that names nobody.

    Raises:
        LedgerBroken: a file of an entry is not there.
    """
    listed = [(entry, _LISTS[entry.kind]) for entry in entries if entry.kind in _LISTS]
    found = {
        entry.id: len({cells[column] for cells in cells_of(raw) if len(cells) > column})
        for (entry, (_name, column)), raw in zip(
            listed, ledger.files((entry, name) for entry, (name, _column) in listed), strict=True
        )
    }
    rows = {entry.id: sum(file.rows for file in entry.files if file.name in _TABLES) for entry in entries}
    return tuple(found.get(entry.id, rows[entry.id]) for entry in entries)


_LISTS: Final = {EntryKind.UPLOAD: (PEOPLE, 0), EntryKind.DELIVERED: (PEOPLE, 0), EntryKind.RESULT: (RESULT, 1)}
"""By the kind of an entry, its file that names people, and in which column."""

_TABLES: Final = frozenset({OBSERVED, OBSERVED_OTHERS, APPROVED})
"""Files of entries with one row for each person."""


def _sent_files(entry: LedgerEntry) -> tuple[tuple[str, int], ...]:
    """Return each file and its rows; of a sync file the ledger has fewer, and says how many were delivered."""
    sent = entry.facts.get("sent") if entry.kind is EntryKind.DELIVERED else None
    known = [one for one in (sent if isinstance(sent, list) else ()) if isinstance(one, dict)]
    found = tuple((str(one.get("name")), one["rows"]) for one in known if type(one.get("rows")) is int)
    return found or tuple((file.sent_as, file.rows) for file in entry.jobs)


def _delivery_state(ledger: Ledger, entry: LedgerEntry) -> str:
    if entry.kind is not EntryKind.DELIVERED:
        return ""
    if all(one.delivery != entry.id for one in ledger.state().pending.values()):
        return DeliveryState.SEEN
    sent = entry.facts.get("sent")
    listed = sent if isinstance(sent, list) else [{}]
    answered = all(isinstance(one, dict) and one.get("answered") is True for one in listed)
    return DeliveryState.PENDING if answered else DeliveryState.UNANSWERED


def sent_statuses(workspace: Workspace, on: str) -> Mapping[str, SentStatus]:
    """Return how each person whose record has no error compares with the last upload, by username.

    Raises:
        Trouble: there is no git, or nothing that could be sent.
    """
    compiled = prepare(workspace, CompileOptions(on, allow_dirty=True, skip_errors=True))
    if compiled.prepared is None:
        return {}
    plan = compiled.prepared.plan
    found = {change.username: SentStatus(change.status, change.effects) for change in plan.differences}
    return found | dict.fromkeys(plan.unchanged, SentStatus(Status.UNCHANGED))


_TICKS_SIZE: Final = 64_000


def ticked(workspace: Workspace, card: str) -> frozenset[int]:
    """Return the numbers of the ticked lines of this card; none when nothing is written of just this card."""
    try:
        return frozenset(map(int, json.loads(file_reader.read(_place(workspace, card), _TICKS_SIZE))))
    except (NoGit, NotGit, Unreadable, ValueError, TypeError):
        return frozenset()


def keep_ticks(workspace: Workspace, card: str, lines: Collection[int]) -> None:
    """Write the numbers of the ticked lines, and remove those of other cards; a disk that refuses is passed over."""
    with suppress(NoGit, NotGit, NotWritten):
        place = _place(workspace, card)
        atomic.write_private(place, json.dumps(sorted(lines)).encode())
        atomic.remove_others(place.parent, {place.name})


def _place(workspace: Workspace, card: str) -> Path:
    name = hashlib.sha256(card.encode(errors="surrogatepass")).hexdigest()[:24]
    return Path(Program(workspace.root).folder, "graduand", "ticks", f"{name}.json")
