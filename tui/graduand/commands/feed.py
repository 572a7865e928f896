"""graduand feed: hold the school's nightly sync file against records and state, and lay outstanding cells over it."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from graduand.commands.parameters import Day, Encoding, JsonLines, NoCache, Separator, ShowAddresses
from graduand.commands.session import say, session_of, unread_words
from graduand.errors import Exit, Usage
from graduand.language import N_, _, quoted, visible
from graduand.reports.console import progress
from graduand.reports.console import show as show_lines
from graduand.workspace import day, today

if TYPE_CHECKING:
    from collections.abc import Iterable

    from graduand.feeds.check import FeedCheck
    from graduand.feeds.overlay import OverlayOptions
    from graduand.reports.console import Line
    from graduand.workspace import Workspace

FEED_HELP = N_(
    "The school's nightly sync file: say what it would undo (feed check), or lay over it what the records say (feed "
    "overlay)."
)


class FeedAction(StrEnum):
    """What to do with a sync file."""

    check = "check"
    overlay = "overlay"


def feed(
    context: typer.Context,
    action: Annotated[
        FeedAction,
        typer.Argument(
            metavar="check|overlay",
            help=N_("check: say what the file would undo; overlay: the same file with the cells of outstanding rows."),
        ),
    ],
    file: Annotated[
        Path,
        typer.Argument(
            metavar="SYNC.csv",
            readable=False,
            help=N_("The sync file, with the Importer's own headers; - reads standard input."),
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            metavar=N_("FILE"),
            readable=False,
            help=N_("overlay: the new file; standard output by default."),
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help=N_("overlay: replace the file of --out."))] = False,
    rehearse: Annotated[
        bool,
        typer.Option(
            "--rehearse", help=N_("overlay: a file for a rehearsal: Handshake analyses it, and cannot run it.")
        ),
    ] = False,
    spill: Annotated[
        bool,
        typer.Option(
            "--spill",
            help=N_("overlay: a job by hand in build/ for who goes beyond what the sync takes, or is not in the file."),
        ),
    ] = False,
    on: Day = "",
    everything: Annotated[
        bool, typer.Option("--all", help=N_("List every finding, not only the first ten of each rule."))
    ] = False,
    as_json: JsonLines = False,
    show: ShowAddresses = False,
    encoding: Encoding = "",
    separator: Separator = "",
    no_cache: NoCache = False,
    offline: Annotated[
        bool, typer.Option("--offline", help=N_("overlay: do not ask the remote for the ledger first."))
    ] = False,
) -> None:
    from graduand.commands.intake_options import file_format
    from graduand.intake.preview import SIZE, read_file

    session = session_of(context)
    workspace = session.workspace(remembers=not no_cache)
    form = file_format(encoding, separator, "", 0)
    asked = day(on) if on else today()
    of_overlay = bool(out or force or rehearse or spill or offline)
    _refuse_unfitting(action, out, force=force, rehearse=rehearse, of_overlay=of_overlay, as_json=as_json)
    raw = sys.stdin.buffer.read(SIZE + 1) if str(file) == "-" else read_file(file)
    if action is FeedAction.overlay:
        from graduand.feeds.overlay import OverlayOptions
        from graduand.uploads.exchange import Exchange

        options = OverlayOptions(asked, form, rehearse, spill, Exchange(offline))
        _overlay(workspace, raw, options, out, session.colour, force=force, no_cache=no_cache)
        return
    from graduand.feeds.check import check_feed
    from graduand.reports.feed_text import feed_check_json

    checked = check_feed(workspace, raw, form, workspace.read_index(asked, progress(), no_cache=no_cache))
    if checked.unread_states:
        say(unread_words(checked.unread_states, is_compared=checked.is_compared))
    if as_json:
        sys.stdout.writelines(f"{line}\n" for line in feed_check_json(checked))
    else:
        show_lines(_checked_lines(workspace, checked, everything=everything, show=show), session.colour)
    if checked.findings:
        raise typer.Exit(Exit.FINDINGS)


def _checked_lines(workspace: Workspace, checked: FeedCheck, *, everything: bool, show: bool) -> Iterable[Line]:
    from graduand.reports.feed_text import feed_check_text

    uncompared = not (checked.is_compared or checked.unread_states) and workspace.expects_ledger()
    return feed_check_text(checked, everything=everything, show=show, is_uncompared=uncompared)


def _refuse_unfitting(
    action: FeedAction,
    out: Path | None,
    *,
    force: bool,
    rehearse: bool,
    of_overlay: bool,
    as_json: bool,
) -> None:
    """Check that the options belong together.

    Raises:
        Usage: they do not.
    """
    if action is FeedAction.check and of_overlay:
        raise Usage(_("--out, --force, --rehearse, --spill and --offline belong to “feed overlay”."))
    if action is FeedAction.overlay and as_json:
        raise Usage(_("--json belongs to “feed check”; an overlay is a file."))
    if action is FeedAction.check:
        return
    unrun = out is not None and any(word in out.name.lower() for word in ("test", "sample"))
    if rehearse and not unrun:
        raise Usage(_("A rehearsal needs a file whose name holds “test”, such as --out test_users.csv."))
    if unrun and not rehearse and out is not None:
        message = _("Handshake never runs a file whose name holds “test” or “sample”: {name}.")
        raise Usage(message.format(name=quoted(out.name)))
    if out is not None and out.exists() and not force:
        message = _("{path} is there already; replace it with --force.")
        raise Usage(message.format(path=visible(str(out), 200)))


def _overlay(
    workspace: Workspace,
    raw: bytes,
    options: OverlayOptions,
    out: Path | None,
    colour: str,
    *,
    force: bool,
    no_cache: bool,
) -> None:
    from graduand.commands.compile import ask_about_build_in_hand
    from graduand.feeds.overlay import overlay, write_manual_job, write_overlay
    from graduand.reports.console import write_raw
    from graduand.reports.feed_text import overlay_text
    from graduand.reports.upload_text import synced_text

    done = overlay(workspace, raw, options, progress(), no_cache=no_cache)
    folder = workspace.root / "build"
    if done.upload:
        ask_about_build_in_hand(done.upload, done.known, folder)
        write_manual_job(workspace, done.upload, folder)
    if out:
        write_overlay(out, done.content, overwrite=force)
    else:
        write_raw(done.content)
    show_lines([*synced_text(done.fetched), *overlay_text(done, folder)], colour, sys.stderr)
    if done.not_laid:
        raise typer.Exit(Exit.FINDINGS)
