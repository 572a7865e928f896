"""Read Handshake's export of students: the importer's columns and forms of values, whatever the headers are."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.errors import Usage
from graduand.handshake.row import BOOLEAN
from graduand.intake.cell_values import CellError, ColumnValues
from graduand.intake.column_formats import ColumnMissing, column_formats, updated_profile
from graduand.intake.column_mapping import MappedBy, columns_of, fillable_keys, is_known, required_column
from graduand.intake.full_names import ORDERS, keys_of
from graduand.intake.options import IntakeOptions
from graduand.intake.source_profile import SourceProfile
from graduand.language import _, quoted, visible
from graduand.records.kinds import FieldKind
from graduand.records.record import PRIVATE, USERNAME
from graduand.similar import folded, nearest, visible_header
from graduand.tables.spreadsheet import clean_cell, split_items
from graduand.tables.table_reader import FileFormat, read_table

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from graduand.intake.column_formats import ColumnFormat
    from graduand.intake.column_mapping import ColumnMapping
    from graduand.records.record import Value
    from graduand.records.school import School
    from graduand.tables.table import Table

COMMA: Final = ","
SEMICOLON: Final = ";"

_PERSONAL: Final = frozenset({FieldKind.IDENTIFIER, FieldKind.EMAIL, FieldKind.NAME, FieldKind.PHONE})
"""Kinds whose values are one person's: no text of theirs stands for another for all people."""


class ExportOptions(NamedTuple):
    """What the user says of an export; everything that is empty is found out."""

    columns: Mapping[str, str] = {}
    """The column that a header is; "" leaves it out."""
    values: Mapping[str, Mapping[str, str]] = {}
    """By column, the values that texts of the export stand for."""
    dates: Mapping[str, str] = {}
    """By header or column, the form of its dates."""
    lists: Mapping[str, str] = {}
    """By header or column, COMMA where commas separate the items of lists, or SEMICOLON where they do not."""
    file: FileFormat = FileFormat()


class ExportProfile(NamedTuple):
    """How an export was read."""

    source: SourceProfile = SourceProfile()
    lists: Mapping[str, str] = {}
    """By header, what separates the items of lists: COMMA or SEMICOLON."""


class OddValue(NamedTuple):
    """A value that the importer would not take: it is compared, and never sent."""

    column: str
    text: str
    people: int


class Export(NamedTuple):
    """The rows of an export."""

    mappings: tuple[ColumnMapping, ...]
    """What each header of the file was taken for."""
    profile: ExportProfile
    """How the file was read; the next one is read so too."""
    columns: tuple[str, ...]
    """The columns that are taken, in the importer's order."""
    rows: Mapping[str, tuple[str, ...]]
    """Cells below the columns by username, in the forms that the importer takes."""
    ambiguous: tuple[str, ...]
    """Usernames of several rows that differ; none of them is taken."""
    nameless: int
    """Rows without a username."""
    ragged: tuple[int, ...]
    """The lines of rows that do not fit the header."""
    odd: tuple[OddValue, ...]

    def taken(self) -> Iterator[ColumnMapping]:
        """Return the headers that are taken."""
        return (one for one in self.mappings if {*keys_of(one.key)} & {*self.columns})

    def unknown(self) -> Iterator[ColumnMapping]:
        """Return the headers that are no column that is known, and were not left out on purpose."""
        return (one for one in self.mappings if one.how is MappedBy.UNKNOWN)

    def private(self) -> Iterator[ColumnMapping]:
        """Return the headers of what is never noted."""
        return (one for one in self.mappings if one.key in PRIVATE)


def read_export(
    raw: bytes,
    options: ExportOptions,
    school: School,
    known: ExportProfile,
    items: Mapping[str, Collection[str]],
) -> Export:
    """Return the rows of an export.

    Args:
        raw: The content of the file.
        options: What the user says of it.
        school: The school's columns.
        known: How the last export was read; the options win.
        items: By list column, items that are known, by which commas between items are told from those within.

    Raises:
        Usage: the file holds no table, has no usernames, or an option does not fit it.
        AmbiguousDates: the order of day and month of a column is not known.
    """
    mapped = {*map(folded, (*options.columns, *known.source.columns))}
    table = read_table(raw, options.file, lambda cell: is_known(cell, school) or folded(visible_header(cell)) in mapped)
    return export_of(table, options, school, known, items)


def export_of(
    table: Table,
    options: ExportOptions,
    school: School,
    known: ExportProfile,
    items: Mapping[str, Collection[str]],
) -> Export:
    """Return the rows of a table, as `read_export` does.

    Raises:
        Usage, AmbiguousDates: as `read_export`.
    """
    _require_columns(options, school)
    usable = {*fillable_keys(school), *ORDERS, ""}
    source = known.source
    before = source._replace(columns={header: key for header, key in source.columns.items() if key in usable})
    omitted = {
        folded(visible_header(header)) for header, key in {**before.columns, **options.columns}.items() if not key
    }
    mappings = tuple(
        one._replace(how=MappedBy.LEFT_OUT) if one.how is MappedBy.UNKNOWN and folded(one.header) in omitted else one
        for one in columns_of(table, school, before.columns, options.columns)
    )
    asked = IntakeOptions("", "", columns=options.columns, meanings=options.values, dates=options.dates)
    profile = updated_profile(mappings, asked, before, school)
    filling = [one for one in mappings if one.key and _is_taken(one.key, school)]
    places = {key: one.number - 1 for one in filling for key in keys_of(one.key)}
    if USERNAME not in places:
        raise ColumnMissing(USERNAME, [one.header for one in mappings])
    formats = column_formats(table, filling, school, profile, ())
    columns = tuple(key for key in school.columns if key in places)
    lists = _list_separators(mappings, options, known, school)
    read = [
        _Column(table, places[key], formats[key], school, _Commas(lists.get(key, ""), items.get(key, ())))
        for key in columns
    ]
    usernames = read[columns.index(USERNAME)].cells
    rows, ambiguous = _by_username(usernames, zip(*(one.cells for one in read), strict=True))
    if not rows and not ambiguous:
        raise Usage(_("No row of the file has a username, so nobody is known by it."))
    return Export(
        mappings,
        ExportProfile(profile, {one.header: lists[one.key] for one in filling if one.key in lists}),
        columns,
        rows,
        ambiguous,
        sum(not username for username in usernames),
        tuple(row.line for row in table.ragged),
        tuple(odd for one in read for odd in one.odd()),
    )


def _is_taken(key: str, school: School) -> bool:
    return key in ORDERS or (key in school.columns and key not in PRIVATE)


def _require_columns(options: ExportOptions, school: School) -> None:
    """Check that what the options name are columns, and that no value of one person is given to all.

    Raises:
        Usage: one is none, or holds what is one person's.
    """
    for key in (*options.values, *filter(None, options.columns.values())):
        if key not in school.columns and key not in ORDERS:
            close = nearest(key, school.columns)
            hint = _(" Did you mean {close}?").format(close=quoted(close)) if close else ""
            raise Usage(_("{key} is no column of the importer.").format(key=quoted(key)) + hint)
    for key in options.values:
        if key in ORDERS or school.columns[key].kind in _PERSONAL:
            message = _("What stands in {key} is one person's own, and stands for nothing else.")
            raise Usage(message.format(key=quoted(key)))


class _Commas(NamedTuple):
    """What is known of the commas in a column of lists."""

    said: str
    """COMMA: they separate items; SEMICOLON: they do not; "" is to be found out."""
    items: Collection[str]
    """Items that are known."""


def _list_separators(
    mappings: Sequence[ColumnMapping], options: ExportOptions, known: ExportProfile, school: School
) -> dict[str, str]:
    """Return by column what separates the items of lists, as far as it was said.

    Raises:
        Usage: it was said of a column that the file does not have.
    """
    said = {required_column(name, mappings, school).header: mark for name, mark in options.lists.items()}
    found = {}
    for one in mappings:
        mark = said.get(one.header) or known.lists.get(one.header, "")
        if one.key and mark:
            found[one.key] = mark
    return found


def _by_username(
    usernames: Sequence[str], rows: Iterable[tuple[str, ...]]
) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    """Return the row of each username, and the usernames whose rows differ."""
    found: dict[str, tuple[str, ...]] = {}
    ambiguous = set[str]()
    for username, row in zip(usernames, rows, strict=True):
        if found.setdefault(username, row) != row:
            ambiguous.add(username)
    for username in {"", *ambiguous} & found.keys():
        del found[username]
    return found, tuple(sorted(ambiguous - {""}))


_SHOWN: Final = 5
"""Odd values of a column that are told."""


class _Column:
    """The cells of one column of a table, in the importer's forms."""

    def __init__(self, table: Table, place: int, column: ColumnFormat, school: School, known: _Commas) -> None:
        self._key, self._texts = column.field.key, table.columns[place]
        distinct = table.distinct[place]
        is_list = column.field.kind is FieldKind.LIST
        commas = _comma_lists(table.headers[place], distinct, column, known) if is_list else {}
        values = ColumnValues(column, school, distinct)
        self._odd: set[str] = set()
        self.cells: Sequence[str] = self._texts
        """In the order of the rows."""
        if not values.unchanged:
            cells = {text: self._cell(text, values[commas.get(text, text)], column) for text in {*distinct}}
            self.cells = [*map(cells.__getitem__, self._texts)]

    def _cell(self, text: str, value: Value | CellError | None, column: ColumnFormat) -> str:
        if isinstance(value, CellError):
            self._odd.add(text)
            return _as_it_is(text, column)
        if value is None:
            return ""
        if column.field.is_open:
            return _as_it_is(text, column)  # what Handshake shows is evidence of what its list is
        return ";".join(value) if isinstance(value, tuple) else BOOLEAN.get(value, value)

    def odd(self) -> Iterator[OddValue]:
        """Return the most frequent values that the importer would not take; those of one person are counted only."""
        if self._odd:
            counts = Counter(text for text in self._texts if text in self._odd)
            for text, people in counts.most_common(_SHOWN):
                yield OddValue(self._key, text, people)
            if rest := counts.total() - sum(people for _text, people in counts.most_common(_SHOWN)):
                yield OddValue(self._key, "", rest)


def _as_it_is(text: str, column: ColumnFormat) -> str:
    """Return the cell of a text that is no value of its column."""
    clean = clean_cell(text, column.field.kind)
    said = column.values.get(folded(clean), clean)
    if column.field.kind is FieldKind.LIST:
        return ";".join(dict.fromkeys(item for part in said.replace("\n", ";").split(";") if (item := part.strip())))
    return said


def _comma_lists(header: str, texts: Collection[str], column: ColumnFormat, known: _Commas) -> dict[str, str]:
    """Return with semicolons the texts in which commas separate items; the others are left out.

    Commas separate where no text of the column has another separator, and each part is an item that is known or stands
    alone somewhere; in lists of addresses always.

    Raises:
        Usage: nothing tells whether they do.
    """
    listed = [text for text in texts if "," in text and not split_items(text) and folded(text) not in column.values]
    if not listed or known.said == SEMICOLON or any(mark in text for text in texts for mark in ";|\n"):
        return {}
    found = {text: ";".join(part.strip() for part in text.split(",")) for text in listed}
    if column.field.item is FieldKind.EMAIL or known.said == COMMA:
        return found
    items = {*known.items, *(clean_cell(text) for text in texts if "," not in text)}
    doubtful = next((text for text, several in found.items() if not items.issuperset(several.split(";"))), "")
    if doubtful:
        message = _(
            "In {column}, {value} may be one item or several, and nothing tells which; say it with --lists {several} "
            "where commas separate items, or --lists {one} where they do not."
        )
        options = (visible(repr(f"{header}={mark}"), 200) for mark in (COMMA, SEMICOLON))
        several, one = options
        raise Usage(message.format(column=quoted(header), value=quoted(doubtful), several=several, one=one))
    return found
