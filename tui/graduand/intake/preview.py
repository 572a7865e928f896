"""Preview an intake: read a foreign file, compare it with the records, and say what would change."""

from __future__ import annotations

import hashlib
from collections import Counter
from itertools import compress
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand import gc_pause
from graduand.editing.exclusion_lists import LIMIT, read_exclusions
from graduand.errors import Usage
from graduand.intake.cell_values import CellError, check_value
from graduand.intake.column_formats import (
    AmbiguousDate,
    AmbiguousDates,
    ColumnMissing,
    column_formats,
    updated_profile,
)
from graduand.intake.column_mapping import columns_of, is_known
from graduand.intake.full_names import LAST_FIRST, keys_of
from graduand.intake.latest_rows import drop_earlier
from graduand.intake.options import FORMS, IntakeOptions
from graduand.intake.record_comparison import RecordComparison, records_by_username
from graduand.intake.result_check import ResultCheck, check_result
from graduand.intake.rows import PeopleRows, SkippedRow, select_rows
from graduand.intake.source_profile import path_of, profile_of, read_profiles
from graduand.language import _, ngettext, quoted
from graduand.records.record import EMAIL, END, FIRST_NAME, LAST_NAME, LOGIN, USERNAME
from graduand.records.transition import GRADUATED, LEFT, RETURNED
from graduand.similar import folded, visible_header
from graduand.storage import file_reader
from graduand.tables.dates import parse_date
from graduand.tables.spreadsheet import clean_cell
from graduand.tables.table_reader import SIZE, FileFormat, read_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from graduand.intake.column_mapping import ColumnMapping
    from graduand.intake.record_comparison import ProposedRecord
    from graduand.intake.source_profile import SourceProfile
    from graduand.records.school import School
    from graduand.tables.table import Table
    from graduand.workspace import Workspace

_NAMES: Final = (FIRST_NAME, LAST_NAME)


__all__ = [
    "FORMS",
    "SIZE",
    "AmbiguousDate",
    "AmbiguousDates",
    "ColumnMissing",
    "FileFormat",
    "IntakeOptions",
    "IntakePreview",
    "parse_date",
    "preview_file",
    "read_file",
]


class IntakePreview(NamedTuple):
    """What an intake of a file would change."""

    options: IntakeOptions
    table: Table
    columns: tuple[ColumnMapping, ...]
    source_name: str
    profile: SourceProfile
    """The profile of the source with what this file adds."""
    profile_before: bytes | None
    """The content of the profile's file; None: there is none."""
    rows: PeopleRows
    new: tuple[int, ...]
    """Rows of people without a record."""
    changes: tuple[ProposedRecord, ...]
    identical: tuple[str, ...]
    """Usernames of people whose records have all values already."""
    refused: tuple[SkippedRow, ...]
    left_out: tuple[SkippedRow, ...]
    """Rows without errors that are left out, such as those of people in another programme."""
    not_selected: int
    """Rows that do not meet the conditions of `where`."""
    confidential: int
    """Rows of confidential people, who are not named."""
    remarks: tuple[str, ...]
    check: ResultCheck
    """What the rules find in these people afterwards."""
    sample: tuple[str, ...]
    """Names with accents, by which a wrong encoding is seen."""
    checksum: str
    """The SHA-256 of the file."""

    @property
    def takes_everybody(self) -> bool:
        """Whether no condition says which rows of a class are meant."""
        given = self.options
        return given.kind in {GRADUATED, LEFT} and not given.where and not given.patch


def read_file(path: Path) -> bytes:
    """Return the bytes of a file, at most a few more than an intake accepts.

    Raises:
        Unreadable: it cannot be read.
    """
    return file_reader.read(path.resolve(), SIZE)


def preview_file(workspace: Workspace, raw: bytes, options: IntakeOptions) -> IntakePreview:
    """Return what an intake of a file would change; nothing is written.

    Raises:
        Usage: the file holds no table, or an option is missing or wrong; the sentence says which.
        AmbiguousDates: the order of day and month of some columns is unknown.
        SchemaBroken: a file of schema/intake/ is broken.
    """
    with gc_pause.paused():
        return _preview(workspace, raw, options)


def _preview(workspace: Workspace, raw: bytes, options: IntakeOptions) -> IntakePreview:
    school = workspace.school
    profiles = read_profiles(workspace.root)
    headers = {*options.columns, *(header for one in profiles.values() for header in one.columns)}
    table = _read(raw, options.file, school, headers).with_rows(options.rows)
    name, known = profile_of(options.source, options.name, table.headers, profiles)
    columns = columns_of(table, school, known.columns, options.columns)
    profile = updated_profile(columns, options, known, school)
    keys = _keys(columns, patch=options.patch)
    records = records_by_username(workspace)
    filling = [column for column in columns if keys.get(keys_of(column.key)[0]) == column.number - 1]
    rows = PeopleRows(table, keys, column_formats(table, filling, school, profile, records), school)
    selected = select_rows(table, options.where, columns, school)
    _refuse_common_values(options, school)
    confidential = rows.exclude(read_exclusions(workspace.root), selected)
    earlier = drop_earlier(rows.usernames, table, selected, options)
    remarks = [*_answer_remarks(table, keys, earlier), *_file_remarks(table, columns, rows, selected, options)]
    states = workspace.readable_states()
    comparison = RecordComparison(rows, records, school, options, states)
    comparison.compare(rows.take(selected, options))
    path = workspace.root / path_of(name)
    return IntakePreview(
        options=options,
        table=table,
        columns=columns,
        source_name=name,
        profile=profile,
        profile_before=file_reader.read(path, LIMIT) if path.exists() else None,
        rows=rows,
        new=tuple(comparison.new),
        changes=tuple(comparison.changes),
        identical=tuple(comparison.identical),
        refused=tuple(sorted([*rows.refused.values(), *_ragged(table, keys)])),
        left_out=tuple(sorted(rows.left_out.values())),
        not_selected=len(selected) - sum(selected) - confidential - earlier,
        confidential=confidential,
        remarks=(*remarks, *_people_remarks(rows), *comparison.remarks()),
        check=check_result(comparison, states),
        sample=tuple(_sample(rows)),
        checksum=hashlib.sha256(raw).hexdigest(),
    )


def _read(raw: bytes, file: FileFormat, school: School, headers: set[str]) -> Table:
    """Return the table of a file; `headers` are those of all profiles and options."""
    mapped = set(map(folded, headers))
    table = read_table(raw, file, lambda cell: is_known(cell, school) or folded(visible_header(cell)) in mapped)
    if not table.size:
        raise Usage(_("Below the header there is no row: nobody to take in."))
    return table


def _refuse_common_values(options: IntakeOptions, school: School) -> None:
    """Check the values that every row gets.

    Raises:
        Usage: one of them breaks a rule.
    """
    for key, value in options.values.items():
        if isinstance(found := check_value(value, school.fields[key], school), CellError):
            raise Usage(found.reason)


def _keys(columns: Sequence[ColumnMapping], *, patch: bool) -> dict[str, int]:
    """Return the number of each key's column, from 0.

    Raises:
        ColumnMissing: there is no username, or in answers no address.
    """
    keys = {key: column.number - 1 for column in columns for key in keys_of(column.key) if key}
    needed = (USERNAME, EMAIL) if patch else (USERNAME,)
    for key in needed:
        if key not in keys:
            raise ColumnMissing(key, [column.header for column in columns])
    return {key: keys[key] for key in needed} if patch else keys


def _file_remarks(
    table: Table, columns: Sequence[ColumnMapping], rows: PeopleRows, selected: Sequence[bool], options: IntakeOptions
) -> Iterator[str]:
    """Return sentences on the whole file."""
    yield from _table_remarks(table)
    changed_only = rows.school.institution.send_auth_identifier == "changed"
    if LOGIN in rows.columns and LOGIN not in rows.blank and options.kind != RETURNED and changed_only:
        yield _(
            "The login is kept in the records; of people who leave it is sent only where Handshake has another one "
            "(send_auth_identifier of institution.yaml)."
        )
    if END in options.values and END in rows.columns:
        common = options.values[END]
        ends = Counter(compress(rows.columns[END], selected))
        other = ends.total() - ends[None] - ends[common]
        if other:
            message = ngettext(
                "{count} row has another end date; the one that you gave is taken.",
                "{count} rows have another end date; the one that you gave is taken.",
                other,
            )
            yield message.format(count=other)
    if options.patch and (rest := [column.header for column in columns if column.key not in {USERNAME, EMAIL}]):
        yield _("Of answers, nothing but the address is taken; not: {headers}.").format(
            headers=", ".join(quoted(header, 40) for header in rest)
        )


def _answer_remarks(table: Table, keys: Mapping[str, int], earlier: int) -> Iterator[str]:
    """Return sentences on earlier answers, and on a column that seems to hold first and last name."""
    if earlier:
        message = ngettext(
            "{count} earlier answer was passed over for a later one of the same person.",
            "{count} earlier answers were passed over for later ones of the same people.",
            earlier,
        )
        yield message.format(count=earlier)
    one = [keys[name] for name in _NAMES if name in keys]
    if len(one) == 1:
        cells = table.columns[one[0]]
        if sum("," in cell for cell in cells) * 2 > len(cells):
            message = _("{header} seems to hold first and last name; split it with --map {example}")
            header = table.headers[one[0]]
            yield message.format(header=quoted(header), example=quoted(f"{header}={LAST_FIRST}", 200))


def _table_remarks(table: Table) -> Iterator[str]:
    """Return sentences on how the rows of the file were found."""
    messages = {
        "above": ngettext(
            "{count} row above the header was passed over.",
            "{count} rows above the header were passed over.",
            table.above,
        ),
        "formulas": ngettext(
            "{count} cell is a formula; its last computed value is taken.",
            "{count} cells are formulas; their last computed values are taken.",
            table.formulas,
        ),
        "merged": ngettext(
            "{count} blank cell is part of a merged one, whose text it gets.",
            "{count} blank cells are parts of merged ones, whose texts they get.",
            table.merged,
        ),
        "hidden": ngettext(
            "{count} row is hidden in the sheet, as by a filter, and is read like the others; delete it if it does "
            "not belong to them.",
            "{count} rows are hidden in the sheet, as by a filter, and are read like the others; delete them if they "
            "do not belong to them.",
            table.hidden,
        ),
    }
    if headers := [visible_header(header) for header in table.hidden_columns if header.strip()]:
        message = ngettext(
            "{count} column is hidden in the sheet and read like the others: {headers}.",
            "{count} columns are hidden in the sheet and read like the others: {headers}.",
            len(headers),
        )
        yield message.format(count=len(headers), headers=", ".join(quoted(header, 40) for header in headers))
    counts = {"above": table.above, "formulas": table.formulas, "merged": table.merged, "hidden": table.hidden}
    for name, count in counts.items():
        if count:
            yield messages[name].format(count=count)


def _people_remarks(rows: PeopleRows) -> Iterator[str]:
    """Return sentences on the accepted rows."""
    for key, count in rows.dropped.items():
        if count:
            message = ngettext(
                "{key} of {count} row is not taken: it follows from the transition.",
                "{key} of {count} rows is not taken: it follows from the transition.",
                count,
            )
            yield message.format(key=quoted(key), count=count)
    if rows.joined:
        message = ngettext(
            "{count} row was joined with another one of the same person.",
            "{count} rows were joined with others of the same person.",
            rows.joined,
        )
        yield message.format(count=rows.joined)


def _ragged(table: Table, keys: Mapping[str, int]) -> Iterator[SkippedRow]:
    """Refuse the rows that have not as many cells as the header."""
    width = len(table.headers)
    for odd in table.ragged:
        message = ngettext(
            "The row has {count} cell, and the header {width}: a separator or a line break stands where none belongs.",
            "The row has {count} cells, and the header {width}: a separator or a line break stands where none belongs.",
            len(odd.cells),
        )
        at = keys[USERNAME]
        username = clean_cell(odd.cells[at]) if len(odd.cells) > at else ""
        yield SkippedRow(odd.line, username, "", message.format(count=len(odd.cells), width=width))


def _sample(rows: PeopleRows) -> Iterator[str]:
    """Return some names with non-ASCII letters, by which a wrong encoding is seen; ASCII ones when there are none."""
    columns = [rows.columns[key] for key in _NAMES if key in rows.columns]
    found: dict[str, None] = {}
    for values in zip(*columns, strict=True):
        name = " ".join(value for value in values if isinstance(value, str))
        if name and not name.isascii():
            found[name] = None
            if len(found) == _SAMPLE:
                break
    yield from found or [
        " ".join(value for value in values if isinstance(value, str))
        for values in zip(*(c[:2] for c in columns), strict=True)
    ]


_SAMPLE: Final = 5
"""Names in a sample."""
