"""Survey: the rows of a table as people, column by column; who cannot be taken, who is not meant, and why."""

from __future__ import annotations

from collections import defaultdict
from itertools import compress
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.findings import Severity
from graduand.intake.cell_values import CellReading, ColumnValues, Wrong
from graduand.intake.refused_rows import Refusal
from graduand.language import _, quoted
from graduand.records.kinds import CLEAR
from graduand.records.paths import file_name
from graduand.records.record import ATTENDING, END, Record
from graduand.records.transition import GRADUATED, RETURNED
from graduand.rules.judgement import judge
from graduand.rules.registry import RULES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from graduand.records.record import Value
    from graduand.records.school import School
    from graduand.tables.table import Table

KIND: Final = "transition:kind"
REASON: Final = "transition:account:reason"
UNIQUE: Final = ("email_address", "auth_identifier", "card_id")
"""What no two people share, besides the username."""


class Class(NamedTuple):
    """What a whole class has in common, as the command line says."""

    values: Mapping[str, Value]
    """By key, for everybody; it wins over what the file holds."""
    on: str
    """The day, `yyyy-mm-dd`."""

    @property
    def kind(self) -> str:
        """The transition of everybody; "" when the file says it person by person, or nobody does."""
        return str(self.values.get(KIND, ""))


class Passed(NamedTuple):
    """A row that is well and still not taken."""

    line: int
    username: str
    reason: str


class Survey:
    """The rows of a table, as values by key; a row is its number in the table."""

    def __init__(
        self, table: Table, keys: Mapping[str, int], readings: Mapping[str, CellReading], school: School
    ) -> None:
        """Read the columns; `keys` says in which column of the table each key stands."""
        self.lines = table.lines
        self.school = school
        self.refused: dict[int, Refusal] = {}
        self.passed: dict[int, Passed] = {}
        self.incomplete: dict[int, tuple[str, str]] = {}
        """By row, the key and the sentence of an error about a value that the row lacks."""
        self.joined = 0
        """Rows that said no more than another one of the same person."""
        self.dropped: dict[str, int] = {}
        """How many values of a key were not taken, for they follow from the transition."""
        columns = {key: ColumnValues(readings[key], school, table.distinct[index]) for key, index in keys.items()}
        values: dict[str, list[Value | Wrong | None]] = {
            key: list(
                table.columns[index] if columns[key].as_it_is else map(columns[key].__getitem__, table.columns[index])
            )
            for key, index in keys.items()
        }
        self.columns: dict[str, list[Value | None]] = values
        self.blank = frozenset(
            key for key, column in columns.items() if not column.as_it_is and not any(column.values())
        )
        """Keys whose column holds nothing at all."""
        self._wrong = [(key, values[key]) for key, column in columns.items() if column.wrong]
        self.usernames: list[str] = [
            username if isinstance(username, str) else "" for username in self.columns["username"]
        ]

    def values(self, row: int) -> dict[str, Value]:
        """Return what a row holds."""
        return {key: value for key, column in self.columns.items() if (value := column[row]) is not None}

    def refuse(self, row: int, key: str, reason: str) -> None:
        """Refuse a row, unless it is refused already."""
        self.refused.setdefault(row, Refusal(self.lines[row], self.usernames[row], key, reason))

    def pass_over(self, row: int, reason: str) -> None:
        """Leave out a row that is well."""
        self.passed.setdefault(row, Passed(self.lines[row], self.usernames[row], reason))

    def look(self, meant: Sequence[bool], common: Class) -> list[int]:
        """Return the rows to be taken, of those that are meant; the others are refused or passed over."""
        rows = [row for row, wanted in enumerate(meant) if wanted]
        self._refuse_wrong(rows, common)
        rows = self._one_each(rows, meant, common)
        self._graduates(rows, common)
        for key, value in common.values.items():
            self.columns[key] = [value] * len(self.lines)
        rows = [row for row in rows if row not in self.passed and row not in self.refused]
        self._shared(rows)
        self._judge(rows, common.on)
        return [row for row in rows if row not in self.refused]

    def _judge(self, rows: Sequence[int], on: str) -> None:
        """Refuse the rows with an error about what they hold; note the other errors, which only a new person has."""
        for row in rows:
            values = self.values(row)
            for key, reason in errors_of({KIND: GRADUATED, **values}, self.school, on):
                if is_about(key, values):
                    self.refuse(row, key, reason)
                else:
                    self.incomplete.setdefault(row, (key, reason))

    def _refuse_wrong(self, rows: Sequence[int], common: Class) -> None:
        """Refuse the rows with a cell that no record can hold, if it would be taken, and those without a username."""
        ignored = {*common.values, *((self.school.year, ATTENDING) if common.kind == GRADUATED else ())}
        for key, values in self._wrong:
            for row in rows if key not in ignored else ():
                if isinstance(value := values[row], Wrong):
                    self.refuse(row, key, value.reason)
            self.columns[key] = [None if isinstance(value, Wrong) else value for value in values]
        if not all(self.usernames):
            for row in rows:
                if not self.usernames[row]:
                    self.refuse(row, "username", _("The row has no username."))

    # Several rows of one person

    def _one_each(self, rows: list[int], meant: Sequence[bool], common: Class) -> list[int]:
        if len(set(self.usernames)) == len(self.usernames):
            return rows
        of: defaultdict[str, list[int]] = defaultdict(list)
        for row, username in enumerate(self.usernames):
            if username:
                of[username].append(row)
        gone: set[int] = set()
        for group in of.values():
            if len(group) > 1:
                gone.update(self._settle([row for row in group if meant[row]], group, common))
        return [row for row in rows if row not in gone]

    def _settle(self, wanted: list[int], group: list[int], common: Class) -> list[int]:
        """Make one person of several rows; return the rows that are not needed."""
        if not wanted:
            return []
        active = [row for row in group if self._goes_on(row, common)]
        if common.kind == GRADUATED and (set(active) - set(wanted) or (active and len(active) < len(wanted))):
            line = self.lines[active[0]]
            for row in wanted:
                reason = _("Another active programme stands in line {line}: no alumnus yet.")
                self.pass_over(row, reason.format(line=line))
            return []
        first, *others = wanted
        for row in others:
            differing = [key for key, column in self.columns.items() if column[row] != column[first]]
            if any(not isinstance(self.columns[key][row] or (), tuple) for key in differing):
                self._refuse_group(wanted, differing)
                return []
        for row in others:
            self._join(first, row)
        return others

    def _goes_on(self, row: int, common: Class) -> bool:
        """Tell whether a row is of a programme in which the person still is."""
        attending, end = self._at(ATTENDING, row), self._at(END, row)
        if attending:
            return attending == "true"
        until = str(common.values.get(END, common.on))
        return end == CLEAR or bool(end and end > max(until, common.on))

    def _at(self, key: str, row: int) -> str:
        value = self.columns[key][row] if key in self.columns else None
        return value if isinstance(value, str) else ""

    def _refuse_group(self, rows: list[int], differing: list[str]) -> None:
        lines = ", ".join(str(self.lines[row]) for row in rows)
        message = _("The rows of lines {lines} are of one username and differ in {keys}; keep one.")
        for row in rows:
            self.refuse(row, "username", message.format(lines=lines, keys=", ".join(differing)))

    def _join(self, first: int, row: int) -> None:
        """Put what stands in the lists of a second row into the first."""
        self.joined += 1
        for column in self.columns.values():
            here, there = column[first], column[row]
            if isinstance(there, tuple) and here != there:
                column[first] = tuple(dict.fromkeys((*(here if isinstance(here, tuple) else ()), *there)))

    # What a transition means for the columns

    def _graduates(self, rows: list[int], common: Class) -> None:
        """Take from graduates what follows from the graduation, and leave out who goes on."""
        kinds = self.columns.get(KIND)
        if common.kind or not kinds:
            graduates = rows if common.kind == GRADUATED else []
            returners = rows if common.kind == RETURNED else []
        else:
            graduates = [row for row in rows if kinds[row] == GRADUATED]
            returners = [row for row in rows if kinds[row] == RETURNED]
        attending = self.columns.get(ATTENDING, [])
        # A column that says of everybody that they are enrolled tells nobody apart.
        telling = len({attending[row] for row in rows if attending} - {None}) > 1
        ends = self.columns.get(END, [])
        doubtful = graduates if telling else [row for row in graduates if ends[row] == CLEAR] if CLEAR in ends else []
        for row in doubtful if ends else ():
            if reason := self._stays(row, common, telling=telling):
                self.pass_over(row, reason)
        for key in (self.school.year, ATTENDING):
            self._drop(key, graduates)
        self._accounts(rows, frozenset(returners))

    def _stays(self, row: int, common: Class, *, telling: bool) -> str:
        """Say why a person with one row is no alumnus; "" when nothing speaks against it."""
        end = self._at(END, row)
        if end == CLEAR:
            return _("The end date is **CLEAR**: the person has enrolled again and is no alumnus yet.")
        if telling and end and end <= common.on and self._at(ATTENDING, row) == "true":
            return _("The person attends though a programme ended on {day}: no alumnus yet.").format(day=quoted(end))
        return ""

    def _drop(self, key: str, rows: Sequence[int]) -> None:
        """Take nothing from these rows of a column, and count what stood there."""
        column = self.columns.get(key)
        if column:
            self.dropped[key] = sum(column[row] is not None for row in rows)
            for row in rows:
                column[row] = None

    def _accounts(self, rows: list[int], returners: frozenset[int]) -> None:
        """Close and reopen no account without a reason: FALSE says nothing, TRUE needs one."""
        column = self.columns.get("disabled")
        if not column or not any(column):
            return
        reasons = self.columns.setdefault(REASON, [None] * len(self.lines))
        for row in rows:
            if column[row] == "true" and not reasons[row]:
                message = _(
                    "The account is to be closed, and no column says why; close it in the record, with a reason."
                )
                self.refuse(row, "disabled", message)
            elif column[row] == "false" and row in returners and not reasons[row]:
                reasons[row] = "returned"
        self._drop("disabled", [row for row in rows if column[row] == "false" and not reasons[row]])
        if not any(reasons):
            del self.columns[REASON]

    # What no two people share

    def _shared(self, rows: list[int]) -> None:
        meant = bytearray(len(self.lines))
        for row in rows:
            meant[row] = 1
        for key in ("username", *UNIQUE):
            column = self.columns.get(key)
            if column:
                texts = [str(value) for value in filter(None, compress(column, meant)) if value != CLEAR]
                # All at once: no text holds a line break.
                if len(set("\n".join(texts).casefold().split("\n"))) < len(texts):
                    self._refuse_shared(rows, key, column)

    def _refuse_shared(self, rows: list[int], key: str, column: Sequence[Value | None]) -> None:
        holders: defaultdict[str, list[int]] = defaultdict(list)
        for row in rows:
            if isinstance(value := column[row], str) and value != CLEAR:
                holders[value.casefold()].append(row)
        message = _("{value} also stands in line {line}, for somebody else.")
        for group in holders.values():
            for row in group if len(group) > 1 else ():
                other = next(one for one in group if one != row)
                self.refuse(row, key, message.format(value=quoted(str(column[row])), line=self.lines[other]))


def errors_of(values: Mapping[str, Value], school: School, on: str) -> Iterator[tuple[str, str]]:
    """Return the errors of a record with these values, each with its key and sentence."""
    for flaw in judge(Record(file_name(str(values.get("username", ""))), values), school, on):
        if RULES[flaw.rule].severity is Severity.ERROR:
            yield flaw.field, flaw.message


def is_about(key: str, keys: Collection[str]) -> bool:
    """Tell whether an error under `key` is about one of the keys, an item of its list, or the transition."""
    return key in keys or key.rstrip(":0123456789") in keys or key in {"transition:account", KIND}
