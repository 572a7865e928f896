"""graduand due: list what is due by the calendar, and apply what the school's policy proposes."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from graduand.campaigns.kinds import AHEAD, DueKind
from graduand.commands.parameters import Cohort, CommitMessage, CommitTrailers, Day, JsonLines, ShowAddresses, ShowAll
from graduand.commands.session import say, say_resumed, session_of
from graduand.errors import Exit, Usage
from graduand.language import N_, _, ngettext
from graduand.reports.console import progress
from graduand.workspace import day, today

if TYPE_CHECKING:
    from graduand.campaigns.due import Calendar
    from graduand.workspace import Workspace

DUE_HELP = N_("Show what is due: overdue answers, closings, exemptions, ends of study; proposes changes to records.")

_FAR = 3660
"""The maximum number of days ahead, ten years."""


def due(
    context: typer.Context,
    on: Day = "",
    ahead: Annotated[int, typer.Option(metavar=N_("DAYS"), help=N_("How many days ahead to look."))] = AHEAD,
    cohort: Cohort = "",
    only: Annotated[list[DueKind] | None, typer.Option(help=N_("Only this kind; may be repeated."))] = None,
    apply: Annotated[
        bool,
        typer.Option(
            "--apply",
            help=N_("Change the records as proposed, and commit; accounts are closed only if --only names that kind."),
        ),
    ] = False,
    approve: Annotated[
        str,
        typer.Option(
            metavar=N_("CHECKSUM"), help=N_("Exceed the limits of institution.yaml, for these proposals only.")
        ),
    ] = "",
    message: CommitMessage = "",
    trailer: CommitTrailers = None,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help=N_("End with exit code 10 where anything is listed."))
    ] = False,
    show: ShowAddresses = False,
    everything: ShowAll = False,
    as_json: JsonLines = False,
) -> None:
    from graduand.campaigns.due import calendar, within

    session = session_of(context)
    workspace = session.writing_workspace(message, trailer)
    if not 0 <= ahead <= _FAR:
        message = _("One can look between 0 and {far} days ahead, not {count}.")
        raise Usage(message.format(far=_FAR, count=ahead))
    if approve and not apply:
        raise Usage(_("--approve goes with --apply."))
    kinds = frozenset(only or ())
    found = within(
        calendar(workspace, day(on) if on else today(), ahead=ahead, cohort=cohort, progress=progress()), kinds
    )
    _print(found, session.colour, everything=everything, show=show, as_json=as_json)
    if apply:
        _apply(workspace, found, kinds, approve)
    elif exit_code and found.due:
        raise typer.Exit(Exit.CHANGES)


def _print(found: Calendar, colour: str, *, everything: bool, show: bool, as_json: bool) -> None:
    from graduand.reports.console import show as show_lines
    from graduand.reports.due_text import due_json, due_text

    if as_json:
        sys.stdout.writelines(f"{line}\n" for line in due_json(found, show=show))
    else:
        show_lines(due_text(found, everything=everything, show=show), colour)


def _apply(workspace: Workspace, found: Calendar, kinds: frozenset[DueKind], approve: str) -> None:
    from graduand.campaigns.due import apply_due

    chosen = found.proposed(kinds)
    left = len(found.proposed(list(DueKind))) - len(chosen)
    saved = apply_due(workspace, chosen, found.people, approve=approve, on_resumed=say_resumed)
    if saved:
        number = len(saved)
        message = ngettext("Changed {count} record: {commit}", "Changed {count} records: {commit}", number)
        say(message.format(count=number, commit=saved[0].commit[:12]))
    else:
        say(_("Nothing was written."))
    if left:
        message = ngettext(
            "{count} closing was left: closings are written only when --only names their kind.",
            "{count} closings were left: closings are written only when --only names their kind.",
            left,
        )
        say(message.format(count=left))
