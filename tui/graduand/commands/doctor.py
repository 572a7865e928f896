"""graduand doctor: what is missing on this machine, with the cure of each."""

from __future__ import annotations

import sys
from typing import Annotated

from graduand.commands.parameters import Option
from graduand.commands.session import Ended, Session
from graduand.errors import Exit
from graduand.language import N_, _
from graduand.workspace import today

HELP = N_("Say what is missing on this machine: git, a name for commits, a fresh schema.")


def doctor(
    session: Session,
    as_json: Annotated[bool, Option("--json", help=_("One JSON object a line."))] = False,
) -> None:
    from graduand.reports.console import Span, line, show
    from graduand.reports.json_text import json_text
    from graduand.setup.doctor import examine

    symptoms = tuple(examine(session.workspace(), today()))
    if as_json:
        lines = (json_text({"schema": "graduand/symptom/1", **symptom._asdict()}) for symptom in symptoms)
        sys.stdout.writelines(f"{text}\n" for text in lines)
    else:
        for symptom in symptoms:
            sign = Span("✗ ", "bold red") if symptom.cure else Span("✓ ", "green")
            show([line(sign, symptom.said, *([f"\n  → {symptom.cure}"] if symptom.cure else []))], session.colour)
    if any(symptom.cure for symptom in symptoms):
        raise Ended(Exit.FINDINGS)
