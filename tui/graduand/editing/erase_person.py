"""Erase a person from the ledger, here and on its remote, and say where else the person may still be found."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.editing.person_copies import files_naming, remove_copies
from graduand.errors import GitRefused, LedgerMoved, LedgerOutOfReach, NotInLedger, Usage
from graduand.git.program import Program
from graduand.git.upload_branch import upload_branch
from graduand.language import _, quoted
from graduand.ledger import sync
from graduand.ledger.branch import LEDGER, SEEN, position, require_free
from graduand.ledger.erasure import ErasureFacts, is_named, rows_of, without
from graduand.ledger.ledger import Ledger
from graduand.records import files
from graduand.records.paths import file_name, username_of
from graduand.storage import file_reader, lock

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from graduand.ledger.branch import Position
    from graduand.ledger.erasure import PersonRows
    from graduand.workspace import Workspace

_SIZE: Final = 64_000_000
"""Bytes of the largest map of commits."""
_RENAMED: Final = re.compile(r"([0-9a-f]{40}|[0-9a-f]{64})\s+([0-9a-f]{40}|[0-9a-f]{64})")


class ErasurePlan(NamedTuple):
    """What an erasure would do."""

    rows: PersonRows
    remote: str
    """The remote that has to take the ledger that is written anew; "" where it was never shared."""
    position: Position
    """Where the ledger stood."""


class Remains(NamedTuple):
    """Where a person may still be found after an erasure."""

    records: tuple[str, ...]
    """Records that are there."""
    commit: str
    """A commit of the records' history that holds one; "" when none does."""
    refs: tuple[str, ...]
    """Refs of this clone, other than the ledger's own, that hold its earlier entries."""
    objects: bool
    """Whether git still keeps the earlier entries in this clone."""
    build: tuple[str, ...]
    """Files below build/ that name the person."""


class Erased(NamedTuple):
    """An erasure that was done."""

    id: str
    """The id of the entry that notes it."""
    was: str
    """The last commit of the ledger before it."""
    head: str
    remains: Remains


def plan_erasure(workspace: Workspace, username: str, *, exact: bool, only_look: bool = False) -> ErasurePlan:
    """Return what the erasure of a person would do; the ledger is fetched first.

    With `exact` the usernames that the person had before or after are not followed. Who wants to `only_look` need not
    reach the remote.

    Raises:
        NotInLedger: no entry holds a row of the person.
        LedgerOutOfReach: the remote does not answer.
        LedgerRewound, LedgerLost, LedgerOfOthers, LedgerInUse, LedgerCut, LedgerIncomplete: the ledger is not whole.
    """
    program = Program(workspace.root)
    synced = sync.fetch(program)
    if synced.state is sync.SyncState.NOT_FETCHED and not only_look:
        raise LedgerOutOfReach(synced.remote, synced.words)
    now = position(program, synced.remote)
    ledger = Ledger(program, now.head)
    rows = rows_of(ledger, username, exact=exact)
    if not rows.entries:
        raise NotInLedger(username)
    return ErasurePlan(rows, synced.remote if now.shared else "", now)


def erase(workspace: Workspace, plan: ErasurePlan, by_order_of: str, request: str, commits: Path | None) -> Erased:
    """Write the ledger anew without a person, on its remote and in this clone.

    It is done whole or not at all. `commits` is the map of git filter-repo, of commits that were written anew.

    Raises:
        Usage: a text that is noted names the person, or the file is no such map.
        LedgerNotReplaced: the remote refused.
        LedgerMoved: an entry was noted meanwhile.
        GitRefused, LedgerInUse, Busy, NotWritten: it could not be done; nothing has changed.
    """
    program = Program(workspace.root)
    said = (by_order_of.strip(), request.strip())
    if is_named({"request": said}, plan.rows.usernames):
        raise Usage(_("What is noted of an erasure must not name the person."))
    renamed = _renamed(commits) if commits else {}
    main = upload_branch(program) or program.opened.head
    with lock.hold(program.root):
        require_free(program)
        if position(program, plan.remote) != plan.position:
            raise LedgerMoved
        ledger = Ledger(program, plan.position.head)
        entry, head = without(ledger, plan.rows, ErasureFacts(*said, renamed, main))
        sync.replace(program, plan.remote, head, plan.position)
    remove_copies(workspace, plan.rows.usernames)
    was = plan.position.head
    return Erased(entry.id, was, head, _remains(workspace, program, plan.rows.usernames, (was, head)))


def _renamed(path: Path) -> Mapping[str, str]:
    """Return the new name of each commit that was written anew, and not left out, by its old one."""
    lines = file_reader.read(path, _SIZE).decode(errors="replace").splitlines()
    found = [_RENAMED.fullmatch(line.strip()) for line in lines if line.strip() and not line.startswith("old")]
    pairs = [(one[1], one[2]) for one in found if one]
    if len(pairs) != len(found) or not pairs:
        message = _("{path} is no map of commits, as git filter-repo writes one to .git/filter-repo/commit-map.")
        raise Usage(message.format(path=quoted(str(path), 200)))
    return {old: new for old, new in pairs if new.strip("0")}


def _remains(workspace: Workspace, program: Program, usernames: Iterable[str], heads: tuple[str, str]) -> Remains:
    names = [*usernames]
    return Remains(
        tuple(path for path in files.find(workspace.root).paths if username_of(path) in names),
        _commit_with(program, names),
        tuple(_refs_with(program, *heads)),
        bool(program.object_names([heads[0]])[0]),
        files_naming(workspace, names),
    )


def _commit_with(program: Program, usernames: Iterable[str]) -> str:
    """Return a commit whose history holds a record of the person; "" when none does."""
    folder = re.sub(r"([*?\[\]\\])", r"\\\1", program.prefix)
    paths = [f":(top,glob){folder}records/**/{file_name(name)}" for name in usernames]
    return program.read("rev-list", "--all", "--max-count=1", "--", *paths).strip()


def _refs_with(program: Program, was: str, head: str) -> Iterator[str]:
    """Yield the refs that hold entries of the ledger as it was, other than its own."""
    written_anew = program.read("rev-list", was, f"^{head}", "--").split()
    if not written_anew:
        return
    listed = program.read("for-each-ref", "--format=%(refname)", f"--contains={written_anew[-1]}").splitlines()
    yield from (ref for ref in listed if ref not in {LEDGER, SEEN})


def purge_objects(workspace: Workspace, erased: Erased) -> bool:
    """Remove from this clone what git keeps of the ledger as it was; return whether all of it is gone.

    Heads that were given up before and hold the person are removed too. Everything else that no ref holds goes with
    it, such as dropped stashes.

    Raises:
        GitRefused: git ended with an error.
    """
    program = Program(workspace.root)
    given_up = [ref for ref in erased.remains.refs if ref.startswith(sync.BEFORE)]
    if given_up:
        program.change("update-ref", "--stdin", stdin="".join(f"delete {ref}\n" for ref in given_up), hooks=False)
    refs = program.read("for-each-ref", "--format=%(refname)", LEDGER, SEEN, "refs/remotes/**/graduand/ledger").split()
    for ref in refs:
        if _has_reflog(program, ref):
            program.change("reflog", "expire", "--expire=now", "--expire-unreachable=now", ref)
    program.change("gc", "--quiet", "--prune=now")
    return not program.object_names([erased.was])[0]


def _has_reflog(program: Program, ref: str) -> bool:
    try:
        program.read("reflog", "exists", ref)
    except GitRefused:
        return False
    return True
