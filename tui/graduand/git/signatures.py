"""Signatures: which commits are vouched for, and whether git shows the history that was committed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from graduand.errors import GitRefused
from graduand.git.first_parent import QUIET

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from graduand.git.program import Program

_STATES: Final = {"G": "good", "U": "unknown", "E": "unknown", "N": "unsigned"}
"""By git's letters; whatever else there is, a signature that is false, expired or revoked, is bad."""

_CHECKERS: Final = {"gpg.program": "gpg", "gpg.ssh.program": "ssh-keygen", "gpg.x509.program": "gpgsm"}
"""The settings that name the programs which check, and what git runs without them."""


def signatures(program: Program) -> tuple[tuple[str, str], ...]:
    """Return the commits that touch records, newest first, each "good", "unknown", "bad" or "unsigned".

    Unknown is one by a key that nobody vouches for on this machine, or that cannot be checked here.
    """
    words = (*QUIET, "log", "--full-history", "--format=%H %G?", "--end-of-options", "HEAD", "--", "records")
    try:
        listing = program.look(*_checkers(program), *words)
    except GitRefused:
        return ()  # nothing is committed yet
    found = {commit: _STATES.get(mark, "bad") for commit, mark in (line.split(" ") for line in listing.splitlines())}
    unsigned = [commit for commit, state in found.items() if state == "unsigned"]
    return tuple((found | dict.fromkeys(_bearing(program, unsigned), "unknown")).items())


def _checkers(program: Program) -> Iterator[str]:
    """Return options by which git runs the user's own programs, whatever the repository is set to."""
    for name, usual in _CHECKERS.items():
        try:
            scoped = program.look("config", "--show-scope", "--get-all", name).splitlines()
        except GitRefused:
            scoped = []
        chosen = [value for scope, value in (line.split("\t", 1) for line in scoped) if scope in {"system", "global"}]
        yield from ("-c", f"{name}={(chosen or [usual])[-1]}")


def _bearing(program: Program, commits: Iterable[str]) -> Iterator[str]:
    """Return which commits bear a signature all the same: of one by SSH git says so only where it knows keys."""
    listed = list(commits)
    for commit, text in zip(listed, program.blobs(listed), strict=True):
        if text and b"\ngpgsig" in text.partition(b"\n\n")[0]:
            yield commit


def is_cut(program: Program) -> bool:
    """Tell whether the clone is shallow, so that its history begins in the middle."""
    return program.look("rev-parse", "--is-shallow-repository").strip() == "true"


def replaced(program: Program) -> tuple[str, ...]:
    """Return the references that put other objects in the place of committed ones."""
    return tuple(program.look("for-each-ref", "--format=%(refname)", "refs/replace").split())
