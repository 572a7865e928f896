"""graduand check: list all findings on the records."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from graduand.commands.parameters import Cohort, Day, NoCache, OutputFormat, RecordPaths
from graduand.commands.session import say, session_of, unread_words
from graduand.errors import Exit, Usage
from graduand.findings import Severity
from graduand.language import N_, _
from graduand.reports.console import progress
from graduand.workspace import Workspace, day, errors, today

if TYPE_CHECKING:
    from graduand.index.index import Checked

CHECK_HELP = N_("Check the records: every error and warning, where it is, and how to correct it.")


FindingsFormat = Literal[
    OutputFormat.text, OutputFormat.json, OutputFormat.github, OutputFormat.junit, OutputFormat.sarif
]


def check(
    context: typer.Context,
    paths: RecordPaths = None,
    cohort: Cohort = "",
    staged: Annotated[
        bool, typer.Option("--staged", help=N_("Only what the next commit changes, and what that collides with."))
    ] = False,
    against: Annotated[
        str,
        typer.Option(
            metavar="REV",
            help=N_(
                "What Handshake holds (GR7) is an error only for records that have changed since this commit, such as "
                "origin/main."
            ),
        ),
    ] = "",
    form: Annotated[
        FindingsFormat, typer.Option("--format", help=N_("How to print the findings."))
    ] = OutputFormat.text,
    as_json: Annotated[bool, typer.Option("--json", help=N_("The same as --format json: one object a line."))] = False,
    on: Day = "",
    strict: Annotated[bool, typer.Option("--strict", help=N_("Treat warnings as errors."))] = False,
    everything: Annotated[
        bool, typer.Option("--all", help=N_("List every finding, not only the first ten of each rule."))
    ] = False,
    no_cache: NoCache = False,
) -> None:
    session = session_of(context)
    workspace = session.workspace(remembers=not no_cache)
    if staged and (paths or cohort):
        raise Usage(_("--staged names the records itself; leave out the others."))
    if staged:
        checked = workspace.check_staged(day(on) if on else today(), progress())
    else:
        scope = workspace.scope(paths or [], cohort)
        checked = workspace.check(day(on) if on else today(), scope, progress(), no_cache=no_cache)
    if against:
        checked = checked.softened(workspace.records_changed_since(against))
    if staged and not any(finding.severity != Severity.NOTE for finding in checked.findings):
        return
    _print(checked, OutputFormat.json if as_json else form, workspace, session.colour, everything=everything)
    failing = (
        [finding for finding in checked.findings if finding.severity != Severity.NOTE]
        if strict
        else errors(checked.findings)
    )
    if failing:
        raise typer.Exit(Exit.FINDINGS)


def _print(checked: Checked, form: FindingsFormat, workspace: Workspace, colour: str, *, everything: bool) -> None:
    if checked.unread_states:
        say(unread_words(checked.unread_states, is_compared=checked.is_compared))
    if form is OutputFormat.text:
        from graduand.reports.console import show
        from graduand.reports.findings_text import findings_text

        uncompared = not checked.is_compared and not checked.unread_states and workspace.expects_ledger()
        found = findings_text(checked.findings, len(checked.paths), everything=everything, is_uncompared=uncompared)
        show(found, colour)
        return
    from graduand.reports.findings_formats import as_github, as_json, as_junit, as_sarif, without_personal_data

    school = workspace.school
    if form is OutputFormat.json:
        lines = as_json(checked.findings)
        sys.stdout.writelines(f"{line}\n" for line in lines)
        return
    findings = without_personal_data(checked.findings, school.fields, school.keys)
    if form is OutputFormat.github:
        lines = as_github(findings)
    elif form is OutputFormat.junit:
        lines = as_junit(findings, checked.paths)
    else:
        lines = iter([as_sarif(findings, workspace.importer.sources)])
    sys.stdout.writelines(f"{line}\n" for line in lines)
