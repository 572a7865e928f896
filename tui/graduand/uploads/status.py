"""The status of uploads: the compiled one with its ticked boxes, the noted ones, and how each person compares."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.errors import NoGit, NotAnUpload, NotGit, NotWritten, Unreadable
from graduand.git import upload_tags
from graduand.git.checkout import Checkout
from graduand.git.program import Program
from graduand.handshake.effect import Status
from graduand.handshake.manifest_check import received
from graduand.handshake.upload import CARD, MANIFEST
from graduand.index.people_list import SentStatus
from graduand.storage import atomic, file_reader
from graduand.uploads.compiler import CompileOptions, prepare
from graduand.vocabulary import vocabularies

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

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
    """The tag that notes it; "" when it is not noted yet."""
    obstacle: str
    """Why it cannot be noted; "" when it can."""


class UploadStatus(NamedTuple):
    """An upload that was noted, and what came back of it."""

    name: str
    commit: str
    on: str
    people: int
    files: tuple[tuple[str, int], ...]
    """Each file and its rows."""
    failed: int
    """People whose rows are known to have failed."""
    results: tuple[str, ...]
    """The tags of what came back."""
    rollback_of: str


def folder_of(workspace: Workspace) -> Path:
    """Return where uploads are compiled to."""
    return workspace.root / "build"


def holds_upload(folder: Path) -> bool:
    """Return whether a folder holds a compiled upload."""
    return (folder / MANIFEST).exists()


def compiled_upload(workspace: Workspace) -> CompiledUpload | None:
    """Return the compiled upload in `build/`; None when there is none.

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
    noted = [
        tag.name for tag in upload_tags.noted(Checkout(workspace.root).program, upload_tags.UPLOAD) if tag.says == says
    ]
    return CompiledUpload(
        manifest, card, tuple(str(folder / str(job["file"])) for job in says["jobs"]), "".join(noted[:1]), ""
    )


def upload_statuses(workspace: Workspace) -> tuple[UploadStatus, ...]:
    """Return the uploads that were noted, the last first.

    Raises:
        NotGit, NoGit: there is no repository.
    """
    program = Checkout(workspace.root).program
    failed: defaultdict[str, set[str]] = defaultdict(set)
    results: defaultdict[str, list[str]] = defaultdict(list)
    for tag in upload_tags.noted(program, upload_tags.RESULT):
        upload = str(tag.says.get("upload", ""))
        results[upload].append(tag.name)
        failed[upload] |= {str(one.get("row", "")) for one in tag.says.get("failed", []) if isinstance(one, dict)}
    noted = [tag for tag in upload_tags.noted(program, upload_tags.UPLOAD) if tag.says]
    return tuple(_upload_status(tag, failed, results) for tag in reversed(noted))


def _upload_status(
    tag: upload_tags.Noted, failed: Mapping[str, set[str]], results: Mapping[str, list[str]]
) -> UploadStatus:
    says = tag.says
    jobs = [job for job in says.get("jobs", []) if isinstance(job, dict)]
    return UploadStatus(
        tag.name,
        str(says.get("commit") or tag.commit),
        str(says.get("on", "")),
        len(says.get("usernames", [])),
        tuple((str(job.get("file", "")), rows if isinstance(rows := job.get("rows"), int) else 0) for job in jobs),
        len(failed.get(tag.name, ())),
        tuple(results.get(tag.name, ())),
        str(says.get("rollback_of", "")),
    )


_OFFERED: Final = 8


def downloads(home: Path) -> tuple[str, ...]:
    """Return the CSV files that a browser has put below `home` of late, the last first."""
    found: list[tuple[float, str]] = []
    for folder in {name for one in vocabularies() for name in one.downloads}:
        try:
            found += [(path.stat().st_mtime, str(path)) for path in (home / folder).glob("*.csv")]
        except OSError:
            continue
    return tuple(path for _time, path in sorted(found, reverse=True)[:_OFFERED])


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
