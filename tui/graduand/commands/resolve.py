"""graduand resolve: finish a merge, a rebase or a cherry-pick that left two versions of records."""

from __future__ import annotations

import sys
from typing import Annotated, Literal

import typer

from graduand.commands.completion import complete_edit
from graduand.commands.parameters import JsonLines, ShowAddresses
from graduand.commands.session import say, session_of
from graduand.errors import Exit, NoSuchPerson, Usage
from graduand.language import N_, _, quoted
from graduand.workspace import today

RESOLVE_HELP = N_("Finish a merge: join what goes together, and decide what both sides changed.")

TakenSide = Literal["ours", "theirs", "base"]


def resolve(
    context: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar=N_("[USERNAME]… [FIELD=VALUE]…"),
            autocompletion=complete_edit,
            help=N_("Whose records, by default all; and what holds of the fields that both sides changed."),
        ),
    ] = None,
    take: Annotated[
        TakenSide | None,
        typer.Option(help=N_("The side whose value the fields get that both changed: ours, theirs or base.")),
    ] = None,
    no_commit: Annotated[
        bool, typer.Option("--no-commit", help=N_("Only merge the files; you let git finish later."))
    ] = False,
    show: ShowAddresses = False,
    as_json: JsonLines = False,
) -> None:
    from graduand.editing import resolution
    from graduand.editing.edit import parse_assignments
    from graduand.editing.merge import Side
    from graduand.reports import merge_text
    from graduand.reports.console import show as show_lines
    from graduand.reports.labels import terms_of

    sides = {"ours": Side.MINE, "theirs": Side.THEIRS, "base": Side.BASE}
    session = session_of(context)
    workspace = session.workspace()
    found = resolution.find_unmerged(workspace, today())
    values = parse_assignments([word for word in words or () if "=" in word], workspace.school)
    usernames = [word for word in words or () if "=" not in word]
    _refuse_strangers(usernames, {one.username for one in found.records})
    _refuse_decided(
        set(values), {each.key for one in found.records if one.difference for each in one.difference.conflicts}
    )
    done = resolution.resolve(workspace, found, usernames, values, sides[take] if take else None, commit=not no_commit)
    if as_json:
        sys.stdout.writelines(f"{line}\n" for line in merge_text.resolution_json(done))
    else:
        show_lines(merge_text.resolution_text(found, done, terms_of(workspace), show=show), session.colour)
    for sentence in merge_text.resolution_sentences(found, done):
        say(sentence)
    if done.open or done.unread or done.others:
        raise typer.Exit(Exit.FINDINGS)


def _refuse_strangers(usernames: list[str], known: set[str]) -> None:
    for username in usernames:
        if username not in known:
            raise (
                NoSuchPerson(username, "")
                if not known
                else Usage(_("The record of {username} is not to be merged.").format(username=quoted(username)))
            )


def _refuse_decided(keys: set[str], known: set[str]) -> None:
    for key in sorted(keys - known):
        raise Usage(_("{key} is in conflict in none of these records.").format(key=quoted(key)))
