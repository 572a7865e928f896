"""graduand drift: hold the records against what Handshake holds."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from graduand.commands.parameters import Day, JsonLines, NoCache, ShowAddresses
from graduand.commands.session import say, session_of
from graduand.errors import Exit
from graduand.language import N_
from graduand.reports.console import progress
from graduand.reports.console import show as show_lines
from graduand.workspace import day, today

DRIFT_HELP = N_(
    "Hold the records against what Handshake holds: each account is in one situation, with what to do about it."
)


def drift(
    context: typer.Context,
    on: Day = "",
    everything: Annotated[
        bool, typer.Option("--all", help=N_("List everyone, also the accounts that are as their records say."))
    ] = False,
    as_json: JsonLines = False,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help=N_("Exit with code 10 if there is anything to do."))
    ] = False,
    show: ShowAddresses = False,
    no_cache: NoCache = False,
) -> None:
    from graduand.reports.drift_text import drift_json, drift_text
    from graduand.reports.labels import terms_of
    from graduand.uploads.drift import drift_of
    from graduand.uploads.drift_table import read_drift_table

    session = session_of(context)
    workspace = session.workspace(remembers=not no_cache)
    table = read_drift_table(workspace.root)
    found = drift_of(workspace, day(on) if on else today(), progress(), no_cache=no_cache)
    if as_json:
        sys.stdout.writelines(f"{line}\n" for line in drift_json(found, everything=everything))
    else:
        lines = drift_text(found, table, terms_of(workspace), everything=everything, show=show)
        show_lines(lines, session.colour)
    if found.unread:
        say(f"! {found.unread}")
    if exit_code and any(table.actions[account.why].counts for account in found.accounts):
        raise typer.Exit(Exit.CHANGES)
