"""Map the columns of a foreign table to keys of records, by header and by what the user says."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from difflib import get_close_matches
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.errors import Usage
from graduand.intake.full_names import ORDERS
from graduand.language import _, quoted, visible
from graduand.records.kinds import FieldKind
from graduand.similar import INVISIBLE, folded, nearest, normalize_header, visible_header

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from graduand.records.school import School
    from graduand.tables.table import Table

REFUSAL_REASON: Final = "graduand_reason"
"""The column of a file of refused rows that gives the reason; ignored when the file is read again."""


class MappedBy(StrEnum):
    """How the key of a column is known."""

    NAME = "name"
    """By the importer's own name."""
    REGION = "region"
    """By the name of the other region."""
    OLD = "old"
    """By a name that the importer had before."""
    OTHER = "word"
    """By a French or English word for the column."""
    SAID = "said"
    """By an option or the source's profile."""
    LEFT_OUT = "omitted"
    """Left out by an option, the profile, or because the importer has no such column any more."""
    UNKNOWN = "unknown"


class ColumnMapping(NamedTuple):
    """One column of a table, and the key that it fills."""

    number: int
    """From 1, as spreadsheets count."""
    header: str
    """As in the file, without invisible characters."""
    key: str
    """"" when the column is not used."""
    how: MappedBy
    remark: str = ""
    """A sentence for the user."""


class DuplicateColumns(Usage):
    """Two columns fill one key with different cells: one of them must be left out."""

    def __init__(self, sentence: str, key: str, headers: tuple[str, str]) -> None:
        self.key, self.headers = key, headers
        super().__init__(sentence)


def columns_of(
    table: Table, school: School, known: Mapping[str, str], given: Mapping[str, str]
) -> tuple[ColumnMapping, ...]:
    """Return the mapping of each column; of two with the same key and the same cells, one is left out.

    Args:
        table: The file.
        school: The school's fields.
        known: The keys by plain header from the source's profile; "" leaves a column out.
        given: Likewise from the options; they win.

    Raises:
        Usage: a header or key of the options does not exist.
        DuplicateColumns: two columns have the same key and different cells.
    """
    headers = table.headers
    wanted = {**_folded(known), **_folded(given)}
    there = {folded(visible_header(header)) for header in headers}
    for header in given:
        if folded(visible_header(header)) not in there:
            raise _no_such_column(header, headers)
    for key in wanted.values():
        if key and key not in ORDERS:
            must_be_fillable(key, school)
    found = tuple(_column(number, header, school, wanted) for number, header in enumerate(headers, 1))
    return tuple(_without_duplicates(_with_stand_ins(found, school), table))


def _no_such_column(header: str, headers: Iterable[str]) -> Usage:
    close = nearest(header, map(visible_header, headers))
    hint = _(" Did you mean {close}?").format(close=quoted(close)) if close else ""
    return Usage(_("The file has no column {header}.").format(header=quoted(header)) + hint)


def must_be_fillable(key: str, school: School) -> None:
    """Refuse what is no key that a column may fill.

    Raises:
        Usage: it is none.
    """
    if key not in fillable_keys(school):
        close = nearest(key, fillable_keys(school))
        hint = _(" Did you mean {close}?").format(close=quoted(close)) if close else ""
        raise Usage(_("{key} is no key of a record that a column could fill.").format(key=quoted(key)) + hint)


def _with_stand_ins(columns: Sequence[ColumnMapping], school: School) -> Iterator[ColumnMapping]:
    """Return the columns; the first one whose header stands for a key that no other column fills gets it."""
    filled = {column.key for column in columns}
    for column in columns:
        key = school.stand_ins.get(folded(_SUFFIX.sub("", column.header)), "")
        if key and key not in filled and column.how in {MappedBy.OTHER, MappedBy.UNKNOWN}:
            filled.add(key)
            remark = _("It stands in for a column that the file does not have.")
            yield column._replace(key=key, how=MappedBy.OTHER, remark=remark)
        else:
            yield column


def fillable_keys(school: School) -> tuple[str, ...]:
    """Return the keys that a column may fill."""
    return tuple(key for key, field in school.fields.items() if field.kind is not FieldKind.WAIVERS)


def column_named(name: str, columns: Sequence[ColumnMapping], school: School) -> ColumnMapping | None:
    """Return the column of a header or a key."""
    fold = folded(name)
    key = school.meanings.get(fold, name)
    by_header = (column for column in columns if folded(column.header) == fold)
    by_key = (column for column in columns if column.key and column.key in {name, key})
    return next(by_header, None) or next(by_key, None)


def required_column(name: str, columns: Sequence[ColumnMapping], school: School) -> ColumnMapping:
    """Return the column of a header or a key that an option names.

    Raises:
        Usage: the file has none.
    """
    column = column_named(name, columns, school)
    if column is None:
        raise _no_such_column(name, [one.header for one in columns])
    return column


def is_known(header: str, school: School) -> bool:
    """Return whether the key of a header is known without options."""
    lower = visible_header(header).lower()
    retired = school.importer.retired.get(lower)
    return (
        lower in school.columns
        or bool(retired and retired.use)
        or _by_word(visible_header(header), school) != ""
        or folded(visible_header(header)) in school.stand_ins
    )


def _folded(words: Mapping[str, str]) -> dict[str, str]:
    return {folded(visible_header(header)): key for header, key in words.items()}


def _column(number: int, header: str, school: School, wanted: Mapping[str, str]) -> ColumnMapping:
    plain = visible_header(header)
    remark = _unseen(header, plain)
    fold = folded(plain)
    if plain == REFUSAL_REASON:
        return ColumnMapping(number, plain, "", MappedBy.LEFT_OUT, _("It says why a row was refused."))
    key, how, why = _meant(plain, school)
    if fold in wanted and wanted[fold] != key:
        key = wanted[fold]
        return ColumnMapping(number, plain, key, MappedBy.SAID if key else MappedBy.LEFT_OUT, remark)
    remark = " ".join(filter(None, (remark, why)))
    return ColumnMapping(number, plain, key, how, remark)


def _unseen(header: str, plain: str) -> str:
    """Return a sentence that names the invisible characters of a header; "" when there are none."""
    hidden = [char for char in header if unicodedata.category(char) in INVISIBLE or char in "\u00a0\u202f"]
    if not hidden:
        return ""
    codes = ", ".join(dict.fromkeys(f"U+{ord(char):04X}" for char in hidden))
    message = _("The header holds characters that nobody sees ({codes}); it is read as {header}.")
    return message.format(codes=codes, header=quoted(plain))


def _meant(plain: str, school: School) -> tuple[str, MappedBy, str]:
    """Return the key of a header without options, how it is known, and a remark."""
    lower = plain.lower()
    years = {region.year_column for region in school.importer.regions.values()}
    if lower in school.columns:
        return lower, MappedBy.NAME, ""
    if normalize_header(plain) in years:
        message = _("The name of Handshake's other region; here it is {year}.")
        return school.year, MappedBy.REGION, message.format(year=quoted(school.year))
    retired = school.importer.retired.get(lower)
    if retired:
        key = retired.use if retired.use in school.columns else ""
        return key, MappedBy.OLD if key else MappedBy.LEFT_OUT, str(retired.help)
    key = _by_word(plain, school)
    if key:
        return key, MappedBy.OTHER, ""
    close = _near(plain, school) if len(plain) <= _LONGEST else ""
    return "", MappedBy.UNKNOWN, _("Perhaps it is {key}?").format(key=quoted(close)) if close else ""


def _near(plain: str, school: School) -> str:
    """Return the key with a name or word that is spelled nearly like a header; "" when there is none."""
    fillable = fillable_keys(school)
    words = {folded(key): key for key in fillable}
    words |= {fold: key for fold, key in school.meanings.items() if key in words.values()}
    close = get_close_matches(folded(plain), words, n=1, cutoff=_NEAR)
    return words[close[0]] if close else ""


_NEAR: Final = 0.85
_LONGEST: Final = 60
"""Characters of the longest header that is compared with similar words."""
_SUFFIX: Final = re.compile(r"\s*[(\[].*[)\]]\s*$|\s*[*:]\s*$")
"""A unit or pattern in brackets, a star or a colon at the end of a header."""


def _by_word(plain: str, school: School) -> str:
    fillable = fillable_keys(school)
    for words in dict.fromkeys((plain, _SUFFIX.sub("", plain))):
        fold = folded(words)
        key = school.meanings.get(fold) or _joined(school).get(fold.replace(" ", ""), "")
        if key in fillable:
            return key
        endings = _by_ending(school).get(fold, ())
        if len(endings) == 1:
            return endings[0]
    return ""


@lru_cache(maxsize=4)
def _by_ending(school: School) -> dict[str, list[str]]:
    """Return the keys that have more words in front, by their words behind the last colon."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for key in fillable_keys(school):
        fold = folded(key.rpartition(":")[2])
        if folded(key).endswith(f" {fold}"):
            found[fold].append(key)
    return found


@lru_cache(maxsize=4)
def _joined(school: School) -> dict[str, str]:
    """Return the keys by their words written without blanks."""
    return {fold.replace(" ", ""): key for fold, key in school.meanings.items()}


def _without_duplicates(columns: Iterable[ColumnMapping], table: Table) -> Iterator[ColumnMapping]:
    """Return the columns with one column a key; a blank or equal second one is left out.

    Raises:
        DuplicateColumns: two columns of a key have different cells.
    """
    cells, columns = table.columns, tuple(columns)
    filled = {column.key: column for column in reversed([*columns]) if any(map(str.strip, cells[column.number - 1]))}
    first = {column.key: column for column in reversed([*columns])} | filled
    for column in columns:
        other = first[column.key]
        if not column.key or other is column:
            yield column
        elif not any(map(str.strip, cells[column.number - 1])) or cells[column.number - 1] == cells[other.number - 1]:
            message = _("It says no more than column {number}, {header}.")
            remark = message.format(number=other.number, header=quoted(other.header))
            yield ColumnMapping(column.number, column.header, "", MappedBy.LEFT_OUT, remark)
        else:
            raise DuplicateColumns(_duplicates(other, column), column.key, (other.header, column.header))


def _duplicates(one: ColumnMapping, other: ColumnMapping) -> str:
    message = _(
        "Two columns are {key}: {one} (column {first}) and {other} (column {second}). Leave one out, "
        "such as: --map {example}"
    )
    if one.header == other.header:
        message = _(
            "Two columns are {key}: {one} (column {first}) and {other} (column {second}). Rename one in the file."
        )
    return message.format(
        key=quoted(one.key),
        one=quoted(one.header),
        first=one.number,
        other=quoted(other.header),
        second=other.number,
        example=visible(f"'{other.header}='"),
    )
