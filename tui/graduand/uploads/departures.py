"""Departures: commits by which a record ceased to say what it says again, and approvals that did not see one.

What was approved, taken out again and brought back is no more approved: others shall look at who brings it back.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from graduand.git.commit_graph import CommitGraph, read_graph
from graduand.git.first_parent import revisions_beyond
from graduand.records.meaning import meaning_of
from graduand.records.paths import username_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from graduand.git.program import Program
    from graduand.git.revision import FileChange


class Departures:
    """Tells which approvals did not see a departure of a record from what they say."""

    def __init__(
        self,
        program: Program,
        head: str,
        meanings: Mapping[str, Collection[str]],
        looked_at: Mapping[str, tuple[str, ...]],
    ) -> None:
        """Read the departures in the history of the commit `head`.

        Args:
            program: Reads the history.
            head: The commit.
            meanings: What was approved of records, by username.
            looked_at: By the id of an approval the commits whose history was seen; dates, which anybody can set, are
                not asked.
        """
        asked = [*dict.fromkeys(name for commits in looked_at.values() for name in commits if name)]
        here = [name for name in program.object_names(f"{name}^{{commit}}" for name in asked) if name]
        self._graph = read_graph(program, [head, *here]) if meanings else CommitGraph({})
        self._seen_by = self._graph.reached_from(here)
        places = {name: 1 << number for number, name in enumerate(here)}
        self._seen = {
            one: sum(places[name] for name in {*commits} & places.keys()) for one, commits in looked_at.items()
        }
        masks = {*self._seen.values()}
        parents = self._graph.parents
        known = next((name for name in parents if all(self._seen_by.get(name, 0) & mask for mask in masks)), "")
        self._found = _departures(program, head, known, meanings) if meanings else {}

    def overtaken(self, username: str, meaning: str, commit: str) -> frozenset[str]:
        """Return the ids of the approvals of that meaning that do not count for a person's record at a commit."""
        found = self._found.get((username, meaning), ())
        if not found:
            return frozenset()
        history = self._graph.reached_from([commit])
        before = [self._seen_by.get(name, 0) for name in found if name in history]
        return frozenset(one for one, mask in self._seen.items() if any(not by & mask for by in before))


def _departures(
    program: Program, head: str, known: str, meanings: Mapping[str, Collection[str]]
) -> dict[tuple[str, str], list[str]]:
    """Return the commits, but those that `known` has, by which records ceased to mean what is given."""
    listed: list[tuple[str, str, list[FileChange]]] = []
    for revision in revisions_beyond(program, head, known):
        changes: defaultdict[str, list[FileChange]] = defaultdict(list)
        for change in revision.changes:
            if (username := username_of(change.path)) in meanings:
                changes[username].append(change)
        listed += ((name, revision.name, found) for name, found in changes.items() if any(one.old for one in found))
    read = _Meanings(program)
    departures: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for username, commit, found in listed:
        left = {read.of(one.path, one.old) for one in found} - {read.of(one.path, one.new) for one in found}
        for meaning in left.intersection(meanings[username]):
            departures[username, meaning].append(commit)
    return departures


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
