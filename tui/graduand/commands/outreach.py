"""graduand outreach: write the letters to people who lose the school's mailbox or login."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from graduand.campaigns.kinds import Campaign
from graduand.commands.completion import complete_username
from graduand.commands.parameters import Cohort, CommitMessage, CommitTrailers, JsonLines, ShowAddresses, ShowAll
from graduand.commands.session import say, say_resumed, session_of
from graduand.language import N_, _, ngettext, visible
from graduand.reports.console import progress, write_data
from graduand.workspace import day, today

if TYPE_CHECKING:
    from graduand.campaigns.outreach import Outreach
    from graduand.workspace import Workspace

OUTREACH_HELP = N_(
    "Write to graduates who must give a personal address (email) or lose the school login (sso), and to leavers (left)."
)


def outreach(
    context: typer.Context,
    campaign: Annotated[
        Campaign,
        typer.Argument(
            metavar="email|sso|left",
            help=N_(
                "email: ask for a personal address; sso: announce that the school login ends; left: announce to people "
                "who left that the account closes."
            ),
        ),
    ],
    usernames: Annotated[
        list[str] | None,
        typer.Argument(
            metavar=N_("[USERNAME]…"), autocompletion=complete_username, help=N_("Only these people; by default all.")
        ),
    ] = None,
    cohort: Cohort = "",
    on: Annotated[
        str, typer.Option(metavar=N_("YYYY-MM-DD"), help=N_("The day on which the letters are sent; today by default."))
    ] = "",
    answer_by: Annotated[
        str, typer.Option(metavar=N_("YYYY-MM-DD"), help=N_("The last day for an answer; four weeks later by default."))
    ] = "",
    remind: Annotated[
        bool,
        typer.Option(
            "--remind", help=N_("Write only to people who were asked and have not answered, or were told long ago.")
        ),
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar=N_("FOLDER"),
            readable=False,
            help=N_("The folder for people.csv and letter.txt; - prints the CSV; build/outreach by default."),
        ),
    ] = None,
    apply: Annotated[
        bool,
        typer.Option("--apply", help=N_("Note in their records that these people were asked or told, and commit.")),
    ] = False,
    message: CommitMessage = "",
    trailer: CommitTrailers = None,
    show: ShowAddresses = False,
    everything: ShowAll = False,
    as_json: JsonLines = False,
) -> None:
    from graduand.campaigns import outreach as campaigns

    session = session_of(context)
    workspace = session.writing_workspace(message, trailer)
    call = campaigns.OutreachOptions(
        campaign,
        day(on) if on else today(),
        day(answer_by) if answer_by else "",
        cohort,
        frozenset(usernames or ()),
        remind=remind,
    )
    found = campaigns.outreach(workspace, call, progress())
    printing = out is not None and str(out) == "-"
    if printing:
        write_data(campaigns.people_csv(found, workspace.institution.region))
    else:
        _print(found, session.colour, everything=everything, show=show, as_json=as_json)
    if not found.asked:
        return
    if not printing:
        folder = out or workspace.root / "build" / "outreach" / campaign.value
        campaigns.write(workspace, found, folder)
        say(_("For the mail merge: {folder}").format(folder=visible(str(folder), 200)))
    if found.letter.shipped:
        message = _("{path} is not there; the letter that comes with graduand was taken.")
        say(message.format(path=found.letter.path))
    if found.left_paragraph:
        message = _(
            "The letter does not announce archiving: outreach: announce_archiving of institution.yaml is false."
        )
        say(message)
    _note(workspace, found, apply=apply)


def _print(found: Outreach, colour: str, *, everything: bool, show: bool, as_json: bool) -> None:
    from graduand.reports.console import show as show_lines
    from graduand.reports.outreach_text import outreach_json, outreach_text

    if as_json:
        sys.stdout.writelines(f"{line}\n" for line in outreach_json(found, show=show))
    else:
        show_lines(outreach_text(found, everything=everything, show=show), colour)


def _note(workspace: Workspace, found: Outreach, *, apply: bool) -> None:
    """Note in the records that people were asked; without `apply`, say how to do so."""
    from graduand.campaigns import outreach as campaigns

    if not apply:
        say(_("Nothing is noted yet; once the letters are sent, run the same command with --apply."))
        return
    saved = campaigns.note(workspace, found, on_resumed=say_resumed)
    number = len(saved)
    message = ngettext("Noted in {count} record: {commit}", "Noted in {count} records: {commit}", number)
    say(message.format(count=number, commit=saved[0].commit[:12]))
