"""graduand rollback: the files that take an upload back, and the list of what they cannot."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from graduand.commands.parameters import BuildFolder, JsonManifest
from graduand.commands.session import say, session_of
from graduand.language import N_, _
from graduand.reports.console import show
from graduand.workspace import day, today

HELP = N_("Make the files that undo an upload, and list what cannot be undone.")


def rollback(
    context: typer.Context,
    upload: Annotated[
        str, typer.Argument(metavar=N_("UPLOAD"), help=N_("The upload to undo; by default the last one."))
    ] = "",
    on: Annotated[
        str, typer.Option(metavar=N_("YYYY-MM-DD"), help=N_("The day of the upload; today by default."))
    ] = "",
    out: BuildFolder = None,
    as_json: JsonManifest = False,
) -> None:
    from graduand.handshake.upload import CARD, manifest
    from graduand.reports.upload_text import compiled_text, lost_text
    from graduand.uploads.rollback import take_back

    session = session_of(context)
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
