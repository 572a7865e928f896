"""graduand compile: write the import files of Handshake from the committed records."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from graduand.commands.parameters import (
    BuildFolder,
    Cohort,
    Early,
    JsonManifest,
    NoCache,
    Offline,
    OnlyChanged,
    OnlyEffects,
    RetryExcluded,
    SkipErrors,
    Unreviewed,
    UploadDay,
)
from graduand.commands.session import agreed, say, session_of
from graduand.errors import Exit, Usage
from graduand.language import N_, _, visible
from graduand.reports.console import progress, show, write_data
from graduand.workspace import day, errors, today

if TYPE_CHECKING:
    from pathlib import Path

    from graduand.handshake.upload import Upload
    from graduand.index.index import Checked
    from graduand.uploads.compiler import PreparedUpload
    from graduand.uploads.known_state import KnownState

COMPILE_HELP = N_("Make the import files from the committed records, with a manifest and instructions for the import.")


def compile(  # noqa: A001 - the command's name
    context: typer.Context,
    cohort: Cohort = "",
    on: UploadDay = "",
    out: BuildFolder = None,
    only: OnlyEffects = None,
    changed: OnlyChanged = False,
    plan: Annotated[
        str, typer.Option(metavar=N_("CHECKSUM"), help=N_("Stop if the plan is not the one with this checksum."))
    ] = "",
    approve: Annotated[
        str, typer.Option(metavar=N_("CHECKSUM"), help=N_("Exceed a limit, for the plan with this checksum."))
    ] = "",
    reason: Annotated[
        str, typer.Option(metavar=N_("REASON"), help=N_("With --approve: why the limit may be exceeded; it is noted."))
    ] = "",
    unreviewed: Unreviewed = "",
    rehearse: Annotated[
        bool,
        typer.Option(
            "--rehearse", help=N_("Make files for a rehearsal: Handshake analyses them, and cannot run them.")
        ),
    ] = False,
    skip_errors: SkipErrors = False,
    retry_excluded: RetryExcluded = False,
    early: Early = False,
    again: Annotated[
        bool,
        typer.Option("--again", help=N_("Put the files in place of another upload that was not noted.")),
    ] = False,
    allow_dirty: Annotated[
        bool, typer.Option("--allow-dirty", help=N_("Include uncommitted changes; the manifest says so."))
    ] = False,
    as_json: JsonManifest = False,
    no_cache: NoCache = False,
    offline: Offline = False,
) -> None:
    from graduand.handshake.upload import CARD, manifest
    from graduand.reports.upload_text import compiled_text, left_out_text, synced_text
    from graduand.uploads import compiler
    from graduand.uploads.exchange import Exchange

    session = session_of(context)
    workspace = session.workspace(remembers=not no_cache)
    folder = out or workspace.root / "build"
    options = compiler.CompileOptions(
        day(on) if on else today(),
        cohort,
        frozenset(only or ()),
        changed,
        rehearse,
        allow_dirty,
        skip_errors,
        Exchange(offline),
        retry_excluded,
        early,
    )
    compiled = compiler.prepare(workspace, options, progress(), no_cache=no_cache)
    if compiled.prepared is None:
        _refuse_errors(compiled.checked, session.colour)
    if changed and not again:
        ask_about_build_in_hand(compiled.prepared.upload, compiled.prepared.known, folder)
    _require_reason(compiled.prepared, approve, reason)
    permission = compiler.Permission(plan, approve, reason.strip(), unreviewed)
    upload = compiler.compile_upload(workspace, compiled.prepared, folder, permission)
    show(synced_text(compiled.prepared.fetched), session.colour, sys.stderr)
    show(left_out_text(upload), session.colour, sys.stderr)
    if as_json:
        write_data(manifest(upload))
    else:
        show(compiled_text(upload, folder), session.colour)
        say(_("How to import them: {card}").format(card=visible(str(folder / CARD), 300)))


def _refuse_errors(checked: Checked, colour: str) -> NoReturn:
    """Show the errors that stopped it, and end."""
    from graduand.reports.findings_text import findings_text

    show(findings_text(errors(checked.findings), len(checked.paths), everything=False), colour, sys.stderr)
    say(_("Nothing was compiled. Cure the errors, or leave these people out with --skip-errors."))
    raise typer.Exit(Exit.FINDINGS)


def _require_reason(prepared: PreparedUpload, approve: str, reason: str) -> None:
    """Check that whoever exceeds a limit says why, and nobody else does.

    Raises:
        Usage: it is not so.
    """
    if reason and not approve:
        raise Usage(_("--reason belongs to --approve."))
    if approve == prepared.upload.plan and prepared.breaches and not reason.strip() and not prepared.upload.rehearsal:
        raise Usage(_("Say why the limit may be exceeded, without naming anybody: --approve CHECKSUM --reason REASON"))


def ask_about_build_in_hand(upload: Upload, known: KnownState, folder: Path) -> None:
    """Ask whether another build that was not noted may be replaced.

    Raises:
        BuildInHand: it may not, or nobody can be asked.
    """
    from graduand.errors import BuildInHand
    from graduand.uploads.compiler import build_in_hand

    manifest = build_in_hand(upload.plan, known, folder) if upload.records else None
    if manifest:
        trouble = BuildInHand(manifest)
        if not agreed(_("{what} Compile in its place all the same?").format(what=trouble)):
            raise trouble
