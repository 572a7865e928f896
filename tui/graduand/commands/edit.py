"""graduand edit: change fields of one or more records in one commit."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from graduand.commands.completion import complete_cohort, complete_edit
from graduand.commands.parameters import CommitMessage, CommitTrailers, NoCommit, ShowAddresses
from graduand.commands.session import Session, say, say_resumed, session_of
from graduand.errors import Usage
from graduand.language import N_, _, visible
from graduand.workspace import today

if TYPE_CHECKING:
    from graduand.editing.bulk_edit import PreparedBulkEdit
    from graduand.editing.edit import EditResult
    from graduand.workspace import Workspace

EDIT_HELP = N_("Change fields of one or more people, in one commit: edit 00412345 disabled=true …")


def edit(
    context: typer.Context,
    words: Annotated[
        list[str],
        typer.Argument(
            metavar=N_("USERNAME… FIELD=VALUE…"),
            autocompletion=complete_edit,
            help=N_(
                "Whose records, and what to change: FIELD= removes a field, a;b is a list; - reads usernames piped in."
            ),
        ),
    ],
    cohort: Annotated[
        str,
        typer.Option(metavar=N_("COHORT"), autocompletion=complete_cohort, help=N_("Move the records to this cohort.")),
    ] = "",
    preview: Annotated[bool, typer.Option("--preview", help=N_("Only show what would change, and for whom."))] = False,
    show: ShowAddresses = False,
    no_commit: NoCommit = False,
    message: CommitMessage = "",
    trailer: CommitTrailers = None,
) -> None:
    from graduand.editing.bulk_edit import exceeded_limits, prepare
    from graduand.editing.edit import FieldChange, cohort_change, edit_records, parse_assignments, paths_of
    from graduand.reports.bulk_text import bulk_text
    from graduand.reports.console import show as show_lines
    from graduand.reports.labels import terms_of

    session = session_of(context)
    workspace = session.writing_workspace(message, trailer)
    usernames = [word for word in words if "=" not in word and word != "-"]
    if "-" in words:
        usernames += sys.stdin.read().split()
    changes = parse_assignments([word for word in words if "=" in word], workspace.school)
    if not usernames or not (changes or cohort):
        raise Usage(_("Say whose record and what to change: graduand edit 00412345 disabled=true"))
    change = FieldChange(changes, cohort_change(cohort).cohort if cohort else "")
    if not (cohort or preview):
        _print(
            edit_records(workspace, usernames, changes, commit=not no_commit, on_resumed=say_resumed),
            session,
            no_commit,
        )
        return
    prepared = prepare(workspace, paths_of(workspace, usernames), change, today())
    if preview:
        show_lines(
            bulk_text(prepared, exceeded_limits(workspace, prepared), terms_of(workspace), show=show), session.colour
        )
    else:
        _print(_applied(workspace, prepared, usernames, commit=not no_commit), session, no_commit)


def _applied(workspace: Workspace, prepared: PreparedBulkEdit, usernames: list[str], *, commit: bool) -> EditResult:
    from graduand.editing.bulk_edit import apply
    from graduand.editing.edit import EditResult

    saved = apply(workspace, prepared, commit=commit, usernames=usernames, on_resumed=say_resumed)
    paths = tuple(one.path for one in saved if one.after is not None)
    return EditResult(paths, saved[0].commit if saved else "", prepared.new_findings)


def _print(edited: EditResult, session: Session, no_commit: bool) -> None:
    from graduand.editing.transaction import commit_sentence
    from graduand.reports.console import show as show_lines
    from graduand.reports.findings_text import findings_text

    sys.stdout.writelines(f"{visible(path, 300)}\n" for path in edited.paths)
    if edited.findings:
        show_lines(findings_text(edited.findings, len(edited.paths), everything=True), session.colour, sys.stderr)
    if not edited.paths:
        say(_("Nothing changed: it is so already."))
    else:
        say(commit_sentence(edited.commit, wanted=not no_commit))
