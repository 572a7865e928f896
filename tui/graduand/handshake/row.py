"""Row: what the importer will read of one person, header by header."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.language import N_
from graduand.records.kinds import CLEAR, FieldKind
from graduand.records.record import ALUMNI, ATTENDING, END
from graduand.rules.account import is_held_back

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graduand.records.record import Record, Value
    from graduand.records.school import School
    from graduand.rules.judgement import CheckedRecord

LABELS: Final = "system_label_names"
"""The one column in which a blank cell wipes [IMP]."""

DISABLED: Final = "disabled"
BOOLEAN: Final = {"true": "TRUE", "false": "FALSE"}


class Row(NamedTuple):
    """One person's cells, by header; a header that is absent stays blank: "leave as it is"."""

    username: str
    cells: Mapping[str, str]
    previous_username: str = ""
    """The username that Handshake still has; empty when the username does not change."""
    held_back: str = ""
    """The day until which the change of the account waits, `yyyy-mm-dd`; empty when nothing waits."""


class Derived(NamedTuple):
    """A cell that the record need not hold, and the English sentence that says why it is so."""

    cell: str
    why: str


def row_of(checked: CheckedRecord, school: School, on: str) -> Row:
    """Return the row of a sound record, as of the day `on`."""
    record = checked.record
    cells = {
        key: _cell(value, school.columns[key].kind) for key, value in record.values.items() if key in school.columns
    }
    for header, derived in derived_cells(record, school).items():
        cells[header] = derived.cell
    held_back = ""
    if DISABLED in cells and is_held_back(record, on):
        del cells[DISABLED]
        held_back = record.text("transition:account:effective_on")
    in_order = {header: cells[header] for header in school.columns if header in cells}
    return Row(record.username, in_order, record.text("transition:previous_username"), held_back)


DERIVED_FROM: Final = ("transition:kind", ATTENDING, END)
"""All that the derived cells follow from, with the year column."""


def derived_cells(record: Record, school: School) -> dict[str, Derived]:
    """Return the cells that follow from the kind of the transition and are not in the record [ALU]."""
    found: dict[str, Derived] = {}
    if record.graduated and not record.stays:
        found[school.year] = Derived(ALUMNI, N_("A person who graduates is Alumni."))
        found[ATTENDING] = Derived("FALSE", N_("A person who graduates does not attend any more."))
    elif record.returned:
        found[ATTENDING] = Derived("TRUE", N_("A person who returns attends."))
        found[END] = Derived(
            CLEAR, N_("A person who returns without an end date would fail on the old one, so it is wiped.")
        )
    return {header: derived for header, derived in found.items() if header not in record.values}


def _cell(value: Value, kind: FieldKind) -> str:
    if isinstance(value, tuple):
        return ";".join(value)
    return BOOLEAN.get(value, value) if kind is FieldKind.BOOLEAN else value
