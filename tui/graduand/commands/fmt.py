"""graduand fmt: write records in canonical form and at their canonical paths."""

from __future__ import annotations

import sys
from typing import Annotated, Literal

import typer

from graduand.commands.parameters import OutputFormat, RecordPaths
from graduand.commands.session import session_of
from graduand.errors import Exit
from graduand.language import N_

FMT_HELP = N_("Put records into canonical form and into the right folder; comments are kept.")


def fmt(
    context: typer.Context,
    paths: RecordPaths = None,
    check: Annotated[
        bool, typer.Option("--check", help=N_("Only list the records that are not; change nothing."))
    ] = False,
    form: Annotated[
        Literal[OutputFormat.text, OutputFormat.github],
        typer.Option("--format", help=N_("How to print what is not: github annotates the lines of a pull request.")),
    ] = OutputFormat.text,
) -> None:
    from graduand.editing.formatting import format_records
    from graduand.reports.console import show
    from graduand.reports.findings_formats import formatted_github, without_personal_data
    from graduand.reports.record_text import formatted_text

    session = session_of(context)
    workspace = session.workspace()
    formatted = format_records(workspace, workspace.scope(paths or []), write=not check)
    if form is OutputFormat.github:
        lines = formatted_github(formatted, workspace.school.fields, workspace.school.keys)
        sys.stdout.writelines(f"{line}\n" for line in lines)
        refused = without_personal_data(formatted.refused, workspace.school.fields, workspace.school.keys)
        formatted = formatted._replace(refused=refused)
    show(
        formatted_text(formatted, written=not check),
        session.colour,
        sys.stderr if form is OutputFormat.github else None,
    )
    if formatted.refused or (check and (formatted.rewritten or formatted.moved)):
        raise typer.Exit(Exit.FINDINGS)
