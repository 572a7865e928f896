"""graduand compile: the committed records as files that Handshake's Importer takes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from graduand.commands.parameters import Option
from graduand.commands.session import Ended, Session, say
from graduand.errors import Exit
from graduand.handshake.effect import Effect
from graduand.language import N_, _, visible
from graduand.reports.console import show
from graduand.reports.progress import progress
from graduand.workspace import day, errors, today

HELP = N_("Compile the committed records into import files, a manifest and the operator's card.")


def compile(  # noqa: A001 - the command's name
    session: Session,
    cohort: Annotated[str, Option(help=_("Only this cohort."))] = "",
    on: Annotated[
        str, Option(metavar="YYYY-MM-DD", help=_("The day that decides what is held back; today by default."))
    ] = "",
    out: Annotated[Path | None, Option(help=_("The folder for the files; build/ beside records/ by default."))] = None,
    only: Annotated[list[Effect] | None, Option(help=_("Only people to whom this is done, and nothing worse."))] = None,
    changed: Annotated[bool, Option("--changed", help=_("Only people with something outstanding."))] = False,
    plan: Annotated[str, Option(metavar="CHECKSUM", help=_("Refuse any other plan than this one."))] = "",
    approve: Annotated[str, Option(metavar="CHECKSUM", help=_("Go beyond a limit, for this plan."))] = "",
    rehearse: Annotated[bool, Option("--rehearse", help=_("Files that Handshake analyses and never runs."))] = False,
    skip_errors: Annotated[bool, Option("--skip-errors", help=_("Leave out who has errors, and list them."))] = False,
    allow_dirty: Annotated[
        bool, Option("--allow-dirty", help=_("Compile uncommitted changes too; the manifest says so."))
    ] = False,
    as_json: Annotated[bool, Option("--json", help=_("Print the manifest."))] = False,
    no_cache: Annotated[bool, Option("--no-cache", help=_("Read every file again, and remember nothing."))] = False,
) -> None:
    from graduand.handshake.upload import CARD, manifest
    from graduand.reports.compile_text import compiled_text, left_out_text
    from graduand.uploads import compilation

    workspace = session.workspace(remembers=not no_cache)
    folder = out or workspace.root / "build"
    order = compilation.CompileOptions(
        day(on) if on else today(), cohort, frozenset(only or ()), changed, rehearse, allow_dirty, skip_errors
    )
    compiled = compilation.prepare(workspace, order, progress(), afresh=no_cache)
    if compiled.prepared is None:
        from graduand.reports.findings_text import findings_text

        found = errors(compiled.checked.findings)
        show(findings_text(found, len(compiled.checked.paths), everything=False), session.colour, sys.stderr)
        say(_("Nothing was compiled. Cure the errors, or leave these people out with --skip-errors."))
        raise Ended(Exit.FINDINGS)
    compilation.compile_upload(workspace, compiled.prepared, folder, plan=plan, approve=approve)
    upload = compiled.prepared.upload
    show(left_out_text(upload), session.colour, sys.stderr)
    if as_json:
        sys.stdout.write(manifest(upload))
    else:
        show(compiled_text(upload, folder), session.colour)
        say(_("How to import them: {card}").format(card=visible(str(folder / CARD), 300)))
