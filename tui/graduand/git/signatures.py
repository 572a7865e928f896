"""Check the signatures of commits, and whether git shows the history that was committed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from graduand.errors import GitRefused
from graduand.git.first_parent import QUIET

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from graduand.git.program import Program

_STATES: Final = {"G": "good", "U": "unknown", "E": "unknown", "N": "unsigned"}
"""By git's letters; any other letter is that of a false, expired or revoked signature: bad."""

_CHECKERS: Final = {"gpg.program": "gpg", "gpg.ssh.program": "ssh-keygen", "gpg.x509.program": "gpgsm"}
"""The settings that name the programs which check signatures, and git's defaults."""


def signatures(program: Program) -> tuple[tuple[str, str], ...]:
    """Return the commits that touch records, newest first, each "good", "unknown", "bad" or "unsigned".

    Unknown is one by a key that is not trusted on this machine, or that cannot be checked here.
    """
    words = (*QUIET, "log", "--full-history", "--format=%H %G?", "--end-of-options", "HEAD", "--", "records")
    try:
        listing = program.read(*_checkers(program), *words)
    except GitRefused:
        return ()  # nothing is committed yet
    found = {commit: _STATES.get(mark, "bad") for commit, mark in (line.split(" ") for line in listing.splitlines())}
    unsigned = [commit for commit, state in found.items() if state == "unsigned"]
    return tuple((found | dict.fromkeys(_signed(program, unsigned), "unknown")).items())


def _checkers(program: Program) -> Iterator[str]:
    """Yield options by which git runs the user's own programs, whatever the repository is set to."""
    names = "|".join(name.replace(".", r"\.") for name in _CHECKERS)
    try:
        fields = program.read("config", "--show-scope", "-z", "--get-regexp", f"^({names})$").split("\0")
    except GitRefused:  # none is set
        fields = []
    chosen = dict(_CHECKERS)
    for scope, setting in zip(fields[::2], fields[1::2], strict=False):
        name, _line_end, value = setting.partition("\n")
        if scope in {"system", "global"}:
            chosen[name] = value
    for name, value in chosen.items():
        yield from ("-c", f"{name}={value}")


def _signed(program: Program, commits: Iterable[str]) -> Iterator[str]:
    """Yield the commits that have a signature all the same: of one by SSH git says so only where it knows keys."""
    listed = list(commits)
    for commit, text in zip(listed, program.blobs(listed), strict=True):
        if text and b"\ngpgsig" in text.partition(b"\n\n")[0]:
            yield commit


def replaced(program: Program) -> tuple[str, ...]:
    """Return the references that replace committed objects by others."""
    return tuple(program.read("for-each-ref", "--format=%(refname)", "refs/replace").split())
