"""Propose changes to colleagues: a branch of their own, a commit of what is not committed, a push, a pull request."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.editing.sharing import commit_uncommitted
from graduand.editing.transaction import uncommitted_paths
from graduand.errors import GitRefused, NotCommitted, NothingToPropose, NotNow, NotProposed, Usage
from graduand.git.checkout import in_progress
from graduand.git.forge import OpenedRequest, PullRequest, open_pull_request, page_in, page_of
from graduand.git.program import BARE, NAMELESS, Program
from graduand.git.proposed_commits import (
    base_of_proposals,
    begin_branch,
    changed_paths,
    commits_beyond,
    fetch_base,
    give_up_branch,
    is_branch_name,
    push_branch,
    put_back,
    remotes_of,
)
from graduand.git.unmerged import unmerged_paths
from graduand.language import _, quoted, visible
from graduand.ledger.branch import BRANCH as LEDGER
from graduand.ledger.server_words import lacks_branch, words_of
from graduand.records.paths import is_record_path, username_of
from graduand.workspace import errors

if TYPE_CHECKING:
    from graduand.findings import Finding
    from graduand.git.proposed_commits import BaseBranch
    from graduand.workspace import Workspace

_PLAIN: Final = re.compile(r"[A-Za-z0-9_-]{1,40}")
"""A username or a cohort that may stand in the name of a branch."""


class ChangeRequest(NamedTuple):
    """Changes on a branch of their own, which is checked out."""

    branch: str
    base: BaseBranch
    before: str
    """The branch that was checked out before; the same if it was that one."""
    commit: str
    commits: int
    """How many commits the base does not have."""

    @property
    def span(self) -> str:
        """The two commits between which the changes are, as `diff` takes them."""
        return f"{self.base.tracking}..{self.commit}"


class PublishedRequest(NamedTuple):
    """What became of a request that was pushed."""

    url: str
    """The pull request; "" where none was opened."""
    page: str
    """The address at which one is opened; "" where a pull request is open, or the forge is not known."""
    refused: str
    """Why the program of the forge opened none; ""."""
    put_back: bool
    """Whether the local branch of the base was set to what the remote holds."""
    not_put_back: str
    """Why git did not let it; ""."""


def faults_of_uncommitted(workspace: Workspace, on: str) -> tuple[Finding, ...]:
    """Return the errors of records that are not committed, which graduand would commit."""
    paths = tuple(path for path in sorted(uncommitted_paths(workspace)) if is_record_path(path))
    return errors(workspace.check(on, paths).findings) if paths else ()


def prepare_request(workspace: Workspace, name: str = "") -> ChangeRequest:
    """Put what the base does not have on a branch, and commit on it what is not committed of records and schema.

    Nothing else that lies about is committed. Whatever goes wrong, all is as it was.

    Raises:
        NoGit, NotGit: there is no git, or no repository.
        NotNow: no commit can be made: detached, unfinished, nameless.
        NotProposed: there is no remote, or it does not answer; the branch is there already.
        NothingToPropose: the base has all that is here.
        NotCommitted: a hook or a key refused; all is as it was.
        Usage: that is no name for a branch.
    """
    program = Program(workspace.root)
    current = _current(program)
    base = _base(program, workspace)
    pending = sorted(uncommitted_paths(workspace))
    beyond = commits_beyond(program, "HEAD", base.tracking)
    if not pending and not beyond:
        raise NothingToPropose(base.shown)
    branch = _branch(program, name, current, base, [*pending, *changed_paths(program, base.tracking)])
    if branch != current:
        try:
            begin_branch(program, branch)
        except GitRefused as refused:
            raise NotProposed(refused.said) from refused
    commit = program.opened.head
    if pending:
        try:
            commit = commit_uncommitted(workspace)
        except (NotCommitted, NotNow) as refused:
            if branch != current:
                give_up_branch(program, branch, current)
            raise NotProposed(refused.said) from refused
    return ChangeRequest(branch, base, current, commit, beyond + bool(pending))


def _current(program: Program) -> str:
    """Return the branch that is checked out, where a commit can be made."""
    state = program.opened
    if state.is_bare:
        raise NotNow(_(BARE))
    if reason := in_progress(program.folder):
        raise NotNow(reason)
    if unmerged_paths(program):
        raise NotNow(_("a merge left files in several versions; finish it (graduand resolve)"))
    if state.is_detached or not state.branch:
        raise NotNow(_("no branch is checked out (detached HEAD); go to one (git switch main)"))
    if state.branch == LEDGER:
        raise NotNow(_("the ledger is checked out; go back (git switch main)"))
    if not program.knows_committer():
        raise NotNow(_(NAMELESS))
    return state.branch


def _base(program: Program, workspace: Workspace) -> BaseBranch:
    base = base_of_proposals(program, workspace.institution.review.upload_from)
    if base is None:
        raise NotProposed(_("this clone has no remote to propose to; name it (git remote add origin URL)"))
    answer = fetch_base(program, base)
    if lacks_branch(answer):
        message = _("{remote} has no branch {branch} yet; bring it there first: git push {remote} {branch}")
        raise NotProposed(message.format(remote=visible(base.remote), branch=visible(base.name, 200)))
    if answer.code:
        message = _("{remote} was not reached: {words}")
        raise NotProposed(message.format(remote=visible(base.remote), words=words_of(answer).rstrip(".")))
    return base


def _branch(program: Program, name: str, current: str, base: BaseBranch, changed: list[str]) -> str:
    """Return the branch that the changes go to: the one named, the present one, or a new one."""
    if name and not is_branch_name(program, name):
        raise Usage(_("{name} is no name for a branch.").format(name=quoted(name)))
    folded = f"{name.lower()}/"
    if f"{LEDGER}/".startswith(folded) or folded.startswith(f"{LEDGER}/"):  # also where capitals do not differ
        message = _("{name} stands in the way of {branch}, the branch of the ledger; name another.")
        raise Usage(message.format(name=quoted(name), branch=LEDGER))
    if name == base.name:
        raise Usage(_("{name} is the branch that changes are proposed for; name another.").format(name=quoted(name)))
    if not name and current != base.name:
        return current
    wanted = name or _unused(program, base, _suggested(changed))
    if wanted != current and _used(program, base, wanted)[0]:
        message = _("there is a branch {name} already; go to it (git switch {name}), or name another")
        raise NotProposed(message.format(name=visible(wanted, 200)))
    return wanted


def _suggested(changed: list[str]) -> str:
    """Return a name for a branch: that of the one person, by a plain username, or of the one cohort."""
    records = [path for path in changed if is_record_path(path)]
    for names in ({username_of(path) for path in records}, {path.split("/")[1] for path in records}):
        if len(names) == 1 and all(map(_PLAIN.fullmatch, names)):
            return f"records-{names.pop()}"
    return "records"


def _unused(program: Program, base: BaseBranch, name: str) -> str:
    """Return the name with a number at its end if a branch is called so already, here or on the remote."""
    number, wanted = 1, name
    while any(_used(program, base, wanted)):
        number += 1
        wanted = f"{name}-{number}"
    return wanted


def _used(program: Program, base: BaseBranch, name: str) -> tuple[bool, bool]:
    """Return whether a branch here holds anything of its own, and whether the remote has one of that name."""
    own, there, head = program.object_names(
        [f"refs/heads/{name}", f"refs/remotes/{base.remote}/{name}", "HEAD^{commit}"]
    )
    return bool(own) and (own != head or bool(there)), bool(there)


def publish_request(workspace: Workspace, request: ChangeRequest, title: str, body: str) -> PublishedRequest:
    """Push the branch, open a pull request where the forge's program is there, and put the base's branch back.

    Raises:
        NotProposed: the push was refused; the branch stays here, with all that is on it.
    """
    program = Program(workspace.root)
    answer = push_branch(program, request.base.remote, request.branch)
    if answer.code:
        message = _("{remote} did not take the branch {branch}: {words}")
        said = message.format(
            remote=visible(request.base.remote),
            branch=visible(request.branch, 200),
            words=words_of(answer).rstrip("."),
        )
        raise NotProposed(said, branch=request.branch)
    moved, refused = False, ""
    try:
        moved = bool(put_back(program, request.base, request.branch))
    except GitRefused as why:
        refused = why.said
    url = remotes_of(program).get(request.base.remote, "")
    wanted = PullRequest(request.branch, request.base.name, title, body)
    opened = open_pull_request(program, url, wanted) if request.commits else OpenedRequest("", "")
    page = page_in(answer.err) or page_of(url, request.branch, request.base.name)
    return PublishedRequest(opened.url, "" if opened.url else page, opened.refused, moved, refused)
