"""Read the cells of one sheet of a workbook as text, as near as can be to what the spreadsheet shows."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.tables.number_format import show_integer, without_unshown
from graduand.tables.table import MOST, WIDEST, TooLong
from graduand.tables.workbook_parts import CELLS, Damaged, NumberFormat, Part, TooLarge

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from graduand.tables.workbook_parts import Workbook

_ROWS: Final = 1_048_576
_COLUMNS: Final = 16_384
"""The size of a sheet in Excel."""
_WHOLE: Final = 10**15
"""From here on a spreadsheet does not store every whole number."""
_PLACE: Final = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_GENERAL: Final = NumberFormat("", is_date=False)


class MergedRange(NamedTuple):
    """Cells that are shown as one; all numbers from 1."""

    column: int
    top: int
    bottom: int


class Cells(Part):
    """The rows of a sheet from 1 on, each as texts without blank ones at the end."""

    def __init__(self, book: Workbook, *, any_text: bool = False) -> None:
        """Begin; with `any_text`, reading ends with `TextFound` at the first cell with text."""
        super().__init__()
        self.rows: list[list[str]] = []
        self.hidden: set[int] = set()
        """Numbers of hidden rows."""
        self.hidden_columns: set[int] = set()
        """Numbers of hidden columns."""
        self.merged: list[MergedRange] = []
        self.formulas = 0
        self.uncomputed: tuple[int, int] | None = None
        """Row and column of the first formula without a value."""
        self._book = book
        self._any_text = any_text
        self._interned: dict[str, str] = {}
        self._columns: dict[str, int] = {}
        self._cells = 0
        self._filled = 0
        self._row: list[str] = []
        self._column = 0
        self._kind = ""
        self._style = 0
        self._is_formula = False
        self._phonetic = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Handle the begin of an element."""
        if name == "c":
            self._begin_cell(attributes)
        elif name == "v" or (name == "t" and not self._phonetic):
            self.begin_text()
        elif name == "f":
            self._is_formula = True
        elif name == "row":
            self._begin_row(attributes)
        elif name == "rPh":
            self._phonetic = True
        elif name == "col" and _is_out_of_sight(attributes, "width") and len(self.hidden_columns) < WIDEST:
            first, last = int(attributes.get("min", "1")), int(attributes.get("max", "1"))
            self.hidden_columns.update(range(first, min(last, WIDEST) + 1))
        elif name == "mergeCell":
            self._merge(attributes.get("ref", ""))

    def end(self, name: str) -> None:
        """Handle the end of an element."""
        if name in {"v", "t"}:
            self.end_text()
        elif name == "c":
            self._end_cell()
        elif name == "rPh":
            self._phonetic = False

    def _begin_row(self, attributes: Mapping[str, str]) -> None:
        number = int(attributes.get("r") or len(self.rows) + 1)
        if not len(self.rows) < number <= _ROWS:
            raise Damaged
        self.rows.extend([] for _row in range(number - len(self.rows)))
        self._row = self.rows[-1]
        self._column = 0
        if _is_out_of_sight(attributes, "ht"):
            self.hidden.add(number)

    def _begin_cell(self, attributes: Mapping[str, str]) -> None:
        self._cells += 1
        if self._cells > CELLS:
            raise TooLarge
        place = attributes.get("r")
        number = self._column + 1 if place is None else self._number(place)
        if not self._column < number <= _COLUMNS:
            raise Damaged
        self._column = number
        self._kind = attributes.get("t", "n")
        self._style = int(attributes.get("s", "0"))
        self._is_formula = False

    def _number(self, place: str) -> int:
        """Return the number of the column of a cell such as “AB12”, from 1."""
        letters = place.rstrip("0123456789")
        found = self._columns.get(letters)
        if found is None:
            if not _PLACE.fullmatch(place):
                raise Damaged
            found = 0
            for letter in letters:
                found = found * 26 + ord(letter) - 64
            self._columns[letters] = found
        return found

    def _end_cell(self) -> None:
        raw = self.collected()
        if self._is_formula:
            self.formulas += 1
            if not raw and self._kind != "str":
                self.uncomputed = self.uncomputed or (len(self.rows), self._column)
        if not raw:
            return
        text = self._shown(raw)
        if self._any_text and text.strip():
            raise TextFound
        if text:
            if not self._row:
                self._filled += 1
                if self._filled > MOST:
                    raise TooLong
            self._row.extend("" for _blank in range(self._column - len(self._row) - 1))
            self._row.append(self._interned.setdefault(text, text))

    def _shown(self, raw: str) -> str:
        """Return the text of a cell from its raw value."""
        kind = self._kind
        if kind == "s":
            return self._book.texts[int(raw)]
        if kind == "n":
            formats = self._book.formats
            shown = formats[self._style] if self._style < len(formats) else _GENERAL
            return number_text(raw, shown, from_1904=self._book.from_1904)
        if kind == "b":
            return "true" if raw.strip() in {"1", "true"} else "false"
        if kind == "d":
            return raw.partition("T")[0]
        return raw

    def _merge(self, ref: str) -> None:
        first, _colon, last = ref.partition(":")
        top, bottom = _PLACE.fullmatch(first), _PLACE.fullmatch(last)
        if top and bottom and top[2] != bottom[2]:
            self.merged.append(MergedRange(self._number(first), int(top[2]), int(bottom[2])))
            if len(self.merged) > _ROWS:
                raise TooLarge


def _is_out_of_sight(attributes: Mapping[str, str], size: str) -> bool:
    """Return whether a row or column is hidden, or of no height or width."""
    return attributes.get("hidden", "0") in {"1", "true"} or attributes.get(size) in {"0", "0.0"}


def fill_merged(rows: list[list[str]], merged: Iterable[MergedRange]) -> int:
    """Write the text of a merged cell into each row with text that it extends to, and return how many cells.

    A cell that extends over several columns fills the first of them.
    """
    filled = work = 0
    for column, top, bottom in merged:
        text = "".join(rows[top - 1][column - 1 : column]) if top <= len(rows) else ""
        below = rows[top:bottom] if text else []
        work += len(below)
        if work > CELLS:
            raise TooLarge
        for row in below:
            if row and not "".join(row[column - 1 : column]).strip():
                row.extend("" for _blank in range(column - len(row)))
                row[column - 1] = text
                filled += 1
    return filled


def number_text(raw: str, shown: NumberFormat, *, from_1904: bool) -> str:
    """Return what a cell shows of a number: a day, or a whole number as its format has it; any other as it is."""
    value = float(raw)
    if shown.is_date:
        return without_unshown(_moment(value, from_1904=from_1904), shown.code) or raw
    if value.is_integer() and abs(value) < _WHOLE:
        return show_integer(int(value), shown.code)
    return str(value)


class TextFound(Exception):
    """A cell with text."""


def _moment(value: float, *, from_1904: bool) -> str:
    """Return the day of a date number as `yyyy-mm-dd`, the time of one below 1 as `hh:mm:ss`; "" when it is neither."""
    if not 0 <= value < _LAST_DAY:
        return ""
    if value < 1 and (value or not from_1904):  # the first day of 1904 is 0
        return (_DAY_ZERO + timedelta(seconds=round(value * 86_400))).time().isoformat()
    if from_1904:
        value += _1904
    elif value < _LEAP:
        value += 1
    return (_DAY_ZERO + timedelta(days=value)).date().isoformat()


_DAY_ZERO: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet knows no zones
_LAST_DAY: Final = 2_958_466
"""The first day after 31 December 9999."""
_1904: Final = 1_462
_LEAP: Final = 60
"""29 February 1900, a day that spreadsheets have and the calendar has not."""
