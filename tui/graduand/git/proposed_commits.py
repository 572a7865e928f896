"""Put commits on a branch of their own, push it, and put the branch that they are proposed for back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.errors import GitRefused
from graduand.git.upload_branch import contains

if TYPE_CHECKING:
    from graduand.git.program import Program, RemoteAnswer

_SILENCE: Final = 30.0
"""Seconds for which a remote may say nothing."""


class BaseBranch(NamedTuple):
    """The branch that changes are proposed for."""

    remote: str
    name: str

    @property
    def tracking(self) -> str:
        """The ref that remembers it."""
        return f"refs/remotes/{self.remote}/{self.name}"

    @property
    def shown(self) -> str:
        """How git calls it."""
        return f"{self.remote}/{self.name}"

    @property
    def local(self) -> str:
        """The ref of the branch of the same name in this clone."""
        return f"refs/heads/{self.name}"


def remotes_of(program: Program) -> dict[str, str]:
    """Return the URLs of the remotes by name, as the clone's settings have them."""
    try:
        listed = program.read("config", "--null", "--get-regexp", r"^remote\..*\.url$")
    except GitRefused:  # there is none
        return {}
    entries = (entry.partition("\n") for entry in listed.split("\0") if entry)
    found: dict[str, str] = {}
    for key, _line, url in entries:
        found.setdefault(key.removeprefix("remote.").removesuffix(".url"), url)
    return found


def base_of_proposals(program: Program, upload_from: str = "") -> BaseBranch | None:
    """Return the branch to propose for; None where this clone has no remote.

    It is the upload branch, such as `origin/main`; else the default branch of the remote; else that from which the
    branch that is checked out came; else `main` of the remote.
    """
    remotes = remotes_of(program)
    if not remotes:
        return None
    named = next((one for one in sorted(remotes, key=len, reverse=True) if upload_from.startswith(f"{one}/")), "")
    if named:
        return BaseBranch(named, upload_from.removeprefix(f"{named}/"))
    remote, branch = _upstream(program, remotes)
    default = _setting(program, "symbolic-ref", "--quiet", f"refs/remotes/{remote}/HEAD")
    if default:
        return BaseBranch(remote, default.removeprefix(f"refs/remotes/{remote}/"))
    return BaseBranch(remote, branch or "main")


def _upstream(program: Program, remotes: dict[str, str]) -> tuple[str, str]:
    """Return remote and branch from which the checked-out branch came; else a remote, and ""."""
    current = program.opened.branch
    remote = _setting(program, "config", "--get", f"branch.{current}.remote") if current else ""
    merge = _setting(program, "config", "--get", f"branch.{current}.merge") if remote else ""
    if remote in remotes:
        return remote, merge.removeprefix("refs/heads/") if current in {"main", "master"} else ""
    return ("origin" if "origin" in remotes else next(iter(remotes))), ""


def _setting(program: Program, *words: str) -> str:
    try:
        return program.read(*words).strip()
    except GitRefused:  # it is not set
        return ""


def fetch_base(program: Program, base: BaseBranch) -> RemoteAnswer:
    """Fetch the branch that changes are proposed for, and nothing else."""
    words = ("--no-tags", "--no-write-fetch-head", "--no-auto-maintenance", "--recurse-submodules=no")
    refspec = f"+refs/heads/{base.name}:{base.tracking}"
    return program.fetch(*words, "--", base.remote, refspec, silence=_SILENCE)


def is_branch_name(program: Program, name: str) -> bool:
    """Return whether git takes this as the name of a branch."""
    try:
        program.read("check-ref-format", "--branch", name)
    except GitRefused:
        return False
    return not name.startswith("-")


def commits_beyond(program: Program, commit: str, base: str) -> int:
    """Return how many commits of the history of `commit` are not in that of `base`; each is a commit's name."""
    return int(program.read("rev-list", "--count", commit, f"^{base}").strip()) if base else 1


def changed_paths(program: Program, base: str) -> tuple[str, ...]:
    """Return the paths, from the data's root, of what the checked-out commit changed since it left the base."""
    listed = program.read("diff", "--name-only", "--no-renames", "--no-ext-diff", "-z", f"{base}...HEAD").split("\0")
    return tuple(path.removeprefix(program.prefix) for path in listed if path)


def begin_branch(program: Program, name: str) -> None:
    """Make a branch at the commit that is checked out, and go to it; files and index stay as they are.

    One that is there already, at that commit, is taken: a kill may have left it.

    Raises:
        GitRefused: it is there at another commit, or git refused.
    """
    own, head = program.object_names([f"refs/heads/{name}", "HEAD^{commit}"])
    create = () if own and own == head else ("--no-track", "--create")
    program.change("switch", "--quiet", *create, name)


def give_up_branch(program: Program, name: str, before: str) -> None:
    """Go back to the branch `before`, and remove the branch that was begun at the same commit.

    Raises:
        GitRefused: git refused.
    """
    program.change("switch", "--quiet", before)
    program.change("branch", "--delete", "--quiet", "--force", name)


def push_branch(program: Program, remote: str, name: str) -> RemoteAnswer:
    """Push a branch under its own name, never by force, and let it follow that one."""
    return program.push("--set-upstream", "--", remote, f"refs/heads/{name}:refs/heads/{name}", silence=_SILENCE)


def put_back(program: Program, base: BaseBranch, branch: str) -> str:
    """Let the local branch of the base be what the remote holds, where that or the pushed branch has all that it has.

    Return the commit on which it stood if it was moved; else "".

    Raises:
        GitRefused: git refused, as where that branch is checked out elsewhere.
    """
    own, remote, pushed = program.object_names(
        [f"{base.local}^{{commit}}", f"{base.tracking}^{{commit}}", f"refs/heads/{branch}^{{commit}}"]
    )
    if not own or not remote or own == remote:
        return ""
    if not contains(program, remote, own) and not contains(program, pushed, own):
        return ""
    # What is no fast-forward is refused where another work tree has the branch checked out.
    program.change("branch", "--force", "--quiet", base.name, base.tracking)
    return own
