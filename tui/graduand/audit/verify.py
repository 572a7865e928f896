"""Verify the history: signatures, upload tags, and the files of each upload compiled again."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from graduand.git import signatures
from graduand.git.program import Program
from graduand.git.upload_branch import contains
from graduand.ledger.ledger import read_ledger

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graduand.ledger.ledger import Ledger
    from graduand.workspace import Workspace


class Verification(NamedTuple):
    """What can be proved of the history, and what speaks against it."""

    commits: int
    """How many commits touch records."""
    unsigned: tuple[str, ...]
    bad: tuple[str, ...]
    """Commits whose signature is false, expired or revoked."""
    unknown: tuple[str, ...]
    """Commits whose signature cannot be checked here, or is by a key that is not trusted."""
    astray: tuple[str, ...]
    """Uploads from a commit that the branch does not contain: the history was rewritten, or it is another branch."""
    differing: tuple[tuple[str, str], ...]
    """Uploads, and their files that do not compile again byte for byte."""
    cut: bool
    replaced: tuple[str, ...]
    """References that replace committed objects by others."""

    @property
    def sound(self) -> bool:
        """Whether nothing speaks against the history; a missing or unknown signature is no objection."""
        return not (self.bad or self.astray or self.differing or self.cut or self.replaced)


def verify(workspace: Workspace) -> Verification:
    """Return what signatures, tags and the files of each upload prove.

    Raises:
        NotGit, NoGit: there is no history to read.
    """
    program = Program(workspace.root)
    workspace.set_git_folder(program.folder)
    by_state: defaultdict[str, list[str]] = defaultdict(list)
    signed = signatures.signatures(program)
    for commit, state in signed:
        by_state[state].append(commit)
    cut = program.opened.is_shallow
    ledger = read_ledger(program)
    return Verification(
        commits=len(signed),
        unsigned=tuple(by_state["unsigned"]),
        bad=tuple(by_state["bad"]),
        unknown=tuple(by_state["unknown"]),
        astray=() if cut else _astray(program, ledger),
        differing=() if cut else tuple(_differing(ledger)),
        cut=cut,
        replaced=signatures.replaced(program),
    )


def _astray(program: Program, ledger: Ledger) -> tuple[str, ...]:
    head = program.opened.head
    return tuple(one.id for one in ledger.uploads if not contains(program, head, one.text("commit")))


def _differing(ledger: Ledger) -> Iterator[tuple[str, str]]:
    """Yield the files of uploads whose bytes in the ledger are not those that were noted."""
    listed = [(one, file) for one in ledger.uploads for file in one.jobs]
    for (entry, file), raw in zip(listed, ledger.files((one, file.name) for one, file in listed), strict=True):
        if hashlib.sha256(raw).hexdigest() != file.sha256:
            yield entry.id, file.sent_as
