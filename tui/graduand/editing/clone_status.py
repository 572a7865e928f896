"""How a clone stands: its branch beside the remote's, files that are not committed, a merge under way, the ledger."""

from __future__ import annotations

from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from graduand.errors import Trouble, Unreadable
from graduand.git.checkout import Checkout, in_progress
from graduand.git.upload_branch import CommitLine, commits_between
from graduand.ledger.branch import ledger_remote
from graduand.ledger.ledger import read_ledger
from graduand.storage import file_reader
from graduand.uploads.status import compiled_upload

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graduand.workspace import Workspace

_FILES = ("HEAD", "ORIG_HEAD", "FETCH_HEAD", "MERGE_HEAD", "index", "packed-refs", "config", "reftable", "rebase-merge")
"""Of git's own folder, what changes with a commit, a fetch, a merge or a push; references are beside them."""


class CloneStatus(NamedTuple):
    """How a clone stands; what it says of the remote is as old as the last fetch."""

    branch: str = ""
    """The branch that is checked out; "" where it is a commit."""
    upstream: str = ""
    """The branch of the remote that it follows, such as `origin/main`; "" for none."""
    ahead: int = 0
    behind: int = 0
    changed: tuple[str, ...] = ()
    """The paths below `records/` and `schema/` that differ from the last commit."""
    unfinished: str = ""
    """What git has begun and not finished, such as a merge; "" for nothing."""
    unshared: tuple[str, ...] = ()
    """The ids of the ledger's entries that the remote is not known to have."""
    lacks_ledger: bool = False
    """Whether there is a remote and no ledger, so that what was sent is not known here."""
    in_hand: bool = False
    """Whether an upload is compiled that is not noted yet."""


def read_clone_status(workspace: Workspace) -> CloneStatus:
    """Return how the clone stands.

    Raises:
        NotGit, NoGit: there is no repository.
        Unreadable: the repository has no folder to work in.
        LedgerBroken, LedgerNewer, LedgerInUse: the ledger cannot be read.
    """
    checkout = Checkout(workspace.root)
    with checkout.status() as compared:
        ledger = read_ledger(checkout.program)
        compiled = None
        with suppress(Trouble):  # the place of the upload says what is wrong with its files
            compiled = compiled_upload(workspace, ledger)
        unshared = tuple(sorted(ledger.unshared))
        status = compared()
    prefix = checkout.program.prefix
    return CloneStatus(
        status.branch,
        status.upstream,
        status.ahead,
        status.behind,
        tuple(path.removeprefix(prefix) for path in status.changed),
        in_progress(checkout.program.folder),
        unshared,
        lacks_ledger=not ledger.head and bool(ledger_remote(checkout.program)),
        in_hand=compiled is not None and not compiled.noted,
    )


def clone_stamp(workspace: Workspace) -> bytes:
    """Return bytes that differ once git has committed, fetched, merged or pushed anything; no file is read but one."""
    if not workspace.git_folder:
        return b""
    folder = Path(workspace.git_folder)
    folders = {folder, _common_folder(folder)}
    found = sorted(stamp for one in folders for stamp in _stamps(one))
    found += _stamps_of(workspace.root / "build", ("manifest.json",))
    return blake2b("\n".join(found).encode(errors="surrogateescape")).digest()


def _common_folder(folder: Path) -> Path:
    """Return the folder that holds the references: another one where the clone has several work trees."""
    named = folder / "commondir"
    if not named.exists():
        return folder
    with suppress(Unreadable):
        return (folder / file_reader.read(named).decode(errors="surrogateescape").strip()).resolve()
    return folder


def _stamps(folder: Path) -> Iterator[str]:
    yield from _stamps_of(folder, _FILES)
    for below in (folder / "refs").rglob("*"):
        yield from _stamps_of(below.parent, (below.name,))


def _stamps_of(folder: Path, names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        with suppress(OSError):
            facts = (folder / name).stat()
            yield f"{folder / name} {facts.st_mtime_ns} {facts.st_size} {facts.st_ino}"


class Divergence(NamedTuple):
    """The commits that only one of a branch and its upstream has, the last first."""

    ahead: tuple[CommitLine, ...] = ()
    behind: tuple[CommitLine, ...] = ()


def divergence(workspace: Workspace, standing: CloneStatus) -> Divergence:
    """Return the commits by which the branch and its upstream differ.

    Raises:
        NotGit, NoGit, GitRefused: git cannot read them.
    """
    program = Checkout(workspace.root).program
    ahead = commits_between(program, standing.upstream, "HEAD") if standing.ahead else ()
    behind = commits_between(program, "HEAD", standing.upstream) if standing.behind else ()
    return Divergence(ahead, behind)
