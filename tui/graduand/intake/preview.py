"""Arrivals: the use case of looking at a foreign file: what was read, what is what, and what would change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.errors import Usage
from graduand.findings import Finding
from graduand.intake.cell_values import Wrong, judged
from graduand.intake.column_formats import ColumnFormat, ColumnMissing, DatesInDoubt, learnt, readings_of
from graduand.intake.column_mapping import REASON, columns_of, is_known, plain
from graduand.intake.date_formats import FORMS, Doubt, day_of
from graduand.intake.exclusion_lists import CONFIDENTIAL, TOMBSTONES, Tombstones, read_confidential, read_tombstones
from graduand.intake.options import IntakeOptions
from graduand.intake.record_comparison import EMAIL, Comparison
from graduand.intake.refused_rows import Refusal
from graduand.intake.remarks import of_file, of_people
from graduand.intake.row_selection import chosen, wishes
from graduand.intake.rows import Class, Passed, Survey
from graduand.intake.source_profile import (
    FOLDER,
    LIMIT,
    RESERVED,
    SourceProfile,
    is_name,
    name_of,
    path_of,
    read_source,
)
from graduand.language import _, ngettext, quoted, visible
from graduand.records import files
from graduand.records.paths import username_of
from graduand.records.reading import read
from graduand.similar import folded
from graduand.storage import file_reader
from graduand.tables.spreadsheet import clean_cell
from graduand.tables.table_reader import SIZE, FileFormat, read_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from graduand.intake.column_mapping import ColumnMapping
    from graduand.intake.record_comparison import ProposedRecord
    from graduand.records.record import Record
    from graduand.records.school import School
    from graduand.tables.table import Table
    from graduand.workspace import Workspace

NAMES: Final = ("first_name", "last_name")


__all__ = [
    "FORMS",
    "SIZE",
    "ColumnMissing",
    "DatesInDoubt",
    "Doubt",
    "FileFormat",
    "IntakeOptions",
    "Look",
    "day_of",
    "look",
    "read_file",
]


class Look(NamedTuple):
    """What a file would do."""

    order: IntakeOptions
    table: Table
    columns: tuple[ColumnMapping, ...]
    source_name: str
    source: SourceProfile
    """What is known of the office's files after this one."""
    source_before: bytes | None
    """What its file holds; None: there is none."""
    survey: Survey
    new: tuple[int, ...]
    """Rows of people without a record."""
    changes: tuple[ProposedRecord, ...]
    identical: tuple[str, ...]
    """Usernames of people whose records say all this already."""
    refused: tuple[Refusal, ...]
    passed: tuple[Passed, ...]
    """Rows that are well and not taken, such as people in another programme."""
    unmeant: int
    """Rows that `where` leaves aside."""
    confidential: int
    """Rows kept out by list; nobody is named."""
    remarks: tuple[str, ...]
    sample: tuple[str, ...]
    """Names with accents, by which a wrong encoding is seen."""


def read_file(path: Path) -> bytes:
    """Return the bytes of a file that somebody has named, a little more than may be taken at most.

    Raises:
        Unreadable: it cannot be read.
    """
    return file_reader.read(path.resolve(), SIZE)


def look(workspace: Workspace, raw: bytes, order: IntakeOptions) -> Look:
    """Return what a file would do; nothing is written.

    Raises:
        Usage: it holds no table, or something must be said first; the sentence says what.
        DatesInDoubt: of some columns, which part of a date comes first.
        SchemaBroken: a file of schema/intake/ does not say what it must.
    """
    school = workspace.school
    sources = dict(_sources(workspace))
    mapped = {folded(header) for source in sources.values() for header in source.columns}
    table = _read(raw, order, lambda cell: is_known(cell, school) or folded(plain(cell)) in mapped)
    name, said = _source(order, table, sources)
    columns = columns_of(table, school, said.columns, order.columns)
    keys = _keys(columns, order)
    everybody = _everybody(workspace)
    filling = [column for column in columns if keys.get(column.key) == column.number - 1]
    readings = readings_of(table, filling, ColumnFormat(school, order, said, everybody))
    meant = chosen(table, wishes(order.where, columns, school))
    _refuse_odd(order, school)
    survey = Survey(table, keys, readings, school)
    _keep_out(workspace, survey, meant)
    confidential = _confidential(workspace, survey, meant)
    common = Class(order.values, order.on)
    remarks = [*of_file(table, columns, survey, meant, order)]
    rows = survey.look(meant, common)
    remarks += of_people(survey)
    sorting = Comparison(survey, everybody, school, order)
    sorting.take_all(rows)
    sorting.refuse_incomplete()
    path = workspace.root / path_of(name)
    return Look(
        order=order,
        table=table,
        columns=columns,
        source_name=name,
        source=learnt(columns, order, said),
        source_before=file_reader.read(path, LIMIT) if path.exists() else None,
        survey=survey,
        new=tuple(sorting.new),
        changes=tuple(sorting.changes),
        identical=tuple(sorting.identical),
        refused=tuple(sorted([*survey.refused.values(), *_ragged(table, keys)])),
        passed=tuple(sorted(survey.passed.values())),
        unmeant=len(meant) - sum(meant) - confidential,
        confidential=confidential,
        remarks=(*remarks, *sorting.remarks()),
        sample=tuple(_sample(survey)),
    )


def _read(raw: bytes, order: IntakeOptions, is_known_header: Callable[[str], bool]) -> Table:
    table = read_table(raw, order.file, is_known_header)
    if not table.size:
        raise Usage(_("Below the header there is no row: nobody to take in."))
    return table


def _sources(workspace: Workspace) -> Iterator[tuple[str, SourceProfile]]:
    folder = workspace.root / FOLDER
    for path in sorted(folder.glob("*.yaml")) if folder.is_dir() else ():
        if path.stem not in RESERVED:
            yield path.stem, read_source(file_reader.read(path, LIMIT), f"{FOLDER}/{path.name}")


def _source(order: IntakeOptions, table: Table, sources: Mapping[str, SourceProfile]) -> tuple[str, SourceProfile]:
    """Return the source that a file is of: the one named, the one with the same headers, or a new one."""
    if order.source:
        if not is_name(order.source):
            message = _("{name} cannot name a source; use small letters, figures and hyphens, such as registrar.")
            raise Usage(message.format(name=quoted(order.source)))
        return order.source, sources.get(order.source, SourceProfile())
    headers = {plain(header) for header in table.headers}
    for name, source in sources.items():
        if source.columns and headers - set(source.columns) <= {REASON} and set(source.columns) <= headers:
            return name, source
    name = name_of(order.name)
    return name, sources.get(name, SourceProfile())


def _refuse_odd(order: IntakeOptions, school: School) -> None:
    """Let nobody get a value that no record can hold.

    Raises:
        Usage: everybody would.
    """
    for key, value in order.values.items():
        if isinstance(found := judged(value, school.fields[key], school), Wrong):
            raise Usage(found.reason)


def _keys(columns: Sequence[ColumnMapping], order: IntakeOptions) -> dict[str, int]:
    """Return in which column each key stands.

    Raises:
        ColumnMissing: none is the username, or of answers the address.
    """
    keys = {column.key: column.number - 1 for column in columns if column.key}
    needed = ("username", EMAIL) if order.patch else ("username",)
    for key in needed:
        if key not in keys:
            raise ColumnMissing(key, [column.header for column in columns])
    return {key: keys[key] for key in needed} if order.patch else keys


def _everybody(workspace: Workspace) -> dict[str, Record | None]:
    """Return all records by username; None for one that cannot be read whole."""
    paths = files.find(workspace.root).paths
    found: dict[str, Record | None] = {}
    for path in paths:
        raw = files.load(workspace.root, path)
        if isinstance(raw, Finding):
            found[username_of(path)] = None
            continue
        reading = read(path, raw, workspace.school)
        record = None if reading.findings else reading.record
        found[record.username if record else username_of(path)] = record
    return found


def _keep_out(workspace: Workspace, survey: Survey, meant: list[bool]) -> None:
    """Leave out people who were deleted."""
    path = workspace.root / TOMBSTONES
    stones = read_tombstones(file_reader.read(path, LIMIT)) if path.exists() else Tombstones()
    dead = stones.among(survey.usernames)
    for row, username in enumerate(survey.usernames) if dead else ():
        if username in dead and meant[row]:
            stone = dead[username]
            message = _("Deleted on {day} ({basis}), and must not come back.")
            survey.pass_over(row, message.format(day=visible(stone.deleted_on), basis=visible(stone.basis)))


def _confidential(workspace: Workspace, survey: Survey, meant: list[bool]) -> int:
    """Leave out people whom the list keeps out, without a word of them; return how many they are."""
    path = workspace.root / CONFIDENTIAL
    kept_out = read_confidential(file_reader.read(path, LIMIT)) if path.exists() else frozenset()
    count = 0
    for row, username in enumerate(survey.usernames) if kept_out else ():
        if username in kept_out and meant[row]:
            meant[row] = False
            count += 1
    return count


def _ragged(table: Table, keys: Mapping[str, int]) -> Iterator[Refusal]:
    width = len(table.headers)
    for odd in table.ragged:
        message = ngettext(
            "The row has {count} cell, and the header {width}: a separator or a line break stands where none belongs.",
            "The row has {count} cells, and the header {width}: a separator or a line break stands where none belongs.",
            len(odd.cells),
        )
        at = keys["username"]
        username = clean_cell(odd.cells[at]) if len(odd.cells) > at else ""
        yield Refusal(odd.line, username, "", message.format(count=len(odd.cells), width=width))


def _sample(survey: Survey) -> Iterator[str]:
    """Return some names with letters that a wrong encoding would spoil; plain ones when there are no others."""
    columns = [survey.columns[key] for key in NAMES if key in survey.columns]
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
"""Names that are shown."""
