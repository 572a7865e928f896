"""Compiling an upload: which rows it has, what it would change, its limits, and its files."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from graduand.errors import LimitReached, NoCommit, NothingToCompile, PlanChanged, Uncommitted
from graduand.git.checkout import Checkout
from graduand.handshake.effect import Effect
from graduand.handshake.job import jobs_of
from graduand.handshake.plan import Breach, Plan, breaches, plan_of
from graduand.handshake.upload import CARD, MANIFEST, Upload, files_of, manifest
from graduand.handshake.upload_card import card
from graduand.language import _, ngettext
from graduand.records.paths import within
from graduand.records.record import FOLDER
from graduand.storage import publish
from graduand.uploads.last_sent import read_last_sent
from graduand.workspace import errors

if TYPE_CHECKING:
    from pathlib import Path

    from graduand.git.checkout import WorkTreeStatus
    from graduand.handshake.row_table import RowTable
    from graduand.handshake.state import Sent
    from graduand.index.index import Checked
    from graduand.index.index_store import Progress
    from graduand.records.school import School
    from graduand.uploads.last_sent import LastSent
    from graduand.uploads.replay import UploadHistory
    from graduand.workspace import Workspace


class CompileOptions(NamedTuple):
    """What is to be planned or compiled."""

    on: str
    """The day, `yyyy-mm-dd`, that decides what is held back."""
    cohort: str = ""
    """Empty: all cohorts."""
    only: frozenset[Effect] = frozenset()
    """Only people to whom one of these is done, and nothing worse; empty: whatever is done."""
    changed: bool = False
    """Only people with something outstanding."""
    rehearse: bool = False
    allow_dirty: bool = False
    skip_errors: bool = False


class PreparedUpload(NamedTuple):
    """An upload that is ready to be looked at, and perhaps written."""

    upload: Upload
    plan: Plan
    breaches: tuple[Breach, ...]
    since: str
    """The last upload that was noted; empty: none."""


class Compiled(NamedTuple):
    """What a compile came to; without an upload when errors in the scope stopped it."""

    prepared: PreparedUpload | None
    checked: Checked
    """What was found in the scope."""


def prepare(
    workspace: Workspace, order: CompileOptions, progress: Progress | None = None, *, no_cache: bool = False
) -> Compiled:
    """Plan an upload without writing anything; with `no_cache`, read all records, not only those that have changed.

    Raises:
        NotGit, NoGit, NoCommit, Uncommitted: it could not be answered for.
        NothingToCompile: the scope is empty.
    """
    scope = workspace.scope((), order.cohort)
    checkout = Checkout(workspace.root)
    workspace.set_git_folder(checkout.program.folder)
    with checkout.status() as status:
        index = workspace.read_index(order.on, progress, no_cache=no_cache)
        checked = index.check(scope)
        commit, dirty = _answerable(order, status())
    faulty = {finding.path: finding.username or finding.path for finding in errors(checked.findings)}
    if faulty and not order.skip_errors:
        return Compiled(None, checked)
    past = read_last_sent(checkout.program, no_cache=no_cache)
    cohorts = {page.cohort for page in index.pages if within(f"{FOLDER}/{page.cohort}", scope)}
    rows = index.table(faulty, cohorts)
    plan = _chosen(plan_of(rows, past.sent, workspace.school.year), past.sent, order)
    if not plan.table.rows:
        raise NothingToCompile(order.cohort, all_sent=bool(rows.rows))
    upload = upload_of(plan.table, workspace.school, past, order)._replace(
        commit=commit, dirty=dirty, left_out=tuple(sorted(faulty.values()))
    )
    return Compiled(PreparedUpload(upload, plan, breaches(plan, workspace.institution), past.last_upload), checked)


def _chosen(plan: Plan, sent: Sent, order: CompileOptions) -> Plan:
    """Return the plan of the people who are asked for."""
    if not order.only and not order.changed:
        return plan
    return plan_of(plan.table.picked(plan.places(order.only, changed=order.changed)), sent, plan.year)


def compile_upload(
    workspace: Workspace, prepared: PreparedUpload, folder: Path, *, plan: str = "", approve: str = ""
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
        raise LimitReached(" ".join(describe_breach(breach) for breach in prepared.breaches), checksum)
    write_upload(prepared.upload, workspace.school, folder)


def write_upload(upload: Upload, school: School, folder: Path) -> None:
    """Write an upload's files, card and manifest, all or none."""
    files = {file.name: file.content for file in upload.files}
    files[CARD] = card(upload, school).encode()
    files[MANIFEST] = manifest(upload).encode()
    publish.publish_set(folder, files, MANIFEST)


def describe_breach(breach: Breach) -> str:
    """Return the sentence that says by how much a limit is passed."""
    if breach.effect is Effect.DEACTIVATE:
        many = ngettext("{count} account would be closed", "{count} accounts would be closed", breach.number)
    else:
        many = ngettext("{count} address would change", "{count} addresses would change", breach.number)
    message = _("{many}, of {people} people; the limit in institution.yaml is {limit}.")
    return message.format(many=many.format(count=breach.number), people=breach.people, limit=breach.limit.spelt)


def _answerable(order: CompileOptions, status: WorkTreeStatus) -> tuple[str, bool]:
    """Return the commit that is checked out, and whether the folder differs from it.

    Raises:
        NoCommit, Uncommitted: an upload that is no draft would have no commit to be compiled from.
    """
    if not order.allow_dirty and not status.commit:
        raise NoCommit
    if not order.allow_dirty and status.changed:
        raise Uncommitted(status.changed)
    return status.commit, bool(status.changed)


def upload_of(table: RowTable, school: School, past: LastSent | UploadHistory, order: CompileOptions) -> Upload:
    """Return the upload of the rows of a table, which no commit answers for yet."""
    return Upload(
        files=files_of(jobs_of(table, school, past.sent), school, order.on, rehearsal=order.rehearse),
        commit="",
        dirty=False,
        on=order.on,
        region=school.institution.region,
        records=len(table.rows),
        left_out=(),
        rehearsal=order.rehearse,
        usernames=tuple(sorted(table.usernames)),
        since=past.since,
    )
