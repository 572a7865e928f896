"""graduand rollback: the files that take an upload back, and the list of what they cannot."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from graduand.commands.parameters import Argument, Option
from graduand.commands.session import Session, say
from graduand.language import N_, _
from graduand.reports.console import show
from graduand.workspace import day, today

HELP = N_("Compile the files that take an upload back, and list what cannot be undone.")


def rollback(
    session: Session,
    upload: Annotated[str, Argument(metavar="UPLOAD", help=_("A noted upload; the last one by default."))] = "",
    on: Annotated[str, Option(metavar="YYYY-MM-DD", help=_("The day; today by default."))] = "",
    out: Annotated[Path | None, Option(help=_("The folder for the files; build/ beside records/ by default."))] = None,
    as_json: Annotated[bool, Option("--json", help=_("Print the manifest."))] = False,
) -> None:
    from graduand.handshake.upload import CARD, manifest
    from graduand.reports.compile_text import compiled_text, lost_text
    from graduand.uploads.compilation import take_back

    workspace = session.workspace()
    folder = out or workspace.root / "build"
    taken = take_back(workspace, upload, day(on) if on else today(), folder)
    show(lost_text(taken.lost), session.colour, sys.stderr)
    if as_json:
        sys.stdout.write(manifest(taken.upload))
        return
    show(compiled_text(taken.upload, folder), session.colour)
    say(_("How to import them: {card}").format(card=folder / CARD))
    say(_("Correct the records too, or the next upload brings the same change again."))
