"""graduand sheet: export records to a spreadsheet, and preview and apply its changes."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from graduand.commands.completion import complete_cohort, complete_username
from graduand.commands.parameters import CommitMessage, CommitTrailers, JsonLines, ShowAddresses, ShowAll
from graduand.commands.session import agreed, say, say_resumed, session_of
from graduand.errors import Exit, Usage
from graduand.language import N_, _, ngettext, visible
from graduand.reports.console import progress, write_data
from graduand.sheets.sheet_cells import REMOVE, Dates
from graduand.workspace import today

if TYPE_CHECKING:
    from graduand.records.record import Record
    from graduand.sheets.sheet_import import Patch
    from graduand.workspace import Workspace

SHEET_HELP = N_("Export records to a spreadsheet (sheet out), and read it back (sheet in FILE) as changes to review.")


class Direction(StrEnum):
    """The direction of a sheet: export or import."""

    out = "out"
    back = "in"


class SheetKind(StrEnum):
    """The kind of people in a sheet."""

    graduated = "graduated"
    returned = "returned"
    left = "left"


class Separator(StrEnum):
    """The separator of the cells."""

    comma = "comma"
    semicolon = "semicolon"
    tab = "tab"


_SIGNS = {Separator.comma: ",", Separator.semicolon: ";", Separator.tab: "\t"}


def sheet(
    context: typer.Context,
    direction: Annotated[
        Direction, typer.Argument(metavar="out|in", help=N_("out: write a spreadsheet; in: read one back."))
    ],
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar=N_("[USERNAME]…|FILE"),
            autocompletion=complete_username,
            help=N_(
                "out: whose records, by default all, - reads usernames; in: the file, - reads it from standard input."
            ),
        ),
    ] = None,
    cohort: Annotated[
        str, typer.Option(metavar=N_("COHORT"), autocompletion=complete_cohort, help=N_("out: only this cohort."))
    ] = "",
    kind: Annotated[
        SheetKind | None, typer.Option(help=N_("out: only graduates, or only people who returned."))
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar=N_("FILE"),
            readable=False,
            help=N_("out: the new file; - prints it; build/sheet-<day>.csv by default."),
        ),
    ] = None,
    separator: Annotated[
        Separator | None,
        typer.Option(help=N_("out: the separator of the cells; by default that of spreadsheets in this language.")),
    ] = None,
    no_bom: Annotated[
        bool, typer.Option("--no-bom", help=N_("out: without the byte-order mark that Excel needs to read UTF-8."))
    ] = False,
    dates: Annotated[
        Dates | None,
        typer.Option(
            help=N_("in: whether 05/06/2026 begins with the day or the month, if the sheet does not show it.")
        ),
    ] = None,
    apply: Annotated[bool, typer.Option("--apply", help=N_("in: change the records, and commit."))] = False,
    approve: Annotated[
        str,
        typer.Option(
            metavar=N_("CHECKSUM"), help=N_("in: exceed the limits of institution.yaml, for these changes only.")
        ),
    ] = "",
    message: CommitMessage = "",
    trailer: CommitTrailers = None,
    show: ShowAddresses = False,
    everything: ShowAll = False,
    as_json: JsonLines = False,
) -> None:
    session = session_of(context)
    workspace = session.writing_workspace(message, trailer)
    if direction is Direction.out:
        people = sys.stdin.read().split() if words == ["-"] else words or []
        sign = _SIGNS[separator] if separator else ""
        records = _chosen(workspace, frozenset(people), cohort, kind.value if kind else "")
        _out(workspace, records, out, sign, bom=not no_bom, as_json=as_json)
        return
    if len(words or []) != 1:
        raise Usage(_("Say which file to take back: graduand sheet in FILE"))
    found = _patch((words or [""])[0], workspace, dates)
    _print(found, workspace, session.colour, everything=everything, show=show, as_json=as_json)
    _apply(workspace, found, approve, apply=apply)
    if found.refused:
        raise typer.Exit(Exit.FINDINGS)


def _chosen(workspace: Workspace, people: frozenset[str], cohort: str, kind: str) -> tuple[Record, ...]:
    from graduand.sheets import sheet_export

    records = sheet_export.choose_records(
        workspace, sheet_export.SheetChoice(people, cohort, kind), today(), progress()
    )
    if not records:
        say(_("There is nobody to put into a sheet."))
        raise typer.Exit(Exit.FINDINGS)
    return records


def _out(
    workspace: Workspace, records: tuple[Record, ...], out: Path | None, sign: str, *, bom: bool, as_json: bool
) -> None:
    from graduand.reports.sheet_text import sheet_json
    from graduand.sheets import sheet_export

    made = sheet_export.sheet_of(records, workspace.school)
    text = sheet_export.as_text(made, sign, bom=bom)
    if left_out := sheet_export.left_out_words(made):
        say(left_out)
    if out and str(out) == "-":
        write_data(text)
        return
    path = out or workspace.root / "build" / f"sheet-{today()}.csv"
    sheet_export.write(path, text)
    sys.stdout.write(sheet_json(str(path), made) if as_json else f"{visible(str(path), 300)}\n")
    message = ngettext(
        "{count} record. Blank cells leave a field as it is, {remove} takes it out. Back: graduand sheet in {path}",
        "{count} records. Blank cells leave a field as it is, {remove} takes it out. Back: graduand sheet in {path}",
        made.people,
    )
    say(message.format(count=made.people, remove=REMOVE, path=visible(str(path), 300)))


def _patch(file: str, workspace: Workspace, dates: Dates | None) -> Patch:
    from graduand.sheets.sheet_import import SIZE, read_file, read_patch

    raw = sys.stdin.buffer.read(SIZE + 1) if file == "-" else read_file(Path(file))
    return read_patch(workspace, raw, file, today(), dates=dates, progress=progress())


def _print(found: Patch, workspace: Workspace, colour: str, *, everything: bool, show: bool, as_json: bool) -> None:
    from graduand.reports.console import show as show_lines
    from graduand.reports.labels import terms_of
    from graduand.reports.sheet_text import patch_json, patch_text

    if as_json:
        sys.stdout.writelines(f"{line}\n" for line in patch_json(found, show=show))
    else:
        show_lines(patch_text(found, terms_of(workspace), everything=everything, show=show), colour)


def _apply(workspace: Workspace, found: Patch, approve: str, *, apply: bool) -> None:
    """Write the changes if `apply` is given, or the user agrees at a terminal."""
    from graduand.sheets.sheet_import import apply_patch

    number = len(found.proposals)
    if not number:
        return
    question = ngettext("Change {count} record?", "Change {count} records?", number).format(count=number)
    if not apply and not agreed(question, found.closing):
        say(_("Nothing was written; write it with --apply."))
        return
    saved = apply_patch(workspace, found, approve=approve, on_resumed=say_resumed)
    message = ngettext("Changed {count} record: {commit}", "Changed {count} records: {commit}", len(saved))
    say(message.format(count=len(saved), commit=saved[0].commit[:12] if saved else ""))
