"""The graph of commits: which history holds which commit, asked of git once for all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from graduand.git.program import Program


class CommitGraph:
    """Commits and their parents, each before its parents."""

    def __init__(self, parents: Mapping[str, Sequence[str]]) -> None:
        self.parents = parents

    def __contains__(self, commit: str) -> bool:
        return commit in self.parents

    def reached_from(self, tips: Sequence[str]) -> dict[str, int]:
        """Return for each commit in the history of a tip which tips have it: bit n stands for the n-th."""
        masks: dict[str, int] = {}
        for number, tip in enumerate(tips):
            if tip in self.parents:
                masks[tip] = masks.get(tip, 0) | 1 << number
        for commit, parents in self.parents.items():
            mask = masks.get(commit)
            if mask:
                for parent in parents:
                    masks[parent] = masks.get(parent, 0) | mask
        return masks


def read_graph(program: Program, heads: Iterable[str]) -> CommitGraph:
    """Return all commits in the history of some commits."""
    found = [*dict.fromkeys(filter(None, heads))]
    listing = program.read("rev-list", "--topo-order", "--parents", *found, "--") if found else ""
    rows = (line.split(" ") for line in listing.splitlines())
    return CommitGraph({commit: parents for commit, *parents in rows})
