"""graduand log: one person's life, through all renames."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from graduand.commands.session import session_of
from graduand.language import N_, _

HELP = N_("Tell one person's life: every event, who made it, when and why; across renames.")


def log(
    context: typer.Context,
    username: Annotated[str, typer.Argument(metavar="USERNAME", help=_("A username, present or former."))],
    show: Annotated[bool, typer.Option("--show", help=_("Show addresses whole."))] = False,
    as_json: Annotated[bool, typer.Option("--json", help=_("One JSON object a line."))] = False,
) -> None:
    from graduand.reports.page import show as show_lines
    from graduand.reports.trail_machine import as_json as json_of
    from graduand.reports.trail_text import trail_text
    from graduand.trail import audit as trail

    session = session_of(context)
    found = trail.log(session.workspace(), username)
    if as_json:
        sys.stdout.writelines(f"{line}\n" for line in json_of(found.told))
    else:
        show_lines(trail_text(found, show=show), session.colour)
