"""Patching: the use case of taking a sheet back, after a spreadsheet has saved it its own way."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from graduand.editing.proposal import amended
from graduand.editing.sheet_cells import Dates, dates_of, taken
from graduand.editing.sheet_export import VERSION, version
from graduand.editing.sheet_patch import Patch, RefusedRow, SheetRow
from graduand.errors import SchemaBroken, Usage
from graduand.findings import Severity
from graduand.handshake.failed_rows import FailedRow, header_of, other_kind
from graduand.handshake.match_people import MatchedBy, match
from graduand.language import _, quoted, visible
from graduand.records.kinds import FieldKind
from graduand.rules import judgement
from graduand.rules.registry import RULES
from graduand.similar import folded
from graduand.storage import file_reader
from graduand.tables.failed_rows_csv import read_table
from graduand.tables.spreadsheet import unguarded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from graduand.editing.proposal import Proposal
    from graduand.handshake.match_people import Matched
    from graduand.records.field import Field
    from graduand.records.record import Record, Value
    from graduand.records.school import School
    from graduand.tables.failed_rows_csv import CsvRow, CsvTable
    from graduand.workspace import Workspace

SIZE: Final = 60_000_000
"""Bytes of a sheet."""
_USERNAME: Final = "username"


def raw_sheet(path: Path) -> bytes:
    """Return the bytes of a sheet.

    Raises:
        Unreadable: it is not there, or no ordinary file.
    """
    return file_reader.read(path, SIZE)


def patch_of(
    workspace: Workspace,
    raw: bytes,
    name: str,
    on: str,
    *,
    dates: Dates | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Patch:
    """Return what the sheet in these bytes would change; nothing is written.

    Raises:
        Usage: it is no sheet with usernames, its end is missing, or two columns are the same field.
    """
    table = _table(raw, name)
    school = workspace.school
    columns, ignored = _columns(table, school, name)
    checked = workspace.check(on, progress)
    records = {record.username: record for record in checked.records if record.username}
    found = list(zip(table.rows, _matches(table, columns, records), strict=True))
    dates = dates or dates_of(_days(found, columns, records, school))
    reading = _Reading(workspace, columns, records, dates, on)
    for entry, matched in found:
        reading.take(entry, matched)
    rows = _judged_together(reading.rows, checked.records)
    return Patch(rows, reading.unchanged, tuple(reading.refused), ignored, len(checked.records))


def _judged_together(rows: Sequence[SheetRow], records: Iterable[Record]) -> tuple[SheetRow, ...]:
    """Return the rows with the errors that their changes bring among all records, such as one address for two."""
    changed = {row.proposal.path: row for row in rows if row.proposal}
    if not changed:
        return tuple(rows)
    shall = {path: row.proposal.record for path, row in changed.items() if row.proposal}
    wrong: defaultdict[str, tuple[str, ...]] = defaultdict(tuple)
    for shared in judgement.judge_all([shall.get(record.path) or record for record in records]):
        path, flaw = shared.path, shared.flaw
        row = changed.get(path)
        altered = {one.key for one in row.proposal.alterations} if row and row.proposal else set()
        if RULES[flaw.rule].severity is Severity.ERROR and flaw.field.rstrip(":0123456789") in altered:
            wrong[path] += (flaw.message,)
    return tuple(row._replace(errors=row.errors + wrong[row.proposal.path]) if row.proposal else row for row in rows)


def _table(raw: bytes, name: str) -> CsvTable:
    message = _("{path} is no sheet of records: {found}.")
    shown = visible(name, 200)
    if found := other_kind(raw):
        raise Usage(message.format(path=shown, found=found))
    table = read_table(raw)
    if table.unclosed:
        found = _("its end is missing, for a quotation mark in the row of line {line} is never closed")
        raise Usage(message.format(path=shown, found=found.format(line=table.unclosed)))
    return table


def _columns(table: CsvTable, school: School, name: str) -> tuple[dict[str, int], tuple[str, ...]]:
    """Return where each field's column stands, and the headers that are no field's."""
    columns: dict[str, int] = {}
    ignored: list[str] = []
    for index, cell in enumerate(table.header.cells):
        header = header_of(unguarded(cell.strip()))
        key = VERSION if header == VERSION else _key(header, school)
        if not key:
            ignored += [cell.strip()] if cell.strip() else []
        elif key in columns:
            message = _("{path} has two columns of {key}; keep the one that is right.")
            raise Usage(message.format(path=visible(name, 200), key=quoted(key)))
        else:
            columns[key] = index
    if _USERNAME not in columns:
        message = _("{path} is no sheet of records: {found}.")
        found = _("it has no column “username”, by which a row finds its record")
        raise Usage(message.format(path=visible(name, 200), found=found))
    return columns, tuple(ignored)


def _key(header: str, school: School) -> str:
    """Return the field that a header means; "" for none that a sheet may hold."""
    key = header if header in school.fields else school.meanings.get(folded(header), "")
    field = school.fields.get(key)
    return key if field and field.kind is not FieldKind.WAIVERS else ""


def _cell(entry: CsvRow, columns: Mapping[str, int], key: str) -> str:
    index = columns.get(key, len(entry.cells))
    return entry.cells[index] if index < len(entry.cells) else ""


def _matches(table: CsvTable, columns: Mapping[str, int], records: Mapping[str, Record]) -> tuple[Matched, ...]:
    """Return whose each row is, whatever a spreadsheet has made of the usernames."""
    rows = [
        FailedRow(
            entry.line,
            unguarded(_cell(entry, columns, _USERNAME).strip()),
            unguarded(_cell(entry, columns, "email_address").strip()),
            {},
            "",
            "",
        )
        for entry in table.rows
    ]
    emails = {record.text("email_address"): username for username, record in records.items()}
    return match(rows, records.keys(), emails, {})


def _days(
    found: Iterable[tuple[CsvRow, Matched]],
    columns: Mapping[str, int],
    records: Mapping[str, Record],
    school: School,
) -> Iterator[tuple[str, str]]:
    """Return each cell of a day with what the record has there."""
    keys = [key for key in columns if key != VERSION and school.fields[key].kind is FieldKind.DATE]
    for entry, matched in found:
        record = records.get(matched.username)
        for key in keys if record else ():
            yield _cell(entry, columns, key), record.text(key) if record else ""


class _Reading:
    """The rows read so far."""

    def __init__(
        self,
        workspace: Workspace,
        columns: Mapping[str, int],
        records: Mapping[str, Record],
        dates: Dates | None,
        on: str,
    ) -> None:
        self.workspace = workspace
        self.columns = columns
        self.records = records
        self.dates = dates
        self.on = on
        self.fields: Sequence[Field] = [
            workspace.school.fields[key] for key in columns if key not in {VERSION, _USERNAME}
        ]
        self.seen: dict[str, int] = {}
        self.rows: list[SheetRow] = []
        self.refused: list[RefusedRow] = []
        self.unchanged = 0

    def take(self, entry: CsvRow, matched: Matched) -> None:
        """Take one row."""
        why = self._why_not(matched)
        if why:
            self._refuse(entry, matched, why)
            return
        self.seen[matched.username] = entry.line
        record = self.records[matched.username]
        changes: dict[str, Value | None] = {}
        told = [matched.told] if matched.told else []
        faults: list[str] = []
        for field in self.fields:
            before = record.values.get(field.key)
            found = taken(_cell(entry, self.columns, field.key), field, before, self.dates)
            told += [f"{field.key}: {found.told}"] if found.told else []
            faults += [f"{field.key}: {found.refused}"] if found.refused else []
            if not found.refused and found.value != before:
                changes[field.key] = found.value
        if faults:
            self._refuse(entry, matched, " ".join(faults))
        else:
            self._propose(entry, record, changes, tuple(told))

    def _why_not(self, matched: Matched) -> str:
        """Return why a row is not taken at all; "" when it is."""
        if matched.how in {MatchedBy.NOBODY, MatchedBy.EMAIL}:
            more = _("People who are new come in with graduand intake.")
            return f"{matched.told} {more}" if matched.row.username else matched.told
        if matched.username in self.seen:
            message = _("This person stands in line {line} already.")
            return message.format(line=self.seen[matched.username])
        return ""

    def _propose(
        self, entry: CsvRow, record: Record, changes: Mapping[str, Value | None], told: tuple[str, ...]
    ) -> None:
        made_of = _cell(entry, self.columns, VERSION).strip()
        if changes and made_of and made_of != version(record):
            message = _("The record has changed since the sheet was made; make a new one, and repeat the change there.")
            self.refused.append(RefusedRow(entry.line, record.username, message))
            return
        self.unchanged += not changes
        if not changes:
            if told:
                self.rows.append(SheetRow(entry.line, record.username, None, told))
            return
        try:
            proposal = amended(self.workspace, record.path, changes)
        except SchemaBroken as broken:
            self.refused.append(RefusedRow(entry.line, record.username, str(broken)))
            return
        self.rows.append(SheetRow(entry.line, record.username, proposal, told, self._errors(record, proposal)))

    def _errors(self, before: Record, proposal: Proposal) -> tuple[str, ...]:
        school = self.workspace.school
        old = set(judgement.judge(before, school, self.on))
        new = judgement.judge(proposal.record, school, self.on) if proposal.record else []
        return tuple(flaw.message for flaw in new if flaw not in old and RULES[flaw.rule].severity is Severity.ERROR)

    def _refuse(self, entry: CsvRow, matched: Matched, why: str) -> None:
        self.refused.append(RefusedRow(entry.line, matched.username or matched.row.username, why))
