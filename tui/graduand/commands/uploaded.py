"""graduand uploaded: note that an upload went in."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from graduand.commands.parameters import JsonObject
from graduand.commands.session import say, session_of
from graduand.language import N_, _

HELP = N_("Note that an upload was imported: a tag on its commit, with the manifest as its message.")


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
