"""Judge files among records that are not read as such: committed ones are errors, ignored ones warnings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from graduand.git.program import LITERAL, Program
from graduand.git.snapshot import lines
from graduand.records.files import WELCOME, committed_stray, is_litter, not_a_record, stray_of
from graduand.storage.cache_file import CacheFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from graduand.findings import Finding

_FORMAT: Final = "graduand/strays/1"
_AT_ONCE: Final = 200
"""Paths of one command line."""
_RULES: Final = frozenset({"GR014", "GR018"})
_UNTRACKED: Final = "?"
"""The mark of `git ls-files -t` for a file that git does not track."""


def judge_strays(root: Path, strays: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return the findings of files that are passed over: errors if they are committed, warnings if git ignores them.

    Raises:
        NoGit, NotGit: there is no repository.
    """
    program = Program(root)
    committed: set[str] = set()
    loose: set[str] = set()
    for mark, path in _known(program, [finding.path for finding in strays if finding.rule in _RULES]):
        (loose if mark == _UNTRACKED else committed).update(_upwards(path))
    return tuple(_judge(finding, committed, loose) for finding in strays)


def committed_strays(program: Program, commit: str) -> tuple[str, ...]:
    """Return the sorted paths of files and folders below `records/` that a commit has and nobody reads.

    Of the commit that was asked for last they are remembered.

    Raises:
        Unreadable: the commit is not here, as in a shallow clone.
    """
    place = Path(program.folder, "graduand", "strays")
    file = CacheFile[list[str]](place, _FORMAT, program.prefix, commit, shape=list[str])
    return tuple(file.get(lambda: _strays_at(program, commit)))


def _strays_at(program: Program, commit: str) -> list[str]:
    listed = (line.partition("\t") for line in lines(program, commit) if line)
    found = {stray_of(path, is_file=facts.startswith("100")) for facts, _tab, path in listed}
    return sorted(found - {""})


def _judge(finding: Finding, committed: set[str], loose: set[str]) -> Finding:
    if finding.rule == "GR014" and finding.path in committed:
        return committed_stray(finding.path)
    if finding.rule == "GR018" and finding.path.isprintable() and finding.path not in committed | loose:
        return not_a_record(finding.path)
    return finding


def _known(program: Program, paths: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield mark and path of each file at or below `paths` that git tracks or would add, without litter."""
    command = (LITERAL, "ls-files", "-t", "-z", "--cached", "--others", "--exclude-standard", "--")
    for start in range(0, len(paths), _AT_ONCE):
        for entry in program.read(*command, *paths[start : start + _AT_ONCE]).split("\0"):
            mark, _blank, path = entry.partition(" ")
            name = path.rpartition("/")[2]
            if path and name not in WELCOME and not is_litter(name):
                yield mark, path


def _upwards(path: str) -> Iterator[str]:
    """Yield a path and the folders above it."""
    while path:
        yield path
        path = path.rpartition("/")[0]
