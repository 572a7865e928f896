"""Set a clone up: git's settings, how git shows and merges records, the check before a commit, who may look in."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.errors import GitRefused, LedgerInUse, NotWritten, reason_of
from graduand.git.clone_settings import FIND_PROGRAM, lacking_settings, set_up
from graduand.git.commit import OWN_COMMIT
from graduand.git.program import Program
from graduand.language import _, visible
from graduand.ledger.branch import ledger_remote
from graduand.storage import atomic

if TYPE_CHECKING:
    from graduand.git.clone_settings import CloneSetting
    from graduand.workspace import Workspace

_COMMAND: Final = "graduand"
_COMMAND_LINE: Final = "command\t"
"""The scope of a setting that graduand itself gives to git."""
_PRIVATE: Final = 0o700
_OTHERS: Final = 0o077
_HOOK: Final = """\
#!/bin/sh
# Written by graduand setup: no commit brings a faulty record in. What graduand commits, it has judged itself.
test -z "$%(own)s" || exit 0
%(find)s
command -v graduand > /dev/null || {
    echo "graduand was not found, so no record was checked; cure: graduand setup" >&2
    exit 0
}
exec graduand %(root)scheck --staged
"""


class CloneLacks(NamedTuple):
    """What a clone lacks."""

    settings: tuple[CloneSetting, ...]
    hook: Path | None
    """The hook that is not there; None if there is one."""
    open_folders: tuple[Path, ...]
    """The folders into which others on this machine can look."""

    @property
    def names(self) -> tuple[str, ...]:
        """The settings and the hook, as a person finds them in git's folder."""
        return (*(one.key for one in self.settings), *([f"hooks/{self.hook.name}"] if self.hook else []))

    @property
    def private(self) -> tuple[str, ...]:
        """The commands that close the open folders."""
        return tuple(f"chmod 700 {quote(visible(str(folder), 200))}" for folder in self.open_folders)


def clone_lacks(workspace: Workspace) -> CloneLacks:
    """Return what this clone lacks.

    Raises:
        NoGit, NotGit: there is no git, or no repository.
    """
    return _lacks(Program(workspace.root))


def _lacks(program: Program) -> CloneLacks:
    try:
        remote = ledger_remote(program)
    except LedgerInUse:  # said where the ledger is looked at
        remote = ""
    hooks = _hooks_folder(program)
    hook = hooks / "pre-commit" if hooks and not (hooks / "pre-commit").exists() else None
    return CloneLacks(lacking_settings(program, program_folder(), remote), hook, _open_folders(program))


def set_clone_up(workspace: Workspace) -> tuple[str, ...]:
    """Set this clone up, and return what was changed.

    Raises:
        NoGit, NotGit: there is no git, or no repository.
        GitRefused, NotWritten: git or the disk refused.
    """
    program = Program(workspace.root)
    lacks = _lacks(program)
    set_up(program, lacks.settings)
    if lacks.hook:
        root = f"--root {quote(program.prefix.rstrip('/'))} " if program.prefix else ""
        text = _HOOK % {"own": OWN_COMMIT, "find": FIND_PROGRAM, "root": root}
        atomic.create(lacks.hook, text, mode=_PRIVATE)
    for folder in lacks.open_folders:
        try:
            folder.chmod(_PRIVATE)
        except OSError as error:
            raise NotWritten(folder, reason_of(error)) from error
    return (*lacks.names, *lacks.private)


def program_folder() -> str:
    """Return the folder in which the command graduand is; "" if it is not found."""
    folders = (str(Path(sys.executable).parent), *os.get_exec_path())
    return next((folder for folder in folders if os.access(f"{folder}/{_COMMAND}", os.X_OK)), "")


def _hooks_folder(program: Program) -> Path | None:
    """Return the folder of this clone's hooks; None if the user keeps hooks elsewhere."""
    try:
        set_in = program.read("config", "--show-scope", "--get-all", "core.hooksPath").splitlines()
    except GitRefused:  # nothing is set
        set_in = []
    if any(not line.startswith(_COMMAND_LINE) for line in set_in):
        return None
    return Path(program.root, program.read("rev-parse", "--git-common-dir").removesuffix("\n"), "hooks")


def _open_folders(program: Program) -> tuple[Path, ...]:
    """Return the folders of the clone into which others can look, unless git is set to share it."""
    try:
        shared = program.read("config", "--get", "core.sharedRepository").strip()
    except GitRefused:  # nothing is set
        shared = ""
    if shared not in {"", "umask", "false", "0"}:
        return ()
    own = Path(program.folder)
    seen = (program.root, own) if program.root.stat().st_mode & _OTHERS or program.root not in own.parents else ()
    return tuple(folder for folder in seen if folder.stat().st_mode & _OTHERS)


def attributes_lacking(workspace: Workspace) -> str:
    """Return the line that .gitattributes lacks, so that git asks graduand about records; "" if it has it."""
    from graduand.git.checkout import Checkout  # noqa: PLC0415 - only this needs it
    from graduand.git.clone_settings import ATTRIBUTES  # noqa: PLC0415

    return "" if Checkout(workspace.root).marks_records() else ATTRIBUTES


def set_up_sentence(names: tuple[str, ...]) -> str:
    """Return the sentence on what was changed in a clone."""
    return _("This clone is set up now: {names}.").format(names=visible(", ".join(names), 600))
