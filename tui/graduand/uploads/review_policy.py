"""The review policy in force: what must have happened before anything is sent, whatever the commit itself says.

A commit that loosens the policy must not profit from it. So the branch is the one that uploads came from so far, or
that this branch itself names by now; and the approvals are those of the last upload, until enough people have approved
the present `schema/`. The last upload is one whose entry follows the branch, as `ledger/signers` has it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from graduand.errors import GitRefused, NotReviewed
from graduand.git.commit_graph import read_graph
from graduand.git.events import SignatureState
from graduand.git.signatures import check
from graduand.git.upload_branch import Standing, branch_heads, standing, upload_branch
from graduand.handshake.upload import Override
from graduand.language import _, ngettext, visible
from graduand.ledger.entry import EntryKind
from graduand.ledger.ledger import renamed_commits
from graduand.ledger.signers import entry_policies
from graduand.records.institution import Approvals, ReviewPolicy, review_policy_in
from graduand.records.school_language import PATH as INSTITUTION_PATH

if TYPE_CHECKING:
    from collections.abc import Iterable

    from graduand.git.program import Program
    from graduand.ledger.ledger import Ledger

UNREVIEWED = "unreviewed"
"""The override of an upload from a commit that is not that of the upload branch."""


class PolicyInForce(NamedTuple):
    """What must have happened before anything is sent."""

    upload_from: str
    """The branch that uploads are compiled from; "" for any."""
    tip: str
    """Its commit, as it was last fetched; "" where it is not here."""
    approvals: Approvals | None
    """None: nobody must approve."""
    baseline: str = ""
    """The commit of the branch at the last upload; "" where none is noted, or no upload was under a policy."""
    guards_rules: bool = False
    """Whether approvals were needed by then, so that a change of `schema/` needs some too."""
    signs_rules: bool = False
    """Whether they had to be signed by then, so that a change of `schema/` is signed by the keys of then."""


def policy_in_force(program: Program, ledger: Ledger, here: ReviewPolicy) -> PolicyInForce:
    """Return the review policy for an upload; `here` is the one of the commit that is checked out."""
    baseline = _baseline(program, ledger)
    default = upload_branch(program, here.upload_from)
    before, there = _at(program, [baseline, default])
    name = before.upload_from or here.upload_from or there.upload_from
    tip = upload_branch(program, name) if name else default
    (now,) = _at(program, [tip]) if tip != default else (there,)
    if name and now.upload_from and now.upload_from != name:  # the branch itself names another one by now
        name, tip = now.upload_from, upload_branch(program, now.upload_from)
    elif name and tip and not now.upload_from and name != here.upload_from:
        name = ""
    approvals = _strictest((before.approvals, now.approvals, here.approvals))
    signs = before.approvals is not None and before.approvals.signed
    return PolicyInForce(name, tip, approvals, baseline, before.approvals is not None, signs)


def _at(program: Program, commits: Iterable[str]) -> list[ReviewPolicy]:
    """Return the policy that each commit states; "" stands for one that states none."""
    listed = [*commits]
    raws = iter([*program.blobs(f"{commit}:{program.prefix}{INSTITUTION_PATH}" for commit in listed if commit)])
    return [review_policy_in(next(raws)) if commit else ReviewPolicy() for commit in listed]


def _strictest(policies: Iterable[Approvals | None]) -> Approvals | None:
    found = [one for one in policies if one]
    if not found:
        return None
    return Approvals(
        max(one.needed for one in found), max(one.closings for one in found), any(one.signed for one in found)
    )


def _baseline(program: Program, ledger: Ledger) -> str:
    """Return the commit of the branch at the last upload.

    Anybody who can push an entry chooses the commit that it names. So one that does not follow those before is passed
    over, and where signatures are required by then, one without.
    """
    mains = [*dict.fromkeys(entry.main for entry in ledger.entries if entry.kind is EntryKind.UPLOAD and entry.main)]
    if all(stated == ReviewPolicy() for stated in _at(program, mains)):
        return ""  # none is needed to know that there was no policy
    graph = read_graph(program, branch_heads(program, program.opened.head))
    policies = entry_policies(program, ledger, graph, renamed_commits(ledger))
    uploads = {
        place: policy.main
        for place, (entry, policy) in enumerate(zip(ledger.entries, policies, strict=True))
        if entry.kind is EntryKind.UPLOAD and policy.main and not policy.is_aside
    }
    stated = dict(zip(uploads, _at(program, uploads.values()), strict=True))
    if not any(one.approvals and one.approvals.signed for one in stated.values()):
        return [*uploads.values()][-1] if uploads else ""
    signed = check(program, {ledger.stored[place].commit: policies[place].allowed for place in uploads})
    baseline, needs_signature = "", False
    for place, main in uploads.items():
        is_good = signed[ledger.stored[place].commit].state is SignatureState.GOOD
        if is_good or not needs_signature:
            baseline, approvals = main, stated[place].approvals
            needs_signature = bool(approvals and approvals.signed)
    return baseline


def require_reviewed(program: Program, policy: PolicyInForce, commit: str) -> None:
    """Check that a commit is that of the upload branch, where no reason can be kept.

    Raises:
        NotReviewed: it is another one.
    """
    why, _count = _why_not(program, policy, commit, dirty=False)
    if why:
        raise NotReviewed(why, can_be_passed=False)


def overrides_of(
    program: Program, policy: PolicyInForce, commit: str, *, dirty: bool, unreviewed: str, by: str
) -> tuple[Override, ...]:
    """Return what is passed over on purpose so that a commit may be sent; nothing where it is that of the branch.

    Args:
        program: Compares the commits.
        policy: What must have happened.
        commit: The one that is compiled.
        dirty: Whether what is compiled differs from it.
        unreviewed: Why it goes up all the same; "" if it must not.
        by: Who says so.

    Raises:
        NotReviewed: it is another commit, and nobody says why it goes up all the same.
    """
    why, count = _why_not(program, policy, commit, dirty=dirty)
    if not why:
        return ()
    if not unreviewed:
        raise NotReviewed(why)
    return (Override(UNREVIEWED, count, by, unreviewed),)


def _why_not(program: Program, policy: PolicyInForce, commit: str, *, dirty: bool) -> tuple[str, int]:
    """Return why a commit is not what was reviewed, with the cure, and how many commits it has that were not."""
    if not policy.upload_from:
        return "", 0
    branch = visible(policy.upload_from, 200)
    if not policy.tip:
        message = _("this clone has no {branch}; fetch it: git fetch {remote}")
        return message.format(branch=branch, remote=visible(policy.upload_from.partition("/")[0])), 0
    try:
        where = standing(program, commit, policy.tip)
    except GitRefused:
        where = Standing(1, 0)
    if where != (0, 0):
        return _apart(where, branch), where.ahead
    return (_("it holds changes that are not committed, so nobody has reviewed them; propose them") if dirty else ""), 0


def _apart(where: Standing, branch: str) -> str:
    """Return in words how a commit stands to another one, with the cure."""
    if where.ahead and where.behind:
        message = _(
            "the commit that is checked out and {branch} have gone apart; propose what is only here (graduand "
            "propose), and go on from there: git switch --detach {branch}"
        )
    elif where.ahead:
        message = ngettext(
            "{count} commit that is checked out is not on {branch}; propose it (graduand propose), and compile when "
            "it is merged",
            "{count} commits that are checked out are not on {branch}; propose them (graduand propose), and compile "
            "when they are merged",
            where.ahead,
        )
    else:
        message = ngettext(
            "{branch} is {count} commit further than what is checked out; take it in: git merge --ff-only {branch}",
            "{branch} is {count} commits further than what is checked out; take them in: git merge --ff-only {branch}",
            where.behind,
        )
    return message.format(count=where.ahead or where.behind, branch=branch)
