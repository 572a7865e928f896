"""Approving: note that somebody has looked at what records say, so that their rows may be sent."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from graduand.errors import NoCommit, PlanChanged, Usage
from graduand.git.checkout import Checkout
from graduand.git.first_parent import squashed
from graduand.git.identities import read_identities
from graduand.git.makers import NOBODY, makers_of_folder
from graduand.git.snapshot import entries, school_at
from graduand.git.upload_branch import base_of, contains, upload_branch
from graduand.handshake.effect import Effect
from graduand.handshake.plan import breaches, plan_of
from graduand.language import _, quoted
from graduand.ledger.entry import APPROVED, EntryKind, SentFile, approved_tsv, now
from graduand.ledger.ledger import NewFacts, note, note_on_newest, read_ledger
from graduand.ledger.signers import present_signers
from graduand.records.paths import username_of, within
from graduand.uploads.approvals import TAKES_BACK, approvals_in, makers_of, records_at
from graduand.uploads.compiler import CompileOptions, PreparedUpload, prepare, rows_to_cover, upload_of
from graduand.uploads.exchange import NOTHING_ASKED, ONLINE, fetch_ledger, require_known, share_ledger
from graduand.uploads.known_state import read_known_state
from graduand.uploads.review_policy import policy_in_force
from graduand.uploads.rollback import prepare_rollback
from graduand.uploads.rows_at import rows_at

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from graduand.git.program import Program
    from graduand.handshake.rollback import Lost
    from graduand.index.index_store import Progress
    from graduand.ledger.entry import LedgerEntry
    from graduand.ledger.ledger import Ledger
    from graduand.ledger.sync import Synced
    from graduand.uploads.exchange import Exchange
    from graduand.uploads.review_policy import PolicyInForce
    from graduand.workspace import Workspace


class ApprovalOptions(NamedTuple):
    """What is to be approved."""

    on: str
    """The day, `yyyy-mm-dd`, for which the plan is shown."""
    revision: str = ""
    """The commit; "" is the one that is checked out."""
    cohort: str = ""
    """Only this cohort; "" for all."""
    rollback: str = ""
    """The id of an upload, or its beginning: to be approved is that it is taken back, and nothing else."""
    exchange: Exchange = ONLINE


class ProposedApproval(NamedTuple):
    """What an approval would say, and the plan that it is about."""

    prepared: PreparedUpload
    commit: str
    meanings: Mapping[str, str]
    """What is approved: the meaning of the record by username; of a rollback the checksum of its plan."""
    own: tuple[str, ...]
    """Usernames of people whose change the approver has made, so that the approval would not count."""
    faulty: tuple[str, ...]
    """Usernames or paths of records with errors; they cannot be approved."""
    base: str
    """The commit against which only what `commit` changes is approved; "" for all that is outstanding."""
    rules: str
    """The tree of `schema/`."""
    changed_rules: tuple[str, ...]
    """The files of `schema/` that have changed since the last upload."""
    is_own_rules: bool
    """Whether the approver has changed them, so that the approval would not count for them."""
    takes_back: str = ""
    """The id of the upload that is taken back; "" where records are approved."""
    lost: tuple[Lost, ...] = ()
    """What taking it back cannot undo."""

    @property
    def checksum(self) -> str:
        """The checksum of what would be noted."""
        if self.takes_back:
            return self.prepared.upload.plan
        return hashlib.sha256(approved_tsv(self.meanings) + self.rules.encode()).hexdigest()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to approve."""
        return not self.meanings and not self.changed_rules

    @property
    def closings(self) -> int:
        """How many accounts close of the people who are approved."""
        closing = self.prepared.plan.having(Effect.DEACTIVATE)
        return sum(change.username in self.meanings for change in closing)


class NotedApproval(NamedTuple):
    """An approval that is noted."""

    id: str
    is_new: bool
    """Whether the same person had not noted just this before."""
    is_signed: bool
    """Whether the entry is signed, so that it proves who approved."""
    fetched: Synced = NOTHING_ASKED
    shared: Synced = NOTHING_ASKED


def prepare_approval(
    workspace: Workspace, options: ApprovalOptions, progress: Progress | None = None, *, no_cache: bool = False
) -> ProposedApproval:
    """Return what an approval would say, with nothing written.

    Of a commit that is not on the upload branch it is what that commit changes, of any other one all that is
    outstanding.

    Raises:
        Usage: there is no such commit, cohort or upload, or git does not know who approves.
        NothingNoted, NothingToTakeBack: no upload can be taken back.
        NotGit, NoGit, NoCommit, Uncommitted: no commit answers for the records.
        NothingToCompile: there is nobody whose record has no error.
        LedgerMissing, LedgerBroken, LedgerNewer, LedgerCut: what Handshake holds is not known here.
    """
    checkout = Checkout(workspace.root)
    program = checkout.program
    workspace.set_program(program)
    if options.rollback:
        return _rollback(workspace, options)
    commit = _commit(program, options.revision)
    fetched = fetch_ledger(program, options.exchange)
    require_known(program, fetched)
    policy = policy_in_force(program, read_ledger(program), workspace.institution.review)
    base = "" if not policy.tip or contains(program, policy.tip, commit) else base_of(program, commit, policy.tip)
    if not base and commit == program.opened.head:
        order = CompileOptions(options.on, options.cohort, changed=True, skip_errors=True)
        compiled = prepare(workspace, order, progress, no_cache=no_cache)
        assert compiled.prepared is not None  # noqa: S101 - errors are skipped
        prepared, faulty = compiled.prepared, compiled.prepared.upload.left_out
    else:
        usernames = _changed(program, base, commit, options.cohort) if base else _everybody(program, commit, options)
        prepared, faulty = _prepared_at(workspace, program, commit, options, usernames)
    found = _proposed(program, prepared._replace(fetched=fetched), commit, policy, _who(checkout))
    return found._replace(faulty=tuple(faulty), base=base)


def _who(checkout: Checkout) -> str:
    if not (who := checkout.identity()):
        raise Usage(_("git does not know who approves; tell it: git config user.name NAME, git config user.email MAIL"))
    return who


def _rollback(workspace: Workspace, options: ApprovalOptions) -> ProposedApproval:
    """Return what an approval of taking an upload back would say."""
    if options.revision or options.cohort:
        raise Usage(_("An upload is taken back as a whole: give --rollback without a commit and a cohort."))
    found = prepare_rollback(workspace, options.rollback, options.on, options.exchange)
    upload, program = found.upload, found.known.ledger.program
    prepared = PreparedUpload(upload, found.plan, (), found.known, found.fetched, "", (), ())
    (rules,) = program.object_names([f"{upload.commit}:{program.prefix}schema"])
    meanings = {change.username: upload.plan for change in found.plan.differences if change.effects}
    lost = found.lost
    return ProposedApproval(
        prepared,
        upload.commit,
        meanings,
        (),
        (),
        "",
        rules,
        (),
        is_own_rules=False,
        takes_back=upload.takes_back,
        lost=lost,
    )


def _commit(program: Program, revision: str) -> str:
    if "\n" in revision:
        raise Usage(_("There is no commit {name} here.").format(name=quoted(revision)))
    (commit,) = program.object_names([f"{revision or 'HEAD'}^{{commit}}"])
    if not commit and not revision:
        raise NoCommit
    if not commit:
        raise Usage(_("There is no commit {name} here.").format(name=quoted(revision)))
    return commit


def _changed(program: Program, base: str, commit: str, cohort: str) -> frozenset[str]:
    """Return whose records a commit changes over another one."""
    revision, _schema = squashed(program, base, commit)
    scope = (f"records/{cohort}",) if cohort else ()
    return frozenset(username_of(one.path) for one in revision.changes if one.new and within(one.path, scope))


def _everybody(program: Program, commit: str, options: ApprovalOptions) -> frozenset[str]:
    scope = (f"records/{options.cohort}",) if options.cohort else ()
    return frozenset(username_of(one.path) for one in entries(program, commit) if within(one.path, scope))


def _prepared_at(
    workspace: Workspace, program: Program, commit: str, options: ApprovalOptions, usernames: Collection[str]
) -> tuple[PreparedUpload, tuple[str, ...]]:
    """Return the upload of people by their records at a commit, and whose records have errors."""
    school = school_at(program, commit)
    known = read_known_state(program, workspace.importer, needs_ledger=True)
    found = rows_at(program, commit, school, options.on, usernames)
    plan = plan_of(found.table, known.state, school)
    plan = plan_of(plan.table.picked(plan.places((), changed=True)), known.state, school)
    order = CompileOptions(options.on, options.cohort, changed=True)
    upload = upload_of(plan.table, school, known, order)._replace(commit=commit)
    limits = breaches(plan, school.institution)
    return PreparedUpload(upload, plan, limits, known, NOTHING_ASKED, options.cohort, (), ()), found.faulty


def _proposed(
    program: Program, prepared: PreparedUpload, commit: str, policy: PolicyInForce, who: str
) -> ProposedApproval:
    ledger = prepared.known.ledger
    rows = rows_to_cover(commit, prepared.plan)
    records = records_at(program, commit, rows.rows.keys())
    identities = read_identities(program, [commit, policy.tip, policy.baseline])
    makers = makers_of(ledger, rows, records, identities)
    me, seconds = identities.of(who), datetime.now(UTC).timestamp()
    own = frozenset(username for username in rows.rows if makers.get(username, NOBODY).include(me, seconds))
    rules, changed_rules, is_own = _rules(program, commit, policy, me=me)
    return ProposedApproval(
        prepared,
        commit,
        {username: one.meaning for username, one in records.items() if username not in own},
        tuple(sorted(own)),
        (),
        "",
        rules,
        changed_rules,
        is_own,
    )


def _rules(program: Program, commit: str, policy: PolicyInForce, *, me: str) -> tuple[str, tuple[str, ...], bool]:
    """Return the tree of `schema/`, its files that have changed since the last upload, and whether I changed them."""
    (rules,) = program.object_names([f"{commit}:{program.prefix}schema"])
    if not policy.guards_rules:
        return rules, (), False
    _revision, others = squashed(program, policy.baseline, commit)
    changed = tuple(one.path for one in others if one.path.startswith("schema/"))
    if not changed:
        return rules, (), False
    identities = read_identities(program, [commit, policy.tip, policy.baseline])
    signers = present_signers(program)
    makers = makers_of_folder(program, commit, policy.baseline, "schema", identities, signers)
    return rules, changed, makers.include(me, datetime.now(UTC).timestamp())


def approve(
    workspace: Workspace, proposed: ProposedApproval, exchange: Exchange = ONLINE, *, checksum: str = ""
) -> NotedApproval:
    """Note an approval, and share it.

    Raises:
        PlanChanged: what would be noted is not that whose checksum is given.
        GitRefused, LedgerInUse, Busy, NotWritten: it could not be noted; nothing has changed.
    """
    if checksum and checksum != proposed.checksum:
        raise PlanChanged(checksum, proposed.checksum, "graduand approve")
    program = Checkout(workspace.root).program
    entry, is_new = note_on_newest(program, lambda ledger: _note(ledger, proposed))
    fetched = proposed.prepared.fetched
    shared = share_ledger(program, fetched, exchange)
    is_signed = program.signs_commits()
    return NotedApproval(entry.id, is_new, is_signed, fetched, shared)


def _note(ledger: Ledger, proposed: ProposedApproval) -> tuple[LedgerEntry, bool]:
    by = Checkout(ledger.program.root).identity()
    for given in approvals_in(ledger, at=now(), takes_back=proposed.takes_back):
        said = (given.by, given.commit, given.meanings, given.rules)
        if said == (by, proposed.commit, proposed.meanings, proposed.rules):
            return next(entry for entry in ledger.entries if entry.id == given.id), False
    raw = approved_tsv(proposed.meanings)
    listed = [SentFile(APPROVED, hashlib.sha256(raw).hexdigest(), len(proposed.meanings))]
    facts: dict[str, object] = {
        "commit": proposed.commit,
        "plan": proposed.prepared.upload.plan,
        "rules": proposed.rules,
        "lifts": [{"what": str(one.what), "number": one.number} for one in proposed.prepared.breaches],
    }
    if proposed.takes_back:
        facts[TAKES_BACK] = proposed.takes_back
    main = upload_branch(ledger.program) or ledger.program.opened.head
    message = f"{len(proposed.meanings)} people"
    wanted = NewFacts(EntryKind.APPROVAL, "", main, listed, {APPROVED: raw}, facts, message)
    return note(ledger, wanted), True
