"""Selection: the rows of a table that are meant, by what stands in their columns."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.errors import Usage
from graduand.language import _, quoted, visible
from graduand.similar import folded, nearest
from graduand.tables.spreadsheet import clean_cell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graduand.intake.column_mapping import ColumnMapping
    from graduand.records.school import School
    from graduand.tables.table import Table

_SHOWN: Final = 8
"""Values that a sentence names."""


class Wish(NamedTuple):
    """A column by any of its names, and the texts of which one must stand there."""

    column: ColumnMapping
    texts: frozenset[str]
    """Without case and accents."""


def wishes(words: Sequence[str], columns: Sequence[ColumnMapping], school: School) -> tuple[Wish, ...]:
    """Return what words such as `year=Senior` ask for; the same column twice means one or the other.

    Raises:
        Usage: no `=`, or no such column.
    """
    asked: dict[int, Wish] = {}
    for word in words:
        name, equals, text = word.partition("=")
        column = _named(name, columns, school) if equals else None
        if column is None:
            close = nearest(name, [one.header for one in columns])
            hint = _(" Did you mean {close}?").format(close=quoted(f"{close}=…")) if close else ""
            raise Usage(_("{word} names no column of the file, such as year=Senior.").format(word=quoted(word)) + hint)
        before = asked.get(column.number)
        texts = {folded(clean_cell(one)) for one in text.split("|")}
        asked[column.number] = Wish(column, (before.texts if before else frozenset()) | texts)
    return tuple(asked.values())


def _named(name: str, columns: Sequence[ColumnMapping], school: School) -> ColumnMapping | None:
    fold = folded(name)
    key = school.meanings.get(fold, name)
    by_header = (column for column in columns if folded(column.header) == fold)
    by_key = (column for column in columns if column.key and column.key in {name, key})
    return next(by_header, None) or next(by_key, None)


def chosen(table: Table, asked: Sequence[Wish]) -> list[bool]:
    """Return for each row whether it is meant.

    Raises:
        Usage: a column holds none of the texts asked for; the sentence names those that it holds.
    """
    meant = [True] * len(table.lines)
    for wish in asked:
        texts = table.columns[wish.column.number - 1]
        fits = {text: folded(clean_cell(text)) in wish.texts for text in table.distinct[wish.column.number - 1]}
        if not any(fits.values()):
            common = Counter(map(clean_cell, texts)).most_common(_SHOWN)
            held = ", ".join(f"{quoted(text, 40)} ({count})" for text, count in common)
            message = _("Nobody fits --where {column}; it holds: {values}.")
            raise Usage(message.format(column=visible(wish.column.header), values=held))
        meant = [there and fits[text] for there, text in zip(meant, texts, strict=True)]
    return meant
