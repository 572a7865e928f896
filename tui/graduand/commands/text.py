"""graduand text: one record as text that a person reads; what git shows in its differences."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from graduand.commands.parameters import Argument
from graduand.commands.session import Session
from graduand.language import N_, _

HELP = N_("Print one record's file as a reviewer reads it; “git diff” does so by itself where init has set it up.")


def text(
    session: Session,
    file: Annotated[Path, Argument(metavar="FILE", help=_("A record's file, wherever it lies."))],
) -> None:
    from graduand.audit.record_summary import portrait
    from graduand.reports.record_text import portrait_text

    school = session.workspace().school
    sys.stdout.writelines([f"{line}\n" for line in portrait_text(portrait(file, school), school)])
