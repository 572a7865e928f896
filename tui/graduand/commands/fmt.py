"""graduand fmt: records in canonical form, each where it belongs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from graduand.commands.parameters import Argument, Option
from graduand.commands.session import Ended, Session
from graduand.errors import Exit
from graduand.language import N_, _

HELP = N_("Put records into canonical form and where they belong; comments stay.")


def fmt(
    session: Session,
    paths: Annotated[
        list[Path] | None, Argument(help=_("Files or folders below records/; all when none is named."))
    ] = None,
    check: Annotated[bool, Option("--check", help=_("Only say which are not; change nothing."))] = False,
) -> None:
    from graduand.editing.formatting import formatted as put_in_form
    from graduand.reports.console import show
    from graduand.reports.fmt_text import formatted_text

    workspace = session.workspace()
    formatted = put_in_form(workspace, workspace.scope(paths or []), write=not check)
    show(formatted_text(formatted, written=not check), session.colour)
    if formatted.refused or (check and (formatted.rewritten or formatted.moved)):
        raise Ended(Exit.FINDINGS)
