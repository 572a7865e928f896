"""Gathered: rows written as lines of CSV while their records are read, a plain record's without making a row of it."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING

from graduand.handshake.lines import Lines, joined_lines, line_of
from graduand.handshake.row import BOOLEAN, DERIVED_FROM, derived_cells
from graduand.records.kinds import FieldKind
from graduand.records.record import Record

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from graduand.records.fast_reader import Text
    from graduand.records.school import School


class Gathered:
    """Lines below headers that become more as rows bring them."""

    def __init__(self, school: School, keys: Sequence[str]) -> None:
        """Begin without a line; plain records have the texts of these keys."""
        self._school = school
        exported = {key: place for place, key in enumerate(keys) if key in school.columns}
        self._flags = [place for key, place in exported.items() if school.columns[key].kind is FieldKind.BOOLEAN]
        self._lists = [place for key, place in exported.items() if school.columns[key].kind is FieldKind.LIST]
        # Where no plain record has a year of its own, it is derived; beyond it stands nothing.
        self._places = {school.year: len(keys), **exported}
        self._nothing = len(keys) + 1
        self._reads = tuple(key for key in (*DERIVED_FROM, school.year) if key in keys)
        self._case = itemgetter(*map(keys.index, self._reads), self._nothing)
        self._derived: dict[tuple[Text, ...], tuple[tuple[int, str], ...]] = {}
        self._done: list[Lines] = []
        self._columns: tuple[str, ...] = ()
        self._lines: list[bytes] = []
        self._widen({"username", "email_address"})

    def add_plain(self, plain: Sequence[Text]) -> None:
        """Write the line of a plain record, just as `row.row_of` would have its cells."""
        cells = [*plain, None, None]
        for place in self._flags:
            if cells[place] is not None:
                cells[place] = BOOLEAN[cells[place]]  # type: ignore[index]
        for place in self._lists:
            if cells[place] is not None:
                cells[place] = ";".join(cells[place])  # type: ignore[arg-type]
        case = self._case(cells)
        derived = self._derived.get(case)
        for place, cell in self._derive(case) if derived is None else derived:
            cells[place] = cell
        if any(self._others(cells)):
            self._widen({key for key, place in self._places.items() if cells[place] is not None})
        self._lines.append(line_of([cell or "" for cell in self._pick(cells)]))

    def add(self, cells: Mapping[str, str]) -> None:
        """Write the line of a row's cells; a blank one of none."""
        if not cells.keys() <= set(self._columns):
            self._widen(cells.keys())
        self._lines.append(line_of([cells.get(header, "") for header in self._columns]) if cells else b"")

    def lines(self) -> Lines:
        """Return all lines below the headers of all."""
        return joined_lines([*self._done, Lines(self._columns, self._lines)], [*self._school.columns])

    def _derive(self, case: tuple[Text, ...]) -> tuple[tuple[int, str], ...]:
        values = {key: text for key, text in zip(self._reads, case, strict=False) if text is not None}
        cells = derived_cells(Record("", values), self._school)
        found = tuple((self._places[header], derived.cell) for header, derived in cells.items())
        self._derived[case] = found
        return found

    def _widen(self, more: Collection[str]) -> None:
        """Go on below the headers so far and these."""
        if self._lines:
            self._done.append(Lines(self._columns, self._lines))
        self._lines = []
        wanted = {*self._columns, *more}
        self._columns = tuple(header for header in self._school.columns if header in wanted)
        self._pick = itemgetter(*(self._places.get(header, self._nothing) for header in self._columns))
        others = (place for key, place in self._places.items() if key not in wanted)
        self._others = itemgetter(self._nothing, self._nothing, *others)
