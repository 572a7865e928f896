"""Taking: the use case of taking in what a foreign file would do: all records in one commit, refused rows aside."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.editing.proposal import Proposal, changed, founded, moved
from graduand.editing.transaction import apply, uncommitted
from graduand.errors import ChangedOnDisk, NotCommitted, Usage
from graduand.findings import Finding
from graduand.intake import source_profile
from graduand.intake.refused_rows import refused_table
from graduand.language import _, quoted
from graduand.records import files
from graduand.records.paths import record_path, username_of
from graduand.records.reading import read
from graduand.records.record import Record
from graduand.storage import publish

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from graduand.editing.transaction import Resumed
    from graduand.file_change import Saved
    from graduand.intake.preview import Look
    from graduand.workspace import Workspace

_COHORT: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")


class IntakeResult(NamedTuple):
    """What an intake did."""

    saved: tuple[Saved, ...]
    refused: Path | None
    """The file of the rows that were not taken; None when all were."""


def cohort(text: str) -> str:
    """Return `text` when a class may be called so.

    Raises:
        Usage: it cannot be a folder everywhere.
    """
    if text and set(text) <= _COHORT and text[0] not in "-_" and len(text) <= 60:
        return text
    message = _("{value} cannot name a class; use letters, figures and hyphens, such as 2026-spring.")
    raise Usage(message.format(value=quoted(text)))


def folder_of(workspace: Workspace) -> Path:
    """Return where refused rows are put, unless somebody names another folder."""
    return workspace.root / "build" / "intake"


def proposals(workspace: Workspace, look: Look) -> tuple[Proposal, ...]:
    """Return what the file proposes: new and changed records, those that must make room, and what was learnt of it.

    Raises:
        ChangedOnDisk: a record is no longer what was looked at.
    """
    paths = {username_of(path): path for path in files.find(workspace.root).paths}
    people = Counter(path.split("/")[1] for path in paths.values())
    people[look.order.cohort] += len(look.new)
    made = [*_changed(workspace, look, paths), *_new(workspace, look, people[look.order.cohort])]
    if look.new:
        made += _settled(workspace, look, people[look.order.cohort], made)
    return (*made, *_learnt(look))


def _new(workspace: Workspace, look: Look, people: int) -> Iterator[Proposal]:
    for row in look.new:
        path = record_path(look.order.cohort, look.survey.usernames[row], people)
        yield founded(Record(path, look.survey.values(row)), workspace.school)


def _changed(workspace: Workspace, look: Look, paths: dict[str, str]) -> Iterator[Proposal]:
    for change in look.changes:
        raw, was = _reread(workspace, paths.get(change.username, change.username))
        if {key: was.values.get(key) for key in change.before} != change.before:
            raise ChangedOnDisk(was.path)
        yield changed(was, raw, change.values, workspace.school)


def _reread(workspace: Workspace, path: str) -> tuple[bytes, Record]:
    raw = files.load(workspace.root, path)
    reading = None if isinstance(raw, Finding) else read(path, raw, workspace.school)
    if isinstance(raw, Finding) or reading is None or reading.record is None or reading.findings:
        raise ChangedOnDisk(path)
    return raw, reading.record


def _settled(workspace: Workspace, look: Look, people: int, made: list[Proposal]) -> Iterator[Proposal]:
    """Move the records that were in the cohort already, where it has become too large for one folder."""
    folder = f"records/{look.order.cohort}/"
    by_path = {one.path: number for number, one in enumerate(made)}
    for path in files.find(workspace.root).paths:
        target = record_path(look.order.cohort, username_of(path), people)
        if not path.startswith(folder) or path == target:
            continue
        if path in by_path:
            gone, there = moved(made[by_path[path]], target, workspace.school)
            made[by_path[path]] = gone
            yield there
        else:
            raw, was = _reread(workspace, path)
            yield from moved(changed(was, raw, {}, workspace.school), target, workspace.school)


def _learnt(look: Look) -> Iterator[Proposal]:
    """Propose the file of the source, when it says something new and anybody came of it."""
    if not (look.new or look.changes or look.identical):
        return
    text = source_profile.written(look.source)
    if text.encode() != look.source_before:
        yield Proposal(source_profile.path_of(look.source_name), None, look.source_before, text)


def take(
    workspace: Workspace,
    look: Look,
    folder: Path,
    *,
    commit: bool = True,
    tell: Callable[[Resumed], None] | None = None,
) -> IntakeResult:
    """Write what the file proposes, all or nothing, and put the refused rows into `folder`.

    Raises:
        ChangedOnDisk, NotWritten, NotNow, Busy: nothing was written; or all was, but for the refused rows.
        NotCommitted: git refused; all is written.
    """
    new, other = len(look.new), len(look.changes)
    subject = f"Intake: {look.source_name}, {new} new, {other} changed"
    trailers = {"Graduand-Kind": "intake", "Graduand-Cohort": look.order.cohort if new else ""}
    proposed = (*proposals(workspace, look), *(_left(workspace, look) if commit else ()))
    try:
        saved = apply(workspace, proposed, subject, trailers, commit=commit, tell=tell)
    except NotCommitted as refused:
        if refused.saved:
            _put_aside(look, folder)
        raise
    # What lies there may be the very file that was put right and is taken in: it goes once its people are saved.
    return IntakeResult(saved, _put_aside(look, folder))


def _left(workspace: Workspace, look: Look) -> Iterator[Proposal]:
    """Propose as they are the records that say all this, where an earlier save of them is not committed yet."""
    identical = frozenset(look.identical)
    for path in sorted(uncommitted(workspace)) if identical else ():
        raw = files.load(workspace.root, path) if username_of(path) in identical else None
        if isinstance(raw, bytes):
            yield Proposal(path, None, raw, raw.decode(errors="surrogateescape"))


def _put_aside(look: Look, folder: Path) -> Path | None:
    """Write the refused rows; those of an earlier intake of this source go."""
    name = f"{look.source_name}-refused.csv"
    if not look.refused:
        if (folder / name).exists():
            publish.publish_set(folder, {}, name)
        return None
    numbers = {line: number for number, line in enumerate(look.table.lines)}
    ragged = {odd.line: odd.cells for odd in look.table.ragged}
    pairs = [(ragged.get(one.line) or look.table.row(numbers[one.line]), one.reason) for one in look.refused]
    publish.publish_set(folder, {name: refused_table(look.table.headers, pairs, look.table.separator)}, name)
    return folder / name
