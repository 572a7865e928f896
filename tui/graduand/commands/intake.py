"""graduand intake: preview and apply records from a registrar's file or the answers of a form."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from graduand.commands.completion import complete_assignment, complete_cohort
from graduand.commands.parameters import (
    CommitMessage,
    CommitTrailers,
    DateForms,
    Encoding,
    HeaderRow,
    NoCommit,
    Separator,
    Sheet,
    ShowAddresses,
    ShowAll,
)
from graduand.commands.session import say, say_resumed, session_of
from graduand.errors import Exit, Usage
from graduand.language import N_, _, ngettext, quoted, visible
from graduand.records.paths import cohort_name
from graduand.records.record import END, KIND, LEFT_ON
from graduand.reports.console import show as show_lines
from graduand.vocabulary import means_yes
from graduand.workspace import day, today

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graduand.intake.apply import IntakeResult
    from graduand.intake.preview import IntakeOptions, IntakePreview
    from graduand.workspace import Workspace

INTAKE_HELP = N_("Add people from a CSV file or a spreadsheet: shows the result first, and writes it with --apply.")


def intake(
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(
            metavar=N_("FILE"),
            readable=False,
            help=N_("A CSV file or a workbook (.xlsx, .xls); - reads standard input."),
        ),
    ],
    apply: Annotated[bool, typer.Option("--apply", help=N_("Write the records, in one commit."))] = False,
    cohort: Annotated[
        str,
        typer.Option(
            metavar=N_("COHORT"),
            autocompletion=complete_cohort,
            help=N_("The cohort for new people, such as 2026-spring."),
        ),
    ] = "",
    kind: Annotated[
        str,
        typer.Option(
            metavar="graduated|returned|left", help=N_("What everyone in the file did: graduated, returned or left.")
        ),
    ] = "",
    end_date: Annotated[
        str, typer.Option(metavar=N_("YYYY-MM-DD"), help=N_("The date of graduation of everyone in the file."))
    ] = "",
    left_on: Annotated[
        str, typer.Option(metavar=N_("YYYY-MM-DD"), help=N_("The day on which everyone in the file left."))
    ] = "",
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar=N_("KEY=VALUE"),
            autocompletion=complete_assignment,
            help=N_("A value for everyone in the file, such as campus_name=Nord."),
        ),
    ] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(
            metavar=N_("COLUMN=VALUE"), help=N_("Only rows with this value, such as year=Senior; a|b means either.")
        ),
    ] = None,
    map_: Annotated[
        list[str] | None,
        typer.Option(
            "--map", metavar=N_("HEADER=KEY"), help=N_("Which column of a record a header means; HEADER= ignores it.")
        ),
    ] = None,
    value: Annotated[
        list[str] | None,
        typer.Option(
            metavar=N_("KEY:TEXT=VALUE"),
            help=N_("The value that a text in the file means; nothing after = means blank."),
        ),
    ] = None,
    dates: DateForms = None,
    pad: Annotated[
        list[str] | None,
        typer.Option(
            metavar=N_("DIGITS"),
            help=N_("Pad usernames with leading zeros to this many digits; 0 leaves them as they are."),
        ),
    ] = None,
    latest: Annotated[
        str,
        typer.Option(
            metavar=N_("COLUMN"),
            help=N_("Of several rows of one person, take the latest by the time in this column, such as Timestamp."),
        ),
    ] = "",
    patch: Annotated[
        bool,
        typer.Option(
            "--patch", help=N_("Only fill in addresses of people who have a record: for the answers of a form.")
        ),
    ] = False,
    source: Annotated[
        str,
        typer.Option(
            metavar=N_("OFFICE"),
            help=N_("The office that sent the file; what its columns mean is stored in schema/intake/."),
        ),
    ] = "",
    encoding: Encoding = "",
    separator: Separator = "",
    sheet: Sheet = "",
    header: HeaderRow = 0,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar=N_("FOLDER"),
            readable=False,
            help=N_("The folder for refused rows; build/intake/ beside records/ by default."),
        ),
    ] = None,
    with_errors: Annotated[
        bool,
        typer.Option("--with-errors", help=N_("Take people in even if the rules find new errors in their records.")),
    ] = False,
    show: ShowAddresses = False,
    everything: ShowAll = False,
    no_commit: NoCommit = False,
    message: CommitMessage = "",
    trailer: CommitTrailers = None,
    as_json: Annotated[bool, typer.Option("--json", help=N_("Print the result as JSON."))] = False,
) -> None:
    from graduand.commands import intake_options
    from graduand.intake import apply as apply_intake
    from graduand.intake import preview, refused_rows
    from graduand.reports.intake_text import intake_json as json_of
    from graduand.reports.intake_text import intake_text
    from graduand.reports.labels import terms_of

    session = session_of(context)
    workspace = session.writing_workspace(message, trailer)
    common = {KIND: kind, END: day(end_date) if end_date else "", LEFT_ON: day(left_on) if left_on else ""}
    options = preview.IntakeOptions(
        name=file.name or str(file),
        on=today(),
        cohort=cohort_name(cohort) if cohort else "",
        values=intake_options.common_values(
            workspace, [*(f"{key}={text}" for key, text in common.items() if text), *(set_ or ())]
        ),
        where=tuple(where or ()),
        columns=intake_options.column_keys(map_ or ()),
        meanings=intake_options.meanings(value or ()),
        dates=intake_options.date_forms(dates or ()),
        pad=intake_options.padding(pad or ()),
        file=intake_options.file_format(encoding, separator, sheet, header),
        source=source,
        latest=latest,
        patch=patch,
    )
    found = _preview(workspace, _read(file), options)
    if as_json and not apply:
        sys.stdout.write(json_of(found, show=show))
    elif not as_json:
        show_lines(intake_text(found, terms_of(workspace), everything=everything, show=show), session.colour)
    result = None
    if found.check.errors and not with_errors:
        _say_errors(len(found.check.errors))
    elif apply or (not as_json and _agreed(found)):
        folder = out or refused_rows.folder_of(workspace)
        result = apply_intake.apply_intake(
            workspace, found, folder, file.resolve(), commit=not no_commit, on_resumed=say_resumed
        )
        _say_applied(found, result)
    if as_json and apply:
        sys.stdout.write(json_of(found, show=show, result=result))
    _exit(found)


def _read(file: Path) -> bytes:
    from graduand.intake import preview

    if str(file) == "-":
        return sys.stdin.buffer.read(preview.SIZE + 1)
    return preview.read_file(file)


def _preview(workspace: Workspace, raw: bytes, options: IntakeOptions) -> IntakePreview:
    """Return the preview of a file; at a terminal, ask for the form of dates that are ambiguous."""
    from graduand.intake import preview

    try:
        return preview.preview_file(workspace, raw, options)
    except preview.AmbiguousDates as error:
        if not _at_a_terminal():
            raise
        answers = {header: _ask_date_form(header, one.text, one.readings) for header, one in error.columns.items()}
    return preview.preview_file(workspace, raw, options._replace(dates={**options.dates, **answers}))


def _ask_date_form(header: str, text: str, forms: Sequence[str]) -> str:
    from graduand.intake.preview import parse_date

    message = _("How are the dates in {column} written, such as {value}?")
    say(message.format(column=quoted(header), value=quoted(text)))
    for number, form in enumerate(forms, 1):
        say(f"  {number}  {form}  ({parse_date(text, form)})")
    answer = _answer(_("Number: "))
    if answer.isdigit() and 0 < int(answer) <= len(forms):
        return forms[int(answer) - 1]
    raise Usage(_("Nothing was taken in."))


def _agreed(found: IntakePreview) -> bool:
    """Ask at a terminal whether to apply the intake; False without a terminal, or if nothing would change."""
    if not (found.new or found.changes):
        return False
    if not _at_a_terminal():
        say(_("Nothing was written. Take them in with --apply."))
        return False
    count = len(found.new) + len(found.changes)
    message = ngettext("Take {count} person in? [y/N] ", "Take {count} people in? [y/N] ", count)
    if means_yes(_answer(message.format(count=count))):
        return True
    say(_("Nothing was written."))
    return False


def _at_a_terminal() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def _answer(question: str) -> str:
    sys.stderr.write(question)
    sys.stderr.flush()
    return sys.stdin.readline().strip()


def _exit(found: IntakePreview) -> None:
    """Exit with 1 when rows were refused, or the rules find new errors."""
    if found.refused or found.check.errors:
        raise typer.Exit(Exit.FINDINGS)


def _say_errors(count: int) -> None:
    message = ngettext(
        "Nothing was written: check would find {count} new error in these records. Correct the file, or take "
        "them in with --with-errors and correct the records.",
        "Nothing was written: check would find {count} new errors in these records. Correct the file, or take "
        "them in with --with-errors and correct the records.",
        count,
    )
    say(message.format(count=count))


def _say_applied(found: IntakePreview, result: IntakeResult) -> None:
    if not result.saved:
        say(_unchanged_message(found))
    elif result.saved[0].commit:
        say(_("Taken in and committed: {commit}").format(commit=result.saved[0].commit[:12]))
    else:
        say(_("Taken in, not committed."))
    if result.refused:
        message = _("The refused rows, each with its reason: {path}. Put them right there, and take that file in.")
        say(message.format(path=visible(str(result.refused), 300)))


def _unchanged_message(found: IntakePreview) -> str:
    """Return a sentence on why an intake has changed nothing."""
    others = found.left_out or found.not_selected or found.confidential
    if not found.identical:
        if others or not found.refused:
            return _("Nothing was taken in: every row is refused or left out.")
        return _("Nothing was taken in: every row is refused.")
    if found.refused:
        return _("Nothing changed: the rows that are not refused say what the records say already.")
    return _("Nothing changed: all is so already.")
