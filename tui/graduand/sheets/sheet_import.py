"""Import a sheet that a spreadsheet has saved: preview the changes of the records, then write them."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.editing.bulk_edit import Approval
from graduand.editing.proposal import new_findings, propose_change
from graduand.editing.transaction import apply, commit_message
from graduand.errors import SchemaBroken, Usage
from graduand.findings import Severity
from graduand.language import _, quoted, visible
from graduand.records.kinds import FieldKind
from graduand.records.record import DISABLED, EMAIL, REASON, USERNAME
from graduand.rules import judgement
from graduand.rules.registry import RULES
from graduand.sheets.sheet_cells import Dates, dates_order, parse_cell
from graduand.sheets.sheet_export import VERSION, version
from graduand.similar import folded, normalize_header
from graduand.storage import file_reader
from graduand.tables import table_reader
from graduand.tables.match_people import MatchedBy, RowIdentity, match_people
from graduand.tables.spreadsheet import unguarded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from graduand.editing.proposal import Proposal
    from graduand.editing.transaction import ResumedTransaction
    from graduand.file_change import SavedFile
    from graduand.records.field import Field
    from graduand.records.record import Record, Value
    from graduand.records.school import School
    from graduand.tables.match_people import PersonMatch
    from graduand.tables.table import Table, TableRow
    from graduand.workspace import Workspace

SIZE: Final = table_reader.SIZE
"""Bytes of the largest sheet."""


class SheetRow(NamedTuple):
    """One row that changes a record, or about which there is a remark."""

    line: int
    username: str
    proposal: Proposal | None
    """None: nothing changes."""
    remarks: tuple[str, ...] = ()
    """Sentences on what was corrected."""
    errors: tuple[str, ...] = ()
    """The errors of the changed record that the record has not now, as sentences."""

    @property
    def closes(self) -> bool:
        """Whether the row closes the account."""
        return self.proposal is not None and any(
            one.key == DISABLED and one.after == "true" for one in self.proposal.alterations
        )


class RefusedRow(NamedTuple):
    """One row that is refused, and why."""

    line: int
    username: str
    why: str


class Patch(NamedTuple):
    """The changes that a sheet would make."""

    rows: tuple[SheetRow, ...]
    unchanged: int
    refused: tuple[RefusedRow, ...]
    ignored: tuple[str, ...]
    """Headers of columns that are no field."""
    people: int
    """The number of all records."""

    @property
    def proposals(self) -> tuple[Proposal, ...]:
        """The changed records."""
        return tuple(row.proposal for row in self.rows if row.proposal)

    def counts(self) -> Counter[str]:
        """Return how many records each field changes in."""
        return Counter(one.key for proposal in self.proposals for one in proposal.alterations)

    @property
    def closing(self) -> int:
        """The number of accounts that would close."""
        return sum(row.closes for row in self.rows)

    @property
    def checksum(self) -> str:
        """The checksum by which exactly this patch is approved."""
        whole = "\0".join(f"{proposal.path}\0{proposal.text}" for proposal in self.proposals)
        return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()


def read_file(path: Path) -> bytes:
    """Return the bytes of a sheet.

    Raises:
        Unreadable: it is not there, or no ordinary file.
    """
    return file_reader.read(path, SIZE)


def read_patch(
    workspace: Workspace,
    raw: bytes,
    name: str,
    on: str,
    *,
    dates: Dates | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Patch:
    """Return the changes that a sheet would make; nothing is written.

    Raises:
        Usage: the bytes are no sheet with usernames, the end is missing, or two columns are the same field.
    """
    school = workspace.school
    table = _table(raw, name, school)
    columns, ignored = _columns(table, school, name)
    checked = workspace.check(on, progress=progress)
    records = {record.username: record for record in checked.records if record.username}
    rows = list(table.rows())
    found = list(zip(rows, _matches(rows, columns, records), strict=True))
    dates = dates or dates_order(_dates(found, columns, records, school))
    patch = _PatchBuilder(workspace, columns, records, dates, on)
    for row, match in found:
        patch.add(row, match)
    return Patch(
        _with_shared_errors(patch.rows, checked.records),
        patch.unchanged,
        tuple(patch.refused),
        ignored,
        len(checked.records),
    )


def _with_shared_errors(rows: Sequence[SheetRow], records: Iterable[Record]) -> tuple[SheetRow, ...]:
    """Return the rows with the errors that their changes cause among records, such as one address of two people."""
    changed = {row.proposal.path: row for row in rows if row.proposal}
    if not changed:
        return tuple(rows)
    changed_records = {path: row.proposal.record for path, row in changed.items() if row.proposal}
    wrong: defaultdict[str, tuple[str, ...]] = defaultdict(tuple)
    for shared in judgement.judge_all([changed_records.get(record.path) or record for record in records]):
        path, flaw = shared.path, shared.flaw
        row = changed.get(path)
        altered = {one.key for one in row.proposal.alterations} if row and row.proposal else set()
        if RULES[flaw.rule].severity is Severity.ERROR and flaw.field.rstrip(":0123456789") in altered:
            wrong[path] += (flaw.message,)
    return tuple(row._replace(errors=row.errors + wrong[row.proposal.path]) if row.proposal else row for row in rows)


def _table(raw: bytes, name: str, school: School) -> Table:
    try:
        return table_reader.read_csv(raw, lambda cell: bool(_key(_header(cell), school)))
    except table_reader.NotATable as other:
        message = _("{path} is no sheet of records: {found}.")
        raise Usage(message.format(path=visible(name, 200), found=other.found)) from other


def _columns(table: Table, school: School, name: str) -> tuple[dict[str, int], tuple[str, ...]]:
    """Return the number of each field's column, from 0, and the headers that are no field."""
    columns: dict[str, int] = {}
    ignored: list[str] = []
    for index, cell in enumerate(table.headers):
        header = _header(cell)
        key = VERSION if header == VERSION else _key(header, school)
        if not key:
            ignored += [cell.strip()] if cell.strip() else []
        elif key in columns:
            message = _("{path} has two columns of {key}; keep the one that is right.")
            raise Usage(message.format(path=visible(name, 200), key=quoted(key)))
        else:
            columns[key] = index
    if USERNAME not in columns:
        message = _("{path} is no sheet of records: {found}.")
        found = _("it has no column “username”, by which a row finds its record")
        raise Usage(message.format(path=visible(name, 200), found=found))
    return columns, tuple(ignored)


def _header(cell: str) -> str:
    return normalize_header(unguarded(cell.strip()))


def _key(header: str, school: School) -> str:
    """Return the field of a header; "" when a sheet may not have it."""
    key = header if header in school.fields else school.meanings.get(folded(header), "")
    field = school.fields.get(key)
    return key if field and field.kind is not FieldKind.WAIVERS else ""


def _cell(row: TableRow, columns: Mapping[str, int], key: str) -> str:
    index = columns.get(key, len(row.cells))
    return row.cells[index] if index < len(row.cells) else ""


def _matches(
    rows: Iterable[TableRow], columns: Mapping[str, int], records: Mapping[str, Record]
) -> tuple[PersonMatch, ...]:
    identities = (
        RowIdentity(*(unguarded(_cell(row, columns, key).strip()) for key in (USERNAME, EMAIL))) for row in rows
    )
    emails = {record.text(EMAIL): username for username, record in records.items()}
    return match_people(identities, records.keys(), emails, {})


def _dates(
    found: Iterable[tuple[TableRow, PersonMatch]],
    columns: Mapping[str, int],
    records: Mapping[str, Record],
    school: School,
) -> Iterator[tuple[str, str]]:
    """Return each cell of a date column with the record's value."""
    keys = [key for key in columns if key != VERSION and school.fields[key].kind is FieldKind.DATE]
    for row, match in found:
        record = records.get(match.username)
        for key in keys if record else ():
            yield _cell(row, columns, key), record.text(key) if record else ""


class _PatchBuilder:
    """The rows of a patch so far."""

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
            workspace.school.fields[key] for key in columns if key not in {VERSION, USERNAME}
        ]
        self.seen: dict[str, int] = {}
        self.rows: list[SheetRow] = []
        self.refused: list[RefusedRow] = []
        self.unchanged = 0

    def add(self, row: TableRow, match: PersonMatch) -> None:
        """Compare one row with its record."""
        why = self._why_not(row, match)
        if why:
            self._refuse(row, match, why)
            return
        self.seen[match.username] = row.line
        record = self.records[match.username]
        changes: dict[str, Value | None] = {}
        remarks = [match.note] if match.note else []
        faults: list[str] = []
        for field in self.fields:
            before = record.values.get(field.key)
            found = parse_cell(_cell(row, self.columns, field.key), field, before, self.dates)
            remarks += [f"{field.key}: {found.remark}"] if found.remark else []
            faults += [f"{field.key}: {found.refused}"] if found.refused else []
            if not found.refused and found.value != before:
                changes[field.key] = found.value
        if faults:
            self._refuse(row, match, " ".join(faults))
        else:
            self._propose(row, record, changes, tuple(remarks))

    def _why_not(self, row: TableRow, match: PersonMatch) -> str:
        """Return why a row is refused before its cells are read; "" when it is not."""
        if match.how in {MatchedBy.NONE, MatchedBy.EMAIL}:
            more = _("People who are new come in with graduand intake.")
            return f"{match.note} {more}" if self._username(row) else match.note
        if match.username in self.seen:
            message = _("This person stands in line {line} already.")
            return message.format(line=self.seen[match.username])
        return ""

    def _propose(
        self, row: TableRow, record: Record, changes: Mapping[str, Value | None], remarks: tuple[str, ...]
    ) -> None:
        made_of = _cell(row, self.columns, VERSION).strip()
        if changes and made_of and made_of != version(record):
            message = _("The record has changed since the sheet was made; make a new one, and repeat the change there.")
            self.refused.append(RefusedRow(row.line, record.username, message))
            return
        self.unchanged += not changes
        if not changes:
            if remarks:
                self.rows.append(SheetRow(row.line, record.username, None, remarks))
            return
        try:
            proposal = propose_change(self.workspace, record.path, changes)
        except SchemaBroken as broken:
            self.refused.append(RefusedRow(row.line, record.username, str(broken)))
            return
        self.rows.append(SheetRow(row.line, record.username, proposal, remarks, self._errors(record, proposal)))

    def _errors(self, before: Record, proposal: Proposal) -> tuple[str, ...]:
        found = new_findings(before, proposal.record, self.workspace.school, self.on) if proposal.record else ()
        return tuple(one.message for one in found if one.severity is Severity.ERROR)

    def _refuse(self, row: TableRow, match: PersonMatch, why: str) -> None:
        self.refused.append(RefusedRow(row.line, match.username or self._username(row), why))

    def _username(self, row: TableRow) -> str:
        return unguarded(_cell(row, self.columns, USERNAME).strip())


def apply_patch(
    workspace: Workspace,
    patch: Patch,
    *,
    approve: str = "",
    on_resumed: Callable[[ResumedTransaction], None] | None = None,
) -> tuple[SavedFile, ...]:
    """Write the changes in one commit, all or none.

    `on_resumed` is called with the outcome of an earlier save that was interrupted. Raises:
        TooManyClosings, PlanChanged: more accounts would close than the limit allows, or another patch was approved.
        Busy, ChangedOnDisk, NotWritten, NotGit, NotNow, NotCommitted: as for any edit.
    """
    approval = Approval(patch.checksum, approve, "graduand sheet")
    approval.allow(patch.closing, patch.people, workspace.institution.limits.deactivations)
    rows = [row for row in patch.rows if row.proposal]
    reasons = {row.proposal.record.text(REASON) for row in rows if row.closes and row.proposal and row.proposal.record}
    kind = "deactivated" if rows and all(row.closes for row in rows) else "corrected"
    subject, trailers = commit_message(kind, [row.username for row in rows], reasons if kind == "deactivated" else ())
    return apply(workspace, patch.proposals, subject, trailers, on_resumed=on_resumed)
