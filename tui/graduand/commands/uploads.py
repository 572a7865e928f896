"""graduand uploaded, uploads, reconcile and rollback: note uploads, read failed rows, and undo uploads."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from graduand.commands.parameters import BuildFolder, JsonLines, JsonManifest, JsonObject, NoPush, Offline, Unreviewed
from graduand.commands.session import say, session_of
from graduand.errors import Usage
from graduand.language import N_, _
from graduand.reports.console import show, write_data
from graduand.workspace import day, today

UPLOADED_HELP = N_("Note in the ledger that an upload ran in Handshake: which jobs, when, and whose rows they held.")


def uploaded(
    context: typer.Context,
    manifest: Annotated[
        Path | None,
        typer.Argument(
            metavar=N_("MANIFEST|ID"),
            readable=False,
            help=N_(
                "The manifest in the folder of its files; build/manifest.json by default. Or the id of a delivery that "
                "ran."
            ),
        ),
    ] = None,
    jobs: Annotated[
        list[str] | None,
        typer.Option("--job", metavar=N_("FILE"), help=N_("Only this file ran; may be repeated. By default all did.")),
    ] = None,
    ran_at: Annotated[
        str,
        typer.Option(
            metavar=N_("TIME"),
            help=N_("When it ran: yyyy-mm-ddThh:mm, a day, or hh:mm of today. Now by default."),
        ),
    ] = "",
    job_url: Annotated[
        str, typer.Option(metavar="URL", help=N_("The address or number of the job in Handshake."))
    ] = "",
    skipped: Annotated[
        int | None, typer.Option(min=0, metavar="N", help=N_("How many rows the job's page showed as skipped."))
    ] = None,
    first: Annotated[
        bool,
        typer.Option(
            "--first", help=N_("Begin the ledger: nothing was sent before. Without a manifest that is all it does.")
        ),
    ] = False,
    no_push: NoPush = False,
    offline: Offline = False,
    as_json: JsonObject = False,
) -> None:
    from graduand.reports.json_text import json_text
    from graduand.reports.upload_text import noted_text, synced_text
    from graduand.uploads.exchange import Exchange
    from graduand.uploads.note_upload import NotingOptions, begin_ledger, note_upload
    from graduand.uploads.ran_delivery import names_entry, note_ran
    from graduand.uploads.times import moment_of

    session = session_of(context)
    workspace = session.workspace()
    exchange = Exchange(offline, not no_push)
    if first and manifest is None:
        opened, shared = begin_ledger(workspace, exchange)
        say(_("The ledger is begun.") if opened else _("There is a ledger already."))
        show(synced_text(shared), session.colour, sys.stderr)
        return
    ran = moment_of(ran_at) if ran_at else ""
    options = NotingOptions(tuple(jobs or ()), ran, job_url, skipped, exchange, first)
    if manifest is not None and names_entry(str(manifest)):
        noted = note_ran(workspace, str(manifest), options)
    else:
        noted = note_upload(workspace, manifest or workspace.root / "build" / "manifest.json", options)
    if as_json:
        facts = noted._asdict() | {"fetched": noted.fetched.state, "shared": noted.shared.state}
        sys.stdout.write(json_text({"schema": "graduand/uploaded/2", **facts}) + "\n")
    else:
        sys.stdout.write(f"{noted.id}\n")
    show([*noted_text(noted), *synced_text(noted.fetched, noted.shared)], session.colour, sys.stderr)


UPLOADS_HELP = N_(
    "List the uploads: the one in preparation, those that were noted as far as this clone knows, and the failed rows "
    "of each; or withdraw one."
)


def uploads(
    context: typer.Context,
    reason: Annotated[str, typer.Argument(metavar=N_("REASON"), help=N_("With --undo: why it is withdrawn."))] = "",
    undo: Annotated[
        str,
        typer.Option(
            metavar="ID", help=N_("Withdraw an entry that was noted by mistake: an upload, or a result. Give a reason.")
        ),
    ] = "",
    no_push: Annotated[bool, typer.Option("--no-push", help=N_("With --undo: do not share the withdrawal."))] = False,
    offline: Annotated[
        bool, typer.Option("--offline", help=N_("With --undo: do not ask the remote for the ledger first."))
    ] = False,
    as_json: JsonLines = False,
) -> None:
    from graduand.reports.upload_text import synced_text, uploads_text
    from graduand.reports.upload_text import uploads_json as json_of
    from graduand.uploads.exchange import Exchange, what_is_missing
    from graduand.uploads.status import compiled_upload, dated_ahead, ledger_of, upload_statuses
    from graduand.uploads.withdrawal import withdraw

    session = session_of(context)
    workspace = session.workspace()
    if reason and not undo:
        raise Usage(_("A reason is given with --undo ID only."))
    if undo:
        withdrawn = withdraw(workspace, undo, reason, Exchange(offline, not no_push))
        say(_("Withdrawn: {id}. What it said counts no more.").format(id=withdrawn.id))
        show(synced_text(withdrawn.fetched, withdrawn.shared), session.colour, sys.stderr)
    ledger = ledger_of(workspace)
    noted = upload_statuses(ledger)
    if as_json:
        sys.stdout.writelines(f"{line}\n" for line in json_of(noted))
    else:
        show(uploads_text(compiled_upload(workspace, ledger), noted), session.colour)
    if ahead := dated_ahead(ledger):
        message = _(
            "! Noted with a clock that is ahead, so they count as the last ones: {entries}. Withdraw them, and note "
            "them again: graduand uploads --undo ID REASON"
        )
        say(message.format(entries=", ".join(ahead)))
    if missing := what_is_missing(ledger):
        say(f"! {missing}")


RECONCILE_HELP = N_("Read Handshake's failed rows: who, why, and what to correct; these people remain to be sent.")


def reconcile(
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FAILED.csv",
            readable=False,
            help=N_("The file from “Download Failed Rows CSV”; - reads standard input."),
        ),
    ],
    upload: Annotated[
        str,
        typer.Option(
            metavar=N_("UPLOAD"), help=N_("The id of the upload; by default the one whose rows the file repeats.")
        ),
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help=N_("Only explain the failures; write nothing."))] = False,
    everything: Annotated[
        bool, typer.Option("--all", help=N_("List everyone, not only the first ten of each answer."))
    ] = False,
    no_push: NoPush = False,
    offline: Offline = False,
    as_json: JsonLines = False,
) -> None:
    from graduand.reports.labels import terms_of
    from graduand.reports.upload_text import reconciled_json as json_of
    from graduand.reports.upload_text import reconciled_text, synced_text
    from graduand.uploads.exchange import Exchange
    from graduand.uploads.results import SIZE, ReconcileOptions
    from graduand.uploads.results import reconcile as record_failures

    session = session_of(context)
    raw = sys.stdin.buffer.read(SIZE + 1) if str(file) == "-" else None
    workspace = session.workspace()
    options = ReconcileOptions(upload, not dry_run, Exchange(offline, not no_push))
    reconciled = record_failures(workspace, file, options, raw)
    if as_json:
        sys.stdout.writelines(f"{line}\n" for line in json_of(reconciled))
    else:
        show(reconciled_text(reconciled, terms_of(workspace), everything=everything), session.colour)
    show(synced_text(reconciled.fetched, reconciled.shared), session.colour, sys.stderr)
    if reconciled.is_new:
        say(
            _("Noted as {result}; send what is outstanding with: graduand compile --changed").format(
                result=reconciled.result
            )
        )
    elif reconciled.result:
        say(_("Already noted as {result}.").format(result=reconciled.result))


ROLLBACK_HELP = N_(
    "Make the files that undo an upload, list what cannot be undone, and propose the earlier records on a branch."
)


def rollback(
    context: typer.Context,
    upload: Annotated[
        str, typer.Argument(metavar=N_("UPLOAD"), help=N_("The upload to undo; by default the last one."))
    ] = "",
    on: Annotated[
        str, typer.Option(metavar=N_("YYYY-MM-DD"), help=N_("The day of the upload; today by default."))
    ] = "",
    out: BuildFolder = None,
    again: Annotated[
        bool, typer.Option("--again", help=N_("Put the files in place of another upload that was not noted."))
    ] = False,
    unreviewed: Unreviewed = "",
    offline: Offline = False,
    as_json: JsonManifest = False,
) -> None:
    from graduand.commands.compile import ask_about_build_in_hand
    from graduand.handshake.upload import CARD, manifest
    from graduand.reports.upload_text import compiled_text, held_text, lost_text, proposed_text, synced_text
    from graduand.uploads.exchange import Exchange
    from graduand.uploads.rollback import prepare_rollback, write_rollback

    session = session_of(context)
    workspace = session.workspace()
    folder = out or workspace.root / "build"
    found = prepare_rollback(workspace, upload, day(on) if on else today(), Exchange(offline))
    if not again:
        ask_about_build_in_hand(found.upload, found.known, folder)
    undone = write_rollback(workspace, found, folder, unreviewed=unreviewed)
    lines = [*synced_text(undone.fetched), *lost_text(undone.lost), *held_text(undone.upload.held)]
    show(lines, session.colour, sys.stderr)
    if as_json:
        write_data(manifest(undone.upload))
        return
    show(compiled_text(undone.upload, folder), session.colour)
    say(_("How to import them: {card}").format(card=folder / CARD))
    show(proposed_text(undone.proposed), session.colour, sys.stderr)
