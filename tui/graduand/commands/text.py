"""graduand text: print one record as text, also for the differences that git shows."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from graduand.commands.session import session_of
from graduand.language import N_

TEXT_HELP = N_("Print one record as text for a reviewer; after init, “git diff” shows records like this too.")


def text(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar=N_("FILE"), readable=False, help=N_("The file of a record, in any folder."))
    ],
) -> None:
    from graduand.audit.record_summary import summarize
    from graduand.reports.record_text import summary_text

    session = session_of(context)
    school = session.workspace().school
    sys.stdout.writelines([f"{line}\n" for line in summary_text(summarize(file, school), school)])
