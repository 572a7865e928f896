"""graduand feed: hold the school's nightly sync file against records and state."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from graduand.commands.parameters import Day, Encoding, JsonLines, NoCache, Separator, ShowAddresses
from graduand.commands.session import say, session_of
from graduand.errors import Exit
from graduand.language import N_, _
from graduand.reports.console import progress
from graduand.reports.console import show as show_lines
from graduand.workspace import day, today

FEED_HELP = N_(
    "Hold the school's nightly sync file against the records (feed check): what it would undo, line by line."
)


class FeedAction(StrEnum):
    """What to do with a sync file."""

    check = "check"


def feed(
    context: typer.Context,
    action: Annotated[FeedAction, typer.Argument(metavar="check", help=N_("check: say what the file would undo."))],
    file: Annotated[
        Path,
        typer.Argument(
            metavar="SYNC.csv",
            readable=False,
            help=N_("The sync file, with the Importer's own headers; - reads standard input."),
        ),
    ],
    on: Day = "",
    everything: Annotated[
        bool, typer.Option("--all", help=N_("List every finding, not only the first ten of each rule."))
    ] = False,
    as_json: JsonLines = False,
    show: ShowAddresses = False,
    encoding: Encoding = "",
    separator: Separator = "",
    no_cache: NoCache = False,
) -> None:
    del action  # there is one
    from graduand.commands.intake_options import file_format
    from graduand.feeds.check import check_feed
    from graduand.intake.preview import SIZE, read_file
    from graduand.reports.feed_text import feed_check_json, feed_check_text

    session = session_of(context)
    workspace = session.workspace(remembers=not no_cache)
    raw = sys.stdin.buffer.read(SIZE + 1) if str(file) == "-" else read_file(file)
    index = workspace.read_index(day(on) if on else today(), progress(), no_cache=no_cache)
    checked = check_feed(workspace, raw, file_format(encoding, separator, "", 0), index)
    if checked.unread_states:
        say(_("Not compared with Handshake. {why}").format(why=checked.unread_states))
    if as_json:
        sys.stdout.writelines(f"{line}\n" for line in feed_check_json(checked))
    else:
        uncompared = not (checked.is_compared or checked.unread_states) and workspace.expects_ledger()
        lines = feed_check_text(checked, everything=everything, show=show, is_uncompared=uncompared)
        show_lines(lines, session.colour)
    if checked.findings:
        raise typer.Exit(Exit.FINDINGS)
