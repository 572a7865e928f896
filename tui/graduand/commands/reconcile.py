"""graduand reconcile: Handshake's failed rows, back at the records that they came from."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from graduand.commands.parameters import Argument, Option
from graduand.commands.session import Session, say
from graduand.language import N_, _

HELP = N_("Take Handshake's failed rows in: who, why, what cures it; these people are outstanding again.")


def reconcile(
    session: Session,
    file: Annotated[
        Path, Argument(metavar="FAILED.csv", help=_("What “Download Failed Rows CSV” gave; - is standard input."))
    ],
    upload: Annotated[str, Option(help=_("The upload that they failed in; the last one by default."))] = "",
    dry_run: Annotated[bool, Option("--dry-run", help=_("Only explain; note nothing."))] = False,
    everything: Annotated[bool, Option("--all", help=_("Show everybody, not the first ten of each answer."))] = False,
    as_json: Annotated[bool, Option("--json", help=_("One JSON object a line."))] = False,
) -> None:
    from graduand.reports.console import show
    from graduand.reports.labels import terms_of
    from graduand.reports.reconcile_text import as_json as json_of
    from graduand.reports.reconcile_text import reconciled_text
    from graduand.uploads.results import SIZE
    from graduand.uploads.results import reconcile as take_in

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
