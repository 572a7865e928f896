"""graduand merge: merge two versions of a record for git, which calls it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from graduand.commands.session import say
from graduand.errors import Exit, Trouble
from graduand.language import N_, _, visible

MERGE_HELP = N_("Merge two versions of a record key by key; git calls it once graduand setup has told it to.")


def merge(
    context: typer.Context,
    base: Annotated[Path, typer.Argument(metavar="%O", readable=False, help=N_("The common version."))],
    ours: Annotated[
        Path, typer.Argument(metavar="%A", readable=False, help=N_("Our version; the result is written to this file."))
    ],
    theirs: Annotated[Path, typer.Argument(metavar="%B", readable=False, help=N_("Their version."))],
    place: Annotated[
        Path, typer.Argument(metavar="%P", readable=False, help=N_("The path of the record in the repository."))
    ],
) -> None:
    from graduand.editing.merge_driver import merge_file

    del context  # git names the file, and with it the repository
    try:
        merged = merge_file(Path.cwd() / place, base, ours, theirs)
    except Trouble as trouble:  # git takes 1 for a conflict, whatever the trouble is; its own merge comes next
        say(str(trouble))
        raise typer.Exit(Exit.REPOSITORY) from trouble
    if merged.conflicts:
        message = _("{path}: both sides decided {fields}. Say what holds with: graduand resolve")
        say(message.format(path=visible(merged.path, 200), fields=", ".join(merged.conflicts)))
        raise typer.Exit(Exit.FINDINGS)
