"""graduand check: everything that is wrong with the records, all at once."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from graduand.commands.parameters import Argument, Option
from graduand.commands.session import Ended, Session
from graduand.errors import Exit
from graduand.findings import Severity
from graduand.language import N_, _
from graduand.reports.progress import progress
from graduand.workspace import Verdict, Workspace, day, errors, today

HELP = N_("Say everything that is wrong with the records: what, where, and what would be right.")


class Format(StrEnum):
    """How findings can be printed."""

    text = "text"
    json = "json"
    github = "github"
    junit = "junit"
    sarif = "sarif"


def check(
    session: Session,
    paths: Annotated[
        list[Path] | None, Argument(help=_("Files or folders below records/; all when none is named."))
    ] = None,
    cohort: Annotated[str, Option(help=_("Only this cohort."))] = "",
    form: Annotated[Format, Option("--format", help=_("How to print the findings."))] = Format.text,
    as_json: Annotated[bool, Option("--json", help=_("The same as --format json: one object a line."))] = False,
    on: Annotated[str, Option(metavar="YYYY-MM-DD", help=_("The day for which to ask; today by default."))] = "",
    strict: Annotated[bool, Option("--strict", help=_("Warnings fail the check too."))] = False,
    everything: Annotated[bool, Option("--all", help=_("Show every finding, not the first ten of each rule."))] = False,
    no_cache: Annotated[bool, Option("--no-cache", help=_("Read every file again, and remember nothing."))] = False,
) -> None:
    workspace = session.workspace(remembers=not no_cache)
    scope = workspace.scope(paths or [], cohort)
    checked = workspace.verdict(scope, day(on) if on else today(), progress(), afresh=no_cache)
    _print(checked, Format.json if as_json else form, workspace, session.colour, everything=everything)
    failing = (
        [finding for finding in checked.findings if finding.severity != Severity.NOTE]
        if strict
        else errors(checked.findings)
    )
    if failing:
        raise Ended(Exit.FINDINGS)


def _print(checked: Verdict, form: Format, workspace: Workspace, colour: str, *, everything: bool) -> None:
    if form is Format.text:
        from graduand.reports.console import show
        from graduand.reports.findings_text import findings_text

        show(findings_text(checked.findings, len(checked.paths), everything=everything), colour)
        return
    from graduand.reports.findings_formats import as_github, as_json, as_junit, as_sarif

    if form is Format.json:
        lines = as_json(checked.findings)
    elif form is Format.github:
        lines = as_github(checked.findings)
    elif form is Format.junit:
        lines = as_junit(checked.findings, checked.paths)
    else:
        lines = iter([as_sarif(checked.findings, workspace.importer.sources)])
    sys.stdout.writelines(f"{line}\n" for line in lines)
