"""Signatures: which commits are vouched for, and whether git shows the history that was committed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graduand.errors import GitRefused

if TYPE_CHECKING:
    from graduand.history.program import Program

_GOOD = "GU"
"""git's letters for a good signature, also by a key whose owner nobody vouches for."""


def signatures(program: Program) -> tuple[tuple[str, str], ...]:
    """Return the commits that touch records, newest first, each "good", "bad" or "unsigned"."""
    try:
        listing = program.look("log", "--format=%H %G?", "--end-of-options", "HEAD", "--", "records")
    except GitRefused:
        return ()  # nothing is committed yet
    pairs = (line.split(" ") for line in listing.splitlines() if line)
    return tuple((commit, "unsigned" if mark == "N" else "good" if mark in _GOOD else "bad") for commit, mark in pairs)


def is_cut(program: Program) -> bool:
    """Tell whether the clone is shallow, so that its history begins in the middle."""
    return program.look("rev-parse", "--is-shallow-repository").strip() == "true"


def replaced(program: Program) -> tuple[str, ...]:
    """Return the references that put other objects in the place of committed ones."""
    return tuple(program.look("for-each-ref", "--format=%(refname)", "refs/replace").split())
