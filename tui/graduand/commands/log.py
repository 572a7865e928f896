"""graduand log: one person's life, through all renames."""

from __future__ import annotations

import sys
from typing import Annotated

from graduand.commands.parameters import Argument, Option
from graduand.commands.session import Session
from graduand.language import N_, _

HELP = N_("Tell one person's life: every event, who made it, when and why; across renames.")


def log(
    session: Session,
    username: Annotated[str, Argument(metavar="USERNAME", help=_("A username, present or former."))],
    show: Annotated[bool, Option("--show", help=_("Show addresses whole."))] = False,
    as_json: Annotated[bool, Option("--json", help=_("One JSON object a line."))] = False,
) -> None:
    from graduand.audit import query as trail
    from graduand.reports.audit_formats import as_json as json_of
    from graduand.reports.audit_text import trail_text
    from graduand.reports.console import show as show_lines
    from graduand.reports.labels import terms_of

    workspace = session.workspace()
    found = trail.log(workspace, username)
    if as_json:
        sys.stdout.writelines(f"{line}\n" for line in json_of(found.told))
    else:
        show_lines(trail_text(found, terms_of(workspace), show=show), session.colour)
