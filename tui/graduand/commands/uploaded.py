"""graduand uploaded: note that an upload went in."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from graduand.commands.parameters import Argument, Option
from graduand.commands.session import Session, say
from graduand.language import N_, _

HELP = N_("Note that an upload went in: a tag on its commit, with the manifest as message.")


def uploaded(
    session: Session,
    manifest: Annotated[Path, Argument(metavar="MANIFEST", help=_("build/manifest.json, beside its files."))],
    as_json: Annotated[bool, Option("--json", help=_("One JSON object."))] = False,
) -> None:
    from graduand.reports.json_text import json_text
    from graduand.uploads.compilation import note_upload

    name = note_upload(session.workspace(), manifest)
    if as_json:
        sys.stdout.write(json_text({"schema": "graduand/uploaded/1", "upload": name}) + "\n")
        return
    sys.stdout.write(f"{name}\n")
    say(_("Noted. Share it with: git push origin {name}").format(name=name))
    say(_("If rows failed, take them in with: graduand reconcile FAILED.csv"))
