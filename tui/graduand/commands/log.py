"""graduand log: one person's life, through all renames."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from graduand.commands.completion import complete_username
from graduand.commands.parameters import JsonLines, ShowAddresses
from graduand.commands.session import session_of
from graduand.language import N_

HELP = N_("Show one person's history: every event, who made it, when and why, across changes of username.")


def log(
    context: typer.Context,
    username: Annotated[
        str,
        typer.Argument(
            metavar=N_("USERNAME"),
            autocompletion=complete_username,
            help=N_("The person's username, present or former."),
        ),
    ],
    show: ShowAddresses = False,
    as_json: JsonLines = False,
) -> None:
    from graduand.audit import query
    from graduand.reports.audit_formats import as_json as json_of
    from graduand.reports.audit_text import trail_text
    from graduand.reports.console import show as show_lines
    from graduand.reports.labels import terms_of

    session = session_of(context)
    workspace = session.workspace()
    found = query.log(workspace, username)
    if as_json:
        sys.stdout.writelines(f"{line}\n" for line in json_of(found.events))
    else:
        show_lines(trail_text(found, terms_of(workspace), show=show), session.colour)
