"""Compiling an upload: which rows it has, what it would change, its limits, and its files."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.errors import (
    LimitReached,
    NoCommit,
    NotApproved,
    NothingToCompile,
    NotReviewed,
    PlanChanged,
    SparseCheckout,
    Uncommitted,
    Unreadable,
    Usage,
)
from graduand.git.checkout import Checkout
from graduand.git.upload_branch import contains
from graduand.handshake.effect import Effect, Status
from graduand.handshake.job import jobs_of
from graduand.handshake.plan import FEWER, Breach, Plan, breaches, plan_of
from graduand.handshake.row import HeldReason
from graduand.handshake.sendable import HeldPerson, nothing_left, sendable, waiting_among
from graduand.handshake.state import Retry
from graduand.handshake.upload import (
    AHEAD,
    CARD,
    MANIFEST,
    SCHEMA,
    Override,
    Upload,
    files_of,
    manifest,
)
from graduand.handshake.upload_card import card
from graduand.index.person_states import closed_by_uploads
from graduand.language import _, ngettext, quoted
from graduand.ledger.entry import PEOPLE, now, read_people
from graduand.ledger.ledger import read_ledger
from graduand.records.paths import username_of, within
from graduand.records.record import DISABLED, EMAIL, END, FOLDER
from graduand.rules.handshake_state import IDS, OWN_ADDRESS, TAKEN_BACK, is_conflict
from graduand.storage import file_reader, publish
from graduand.uploads.approvals import RowsToCover, require_approved
from graduand.uploads.exchange import NOTHING_ASKED, fetch_ledger, require_ledger
from graduand.uploads.free_text import person_in
from graduand.uploads.known_state import known_state_of, read_known_state
from graduand.uploads.review_policy import overrides_of, policy_in_force
from graduand.uploads.rows_at import rows_at
from graduand.uploads.unread_tags import require_read
from graduand.workspace import errors, today

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from graduand.findings import Finding
    from graduand.git.checkout import WorkTreeStatus
    from graduand.git.program import Program
    from graduand.handshake.row_table import RowTable
    from graduand.handshake.state import State
    from graduand.index.index import Checked, Index
    from graduand.index.index_store import Progress
    from graduand.ledger.fold import LedgerState
    from graduand.ledger.sync import Synced
    from graduand.records.school import School
    from graduand.uploads.exchange import Exchange
    from graduand.uploads.known_state import KnownState
    from graduand.workspace import Workspace


EARLY: Final = "early"
"""What an override passes over that sends graduations or departures before their day."""
_SIZE: Final = 64_000_000
_HELD_BY_RULE: Final = {TAKEN_BACK: HeldReason.TAKEN_BACK, OWN_ADDRESS: HeldReason.OWN_ADDRESS}


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
    early: bool = False
    """Graduations and departures too whose day has not come."""


class PreparedUpload(NamedTuple):
    """An upload that is ready to be looked at, and perhaps written."""

    upload: Upload
    plan: Plan
    breaches: tuple[Breach, ...]
    known: KnownState
    """What Handshake holds."""
    fetched: Synced
    """How the ledger was fetched."""
    cohort: str
    """The cohort that it is about; "" for all."""
    conflicts: tuple[Finding, ...]
    """What records say against what Handshake holds, or do not say of it; errors leave these people out."""
    closed_without_record: tuple[str, ...]
    """Usernames of accounts that an upload closed and that no record speaks of any more."""

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

    People whose records contradict what Handshake holds are left out of it and named; they stop nothing.

    Raises:
        NotGit, NoGit, NoCommit, Uncommitted: it could not be answered for.
        NothingToCompile: there is nobody in the scope whose record has no error.
        LedgerBroken, LedgerNewer, LedgerCut, LedgerIncomplete: what Handshake holds is not known here.
    """
    scope = workspace.scope((), order.cohort)
    checkout = Checkout(workspace.root)
    workspace.set_program(checkout.program)
    with checkout.status() as status:
        index = workspace.read_index(order.on, progress, no_cache=no_cache)
        checked = index.check(scope)
        commit, dirty = _answerable(order, status())
    stopping = [finding for finding in errors(checked.findings) if not is_conflict(finding)]
    faulty = {finding.path: finding.username or finding.path for finding in stopping}
    if faulty and not order.skip_errors:
        return Compiled(None, checked)
    fetched = fetch_ledger(checkout.program, order.exchange) if order.exchange else NOTHING_ASKED
    if fetched.entries and index.states and index.states.ledger.head != read_ledger(checkout.program).head:
        index = workspace.read_index(order.on, no_cache=no_cache)  # others have noted what the records are judged by
        checked = index.check(scope)
    known = _known_state(checkout.program, index, workspace, order)
    if order.exchange:
        known.ledger.require_sound()
    found = _planned(workspace, order, _Judged(index, checked, faulty, known))
    upload = found.upload._replace(commit=commit, dirty=dirty)
    return Compiled(found._replace(upload=upload, fetched=fetched), checked)


class _Judged(NamedTuple):
    """The records that an upload is made of, and what they are compared with."""

    records: Index
    checked: Checked
    faulty: Mapping[str, str]
    """Of records with errors the usernames, or what takes their place, by path."""
    known: KnownState


def _planned(workspace: Workspace, order: CompileOptions, judged: _Judged) -> PreparedUpload:
    """Return the upload of the people who are asked for, which no commit answers for yet."""
    index, checked, faulty, known = judged
    scope = workspace.scope((), order.cohort)
    every = index.table(faulty, {page.cohort for page in index.pages if within(f"{FOLDER}/{page.cohort}", scope)})
    if not every.rows and not every.withheld:
        raise NothingToCompile(order.cohort)
    conflicts = tuple(finding for finding in checked.findings if finding.rule in IDS)
    found = sendable(every, known.state, workspace.school, early=order.early)
    rows, held = _without_held(found.table, known, order, conflicts)
    plan = _chosen(plan_of(rows, known.state, workspace.school), known.state, order)
    sent = {*plan.table.usernames}
    early = tuple(one for one in found.early if one.username in sent)
    upload = upload_of(plan.table, workspace.school, known, order)
    return PreparedUpload(
        upload._replace(left_out=tuple(sorted(faulty.values())), held=(*found.held, *held), early=early),
        replace(plan, waiting=waiting_among(found.held)),
        breaches(plan, workspace.institution, len(checked.paths), _people_sent_last(every, known, scope)),
        known,
        NOTHING_ASKED,
        order.cohort,
        conflicts,
        () if order.cohort else _closed_without_record(index, {*every.usernames}, known.folded),
    )


def _known_state(program: Program, index: Index, workspace: Workspace, order: CompileOptions) -> KnownState:
    """Return what Handshake holds, as the records were judged by it."""
    states = index.states
    if states is None:  # the setting of the remote is wrong, as the reading says
        return read_known_state(program, workspace.importer, needs_ledger=order.changed)
    if order.changed:
        require_read(states.ledger)
    if order.changed and not states.ledger.head:
        require_ledger(states.ledger)
    return known_state_of(states.ledger, states.folded, workspace.importer)


def _closed_without_record(index: Index, usernames: Collection[str], folded: LedgerState) -> tuple[str, ...]:
    """Return the usernames that uploads closed and that neither a row, nor a file, nor a change of username has."""
    closed = {*closed_by_uploads(folded, usernames)}
    if closed:
        closed -= {username_of(path) for path in index.paths}
        closed -= {former for page in index.pages for former in page.previous_usernames.values()}
    return tuple(sorted(closed))


def _people_sent_last(table: RowTable, known: KnownState, scope: tuple[str, ...]) -> int:
    """Return how many people of the scope the last upload held that held any; 0 where there was none.

    Where it had no more rows than there are people now, their number is returned, and nothing is read.
    """
    uploads = [entry for entry in known.ledger.uploads if not entry.text("takes_back")]
    if not uploads or known.state.rows.keys().isdisjoint(table.usernames):
        return 0
    batch = uploads[-1].text("batch")
    rows = sum(file.rows for entry in uploads if entry.text("batch") == batch for file in entry.jobs)
    if not scope and rows <= len(table.rows):
        return rows
    batch, found = "", set[str]()
    for entry in reversed(uploads):
        if batch and entry.text("batch") != batch:
            continue
        (raw,) = known.ledger.files([(entry, PEOPLE)])
        people = {person.username for person in read_people(raw, entry.id) if within(person.path, scope)}
        if people:
            batch = entry.text("batch")
            found |= people
    return len(found)


def _without_held(
    table: RowTable, known: KnownState, order: CompileOptions, conflicts: Iterable[Finding]
) -> tuple[RowTable, tuple[HeldPerson, ...]]:
    """Return the rows that may be sent, and the people whose rows are held back."""
    why: dict[str, HeldReason] = {}
    if not order.retry_excluded:
        held = (username for username, refused in known.state.retries.items() if refused.retry is Retry.HELD)
        why = dict.fromkeys(held, HeldReason.EXCLUDED)
    for finding in filter(is_conflict, conflicts):
        why[finding.username] = _HELD_BY_RULE.get(finding.rule, HeldReason.CONFLICT)
    places = [place for place, username in enumerate(table.usernames) if username not in why] if why else []
    found = tuple(HeldPerson(username, why[username]) for username in table.usernames if username in why) if why else ()
    return (table.picked(places) if found else table), found


def _chosen(plan: Plan, state: State, order: CompileOptions) -> Plan:
    """Return the plan of the people who are asked for."""
    if not order.only and not order.changed:
        return plan
    return plan_of(plan.table.picked(plan.places(order.only, changed=order.changed)), state, plan.school)


class Permission(NamedTuple):
    """What the person who compiles has looked at, and passes over on purpose."""

    plan: str = ""
    """The checksum of the plan that was looked at; "" for any."""
    approve: str = ""
    """The checksum of a plan that may go beyond the school's limits; "" for none."""
    reason: str = ""
    """Why it may."""
    unreviewed: str = ""
    """Why a commit may go up that is not that of the upload branch; "" if it may not."""


NO_PERMISSION: Final = Permission()


def compile_upload(
    workspace: Workspace, prepared: PreparedUpload, folder: Path, permission: Permission = NO_PERMISSION
) -> Upload:
    """Write the files of a prepared upload into `folder`; return it as its manifest describes it.

    Raises:
        NothingToCompile: nothing is outstanding.
        PlanChanged: it is not the one whose checksum is permitted.
        LimitReached: it goes beyond the school's limits, and that is not permitted.
        NotReviewed: its commit is not that of the upload branch, and that is not permitted.
        NotApproved: a row was not approved by enough people.
        Usage: a reason names a person.
        NotWritten, InTheWay: the files could not be written; nothing has changed.
    """
    if not prepared.upload.records:
        raise NothingToCompile(prepared.cohort, nothing_left(prepared.cohort, prepared.upload.held))
    checksum = prepared.upload.plan
    for approved in (permission.plan, permission.approve):
        if approved and approved != checksum:
            raise PlanChanged(approved, checksum)
    if prepared.breaches and not permission.approve and not prepared.upload.rehearsal:
        raise LimitReached(" ".join(describe_breach(breach) for breach in prepared.breaches), checksum)
    rows = rows_to_cover(prepared.upload.commit, prepared.plan)
    upload = prepared.upload._replace(ahead=_ahead(workspace, prepared))
    upload = vouched(workspace, upload, prepared.known, permission, prepared.breaches, rows)
    write_upload(upload, workspace.school, folder)
    return upload


def _ahead(workspace: Workspace, prepared: PreparedUpload) -> tuple[HeldPerson, ...]:
    """Return the people whose rows would not go up like that today, as what they say waits for a day to come."""
    upload, table, now_on = prepared.upload, prepared.plan.table, today()
    if upload.on <= now_on or upload.dirty or not upload.commit:
        return ()
    cells = zip(table.usernames, table.column(DISABLED), table.column(END), strict=True)
    wanted = {name for name, disabled, end in cells if disabled or end > now_on}
    at = rows_at(prepared.known.ledger.program, upload.commit, workspace.school, now_on, wanted).table
    held = [*at.held_back.items(), *at.waiting.items()]
    due = {name: HeldPerson(name, HeldReason.GRADUATION, day) for name, day in held if day <= upload.on}
    return tuple(due[name] for name in sorted(due))


def rows_to_cover(commit: str, plan: Plan) -> RowsToCover:
    """Return the rows of a plan that change something, which is what people approve."""
    rows = {
        change.username: Effect.DEACTIVATE in change.effects
        for change in plan.differences
        if change.status is not Status.UNCHANGED
    }
    former = plan.table.previous_usernames
    return RowsToCover(commit, rows, {username: former[username] for username in rows if username in former})


def vouched(
    workspace: Workspace,
    upload: Upload,
    known: KnownState,
    permission: Permission = NO_PERMISSION,
    passed: Iterable[Breach] = (),
    rows: RowsToCover | None = None,
) -> Upload:
    """Return the upload with what its manifest says of where it comes from and of what was passed over on purpose.

    Args:
        workspace: The data repository.
        upload: What is to be sent.
        known: What Handshake holds.
        permission: What may be passed over.
        passed: The limits that the upload goes beyond.
        rows: What must be approved; None for what takes an upload back, as it restores what was sent before.

    Raises:
        NotReviewed, NotApproved: it may not be sent.
        Usage: a reason names a person.
    """
    program, limits = known.ledger.program, tuple(passed)
    policy = policy_in_force(program, known.ledger, workspace.institution.review)
    upload = upload._replace(
        branch=program.opened.branch,
        published=contains(program, policy.tip, upload.commit),
        anchor=known.ledger.anchor(policy.tip or upload.commit),
    )
    if upload.rehearsal:
        return upload
    refuse_names((permission.reason, permission.unreviewed), known, upload.usernames)
    by = Checkout(workspace.root).identity() if limits or upload.early or upload.ahead or permission.unreviewed else ""
    overrides = [
        Override(
            FEWER if breach.what == FEWER else "limit",
            breach.number,
            by,
            permission.reason or describe_breach(breach),
            "" if breach.what == FEWER else str(breach.what),
        )
        for breach in limits
    ]
    if early := upload.early:
        overrides.append(Override(EARLY, len(early), by, permission.reason or describe_early(early)))
    if ahead := upload.ahead:
        overrides.append(Override(AHEAD, len(ahead), by, permission.reason or describe_ahead(upload.on, ahead)))
    why = permission.unreviewed.strip()
    overrides += overrides_of(program, policy, upload.commit, dirty=upload.dirty, unreviewed=why, by=by)
    if rows and policy.approvals and upload.dirty:
        raise NotApproved([_("changes that are not committed")], 1)
    approvals = require_approved(known.ledger, policy, rows, at=now()) if rows else ()
    return upload._replace(overrides=tuple(overrides), approvals=approvals)


def refusal(workspace: Workspace, prepared: PreparedUpload) -> str:
    """Return why `compile` would refuse a prepared upload, limits aside: not reviewed, or not approved; "" if not."""
    try:
        rows = rows_to_cover(prepared.upload.commit, prepared.plan)
        vouched(workspace, prepared.upload, prepared.known, NO_PERMISSION, (), rows)
    except (NotReviewed, NotApproved) as refused:
        return str(refused)
    return ""


def refuse_names(reasons: Iterable[str], known: KnownState, usernames: Iterable[str]) -> None:
    """Refuse a reason that names a person: what an entry of the ledger says of itself cannot be erased.

    Raises:
        Usage: one does.
    """
    for reason in filter(None, reasons):
        if person_in(reason, {*usernames}, known.state.rows):
            message = _("The reason names a person; the ledger keeps it for good, so say it without: {reason}")
            raise Usage(message.format(reason=quoted(reason, 200)))


def write_upload(upload: Upload, school: School, folder: Path) -> None:
    """Write an upload's files, card and manifest, all or none."""
    files = {file.name: file.content for file in upload.files}
    files[CARD] = card(upload, school).encode()
    files[MANIFEST] = manifest(upload).encode()
    publish.publish_set(folder, files, MANIFEST)


def describe_breach(breach: Breach) -> str:
    """Return the sentence that says by how much a limit is passed."""
    number = breach.number
    if breach.what == Effect.DEACTIVATE:
        many = ngettext("{count} account would be closed", "{count} accounts would be closed", number)
    elif breach.what == Effect.REACTIVATE:
        many = ngettext("{count} account would be reopened", "{count} accounts would be reopened", number)
    elif breach.what == FEWER:
        many = ngettext(
            "{count} person fewer than in the last upload", "{count} people fewer than in the last upload", number
        )
    else:
        many = ngettext("{count} address would change", "{count} addresses would change", number)
    message = _("{many}, of {people} people; the limit in institution.yaml is {limit}.")
    return message.format(many=many.format(count=breach.number), people=breach.people, limit=breach.limit.spelt)


def describe_early(early: Sequence[HeldPerson]) -> str:
    """Return the sentence that says how many graduations and departures are sent before their day."""
    message = (
        ngettext(
            "{count} graduation or departure is sent before its day, {day}.",
            "{count} graduations and departures are sent before their day, the first of which is {day}.",
            len(early),
        )
        if any(one.why == HeldReason.DEPARTURE for one in early)
        else ngettext(
            "{count} graduation is sent before its day, {day}.",
            "{count} graduations are sent before their day, the first of which is {day}.",
            len(early),
        )
    )
    return message.format(count=len(early), day=min(one.until for one in early))


def describe_ahead(on: str, ahead: Sequence[HeldPerson]) -> str:
    """Return the sentence that says how many rows of an upload for the day `on` wait for a day that is to come."""
    message = ngettext(
        "Not before {on}, for which it is compiled: {count} row says what holds from {day} on.",
        "Not before {on}, for which it is compiled: {count} rows say what holds from a later day on, first {day}.",
        len(ahead),
    )
    return message.format(on=on, count=len(ahead), day=min(one.until for one in ahead))


def build_in_hand(plan: str, known: KnownState, folder: Path) -> Path | None:
    """Return the manifest of a build in a folder, not of `plan`, that was not noted whole; None where there is none.

    A rehearsal is none, for Handshake never runs it, and neither are the same files again.
    """
    path = folder / MANIFEST
    try:
        raw = file_reader.read(path, _SIZE)
        says = json.loads(raw)
        files = {str(job["file"]) for job in says["jobs"]}
        if says["schema"] != SCHEMA or says.get("rehearsal") or says["plan"] == plan:
            return None
    except (Unreadable, ValueError, TypeError, KeyError):  # nothing there, or nothing of ours
        return None
    batch = hashlib.sha256(raw).hexdigest()
    noted = (*known.ledger.uploads, *known.ledger.deliveries)
    ran = {file.sent_as for one in noted if one.text("batch") == batch for file in one.jobs}
    return None if files <= ran else path


def _answerable(order: CompileOptions, status: WorkTreeStatus) -> tuple[str, bool]:
    """Return the commit that is checked out, and whether the folder differs from it.

    Raises:
        NoCommit, Uncommitted: an upload that is no draft would have no commit to be compiled from.
        SparseCheckout: a part of the records is not here.
    """
    if status.absent:
        raise SparseCheckout(status.absent)
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
        back_to=_back_to(table, known.folded),
        ledger=known.ledger.head,
    )


def _back_to(table: RowTable, folded: LedgerState) -> tuple[str, ...]:
    """Return the usernames of those who get a username or an address back that uploads gave them before."""
    previous = table.previous_usernames
    found = {name for name, now in previous.items() if folded.aliases.get(name) == now}
    if folded.former_addresses:
        for name, address in zip(table.usernames, table.column(EMAIL), strict=True):
            if address.casefold() in folded.former_addresses.get(previous.get(name, name), ()):
                found.add(name)
    return tuple(sorted(found))
