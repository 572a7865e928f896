"""The row: what the importer reads of one person, a cell for each of the school's columns."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from itertools import repeat
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from graduand.language import N_
from graduand.records.kinds import CLEAR, FieldKind
from graduand.records.record import ALUMNI, ATTENDING, DISABLED, EFFECTIVE_ON, END, FORMER, KIND
from graduand.rules.account import is_held_back
from graduand.rules.dates import waits_until

if TYPE_CHECKING:
    from collections.abc import Iterable

    from graduand.records.record import Record
    from graduand.records.school import School
    from graduand.rules.judgement import CheckedRecord

BOOLEAN: Final = {"true": "TRUE", "false": "FALSE"}
"""A record's words for true and false, and the importer's."""

Cells = tuple[str, ...]
"""The cells of one row in the order of its columns; "" leaves a column as Handshake has it."""


class Row(NamedTuple):
    """One person's row."""

    username: str
    cells: Cells
    """One for each of the school's columns."""
    previous_username: str = ""
    """The username that Handshake still has; "" when the username does not change."""
    held_back: str = ""
    """The day until which the change of the account waits, `yyyy-mm-dd`; "" when nothing waits."""
    waits_until: str = ""
    """The day until which the graduation or departure waits, and the row with it, `yyyy-mm-dd`; "" for none."""
    kind: str = ""
    """The kind of the transition."""
    withheld: str = ""
    """A `HeldReason` for which the record itself says that no row is sent; "" when it does not."""


class HeldReason(StrEnum):
    """Why a row is held back."""

    EXCLUDED = "excluded"
    """Handshake answered that the account is excluded from sync."""
    TAKEN_BACK = "taken-back"
    """A rollback took the row back, and the record still says the same."""
    CONFLICT = "conflict"
    """The record contradicts what Handshake holds: an error of family GR7."""
    OWN_ADDRESS = "own-address"
    """Handshake shows an address that was neither sent last nor is the record's: the person's own."""
    GRADUATION = "graduation"
    """The graduation waits for its day."""
    DEPARTURE = "departure"
    """The departure without a degree waits for its day."""
    CONFIDENTIAL = "confidential"
    """The record says that no row may be made of the person."""
    EXCLUDED_HERE = "excluded-from-sync"
    """The record says that the account was excluded from sync by hand."""
    DECEASED = "deceased"
    """The record says that the person has died, and closes no account."""


OF_A_DAY: Final = frozenset({HeldReason.GRADUATION, HeldReason.DEPARTURE})
"""The reasons that pass by themselves when a day comes."""


class DerivedCell(NamedTuple):
    """A cell that the record need not hold, and the English sentence that says why it is so."""

    cell: str
    why: str


def row_of(checked: CheckedRecord, school: School, on: str) -> Row:
    """Return the row of a record without errors, as of the day `on`."""
    record = checked.record
    layout = _layout(school)
    cells = layout.cells(record)
    held_back = ""
    if cells[layout.disabled] and is_held_back(record, on):
        cells[layout.disabled] = ""
        held_back = record.text(EFFECTIVE_ON)
    why = withheld(record)
    if why is HeldReason.CONFIDENTIAL:
        cells = [""] * len(cells)
    return Row(
        record.username,
        tuple(cells),
        record.text(FORMER),
        held_back,
        waits_until(record, school, on),
        record.text(KIND),
        why.value if why else "",
    )


def withheld(record: Record) -> HeldReason | None:
    """Return why the record itself says that no row is sent of the person; None when it does not."""
    if record.is_confidential:
        return HeldReason.CONFIDENTIAL
    if record.is_excluded:
        return HeldReason.EXCLUDED_HERE
    return HeldReason.DECEASED if record.has_died and not record.text(DISABLED) else None


def derived_cells(record: Record, school: School) -> dict[str, DerivedCell]:
    """Return the cells that follow from the kind of the transition and are not in the record [ALU]."""
    found: dict[str, DerivedCell] = {}
    if record.graduated and not record.stays:
        found[school.year] = DerivedCell(ALUMNI, N_("A person who graduates is Alumni."))
        found[ATTENDING] = DerivedCell("FALSE", N_("A person who graduates does not attend any more."))
    elif record.returned:
        found[ATTENDING] = DerivedCell("TRUE", N_("A person who returns attends."))
        found[END] = DerivedCell(
            CLEAR, N_("A person who returns without an end date would fail on the old one, so it is wiped.")
        )
    elif record.left:
        found[ATTENDING] = DerivedCell("FALSE", N_("A person who has left does not attend any more."))
    return {header: derived for header, derived in found.items() if header not in record.values}


class _Layout:
    """Which cells of a school's rows need more than the text of the record."""

    def __init__(self, school: School) -> None:
        self._school = school
        self._headers = tuple(school.columns)
        kinds = [field.kind for field in school.columns.values()]
        self._booleans = [place for place, kind in enumerate(kinds) if kind is FieldKind.BOOLEAN]
        self._lists = [place for place, kind in enumerate(kinds) if kind is FieldKind.LIST]
        self.disabled = self._headers.index(DISABLED)
        self._derived: dict[tuple[object, ...], list[tuple[int, str]]] = {}

    def cells(self, record: Record) -> list[str]:
        """Return a record's cells, whatever is held back."""
        found: list[Any] = [*map(record.values.get, self._headers, repeat(""))]
        for place in self._booleans:
            if found[place]:
                found[place] = BOOLEAN.get(found[place], found[place])
        for place in self._lists:
            if isinstance(found[place], tuple):
                found[place] = ";".join(found[place])
        for place, cell in self._derive(record):
            found[place] = cell
        cells: list[str] = found
        return cells

    def _derive(self, record: Record) -> Iterable[tuple[int, str]]:
        """Return the places and texts of the derived cells, which are the same for all records of a case."""
        values = record.values
        case = (values.get(KIND), values.get(ATTENDING), END in values, self._school.year in values)
        found = self._derived.get(case)
        if found is None:
            cells = derived_cells(record, self._school)
            found = [(self._headers.index(header), derived.cell) for header, derived in cells.items()]
            self._derived[case] = found
        return found


@lru_cache(maxsize=8)
def _layout(school: School) -> _Layout:
    return _Layout(school)
