"""graduand uploads: the uploads that were noted, what came back of each, and the one in hand."""

from __future__ import annotations

import sys

import typer

from graduand.commands.parameters import JsonLines
from graduand.commands.session import session_of
from graduand.language import N_

HELP = N_("List the uploads: the one in preparation, those that were imported, and the failed rows of each.")


def uploads(
    context: typer.Context,
    as_json: JsonLines = False,
) -> None:
    from graduand.reports.console import show as show_lines
    from graduand.reports.upload_text import sendings_text
    from graduand.reports.upload_text import uploads_json as json_of
    from graduand.uploads.status import in_hand, sendings

    session = session_of(context)
    workspace = session.workspace()
    noted = sendings(workspace)
    if as_json:
        sys.stdout.writelines(f"{line}\n" for line in json_of(noted))
    else:
        show_lines(sendings_text(in_hand(workspace), noted), session.colour)
