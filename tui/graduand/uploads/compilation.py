"""Uploads: the use cases from records to what Handshake was sent, and back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from graduand.errors import (
    LimitReached,
    NoCommit,
    NotAnUpload,
    NothingNoted,
    NothingToCompile,
    NothingToTakeBack,
    PlanChanged,
    Uncommitted,
    Usage,
)
from graduand.git import upload_tags
from graduand.git.checkout import Checkout
from graduand.handshake.effect import Effect
from graduand.handshake.job import with_band
from graduand.handshake.lines import EMPTY, Band
from graduand.handshake.manifest_check import received
from graduand.handshake.plan import Breach, Plan, breaches
from graduand.handshake.rollback import inverse_of
from graduand.handshake.standing import NOBODY, Standing, plan_of_many, standing_of
from graduand.handshake.upload import CARD, MANIFEST, Upload, files_of, manifest
from graduand.handshake.upload_card import card
from graduand.index.index import Harvest, harvest_of
from graduand.language import _, ngettext, quoted
from graduand.storage import publish
from graduand.uploads.last_sent import latest_of
from graduand.uploads.replay import jobs_from, past_of
from graduand.workspace import errors, within

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from graduand.git.checkout import WorkTreeStatus
    from graduand.git.upload_tags import Noted
    from graduand.handshake.rollback import Lost
    from graduand.handshake.row import Row
    from graduand.index.index_page import Progress
    from graduand.records.school import School
    from graduand.uploads.last_sent import Latest
    from graduand.uploads.replay import Past
    from graduand.workspace import Verdict, Workspace


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
    checked: Verdict
    """What was found in the scope."""


def prepare(
    workspace: Workspace, order: CompileOptions, progress: Progress | None = None, *, afresh: bool = False
) -> Compiled:
    """Plan an upload without writing anything; reading all records `afresh`, or only those that have changed.

    Raises:
        NotGit, NoGit, NoCommit, Uncommitted: it could not be answered for.
        NothingToCompile: the scope is empty.
    """
    scope = workspace.scope((), order.cohort)
    checkout = Checkout(workspace.root)
    workspace.lies_in(checkout.program.folder)
    with checkout.status() as status:
        register = workspace.register(order.on, progress, afresh=afresh)
        verdict = workspace.verdict_of(register, scope)
        commit, dirty = _answerable(order, status())
    faulty = {finding.path: finding.username or finding.path for finding in errors(verdict.findings)}
    if faulty and not order.skip_errors:
        return Compiled(None, verdict)
    past = latest_of(checkout.program, afresh=afresh)
    leaves = [leaf for leaf in register.leaves if within(f"records/{leaf.cohort}", scope)]
    harvest = harvest_of(leaves, faulty, [*workspace.school.columns])
    rows, standing, plan = _planned(harvest, workspace.school, past, order)
    if not rows and not standing.alike.usernames:
        raise NothingToCompile(order.cohort, all_sent=bool(harvest.band.usernames or harvest.apart))
    upload = _upload(rows, workspace.school, past, order, standing.alike)._replace(
        commit=commit, dirty=dirty, left_out=tuple(sorted(faulty.values()))
    )
    return Compiled(PreparedUpload(upload, plan, breaches(plan, workspace.institution), past.last_upload), verdict)


def _planned(
    harvest: Harvest, school: School, past: Latest | Past, order: CompileOptions
) -> tuple[tuple[Row, ...], Standing, Plan]:
    """Return the rows that are wanted, those of them that stand alike in bulk, and the plan of both."""
    if not (order.only or order.changed or school.institution.delivery == "s3"):
        standing = standing_of(harvest.band, harvest.closing, past.sent)
        rows = (*harvest.apart, *standing.differing)
        return rows, standing, plan_of_many(rows, standing, past.sent, school.year)
    # A choice, and the walls of the automatic sync, ask what each row changes.
    rows = harvest.rows()
    plan = plan_of_many(rows, NOBODY, past.sent, school.year)
    wanted = _wanted(plan, order)
    shown = Plan(tuple(change for change in plan.changes if change.username in wanted))
    return tuple(row for row in rows if row.username in wanted), NOBODY, shown


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
        raise LimitReached(" ".join(said(breach) for breach in prepared.breaches), checksum)
    write(prepared.upload, workspace.school, folder)


def write(upload: Upload, school: School, folder: Path) -> None:
    """Write an upload's files, card and manifest, all or none."""
    files = {file.name: file.content for file in upload.files}
    files[CARD] = card(upload, school).encode()
    files[MANIFEST] = manifest(upload).encode()
    publish.publish_set(folder, files, MANIFEST)


def said(breach: Breach) -> str:
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


def _wanted(plan: Plan, order: CompileOptions) -> frozenset[str]:
    return frozenset(
        change.username
        for change in plan.changes
        if (not order.only or order.only & set(change.effects[:1]))
        and (not order.changed or change.username in plan.outstanding)
    )


def _upload(
    rows: Sequence[Row], school: School, past: Latest | Past, order: CompileOptions, band: Band = EMPTY
) -> Upload:
    """Return the upload of `rows`, and of the ordinary rows of a band."""
    jobs = with_band(jobs_from(rows, school, past.sent), band, school)
    return Upload(
        files=files_of(jobs, school, order.on, rehearsal=order.rehearse),
        commit="",
        dirty=False,
        on=order.on,
        region=school.institution.region,
        records=len(rows) + len(band.usernames),
        left_out=(),
        rehearsal=order.rehearse,
        usernames=tuple(sorted([*band.usernames, *(row.username for row in rows)])),
        since=past.since,
    )


def note_upload(workspace: Workspace, path: Path) -> str:
    """Note that the upload whose manifest is at `path` went in; return the tag's name.

    An upload that is noted already keeps its tag. Raises:
        NotAnUpload: no manifest, a draft, a rehearsal, changed files, or a commit that is not here.
        GitRefused: git would not make the tag.
    """
    says = received(path)
    program = Checkout(workspace.root).program
    commit = str(says["commit"])
    if not upload_tags.is_commit(program, commit):
        raise NotAnUpload(path, _("its commit {commit} is not in this repository.").format(commit=quoted(commit[:12])))
    if not upload_tags.is_ours(says):
        raise NotAnUpload(path, _("it is no manifest of graduand."))
    for tag in upload_tags.noted(program, upload_tags.UPLOAD):
        if tag.says == says:
            return tag.name
    return upload_tags.note(program, upload_tags.UPLOAD, commit, json.dumps(says, ensure_ascii=False, indent=2) + "\n")


class TakenBack(NamedTuple):
    """A rollback: the upload that was made for it, and what cannot be undone."""

    upload: Upload
    lost: tuple[Lost, ...]


def take_back(workspace: Workspace, name: str, on: str, folder: Path) -> TakenBack:
    """Compile the inverse of the noted upload `name` ("" is the last one) into `folder`.

    Raises:
        NothingNoted, Usage: no upload is noted, or none of that name.
        NothingToCompile: there is nothing that could be taken back.
        NotWritten, InTheWay: the files could not be written.
    """
    program = Checkout(workspace.root).program
    past = past_of(program)
    if not past.steps:
        raise NothingNoted
    tag = named(tuple(step.tag for step in past.steps), name)
    step = next(step for step in past.steps if step.tag is tag)
    inverse = inverse_of(step.rows, step.before, step.after)
    if not inverse.rows:
        raise NothingToTakeBack(tag.name)
    upload = _upload(inverse.rows, step.school, past, CompileOptions(on))._replace(
        commit=str(tag.says.get("commit") or tag.commit), rollback_of=tag.name
    )
    write(upload, workspace.school, folder)
    return TakenBack(upload, inverse.lost)


def named(tags: tuple[Noted, ...], name: str) -> Noted:
    """Return the noted upload of that name, or the last one when it is "".

    Raises:
        Usage: there is none.
    """
    wanted = name if name.startswith(upload_tags.UPLOAD) or not name else f"{upload_tags.UPLOAD}{name}"
    found = [tag for tag in tags if tag.name == wanted] if name else list(tags[-1:])
    if not found:
        known = ", ".join(tag.name for tag in tags[-5:]) or _("none")
        raise Usage(_("No upload {name} is noted; the last ones: {known}.").format(name=quoted(name), known=known))
    return found[0]
