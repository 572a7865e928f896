"""The record changes that go with a rollback, proposed on a branch: the records as they were before the upload."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.errors import GitRefused, Trouble
from graduand.git.proposed_branch import earlier_blobs, propose
from graduand.git.snapshot import contents, entries
from graduand.records.meaning import meaning_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from graduand.git.program import Program
    from graduand.ledger.entry import PersonLine

BRANCH: Final = "graduand/rollback-"
"""Goes before the id of the upload that is taken back."""


class ProposedRecords(NamedTuple):
    """The records that a branch puts back."""

    branch: str
    """"" when nothing is proposed."""
    changed: tuple[str, ...]
    """The usernames whose records are as before the upload."""
    without_earlier: tuple[str, ...]
    """Those whose record was new with the upload: it is theirs to decide what it shall say."""
    refused: str = ""
    """Why git made no branch; "" when it did, or nothing is proposed."""


NOTHING_PROPOSED: Final = ProposedRecords("", (), ())


def propose_records(program: Program, upload: str, people: Iterable[PersonLine]) -> ProposedRecords:
    """Propose the records of people of an upload as they were before they came to say what it sent.

    A record that says something else by now is left as it is. Nothing is checked out.
    """
    listed = [person for person in people if person.path]
    now = {entry.path: entry.blob for entry in entries(program, program.opened.head)}
    same = _unchanged(program, listed, now)
    try:
        changed = _earlier(program, {person.path: person.meaning for person in same})
    except Trouble as trouble:
        return ProposedRecords("", (), (), str(trouble))
    alone = tuple(sorted(person.username for person in same if person.path not in changed))
    if not changed:
        return ProposedRecords("", (), alone)
    branch = f"{BRANCH}{upload}"
    back = tuple(sorted(person.username for person in same if person.path in changed))
    try:
        propose(program, branch, changed, f"Rollback: {upload}", {"Graduand-Kind": "rollback"})
    except GitRefused as refused:
        return ProposedRecords("", back, alone, refused.said)
    return ProposedRecords(branch, back, alone)


def _earlier(program: Program, sent: Mapping[str, str]) -> dict[str, str]:
    """Return by path the last object in which a record said something else than what was sent, where there is one."""
    found: dict[str, str] = {}
    waiting = earlier_blobs(program, sent) if sent else {}
    while waiting := {path: blobs for path, blobs in waiting.items() if blobs and blobs[0]}:
        newest = [blobs[0] for blobs in waiting.values()]
        for (path, blobs), raw in zip(waiting.items(), program.blobs(newest), strict=True):
            if raw is not None and meaning_of(path, raw) != sent[path]:
                found[path] = blobs[0]
        waiting = {path: blobs[1:] for path, blobs in waiting.items() if path not in found}
    return found


def _unchanged(program: Program, people: Iterable[PersonLine], now: dict[str, str]) -> list[PersonLine]:
    """Return the people whose record still says what was sent."""
    there = [person for person in people if person.path in now]
    differing = [person for person in there if now[person.path] != person.blob]
    listed = {person.path for person in differing}
    tree = (entry for entry in entries(program, program.opened.head) if entry.path in listed) if listed else ()
    meanings = {path: meaning_of(path, raw) for path, raw in contents(program, tree)}
    return [
        person for person in there if now[person.path] == person.blob or meanings.get(person.path) == person.meaning
    ]
