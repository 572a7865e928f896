"""Verify the history: signatures, the chain of the ledger, the files of each upload, and what was never decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.audit.anchors import Anchored, find_anchor
from graduand.audit.approved import ApprovalTrail, counts
from graduand.audit.doubts import Doubt, DoubtRule, Requirement
from graduand.audit.links import Links
from graduand.audit.query import read_history
from graduand.audit.verify_signatures import commit_doubts, entry_doubts
from graduand.audit.verify_uploads import override_doubts, upload_doubts
from graduand.errors import Usage
from graduand.git.commit_graph import read_graph
from graduand.git.events import Proof
from graduand.git.program import Program
from graduand.git.signatures import commits_of, replaced
from graduand.git.stray_files import committed_strays
from graduand.git.upload_branch import branch_heads, upload_branch
from graduand.language import _, quoted
from graduand.ledger.branch import is_whole
from graduand.ledger.ledger import read_ledger, renamed_commits
from graduand.ledger.signers import entry_policies

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from graduand.git.commit_graph import CommitGraph
    from graduand.git.history import History
    from graduand.ledger.ledger import Ledger
    from graduand.workspace import Workspace

_SHORTEST: Final = 16
"""Figures of an anchor that are enough to know it."""


class Verification(NamedTuple):
    """What can be proved of the history, and what speaks against it."""

    commits: int
    """How many commits touch records or schema."""
    entries: int
    """How many entries the ledger has."""
    doubts: tuple[Doubt, ...]
    anchor: str
    """The checksum of the ledger and the upload branch; "" without a ledger."""
    anchored: Anchored | None = None
    """The moment of the anchor that was asked about."""

    @property
    def sound(self) -> bool:
        """Whether nothing speaks against the history; a missing or unknown signature is no objection."""
        return not any(doubt.is_against for doubt in self.doubts)


def verify(workspace: Workspace, anchor: str = "", required: Collection[Requirement] = ()) -> Verification:
    """Return what signatures, the ledger and the files of each upload prove.

    Args:
        workspace: The data repository.
        anchor: A checksum that was kept: the ledger must extend what it stands for.
        required: What is an objection besides.

    Raises:
        NotGit, NoGit: there is no history to read.
        Usage: the anchor is none.
        LedgerBroken, LedgerNewer: the ledger cannot be read.
    """
    anchor = anchor.strip().lower()
    if anchor and (len(anchor) < _SHORTEST or {*anchor} - {*"0123456789abcdef"}):
        message = _("{text} is no anchor: it has 64 figures from 0 to 9 and a to f, of which 16 are enough.")
        raise Usage(message.format(text=quoted(anchor)))
    program = Program(workspace.root)
    workspace.set_program(program)
    ledger, history = read_ledger(program), read_history(program)
    commits = commits_of(program, "records", "schema")
    graph = read_graph(program, branch_heads(program, history.head))
    doubts = [*commit_doubts(program, commits), *_ledger_doubts(program, ledger, history, graph)]
    anchored = _anchored(anchor, ledger, graph) if anchor else None
    if anchor and anchored is None:
        doubts.append(Doubt(DoubtRule.ANCHOR, anchor))
    if program.opened.is_shallow:
        doubts.append(Doubt(DoubtRule.SHALLOW, program.opened.head[:12]))
    strays = committed_strays(program, history.head) if history.head else ()
    doubts += [Doubt(DoubtRule.NO_RECORD, path) for path in strays]
    doubts += [Doubt(DoubtRule.REPLACED, name) for name in replaced(program)]
    doubts += _missing(required, doubts, history, ledger)
    main = upload_branch(program) or history.head
    return Verification(len(commits), len(ledger.chain), tuple(doubts), ledger.anchor(main), anchored)


def _ledger_doubts(program: Program, ledger: Ledger, history: History, graph: CommitGraph) -> Iterator[Doubt]:
    if not ledger.chain:
        return
    is_shallow = program.opened.is_shallow
    for fault in ledger.faults:
        yield Doubt(DoubtRule.CHAIN, fault.commit, _("its entry cannot be read ({what})").format(what=fault.what))
    if not ledger.entries:
        return
    if not is_whole(ledger.chain):
        yield Doubt(DoubtRule.CHAIN, ledger.entries[0].id, _("what was noted before is missing"))
    ids = [entry.id for entry in ledger.entries]
    for name in dict.fromkeys(name for name in ids if ids.count(name) > 1):
        yield Doubt(DoubtRule.CHAIN, name, _("it was noted twice"))
    policies = entry_policies(program, ledger, graph, renamed_commits(ledger))
    yield from entry_doubts(program, ledger, policies, is_shallow=is_shallow)
    yield from upload_doubts(ledger)
    yield from override_doubts(ledger)
    for one in Links(program, history, ledger).unsaid:
        yield Doubt(DoubtRule.NEVER_SAID, f"{one.upload} {one.username}", ", ".join(one.cells))


def _anchored(anchor: str, ledger: Ledger, graph: CommitGraph) -> Anchored | None:
    likely = [name for entry in ledger.entries for name in (entry.main, entry.text("commit")) if name]
    renamed = renamed_commits(ledger)
    known = {*graph.parents, *renamed}
    return find_anchor(anchor, ledger.chain, [one for one in likely if one in known], known)


_STATE_RULES: Final = {
    DoubtRule.BAD_SIGNATURE,
    DoubtRule.REVOKED_KEY,
    DoubtRule.WRONG_SIGNER,
    DoubtRule.UNSIGNED,
    DoubtRule.UNKNOWN_SIGNER,
}
"""What a signature must not be where one is required."""


def _missing(
    required: Collection[Requirement], doubts: Sequence[Doubt], history: History, ledger: Ledger
) -> Iterator[Doubt]:
    """Yield what is required and not so."""
    ids = {entry.id for entry in ledger.entries}
    lacking = [doubt.subject for doubt in doubts if doubt.rule in _STATE_RULES]
    if Requirement.SIGNED_ENTRIES in required:
        yield from _required([name for name in lacking if name in ids], Requirement.SIGNED_ENTRIES)
    if Requirement.SIGNED_COMMITS in required:
        yield from _required([name for name in lacking if name not in ids], Requirement.SIGNED_COMMITS)
    if not {Requirement.REVIEWED, Requirement.TWO_PEOPLE} & {*required}:
        return
    events = [*history.events]
    approved = [*ApprovalTrail(ledger).approved(events)] if ledger.head else events
    if Requirement.REVIEWED in required:
        yield from _required([event.source.commit for event in approved if event.is_bypassed], Requirement.REVIEWED)
    if Requirement.TWO_PEOPLE in required:
        links = Links(ledger.program, history, ledger)
        alone = [event for event in approved if not counts([event], Proof.SIGNED, Proof.CLAIMED) and links.of(event)]
        subjects = [f"{event.source.commit} {event.username}" for event in alone]
        yield from _required(subjects, Requirement.TWO_PEOPLE)


def _required(names: Sequence[str], requirement: Requirement) -> Iterator[Doubt]:
    for name in dict.fromkeys(names):
        yield Doubt(DoubtRule.REQUIRED, name, requirement.value)
