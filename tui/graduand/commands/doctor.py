"""graduand doctor: what is missing on this machine, with the cure of each."""

from __future__ import annotations

import sys

import typer

from graduand.commands.parameters import JsonLines
from graduand.commands.session import session_of
from graduand.errors import Exit
from graduand.language import N_
from graduand.workspace import today

HELP = N_("Check this computer: git, a name for commits, an up-to-date schema.")


def doctor(
    context: typer.Context,
    as_json: JsonLines = False,
) -> None:
    from graduand.reports.console import Span, line, show
    from graduand.reports.json_text import json_text
    from graduand.setup.doctor import examine

    session = session_of(context)
    symptoms = tuple(examine(session.workspace(), today()))
    if as_json:
        lines = (json_text({"schema": "graduand/symptom/1", **symptom._asdict()}) for symptom in symptoms)
        sys.stdout.writelines(f"{text}\n" for text in lines)
    else:
        for symptom in symptoms:
            sign = Span("✗ ", "bold red") if symptom.cure else Span("✓ ", "green")
            show([line(sign, symptom.said, *([f"\n  → {symptom.cure}"] if symptom.cure else []))], session.colour)
    if any(symptom.cure for symptom in symptoms):
        raise typer.Exit(Exit.FINDINGS)
