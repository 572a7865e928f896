"""Exchange work with colleagues: commit what was only saved, take in their commits, push ours and the ledger."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.editing.transaction import commit_message, uncommitted_paths
from graduand.errors import GitRefused, NotNow, NotShared, Usage
from graduand.git.checkout import in_progress
from graduand.git.commit import Recorder
from graduand.git.program import NAMELESS, Program
from graduand.git.proposed_commits import BaseBranch, commits_beyond, fetch_base, push_branch, remotes_of
from graduand.git.unmerged import unmerged_paths
from graduand.language import _, quoted, visible
from graduand.ledger.server_words import is_rule, lacks_branch, was_faster, words_of
from graduand.patience import no_return
from graduand.records.paths import is_record_path, username_of
from graduand.uploads.exchange import fetch_ledger, share_ledger

if TYPE_CHECKING:
    from graduand.ledger.sync import Synced
    from graduand.workspace import Workspace

_NAME: Final = re.compile(r"[^<>\x00-\x1f]{1,100}")
_ADDRESS: Final = re.compile(r"[^\s<>@]+@[^\s<>@]+")


class Pulled(NamedTuple):
    """What came from colleagues."""

    commits: int
    conflicts: tuple[str, ...]
    """The paths, from the repository's root, that both sides changed; the merge waits for them."""
    ledger: Synced


class Pushed(NamedTuple):
    """What was given to colleagues."""

    commits: int
    ledger: Synced


def knows_committer(workspace: Workspace) -> bool:
    """Return whether git knows who commits.

    Raises:
        NoGit, NotGit: there is no git, or no repository.
    """
    return Program(workspace.root).knows_committer()


def name_committer(workspace: Workspace, name: str, address: str) -> None:
    """Tell git who commits in this clone.

    Raises:
        Usage: that is no name, or no address.
        NoGit, NotGit, GitRefused: git did not take it.
    """
    if not _NAME.fullmatch(name.strip()):
        raise Usage(_("{name} is no name.").format(name=quoted(name)))
    if not _ADDRESS.fullmatch(address.strip()):
        raise Usage(_("{address} is no e-mail address.").format(address=quoted(address)))
    program = Program(workspace.root)
    program.change("config", "--local", "user.name", name.strip())
    program.change("config", "--local", "user.email", address.strip())


def commit_uncommitted(workspace: Workspace) -> str:
    """Commit what of records and schema differs from the last commit, and nothing else; "" where nothing does.

    Raises:
        NoGit, NotGit, NotNow: no commit can be made.
        NotCommitted: git, a hook or a key refused; the files stay as they are.
    """
    pending = sorted(uncommitted_paths(workspace))
    if not pending:
        return ""
    no_return()
    usernames = [username_of(path) for path in pending if is_record_path(path)]
    subject, trailers = commit_message("corrected", usernames) if usernames else (_("Change the rules for records"), {})
    words = workspace.commit_words
    return Recorder(workspace.root).commit(pending, words.message or subject, {**trailers, **dict(words.trailers)})


def pull(workspace: Workspace) -> Pulled:
    """Fetch the branch that this one follows, and the ledger, and take their commits in, by a merge where both went on.

    Raises:
        NoGit, NotGit: there is no git, or no repository.
        NotNow: nothing can be merged: detached, unfinished, nameless.
        NotShared: nothing is followed, the remote was not reached, or git did not merge; all is as it was.
        Stopped: whoever waited has stopped it before the merge.
    """
    program = Program(workspace.root)
    base = _followed(program)
    answer = fetch_base(program, base)
    if answer.code:
        message = _("{remote} was not reached: {words}")
        raise NotShared(message.format(remote=visible(base.remote), words=words_of(answer).rstrip(".")))
    ledger = fetch_ledger(program)
    behind = commits_beyond(program, base.tracking, "HEAD")
    if behind:
        no_return()
        try:
            program.change("merge", "--quiet", "--no-edit", "--ff", base.tracking)
        except GitRefused as refused:
            if conflicts := unmerged_paths(program):
                return Pulled(behind, conflicts, ledger)
            raise NotShared(refused.said) from refused
    return Pulled(behind, (), ledger)


def fetch_quietly(workspace: Workspace) -> str:
    """Fetch what colleagues have pushed to the branch that this one follows; return why the remote was not reached.

    That is "" where it was, where it does not have the branch, and where there is nothing to fetch. Nothing is taken
    in, nobody is asked for a password, and no lock is held that a save waits for.

    Raises:
        NoGit, NotGit, GitRefused: there is no git, or no repository.
    """
    program = Program(workspace.root)
    state = program.opened
    if in_progress(program.folder) or not state.branch or not program.may_have_remotes:
        return ""
    base = _base(program)
    answer = fetch_base(program, base) if base else None
    return words_of(answer) if answer and answer.code and not (answer.is_stopped or lacks_branch(answer)) else ""


def push(workspace: Workspace) -> Pushed:
    """Push the branch to the one that it follows, never by force, and the ledger.

    Raises:
        NoGit, NotGit: there is no git, or no repository.
        NotNow: something is unfinished, or no branch is checked out.
        NotShared: nothing is followed, or the remote refused; all stays here.
    """
    program = Program(workspace.root)
    base = _followed(program)
    fetched = fetch_ledger(program)
    ahead = commits_beyond(program, "HEAD", base.tracking if program.object_names([base.tracking])[0] else "")
    if ahead:
        answer = push_branch(program, base.remote, program.opened.branch)
        if answer.code:
            raise NotShared(_refusal(base, words_of(answer).rstrip("."), faster=was_faster(answer)))
    return Pushed(ahead, share_ledger(program, fetched))


def _refusal(base: BaseBranch, words: str, *, faster: bool) -> str:
    said = _("{branch} was not taken: {words}").format(branch=visible(base.shown, 200), words=words)
    if is_rule(words):
        return f"{said}; " + _("the branch is protected: propose your changes instead")
    return f"{said}; " + _("colleagues were faster: take in theirs first") if faster else said


def _followed(program: Program) -> BaseBranch:
    """Return the branch of a remote that the checked-out branch follows, or that of its name on the only remote."""
    state = program.opened
    if reason := in_progress(program.folder):
        raise NotNow(reason)
    if state.is_detached or not state.branch:
        raise NotNow(_("no branch is checked out (detached HEAD); go to one (git switch main)"))
    if not program.knows_committer():
        raise NotNow(_(NAMELESS))
    base = _base(program)
    if base is None:
        raise NotShared(_("this clone has no remote to share with; name it (git remote add origin URL)"))
    return base


def _base(program: Program) -> BaseBranch | None:
    """Return the branch of a remote that the checked-out branch follows, or would; None where there is no remote."""
    state, remotes = program.opened, remotes_of(program)
    if not remotes:
        return None
    found = program.read(
        "for-each-ref", "--format=%(upstream:remotename)%00%(upstream:remoteref)", f"refs/heads/{state.branch}"
    )
    remote, _nul, ref = found.strip("\n").partition("\0")
    if remote in remotes:
        return BaseBranch(remote, ref.removeprefix("refs/heads/"))
    return BaseBranch("origin" if "origin" in remotes else next(iter(remotes)), state.branch)
