"""Departures: commits by which a record ceased to say what it says again, and approvals that did not see one.

What was approved, taken out again and brought back is no more approved: others shall look at who brings it back.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from graduand.git.commit_graph import read_graph
from graduand.git.first_parent import revisions_beyond
from graduand.records.meaning import meaning_of
from graduand.records.paths import username_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from graduand.git.program import Program
    from graduand.git.revision import FileChange, Revision


class Departures(NamedTuple):
    """Which approvals of people's records did not see a departure from what they say."""

    by_username: Mapping[str, frozenset[str]]
    """The ids of the approvals."""

    def overtaken(self, username: str) -> frozenset[str]:
        """Return the ids of the approvals that do not count for a person's record."""
        return self.by_username.get(username, frozenset())


def departures_of(
    program: Program, head: str, meanings: Mapping[str, str], looked_at: Mapping[str, tuple[str, ...]]
) -> Departures:
    """Return which approvals did not see a departure of records from what they mean at the commit `head`.

    Args:
        program: Reads the history.
        head: The commit that is sent.
        meanings: What the records mean there, by username.
        looked_at: By the id of an approval the commits whose history was seen; dates, which anybody can set, are not
            asked.
    """
    if not meanings:
        return Departures({})
    asked = [*dict.fromkeys(name for commits in looked_at.values() for name in commits if name)]
    here = [name for name in program.object_names(f"{name}^{{commit}}" for name in asked) if name]
    graph = read_graph(program, [head, *here])
    reached = graph.reached_from(here)
    places = {name: number for number, name in enumerate(here)}
    seen = {one: sum(1 << places[name] for name in {*commits} & places.keys()) for one, commits in looked_at.items()}
    known = next((name for name in graph.parents if all(reached.get(name, 0) & mask for mask in seen.values())), "")
    found: defaultdict[str, set[str]] = defaultdict(set)
    for username, revision in _departures(program, head, known, meanings):
        mask = reached.get(revision, 0)
        found[username] |= {one for one, commits in seen.items() if not mask & commits}
    return Departures({username: frozenset(ids) for username, ids in found.items()})


def _departures(program: Program, head: str, known: str, meanings: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the commits that a commit does not have by which records ceased to mean what is given, by username."""
    listed: list[tuple[str, Revision, list[FileChange]]] = []
    for revision in revisions_beyond(program, head, known):
        changes: defaultdict[str, list[FileChange]] = defaultdict(list)
        for change in revision.changes:
            if (username := username_of(change.path)) in meanings:
                changes[username].append(change)
        listed += ((name, revision, found) for name, found in changes.items() if any(one.old for one in found))
    read = _Meanings(program)
    for username, revision, found in listed:
        meant = meanings[username]
        if any(read.of(one.path, one.new) == meant for one in found):
            continue
        if any(read.of(one.path, one.old) == meant for one in found):
            yield username, revision.name


class _Meanings:
    """Tells what files mean, each read once."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._known: dict[str, str] = {"": ""}

    def of(self, path: str, blob: str) -> str:
        """Return the meaning of a record's file; "" where there is none."""
        if blob not in self._known:
            (raw,) = self._program.blobs([blob])
            self._known[blob] = meaning_of(path, raw) if raw is not None else ""
        return self._known[blob]
