"""graduand reconcile: Handshake's failed rows, back at the records that they came from."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from graduand.commands.parameters import JsonLines
from graduand.commands.session import say, session_of
from graduand.language import N_, _

HELP = N_("Read Handshake's failed rows: who, why, and what to correct; these people remain to be sent.")


def reconcile(
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FAILED.csv",
            readable=False,
            help=N_("The file from “Download Failed Rows CSV”; - reads standard input."),
        ),
    ],
    upload: Annotated[
        str, typer.Option(metavar=N_("UPLOAD"), help=N_("The upload with these failures; by default the last one."))
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help=N_("Only explain the failures; write nothing."))] = False,
    everything: Annotated[
        bool, typer.Option("--all", help=N_("List everyone, not only the first ten of each answer."))
    ] = False,
    as_json: JsonLines = False,
) -> None:
    from graduand.reports.console import show
    from graduand.reports.labels import terms_of
    from graduand.reports.upload_text import reconciled_json as json_of
    from graduand.reports.upload_text import reconciled_text
    from graduand.uploads.results import SIZE
    from graduand.uploads.results import reconcile as take_in

    session = session_of(context)
    raw = sys.stdin.buffer.read(SIZE + 1) if str(file) == "-" else None
    workspace = session.workspace()
    reconciled = take_in(workspace, file, upload, note=not dry_run, raw=raw)
    if as_json:
        sys.stdout.writelines(f"{line}\n" for line in json_of(reconciled))
    else:
        show(reconciled_text(reconciled, terms_of(workspace), everything=everything), session.colour)
    if reconciled.result:
        say(
            _("Noted as {result}; send what is outstanding with: graduand compile --changed").format(
                result=reconciled.result
            )
        )
