"""Uploads: the use cases from records to what Handshake was sent, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from graduand import disk
from graduand.errors import (
    LimitReached,
    NoCommit,
    NothingToCompile,
    PlanChanged,
    Uncommitted,
    Unreadable,
)
from graduand.handshake.card import card
from graduand.handshake.job import jobs_of
from graduand.handshake.plan import Breach, Effect, Plan, breaches, plan_of, walls
from graduand.handshake.row import Row, row_of
from graduand.handshake.state import NOTHING, Sent, after
from graduand.handshake.upload import CARD, MANIFEST, Upload, files_of, manifest
from graduand.history import ledger
from graduand.history.checkout import Checkout
from graduand.history.snapshot import contents, entries, school_at
from graduand.language import _, ngettext
from graduand.records.canon import fast_reader
from graduand.records.paths import username_of
from graduand.records.reading import read
from graduand.rules import judgement
from graduand.workspace import errors

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from pathlib import Path

    from graduand.handshake.job import Job
    from graduand.history.ledger import Noted
    from graduand.history.program import Program
    from graduand.records.record import Record
    from graduand.records.school import School
    from graduand.rules.judgement import CheckedRecord
    from graduand.workspace import Checked, Workspace


class Order(NamedTuple):
    """What is to be planned or compiled."""

    on: str
    """The day, `yyyy-mm-dd`, that decides what is held back."""
    cohort: str = ""
    """Empty: all cohorts."""
    only: frozenset[Effect] = frozenset()
    """Only people to whom one of these is done; empty: whatever is done."""
    changed: bool = False
    """Only people with something outstanding."""
    rehearse: bool = False
    allow_dirty: bool = False
    skip_errors: bool = False


class Prepared(NamedTuple):
    """An upload that is ready to be looked at, and perhaps written."""

    upload: Upload
    plan: Plan
    breaches: tuple[Breach, ...]
    since: str
    """The last upload that was noted; empty: none."""


class Compiled(NamedTuple):
    """What a compile came to; without an upload when errors in the scope stopped it."""

    prepared: Prepared | None
    checked: Checked
    """What was found in the scope."""


def prepare(workspace: Workspace, order: Order, progress: Callable[[int, int], None] | None = None) -> Compiled:
    """Plan an upload without writing anything.

    Raises:
        NotGit, NoGit, NoCommit, Uncommitted: it could not be answered for.
        NothingToCompile: the scope is empty.
    """
    scope = workspace.scope((), order.cohort)
    checkout = Checkout(workspace.root)
    commit, dirty = _answerable(checkout, order)
    checked = workspace.check_within(scope, order.on, progress)
    faulty = {finding.path: finding.username or finding.path for finding in errors(checked.findings)}
    if faulty and not order.skip_errors:
        return Compiled(None, checked)
    sent, since = _sent(checkout.program)
    sound = judgement.sound(checked.records, checked.findings)
    rows = [row_of(one, workspace.school, order.on) for one in sound]
    plan = plan_of(rows, sent, workspace.school.year)
    wanted = _wanted(plan, order)
    chosen = [row for row in rows if row.username in wanted]
    if not chosen:
        raise NothingToCompile(order.cohort)
    upload = _upload(chosen, workspace.school, sent, order)._replace(
        commit=commit, dirty=dirty, left_out=tuple(sorted(faulty.values()))
    )
    shown = Plan(tuple(change for change in plan.changes if change.username in wanted))
    return Compiled(Prepared(upload, shown, breaches(shown, workspace.institution), since), checked)


def compile_upload(
    workspace: Workspace, prepared: Prepared, folder: Path, *, plan: str = "", approve: str = ""
) -> None:
    """Write the files of a prepared upload into `folder`.

    Raises:
        PlanChanged: it is not the one whose checksum is `plan` or `approve`.
        LimitReached: it goes beyond the school's limits, and `approve` is not its checksum.
        NotWritten, InTheWay: the files could not be written; nothing has changed.
    """
    checksum = prepared.upload.plan
    for approved in (plan, approve):
        if approved and approved != checksum:
            raise PlanChanged(approved, checksum)
    if prepared.breaches and not approve and not prepared.upload.rehearsal:
        raise LimitReached(" ".join(said(breach) for breach in prepared.breaches), checksum)
    write(prepared.upload, workspace.school, folder)


def write(upload: Upload, school: School, folder: Path) -> None:
    """Write an upload's files, card and manifest, all or none."""
    files = {file.name: file.content for file in upload.files}
    files[CARD] = card(upload, school).encode()
    files[MANIFEST] = manifest(upload).encode()
    disk.publish(folder, files, MANIFEST)


def said(breach: Breach) -> str:
    """Return the sentence that says by how much a limit is passed."""
    if breach.effect is Effect.DEACTIVATE:
        many = ngettext("{count} account would be closed", "{count} accounts would be closed", breach.number)
    else:
        many = ngettext("{count} address would change", "{count} addresses would change", breach.number)
    limits = [str(breach.limit.count)] if breach.limit.count is not None else []
    limits += [f"{breach.limit.percent}\u00a0%"] if breach.limit.percent is not None else []
    message = _("{many}, of {people} people; the limit in institution.yaml is {limit}.")
    return message.format(many=many.format(count=breach.number), people=breach.people, limit=" / ".join(limits))


def _answerable(checkout: Checkout, order: Order) -> tuple[str, bool]:
    """Return the commit that is checked out, and whether the folder differs from it."""
    commit, changed = checkout.head(), checkout.uncommitted()
    if not order.allow_dirty and not commit:
        raise NoCommit
    if not order.allow_dirty and changed:
        raise Uncommitted(changed)
    return commit, bool(changed)


def _wanted(plan: Plan, order: Order) -> frozenset[str]:
    return frozenset(
        change.username
        for change in plan.changes
        if (not order.only or order.only & set(change.effects))
        and (not order.changed or change.username in plan.outstanding)
    )


def _upload(rows: list[Row], school: School, sent: Sent, order: Order) -> Upload:
    jobs = _jobs(rows, school, sent)
    return Upload(
        files=files_of(jobs, school, order.on, rehearsal=order.rehearse),
        commit="",
        dirty=False,
        on=order.on,
        region=school.institution.region,
        records=len(rows),
        left_out=(),
        rehearsal=order.rehearse,
        usernames=tuple(sorted(row.username for row in rows)),
    )


def _jobs(rows: Iterable[Row], school: School, sent: Sent) -> tuple[Job, ...]:
    return jobs_of(rows, school, sent.cells, lambda ordinary: walls(ordinary, sent, school.own_domains))


def _sent(program: Program) -> tuple[Sent, str]:
    """Return what Handshake was sent by all uploads that were noted, and the name of the last of them."""
    sent, last = NOTHING, ""
    failed = failures(program)
    for tag in ledger.noted(program, ledger.UPLOAD):
        sent = after(sent, jobs_again(program, tag, sent), failed.get(tag.name, frozenset()))
        last = tag.name
    return sent, last


def failures(program: Program) -> Mapping[str, frozenset[str]]:
    """Return whose rows are known to have failed, as the files name them, by upload."""
    found: dict[str, frozenset[str]] = {}
    for tag in ledger.noted(program, ledger.RESULT):
        rows = frozenset(str(row.get("row", "")) for row in tag.says.get("failed", []))
        upload = str(tag.says.get("upload", ""))
        found[upload] = found.get(upload, frozenset()) | rows
    return found


def jobs_again(program: Program, tag: Noted, sent: Sent) -> tuple[Job, ...]:
    """Return the jobs of an upload that was noted, compiled again from its commit; `sent` is what stood before it.

    Raises:
        Unreadable: its commit is not in this clone.
    """
    commit, on = str(tag.says.get("commit") or tag.commit), str(tag.says.get("on", ""))
    if not ledger.is_commit(program, commit):
        raise Unreadable(tag.name, _("its commit is not in this clone (a shallow one?); fetch the whole history"))
    school = school_at(program, commit)
    usernames = frozenset(str(username) for username in tag.says.get("usernames", []))
    records = records_at(program, commit, school, usernames)
    return _jobs([row_of(record, school, on) for record in records], school, sent)


def records_at(program: Program, commit: str, school: School, usernames: Collection[str]) -> tuple[CheckedRecord, ...]:
    """Return the records of these people at a commit whose upload vouches for them."""
    read_fast = fast_reader(school)
    found: list[Record] = []
    for path, raw in contents(
        program, (entry for entry in entries(program, commit) if username_of(entry.path) in usernames)
    ):
        record = read_fast(path, raw) or read(path, raw, school).record
        if record is not None:
            found.append(record)
    return judgement.sound(found, ())
