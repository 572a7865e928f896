"""graduand deliver: send a compiled upload or a sync file into the school's folder of Amazon S3."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from graduand.commands.parameters import JsonObject, NoPush, Offline, ShowAddresses, SkipErrors, Unreviewed, UploadDay
from graduand.commands.session import say, session_of
from graduand.errors import Exit
from graduand.language import N_, _
from graduand.reports.console import bytes_progress, show
from graduand.workspace import day, today

DELIVER_HELP = N_(
    "Send the files for the automatic sync into the school's folder of Amazon S3, and note them in the ledger as "
    "delivered."
)


class Service(StrEnum):
    """Where files can be delivered."""

    s3 = "s3"


def deliver(
    context: typer.Context,
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="MANIFEST|SYNC.csv",
            readable=False,
            help=N_("The manifest of a compiled upload (build/manifest.json by default), or a sync file."),
        ),
    ] = None,
    to: Annotated[Service, typer.Option(help=N_("The service; so far there is one."))] = Service.s3,  # noqa: ARG001 - so far there is one
    profile: Annotated[
        str,
        typer.Option(
            metavar="NAME", help=N_("The profile of the AWS configuration; by default the usual chain of credentials.")
        ),
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=N_("Say what would be sent, and where; send and note nothing."))
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help=N_("Send what was delivered today already, or may have been."))
    ] = False,
    approve: Annotated[
        str, typer.Option(metavar=N_("CHECKSUM"), help=N_("Exceed a limit, for the file with this checksum."))
    ] = "",
    skip_errors: SkipErrors = False,
    unreviewed: Unreviewed = "",
    on: UploadDay = "",
    everything: Annotated[
        bool, typer.Option("--all", help=N_("List every finding, not only the first ten of each rule."))
    ] = False,
    show_addresses: ShowAddresses = False,
    no_push: NoPush = False,
    offline: Offline = False,
    as_json: JsonObject = False,
) -> None:
    from graduand.deliveries.deliver import DeliverOptions, note_broken_off
    from graduand.deliveries.deliver import deliver as send
    from graduand.deliveries.package import PackageOptions
    from graduand.reports.delivery_text import delivered_json, delivered_text, refused_text
    from graduand.reports.upload_text import synced_text
    from graduand.uploads.exchange import Exchange

    session = session_of(context)
    workspace = session.workspace()
    exchange = Exchange(offline, not no_push)
    package = PackageOptions(
        file or workspace.root / "build" / "manifest.json",
        day(on) if on else today(),
        approve,
        skip_errors,
        unreviewed,
        exchange,
    )
    if not dry_run and (late := note_broken_off(workspace, exchange)):
        message = _("! An earlier delivery had broken off; what it sent, or may have sent, is noted now: {entry}.")
        say(message.format(entry=late))
    done = send(workspace, DeliverOptions(package, exchange, profile, again, dry_run), bytes_progress())
    if done.packed.package is None:
        show(refused_text(done.packed, everything=everything, show=show_addresses), session.colour, sys.stderr)
        raise typer.Exit(Exit.FINDINGS)
    if as_json:
        sys.stdout.write(delivered_json(done) + "\n")
    else:
        show(delivered_text(done), session.colour)
    show(synced_text(done.packed.fetched, done.shared), session.colour, sys.stderr)
    if done.entry:
        say(
            _(
                "Noted as {entry}, pending: when the job has run, say so with graduand uploaded {entry}, or take its "
                "failed rows in with graduand reconcile FAILED.csv; graduand observe tells it too."
            ).format(entry=done.entry)
        )
