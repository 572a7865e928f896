"""Who may sign what: commits by the file of their branch, entries of the ledger by the file as it was when they came.

Anybody who can push an entry chooses the commit of the branch that it names. So the file of a commit that is not on the
branch, or lies before that of an earlier entry, counts only when it is the same: a policy cannot be rolled back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.git.allowed_signers import ALLOWED, REVOKED, read_revoked
from graduand.git.events import DONE, Signature, SignatureState
from graduand.git.signatures import check, read_headers
from graduand.git.upload_branch import upload_branch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from graduand.git.commit_graph import CommitGraph
    from graduand.git.events import Event, Signatures
    from graduand.git.program import Program
    from graduand.ledger.ledger import Ledger

_NOBODY: Final = b""


class Policy(NamedTuple):
    """The file of allowed signers that an entry is judged by."""

    allowed: bytes
    main: str
    """The commit of the branch that has it; "" where none does."""
    is_aside: bool = False
    """Whether the entry names another commit, one that does not follow those of the entries before."""
    is_other: bool = False
    """Whether that commit has another file."""


def branch_signers(program: Program) -> bytes:
    """Return the file of allowed signers of the branch that is checked out; nobody's where there is none."""
    return _files(program, ["HEAD"], ALLOWED)["HEAD"]


def signers_at(program: Program, commit: str) -> bytes:
    """Return the file of allowed signers at a commit; nobody's where there is none."""
    return _files(program, [commit], ALLOWED)[commit]


def present_signers(program: Program) -> bytes:
    """Return the lines of the files of allowed signers of the branch that is checked out and of the upload branch."""
    names = [*filter(None, ("HEAD", upload_branch(program)))]
    return b"\n".join(dict.fromkeys(_files(program, names, ALLOWED).values()))


def revoked_keys(program: Program) -> frozenset[str]:
    """Return the fingerprints of the keys that are revoked by now."""
    names = [*filter(None, ("HEAD", upload_branch(program)))]
    return frozenset[str]().union(*map(read_revoked, _files(program, names, REVOKED).values()))


def _files(program: Program, commits: Iterable[str], path: str) -> dict[str, bytes]:
    listed = [*dict.fromkeys(commits)]
    found = program.blobs(f"{commit}:{program.prefix}{path}" for commit in listed)
    return {commit: raw or _NOBODY for commit, raw in zip(listed, found, strict=True)}


def entry_policies(program: Program, ledger: Ledger, graph: CommitGraph, renamed: Mapping[str, str]) -> list[Policy]:
    """Return the file that each entry is judged by, in the order of noting.

    Args:
        program: Reads the files.
        ledger: The entries.
        graph: The commits of the branch.
        renamed: The present names of commits that an erasure renamed.
    """
    mains = [renamed.get(entry.main, entry.main) for entry in ledger.entries]
    files = _files(program, filter(None, mains), ALLOWED)
    reached = graph.reached_from(mains)
    policies: list[Policy] = []
    last = -1
    for number, main in enumerate(mains):
        follows = main in graph and (last < 0 or reached.get(mains[last], 0) >> number & 1)
        if follows:
            last = number
        if follows or last < 0:
            policies.append(Policy(files.get(main, _NOBODY), main, is_aside=not follows and bool(main)))
            continue
        allowed = files[mains[last]]
        policies.append(Policy(allowed, mains[last], bool(main), bool(main) and files.get(main, _NOBODY) != allowed))
    return policies


def event_signatures(
    program: Program, ledger: Ledger, policies: Callable[[], Sequence[Policy]], events: Iterable[Event]
) -> Signatures:
    """Return the signatures of the commits and entries that events come from, by commit or entry id.

    By which files the entries are judged is asked only where one is signed.
    """
    listed = [*events]
    commits = dict.fromkeys(event.source.commit for event in listed if event.event not in DONE and event.source.commit)
    allowed = branch_signers(program) if commits else _NOBODY
    found = dict(check(program, dict.fromkeys(commits, allowed)))
    ids = {event.source.commit for event in listed if event.event in DONE}
    stored = {one.commit: entry.id for entry, one in zip(ledger.entries, ledger.stored, strict=True) if entry.id in ids}
    if not any(header.is_signed for header in read_headers(program, stored).values()):
        return found | dict.fromkeys(stored.values(), Signature(SignatureState.NONE))
    allowed_by = {one.commit: policy.allowed for one, policy in zip(ledger.stored, policies(), strict=True)}
    signed = check(program, {commit: allowed_by[commit] for commit in stored})
    return found | {stored[commit]: signature for commit, signature in signed.items()}
