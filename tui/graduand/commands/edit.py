"""graduand edit: the same change in one record or many, in one commit."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from graduand.commands.session import say, session_of
from graduand.errors import Usage
from graduand.language import N_, _, visible

HELP = N_("Change fields of one person or many, and commit: edit 00412345 disabled=true …")


def edit(
    context: typer.Context,
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="USERNAME… FIELD=VALUE…",
            help=_("Whose records, and what to change; FIELD= removes the field, a;b is a list, - reads usernames."),
        ),
    ],
    no_commit: Annotated[bool, typer.Option("--no-commit", help=_("Save only; commit yourself."))] = False,
) -> None:
    from graduand.edits import assignments
    from graduand.edits import edit as change
    from graduand.reports.findings_text import findings_text
    from graduand.reports.page import show

    session = session_of(context)
    workspace = session.workspace()
    usernames = [word for word in words if "=" not in word and word != "-"]
    if "-" in words:
        usernames += sys.stdin.read().split()
    changes = assignments([word for word in words if "=" in word], workspace.school)
    if not usernames or not changes:
        raise Usage(_("Say whose record and what to change: graduand edit 00412345 disabled=true"))
    edited = change(workspace, usernames, changes, commit=not no_commit)
    sys.stdout.writelines(f"{visible(path, 300)}\n" for path in edited.paths)
    if edited.findings:
        show(findings_text(edited.findings, len(edited.paths), everything=True), session.colour, sys.stderr)
    if not edited.paths:
        say(_("Nothing changed: it is so already."))
    elif edited.commit:
        say(_("Saved and committed: {commit}").format(commit=edited.commit[:12]))
    else:
        say(_("Saved, not committed."))
