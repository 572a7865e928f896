"""graduand plan: print the changes of the next upload by person."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from graduand.commands.parameters import (
    Cohort,
    Early,
    JsonFormat,
    MarkdownFor,
    NoCache,
    OnlyChanged,
    OnlyEffects,
    OutputFormat,
    RetryExcluded,
    ShowAddresses,
    ShowAll,
    SkipErrors,
    UploadDay,
)
from graduand.commands.session import say, session_of
from graduand.errors import Exit
from graduand.language import N_, _
from graduand.reports.console import progress
from graduand.reports.console import show as show_lines
from graduand.reports.size_limit import MarkdownTarget, limit_of
from graduand.workspace import day, errors, today

if TYPE_CHECKING:
    from graduand.reports.labels import Terms
    from graduand.uploads.compiler import PreparedUpload
    from graduand.workspace import Workspace

PLAN_HELP = N_("Show what the next upload would change, person by person, the most severe first; writes nothing.")


PlanFormat = Literal[OutputFormat.text, OutputFormat.json, OutputFormat.markdown, OutputFormat.html]


def plan(
    context: typer.Context,
    cohort: Cohort = "",
    on: UploadDay = "",
    only: OnlyEffects = None,
    changed: OnlyChanged = False,
    form: Annotated[PlanFormat, typer.Option("--format", help=N_("How to print the plan."))] = OutputFormat.text,
    target: MarkdownFor = MarkdownTarget.comment,
    as_json: JsonFormat = False,
    show: ShowAddresses = False,
    everything: ShowAll = False,
    exit_code: Annotated[bool, typer.Option("--exit-code", help=N_("Exit with code 10 if there are changes."))] = False,
    skip_errors: SkipErrors = False,
    retry_excluded: RetryExcluded = False,
    early: Early = False,
    allow_dirty: Annotated[bool, typer.Option("--allow-dirty", help=N_("Include uncommitted changes."))] = False,
    no_cache: NoCache = False,
) -> None:
    from graduand.reports.findings_text import findings_text
    from graduand.reports.labels import terms_of
    from graduand.reports.upload_text import left_out_text
    from graduand.uploads import compiler
    from graduand.uploads.exchange import what_is_missing

    session = session_of(context)
    workspace = session.workspace(remembers=not no_cache)
    options = compiler.CompileOptions(
        day(on) if on else today(),
        cohort,
        frozenset(only or ()),
        changed,
        allow_dirty=allow_dirty,
        skip_errors=skip_errors,
        retry_excluded=retry_excluded,
        early=early,
    )
    planned = compiler.prepare(workspace, options, progress(), no_cache=no_cache)
    if planned.prepared is None:
        found = findings_text(errors(planned.checked.findings), len(planned.checked.paths), everything=False)
        show_lines(found, session.colour, sys.stderr)
        raise typer.Exit(Exit.FINDINGS)
    prepared = planned.prepared
    show_lines(left_out_text(prepared.upload, waiting=False), session.colour, sys.stderr)
    if missing := what_is_missing(prepared.known.ledger):
        say(f"! {missing}")
    chosen = OutputFormat.json if as_json else form
    _print(prepared, terms_of(workspace), chosen, target, session.colour, everything=everything, show=show)
    _say_refusals(workspace, prepared)
    if prepared.breaches:
        raise typer.Exit(Exit.LIMIT)
    if exit_code and prepared.plan.outstanding:
        raise typer.Exit(Exit.CHANGES)


def _say_refusals(workspace: Workspace, prepared: PreparedUpload) -> None:
    """Say what would keep it from being compiled: no review, no approval, a limit."""
    from graduand.records.institution import ReviewPolicy
    from graduand.uploads.compiler import describe_breach, refusal

    is_asked = workspace.institution.review != ReviewPolicy() and prepared.plan.outstanding
    if is_asked and (why := refusal(workspace, prepared)):
        say(f"! {why}")
    if not prepared.breaches:
        return
    say(" ".join(describe_breach(breach) for breach in prepared.breaches))
    message = _("To go on: compile with --approve {checksum} --reason REASON, or send the others first with --only.")
    say(message.format(checksum=prepared.upload.plan))


def _print(
    prepared: PreparedUpload,
    terms: Terms,
    form: PlanFormat,
    target: MarkdownTarget,
    colour: str,
    *,
    everything: bool,
    show: bool,
) -> None:
    from graduand.reports import plan_formats
    from graduand.reports.plan_text import plan_text

    if form is OutputFormat.text:
        show_lines(plan_text(prepared, terms, everything=everything, show=show), colour)
    elif form is OutputFormat.json:
        sys.stdout.write(plan_formats.as_json(prepared))
    elif form is OutputFormat.markdown:
        lines = plan_formats.as_markdown(prepared, limit_of(target), terms, show=show)
        sys.stdout.writelines(f"{line}\n" for line in lines)
    else:
        sys.stdout.writelines(f"{line}\n" for line in plan_formats.as_html(prepared, terms, show=show))
