"""Export records as a sheet: rows of cells for colleagues who work in a spreadsheet."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.errors import NoSuchPerson, Usage
from graduand.language import _, ngettext, visible
from graduand.records.kinds import FieldKind
from graduand.records.record import EMAIL, FIRST_NAME, KIND, LAST_NAME, USERNAME
from graduand.sheets.sheet_cells import cell_of
from graduand.similar import nearest
from graduand.storage import atomic
from graduand.tables import spreadsheet

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from graduand.records.record import Record
    from graduand.records.school import School
    from graduand.workspace import Workspace

VERSION: Final = "graduand:version"
"""The column with the version of the record, so that a row does not undo a later change."""
ALWAYS: Final = (USERNAME, EMAIL, FIRST_NAME, LAST_NAME, KIND)
"""Columns of every sheet."""
_LETTERS: Final = str.maketrans("0123456789", "ghijklmnop")
"""A version consists of letters only: a spreadsheet may convert digits to a number."""


class SheetChoice(NamedTuple):
    """Which records a sheet holds; an empty value does not restrict."""

    usernames: frozenset[str] = frozenset()
    cohort: str = ""
    kind: str = ""
    """`graduated` or `returned`."""


class ExportedSheet(NamedTuple):
    """Records as rows of cells, the first row with their headers."""

    rows: tuple[tuple[str, ...], ...]
    left_out: tuple[str, ...] = ()
    """Usernames of people who are confidential, and so in no sheet."""

    @property
    def people(self) -> int:
        """The number of records."""
        return len(self.rows) - 1


def version(record: Record) -> str:
    """Return a short checksum of a record's values, as letters."""
    whole = json.dumps([sorted(record.values.items()), record.waivers], ensure_ascii=True)
    return hashlib.sha256(whole.encode()).hexdigest()[:12].translate(_LETTERS)


def choose_records(
    workspace: Workspace, choice: SheetChoice, on: str, progress: Callable[[int, int], None] | None = None
) -> tuple[Record, ...]:
    """Return the chosen records, sorted by username.

    Raises:
        NoSuchPerson: there is no record of one of the usernames.
        Usage: there is no such cohort.
    """
    records = workspace.check(on, workspace.scope((), choice.cohort), progress).records
    known = {record.username for record in records}
    for username in sorted(choice.usernames - known):
        raise NoSuchPerson(username, nearest(username, known))
    wanted = (
        record
        for record in records
        if record.username
        and (not choice.usernames or record.username in choice.usernames)
        and choice.kind in {"", record.text(KIND)}
    )
    return tuple(sorted(wanted, key=lambda record: (record.username, record.path)))


def records_at(workspace: Workspace, paths: Sequence[str]) -> tuple[Record, ...]:
    """Return the readable records of these files, sorted by username.

    Raises:
        Usage: none is readable.
    """
    records = [record for record in workspace.records(paths) if record.username]
    if not records:
        raise Usage(_("There is nobody to put into a sheet."))
    return tuple(sorted(records, key=lambda record: (record.username, record.path)))


def sheet_of(records: Sequence[Record], school: School) -> ExportedSheet:
    """Return the sheet of these records, with the columns that any of them has, in canonical order.

    Whoever is confidential is left out of it.

    Raises:
        Usage: nobody else is among them.
    """
    left_out = tuple(record.username for record in records if record.is_confidential)
    records = [record for record in records if not record.is_confidential]
    if left_out and not records:
        raise Usage(_("There is nobody to put into a sheet."))
    present = {key for record in records for key in record.values} | set(ALWAYS)
    fields = [field for key, field in school.fields.items() if key in present and field.kind is not FieldKind.WAIVERS]
    head = (*(field.key for field in fields), VERSION)
    rows = (
        (*(cell_of(field, record.values.get(field.key)) for field in fields), version(record)) for record in records
    )
    return ExportedSheet((head, *rows), left_out)


def left_out_words(sheet: ExportedSheet) -> str:
    """Return the sentence on who is confidential and not in a sheet; "" when nobody is."""
    if not sheet.left_out:
        return ""
    message = ngettext(
        "{count} person is confidential and not in the sheet: {who}",
        "{count} people are confidential and not in the sheet: {who}",
        len(sheet.left_out),
    )
    return message.format(count=len(sheet.left_out), who=", ".join(map(visible, sheet.left_out)))


def write(path: Path, text: str) -> None:
    """Write a sheet to a new file that only the user can read.

    Raises:
        Usage: the file exists already.
        NotWritten: the disk refused.
    """
    if path.exists():
        message = _("{path} is there already, and somebody may have worked in it; name another file with --out.")
        raise Usage(message.format(path=visible(str(path), 200)))
    atomic.create(path, text, atomic.PRIVATE)


def as_text(sheet: ExportedSheet, separator: str = "", *, bom: bool = True) -> str:
    """Return a sheet as CSV, by default with the separator that spreadsheets in the current language expect."""
    return spreadsheet.as_csv(sheet.rows, separator or spreadsheet.separator(), bom=bom)
