"""graduand uploads: the uploads that were noted, what came back of each, and the one in hand."""

from __future__ import annotations

import sys
from typing import Annotated

from graduand.commands.parameters import Option
from graduand.commands.session import Session
from graduand.language import N_, _

HELP = N_("List the uploads: the one in hand, those that were noted, and what came back of each.")


def uploads(
    session: Session,
    as_json: Annotated[bool, Option("--json", help=_("One JSON object a line."))] = False,
) -> None:
    from graduand.reports.console import show as show_lines
    from graduand.reports.uploads_text import as_json as json_of
    from graduand.reports.uploads_text import sendings_text
    from graduand.uploads.status import in_hand, sendings

    workspace = session.workspace()
    noted = sendings(workspace)
    if as_json:
        sys.stdout.writelines(f"{line}\n" for line in json_of(noted))
    else:
        show_lines(sendings_text(in_hand(workspace), noted), session.colour)
