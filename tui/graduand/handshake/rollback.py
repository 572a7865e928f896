"""The rollback: the rows that take an upload back, and what no row can."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.findings import Severity
from graduand.handshake.row import BOOLEAN
from graduand.handshake.row_table import table_of_cells
from graduand.records.kinds import CLEAR, FieldKind
from graduand.records.record import DISABLED, EMAIL, FIRST_NAME, USERNAME
from graduand.rules.addresses import judge_domain
from graduand.rules.registry import RULES
from graduand.rules.values import judge_value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from graduand.handshake.row_table import RowTable
    from graduand.handshake.state import State
    from graduand.records.record import Value
    from graduand.records.school import School

_KEYS: Final = frozenset({USERNAME, EMAIL, FIRST_NAME})
"""The columns that every row has, whether they change or not."""

_OPPOSITE: Final = {"TRUE": "FALSE", "FALSE": "TRUE"}


class LossReason(StrEnum):
    """Why a cell is not taken back."""

    UNKNOWN = "unknown"
    """Nobody noted what was there before."""
    CHANGED_SINCE = "changed-since"
    """A later upload changed it again, or Handshake showed another value."""
    NOT_TAKEN = "not-taken"
    """Handshake showed what was there before, and the importer takes no such value."""


class Lost(NamedTuple):
    """A cell that is not taken back."""

    username: str
    header: str
    sent: str
    why: LossReason = LossReason.UNKNOWN


class Inverse(NamedTuple):
    """What takes an upload back."""

    table: RowTable
    lost: tuple[Lost, ...]


class StatesAround(NamedTuple):
    """What Handshake held before an upload, what it held after it, and what it holds now."""

    before: State
    after: State
    now: State
    present: Mapping[str, str]
    """The username that an account has now, by a former one."""


def inverse_of(people: Mapping[str, str], states: StatesAround, school: School) -> Inverse:
    """Return the rows that bring back what Handshake held before an upload.

    A closed account is opened again and an opened one closed, whatever is known; any other cell comes back only where
    it is known what was there, where the importer takes that, and where nothing has changed it since. Of a row that
    failed nothing comes back.

    Args:
        people: The usernames in the rows of the upload; by each the username before, or "".
        states: What Handshake held and holds.
        school: The columns, and what the importer takes in them.
    """
    back: list[Mapping[str, str]] = []
    renamed: dict[str, str] = {}
    lost: list[Lost] = []
    for username, previous in people.items():
        account = _Account(username, previous, states, school)
        cells = account.cells(lost)
        name = account.name_before
        if any(account.now.get(header) != cell for header, cell in cells.items()) or name != account.name_now:
            back.append(cells | {USERNAME: name})
            if name != account.name_now:
                renamed[name] = account.name_now
    return Inverse(table_of_cells(back, school.columns)._replace(previous_usernames=renamed), tuple(lost))


class _Account:
    """One account before an upload, after it, and now."""

    def __init__(self, username: str, previous: str, states: StatesAround, school: School) -> None:
        self._username = username
        self._school = school
        self._was = states.before.cells(username) or states.before.cells(previous)
        self._after = states.after.cells(username) or states.after.cells(previous)
        present = states.present.get(username, username)
        self.now = states.now.cells(present) or states.now.cells(previous)
        self.name_now = self.now.get(USERNAME, "")
        is_as_sent = bool(self._after) and self.name_now == self._after[USERNAME]
        self.name_before = (self._was.get(USERNAME) or previous or username) if is_as_sent else self.name_now

    def cells(self, lost: list[Lost]) -> dict[str, str]:
        """Return the cells of the row; what is not taken back is added to `lost`."""
        changed = dict(self._changed())
        for header in [*changed]:
            sent = self._after[header]
            if self.now.get(header) != sent:
                lost.append(Lost(self._username, header, sent, LossReason.CHANGED_SINCE))
                del changed[header]
            elif not changed[header]:
                lost.append(Lost(self._username, header, sent))
                del changed[header]
            elif not is_taken(header, changed[header], self._school):
                lost.append(Lost(self._username, header, sent, LossReason.NOT_TAKEN))
                del changed[header]
        held = {header: cell for header, cell in self.now.items() if header in _KEYS and cell != CLEAR}
        keys = {header: changed.get(header, cell) for header, cell in held.items()}
        return keys | changed if self._after else {}

    def _changed(self) -> Iterator[tuple[str, str]]:
        """Yield the headers that the upload changed, and what was there; "" where it is not known."""
        for header, cell in self._after.items():
            if header == USERNAME or self._was.get(header) == cell:
                continue
            was = self._was.get(header, "")
            if header == DISABLED and was in {"", CLEAR}:
                was = _OPPOSITE.get(cell, "")
            yield header, was


def is_taken(header: str, cell: str, school: School) -> bool:
    """Return whether the importer takes a cell, which may be one that Handshake showed."""
    field = school.columns.get(header)
    if field is None:
        return False
    value: Value = cell
    if field.kind is FieldKind.LIST and cell != CLEAR:
        value = tuple(cell.split(";"))
    elif field.kind is FieldKind.BOOLEAN:
        value = next((word for word, written in BOOLEAN.items() if written == cell), cell)
    flaws = [*judge_value(field, value, school)]
    if field.kind is FieldKind.EMAIL and cell != CLEAR:
        flaws += judge_domain(header, cell, school)
    return not any(RULES[flaw.rule].severity is Severity.ERROR for flaw in flaws)
