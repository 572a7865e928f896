"""graduand fmt: records in canonical form, each where it belongs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from graduand.changes.formatting import formatted as put_in_form
from graduand.commands.session import session_of
from graduand.errors import Exit
from graduand.language import N_, _
from graduand.reports.formatted import formatted_text
from graduand.reports.page import show

HELP = N_("Put records into canonical form and where they belong; comments stay.")


def fmt(
    context: typer.Context,
    paths: Annotated[
        list[Path] | None, typer.Argument(help=_("Files or folders below records/; all when none is named."))
    ] = None,
    check: Annotated[bool, typer.Option("--check", help=_("Only say which are not; change nothing."))] = False,
) -> None:
    session = session_of(context)
    workspace = session.workspace()
    formatted = put_in_form(workspace, workspace.scope(paths or []), write=not check)
    show(formatted_text(formatted, written=not check), session.colour)
    if formatted.refused or (check and (formatted.rewritten or formatted.moved)):
        raise typer.Exit(Exit.FINDINGS)
