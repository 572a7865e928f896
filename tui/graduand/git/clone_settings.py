"""The settings of a clone that graduand relies on: those of git, its programs for records, and the ledger's refspec."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.errors import GitRefused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graduand.git.program import Program

PROGRAM_FOLDER: Final = "graduand.path"
"""The setting that names the folder of the command graduand, for programs without the user's PATH."""
FIND_PROGRAM: Final = f'PATH="$PATH:$(git config {PROGRAM_FOLDER})"'
"""What a shell does so that it finds graduand also in a window of git, which knows a shorter PATH."""
TEXTCONV: Final = (
    "diff.graduand.textconv",
    f'{{ {FIND_PROGRAM}; graduand text "$1" 2>/dev/null || cat "$1"; }} #',
)
"""By which git shows records as text, and as they are where graduand cannot be run."""
MERGE_DRIVER: Final = (
    "merge.graduand.driver",
    (
        f"{FIND_PROGRAM}; graduand merge %O %A %B %P; s=$?; test $s -gt 1 || exit $s; "
        "git merge-file --diff3 -L ours -L base -L theirs %A %O %B || exit 1"
    ),
)
"""By which git merges records, and merges their lines where graduand cannot be run or cannot read them."""
ATTRIBUTES: Final = "records/**/*.yaml text eol=lf diff=graduand merge=graduand"
"""The line of .gitattributes by which git asks graduand."""

_SETTINGS: Final = {
    "core.autocrlf": "false",
    "core.fsync": "all",
    "merge.conflictStyle": "diff3",
    "pull.ff": "only",
    "transfer.fsckObjects": "true",
}
"""Of this clone: line ends as committed, commits that survive a power cut, merge conflicts that show the common
version, and no merge that nobody asked for."""
_PROGRAMS: Final = dict([TEXTCONV, MERGE_DRIVER])
_LEDGER: Final = "refs/heads/graduand/ledger"


class CloneSetting(NamedTuple):
    """A setting that a clone lacks."""

    key: str
    value: str
    adds: bool = False
    """Whether it is one more value of the key."""


def is_own_program(key: str, value: str) -> bool:
    """Return whether a program that a clone is set to run is one that graduand sets."""
    return _PROGRAMS.get(key) == value


def lacking_settings(program: Program, folder: str, remote: str) -> tuple[CloneSetting, ...]:
    """Return what a clone is to be set to; what its user has set to something else is left, except our own programs.

    `folder` is that of the command graduand, "" if it is not known; `remote` is the one that holds the ledger.
    """
    there = _own_settings(program)
    return tuple(_lacking(there, folder, remote))


def _lacking(there: dict[str, list[str]], folder: str, remote: str) -> Iterator[CloneSetting]:
    for key, value in _SETTINGS.items():
        if key.lower() not in there:
            yield CloneSetting(key, value)
    for key, value in {**_PROGRAMS, **({PROGRAM_FOLDER: folder} if folder else {})}.items():
        if there.get(key.lower(), [])[-1:] != [value]:
            yield CloneSetting(key, value)
    key = f"remote.{remote}.fetch"
    whole = f"refs/heads/*:refs/remotes/{remote}/*"
    ledger = f"{_LEDGER}:refs/remotes/{remote}/graduand/ledger"
    if remote and not {whole, ledger}.intersection(one.lstrip("+") for one in there.get(key, ())):
        yield CloneSetting(key, f"+{ledger}", adds=True)


def _own_settings(program: Program) -> dict[str, list[str]]:
    """Return the values of the repository's own configuration by key; section and name of a key in small letters."""
    try:
        listed = program.read("config", "--local", "--null", "--list").split("\0")
    except GitRefused:  # there is no file
        return {}
    found: dict[str, list[str]] = {}
    for key, _line, value in (entry.partition("\n") for entry in listed if entry):
        found.setdefault(key, []).append(value)
    return found


def set_up(program: Program, settings: tuple[CloneSetting, ...]) -> None:
    """Set a clone to what it lacks.

    Raises:
        GitRefused: git ended with an error.
    """
    for one in settings:
        program.change("config", "--local", *(("--add",) if one.adds else ("--replace-all",)), one.key, one.value)
