"""Compiling an upload: which rows it has, what it would change, its limits, and its files."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from graduand.errors import LimitReached, NoCommit, NothingToCompile, PlanChanged, Uncommitted
from graduand.git.checkout import Checkout
from graduand.git.upload_branch import contains, upload_branch
from graduand.handshake.effect import Effect
from graduand.handshake.job import jobs_of
from graduand.handshake.plan import Breach, Plan, breaches, plan_of
from graduand.handshake.state import Retry
from graduand.handshake.upload import CARD, MANIFEST, HeldPerson, HeldReason, Override, Upload, files_of, manifest
from graduand.handshake.upload_card import card
from graduand.language import _, ngettext
from graduand.records.paths import within
from graduand.records.record import FOLDER
from graduand.storage import publish
from graduand.uploads.exchange import NOTHING_ASKED, fetch_ledger
from graduand.uploads.known_state import read_known_state
from graduand.workspace import errors

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from graduand.git.checkout import WorkTreeStatus
    from graduand.handshake.row_table import RowTable
    from graduand.handshake.state import State
    from graduand.index.index import Checked
    from graduand.index.index_store import Progress
    from graduand.ledger.sync import Synced
    from graduand.records.school import School
    from graduand.uploads.exchange import Exchange
    from graduand.uploads.known_state import KnownState
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
    exchange: Exchange | None = None
    """How the ledger is fetched first; None: not at all."""
    retry_excluded: bool = False
    """People too whose account Handshake said to be excluded from sync."""


class PreparedUpload(NamedTuple):
    """An upload that is ready to be looked at, and perhaps written."""

    upload: Upload
    plan: Plan
    breaches: tuple[Breach, ...]
    known: KnownState
    """What Handshake holds."""
    fetched: Synced
    """How the ledger was fetched."""

    @property
    def since(self) -> str:
        """The id of the last upload that was noted; "" when none is."""
        return self.known.last_upload


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
    fetched = fetch_ledger(checkout.program, order.exchange) if order.exchange else NOTHING_ASKED
    known = read_known_state(checkout.program, workspace.importer, no_cache=no_cache, needs_ledger=order.changed)
    cohorts = {page.cohort for page in index.pages if within(f"{FOLDER}/{page.cohort}", scope)}
    every = index.table(faulty, cohorts)
    rows, held = _without_held(every, known, order)
    plan = _chosen(plan_of(rows, known.state, workspace.school), known.state, order)
    if not plan.table.rows:
        raise NothingToCompile(order.cohort, [one.username for one in held], all_sent=bool(every.rows))
    upload = upload_of(plan.table, workspace.school, known, order)._replace(
        commit=commit, dirty=dirty, left_out=tuple(sorted(faulty.values())), held=held
    )
    return Compiled(PreparedUpload(upload, plan, breaches(plan, workspace.institution), known, fetched), checked)


def _without_held(table: RowTable, known: KnownState, order: CompileOptions) -> tuple[RowTable, tuple[HeldPerson, ...]]:
    """Return the rows that may be sent, and the people whose rows are held back."""
    why = {}
    if not order.retry_excluded:
        held = (username for username, refused in known.state.retries.items() if refused.retry is Retry.HELD)
        why = dict.fromkeys(held, HeldReason.EXCLUDED)
    places = [place for place, username in enumerate(table.usernames) if username not in why] if why else []
    found = tuple(HeldPerson(username, why[username]) for username in table.usernames if username in why) if why else ()
    return (table.picked(places) if found else table), found


def _chosen(plan: Plan, state: State, order: CompileOptions) -> Plan:
    """Return the plan of the people who are asked for."""
    if not order.only and not order.changed:
        return plan
    return plan_of(plan.table.picked(plan.places(order.only, changed=order.changed)), state, plan.school)


def compile_upload(
    workspace: Workspace, prepared: PreparedUpload, folder: Path, *, plan: str = "", approve: str = ""
) -> Upload:
    """Write the files of a prepared upload into `folder`; return it as its manifest describes it.

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
    upload = vouched(workspace, prepared.upload, prepared.known, prepared.breaches)
    write_upload(upload, workspace.school, folder)
    return upload


def vouched(workspace: Workspace, upload: Upload, known: KnownState, passed: Iterable[Breach] = ()) -> Upload:
    """Return the upload with what its manifest says of where it comes from, and of limits `passed` on purpose."""
    program, limits = known.ledger.program, tuple(passed)
    branch = upload_branch(program)
    by = Checkout(workspace.root).identity() if limits else ""
    overrides = tuple(Override("limit", breach.number, by, describe_breach(breach)) for breach in limits)
    return upload._replace(
        branch=program.opened.branch,
        published=contains(program, branch, upload.commit),
        overrides=() if upload.rehearsal else overrides,
        anchor=known.ledger.anchor(branch or upload.commit),
    )


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


def upload_of(table: RowTable, school: School, known: KnownState, order: CompileOptions) -> Upload:
    """Return the upload of the rows of a table, which no commit answers for yet."""
    return Upload(
        files=files_of(jobs_of(table, school, known.state), school, order.on, rehearsal=order.rehearse),
        commit="",
        dirty=False,
        on=order.on,
        region=school.institution.region,
        records=len(table.rows),
        left_out=(),
        rehearsal=order.rehearse,
        usernames=tuple(sorted(table.usernames)),
        ledger=known.ledger.head,
    )
