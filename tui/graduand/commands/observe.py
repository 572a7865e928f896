"""graduand observe: note what Handshake's own export, or one profile, shows."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from graduand.commands.completion import complete_username
from graduand.commands.parameters import (
    DateForms,
    Encoding,
    HeaderRow,
    JsonObject,
    NoPush,
    Offline,
    Separator,
    Sheet,
    ShowAddresses,
    ShowAll,
)
from graduand.commands.session import say, session_of
from graduand.errors import Usage
from graduand.language import N_, _
from graduand.reports.console import show as show_lines

if TYPE_CHECKING:
    from graduand.observations.observe import Observed

OBSERVE_HELP = N_(
    "Note what Handshake's own export of students, or one profile, shows: says first what is otherwise than known."
)


def observe(
    context: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar=N_("EXPORT.csv|COLUMN=VALUE…"),
            help=N_("The export, a CSV file or a workbook; - reads standard input. With --person, what it shows."),
        ),
    ] = None,
    person: Annotated[
        str,
        typer.Option(
            metavar=N_("USERNAME"),
            autocompletion=complete_username,
            help=N_("One person, whose profile was looked at or changed by hand; nothing after = means empty."),
        ),
    ] = "",
    seen_at: Annotated[
        str,
        typer.Option(
            "--seen-at",
            "--seen",
            metavar=N_("TIME"),
            help=N_("When it was seen: a day, which is its end, or yyyy-mm-ddThh:mm. Else the time of the file."),
        ),
    ] = "",
    complete: Annotated[
        bool, typer.Option("--complete", help=N_("All accounts are in the export: who is not in it is not there."))
    ] = False,
    map_: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar=N_("HEADER=COLUMN"),
            help=N_("Which column of the Importer a header is; HEADER= leaves it out. It is kept for the next export."),
        ),
    ] = None,
    values: Annotated[
        list[str] | None,
        typer.Option(
            metavar=N_("COLUMN:THEIRS=OURS"),
            help=N_("The value that a text of the export stands for. It is kept for the next export."),
        ),
    ] = None,
    dates: DateForms = None,
    lists: Annotated[
        list[str] | None,
        typer.Option(
            metavar=N_("COLUMN=,|;"), help=N_("Whether commas separate the items of lists (,) or belong to them (;).")
        ),
    ] = None,
    encoding: Encoding = "",
    separator: Separator = "",
    sheet: Sheet = "",
    header: HeaderRow = 0,
    apply: Annotated[bool, typer.Option("--apply", help=N_("Note it in the ledger."))] = False,
    show: ShowAddresses = False,
    everything: ShowAll = False,
    no_push: NoPush = False,
    offline: Offline = False,
    as_json: JsonObject = False,
) -> None:
    from graduand.commands import intake_options
    from graduand.observations.export import ExportOptions
    from graduand.observations.observe import ObserveOptions, observe_export, observe_person
    from graduand.reports.labels import terms_of
    from graduand.reports.observation_text import observation_json, observation_text
    from graduand.uploads.exchange import Exchange
    from graduand.uploads.times import moment_seen

    session = session_of(context)
    workspace = session.workspace()
    export = ExportOptions(
        intake_options.column_keys(map_ or ()),
        intake_options.meanings(values or ()),
        intake_options.date_forms(dates or ()),
        intake_options.list_separators(lists or ()),
        intake_options.file_format(encoding, separator, sheet, header),
    )
    options = ObserveOptions(moment_seen(seen_at) if seen_at else "", complete, export)
    exchange = Exchange(offline, not no_push) if apply else None
    if person:
        observed = observe_person(workspace, person, words or (), options, exchange)
    else:
        raw, seen = _read(words or [])
        options = options._replace(seen_at=options.seen_at or seen)
        observed = observe_export(workspace, raw, options, exchange)
    if as_json:
        sys.stdout.write(observation_json(observed))
    else:
        lines = observation_text(observed.preview, terms_of(workspace), everything=everything, show=show)
        show_lines(lines, session.colour)
    _say_noted(observed, session.colour)


def _read(words: list[str]) -> tuple[bytes, str]:
    """Return the content of the export, and the time of the file as entries have it; "" for standard input."""
    from graduand.intake.preview import SIZE, read_file
    from graduand.uploads.times import time_of_file

    if len(words) != 1:
        raise Usage(_("Name one export, such as students.csv; or one person, with --person USERNAME COLUMN=VALUE"))
    if words[0] == "-":
        return sys.stdin.buffer.read(SIZE + 1), ""
    path = Path(words[0])
    return read_file(path), time_of_file(path)


def _say_noted(observed: Observed, colour: str) -> None:
    from graduand.reports.upload_text import synced_text

    show_lines(synced_text(observed.fetched, observed.shared), colour, sys.stderr)
    known = observed.preview.known_entry
    if observed.is_new:
        say(_("Noted as {entry}.").format(entry=observed.entry))
    elif known:
        say(_("Already noted as {result}.").format(result=known))
    else:
        say(_("Nothing was noted. Note it with --apply."))
