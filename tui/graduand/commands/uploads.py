"""graduand uploaded, uploads, reconcile and rollback: note uploads, read failed rows, and undo uploads."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from graduand.commands.parameters import BuildFolder, JsonLines, JsonManifest, JsonObject
from graduand.commands.session import say, session_of
from graduand.language import N_, _
from graduand.reports.console import show, write_data
from graduand.workspace import day, today

UPLOADED_HELP = N_("Note that an upload was imported: a tag on its commit, with the manifest as its message.")


def uploaded(
    context: typer.Context,
    manifest: Annotated[
        Path,
        typer.Argument(
            metavar=N_("MANIFEST"), readable=False, help=N_("build/manifest.json, in the folder of its files.")
        ),
    ],
    as_json: JsonObject = False,
) -> None:
    from graduand.reports.json_text import json_text
    from graduand.uploads.note_upload import note_upload

    session = session_of(context)
    name = note_upload(session.workspace(), manifest)
    if as_json:
        sys.stdout.write(json_text({"schema": "graduand/uploaded/1", "upload": name}) + "\n")
        return
    sys.stdout.write(f"{name}\n")
    say(_("Noted. Share it with: git push origin {name}").format(name=name))
    say(_("If rows failed, take them in with: graduand reconcile FAILED.csv"))


UPLOADS_HELP = N_("List the uploads: the one in preparation, those that were imported, and the failed rows of each.")


def uploads(
    context: typer.Context,
    as_json: JsonLines = False,
) -> None:
    from graduand.reports.upload_text import uploads_json as json_of
    from graduand.reports.upload_text import uploads_text
    from graduand.uploads.status import compiled_upload, upload_statuses

    session = session_of(context)
    workspace = session.workspace()
    noted = upload_statuses(workspace)
    if as_json:
        sys.stdout.writelines(f"{line}\n" for line in json_of(noted))
    else:
        show(uploads_text(compiled_upload(workspace), noted), session.colour)


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
        str, typer.Option(metavar=N_("UPLOAD"), help=N_("The upload with these failures; by default the last one."))
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help=N_("Only explain the failures; write nothing."))] = False,
    everything: Annotated[
        bool, typer.Option("--all", help=N_("List everyone, not only the first ten of each answer."))
    ] = False,
    as_json: JsonLines = False,
) -> None:
    from graduand.reports.labels import terms_of
    from graduand.reports.upload_text import reconciled_json as json_of
    from graduand.reports.upload_text import reconciled_text
    from graduand.uploads.results import SIZE
    from graduand.uploads.results import reconcile as record_failures

    session = session_of(context)
    raw = sys.stdin.buffer.read(SIZE + 1) if str(file) == "-" else None
    workspace = session.workspace()
    reconciled = record_failures(workspace, file, upload, note=not dry_run, raw=raw)
    if as_json:
        sys.stdout.writelines(f"{line}\n" for line in json_of(reconciled))
    else:
        show(reconciled_text(reconciled, terms_of(workspace), everything=everything), session.colour)
    if reconciled.result:
        say(
            _("Noted as {result}; send what is outstanding with: graduand compile --changed").format(
                result=reconciled.result
            )
        )


ROLLBACK_HELP = N_("Make the files that undo an upload, and list what cannot be undone.")


def rollback(
    context: typer.Context,
    upload: Annotated[
        str, typer.Argument(metavar=N_("UPLOAD"), help=N_("The upload to undo; by default the last one."))
    ] = "",
    on: Annotated[
        str, typer.Option(metavar=N_("YYYY-MM-DD"), help=N_("The day of the upload; today by default."))
    ] = "",
    out: BuildFolder = None,
    as_json: JsonManifest = False,
) -> None:
    from graduand.handshake.upload import CARD, manifest
    from graduand.reports.upload_text import compiled_text, lost_text
    from graduand.uploads.rollback import compile_rollback

    session = session_of(context)
    workspace = session.workspace()
    folder = out or workspace.root / "build"
    undone = compile_rollback(workspace, upload, day(on) if on else today(), folder)
    show(lost_text(undone.lost), session.colour, sys.stderr)
    if as_json:
        write_data(manifest(undone.upload))
        return
    show(compiled_text(undone.upload, folder), session.colour)
    say(_("How to import them: {card}").format(card=folder / CARD))
    say(_("Correct the records too, or the next upload brings the same change again."))
