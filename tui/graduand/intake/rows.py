"""Read the rows of a table as people, column by column; rows are accepted, refused or left out."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import compress
from typing import TYPE_CHECKING, Final, NamedTuple, cast

from graduand.errors import Usage
from graduand.intake.cell_values import CellError, ColumnValues, is_no_day, no_day_sentence
from graduand.intake.column_formats import stay_words
from graduand.intake.column_mapping import column_named
from graduand.language import _, quoted, visible
from graduand.records.kinds import CLEAR
from graduand.records.record import ATTENDING, CARD, DISABLED, EMAIL, END, KIND, LOGIN, REASON, USERNAME
from graduand.records.transition import GRADUATED, RETURNED
from graduand.similar import folded, nearest
from graduand.tables.cell_text import means_same
from graduand.tables.spreadsheet import clean_cell

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from graduand.editing.exclusion_lists import Exclusions
    from graduand.intake.column_formats import ColumnFormat
    from graduand.intake.column_mapping import ColumnMapping
    from graduand.intake.options import IntakeOptions
    from graduand.records.record import Value
    from graduand.records.school import School
    from graduand.tables.table import Table

UNIQUE: Final = (EMAIL, LOGIN, CARD)
"""Keys whose values are unique among people, besides the username."""


_WIPED: Final = CLEAR.casefold()


class SkippedRow(NamedTuple):
    """A row that is refused, or left out without an error."""

    line: int
    username: str
    key: str
    """The key that the reason is about; "" for the whole row."""
    reason: str
    """A whole sentence, safe to print."""


class PeopleRows:
    """The rows of a table as values by key; a row is its number in the table, from 0."""

    def __init__(
        self, table: Table, keys: Mapping[str, int], formats: Mapping[str, ColumnFormat], school: School
    ) -> None:
        """Read the columns; `keys` holds the number of each key's column, from 0."""
        self.lines = table.lines
        self.school = school
        self.refused: dict[int, SkippedRow] = {}
        self.left_out: dict[int, SkippedRow] = {}
        """Rows without fault, such as those of another programme."""
        self.joined = 0
        """The number of rows that were merged into another row of the same person."""
        self.dropped: dict[str, int] = {}
        """By key, the number of values that are not used because they follow from the transition."""
        self.staying = _staying(table.columns[keys[KIND]]) if KIND in keys else frozenset()
        """Rows of people who graduate and stay for another degree."""
        columns = {key: ColumnValues(formats[key], school, table.distinct[index]) for key, index in keys.items()}
        values: dict[str, list[Value | CellError | None]] = {
            key: list(
                table.columns[index] if columns[key].unchanged else map(columns[key].__getitem__, table.columns[index])
            )
            for key, index in keys.items()
        }
        self.columns: dict[str, list[Value | None]] = values
        self.blank = frozenset(
            key for key, column in columns.items() if not column.unchanged and not any(column.values())
        )
        """Keys with a blank column."""
        self._with_errors = [(key, values[key]) for key, column in columns.items() if column.has_errors]
        usernames = values[USERNAME]
        self.usernames: list[str] = [
            *(map(str, usernames) if columns[USERNAME].unchanged else map(_text, usernames)),
        ]

    def values(self, row: int) -> dict[str, Value]:
        """Return the values of a row."""
        return {key: value for key, column in self.columns.items() if (value := column[row]) is not None}

    def refuse(self, row: int, key: str, reason: str) -> None:
        """Refuse a row; the first reason stays."""
        self.refused.setdefault(row, SkippedRow(self.lines[row], self.usernames[row], key, reason))

    def leave_out(self, row: int, reason: str) -> None:
        """Leave out a row without fault; the first reason stays."""
        self.left_out.setdefault(row, SkippedRow(self.lines[row], self.usernames[row], "", reason))

    def take(self, selected: Sequence[bool], options: IntakeOptions) -> list[int]:
        """Return the rows to take in, of those selected; the others are refused or left out."""
        rows = [row for row, wanted in enumerate(selected) if wanted]
        if options.kind == GRADUATED and options.values.get(ATTENDING) == "true":
            self.staying = frozenset(rows)
        self._refuse_errors(rows, options)
        if self.staying:
            self._stay()
        rows = self._one_each(rows, selected, options)
        self._graduates(rows, options)
        for key, value in options.values.items():
            self.columns[key] = [value] * len(self.lines)
        rows = [row for row in rows if row not in self.left_out and row not in self.refused]
        self._shared(rows)
        return [row for row in rows if row not in self.refused]

    def _refuse_errors(self, rows: Sequence[int], options: IntakeOptions) -> None:
        """Refuse the rows with an error in a cell that would be used, and those without a username."""
        ignored = {*options.values, *((self.school.year, ATTENDING) if options.kind == GRADUATED else ())}
        for key, values in self._with_errors:
            for row in rows if key not in ignored else ():
                if isinstance(value := values[row], CellError):
                    self.refuse(row, key, value.reason)
            self.columns[key] = [None if isinstance(value, CellError) else value for value in values]
        if not all(self.usernames):
            for row in rows:
                if not self.usernames[row]:
                    self.refuse(row, USERNAME, _("The row has no username."))

    def _stay(self) -> None:
        """Let those who graduate and stay attend, whatever the file says of it."""
        attending = self.columns.setdefault(ATTENDING, [None] * len(self.lines))
        for row in self.staying:
            attending[row] = "true"

    # Several rows of one person

    def _one_each(self, rows: list[int], selected: Sequence[bool], options: IntakeOptions) -> list[int]:
        if len(set(self.usernames)) == len(self.usernames):
            return rows
        of: defaultdict[str, list[int]] = defaultdict(list)
        for row, username in enumerate(self.usernames):
            if username:
                of[username].append(row)
        gone: set[int] = set()
        for group in of.values():
            if len(group) > 1:
                gone.update(self._merge_group([row for row in group if selected[row]], group, options))
        return [row for row in rows if row not in gone]

    def _merge_group(self, wanted: list[int], group: list[int], options: IntakeOptions) -> list[int]:
        """Merge the rows of one person into the first, or refuse them; return the rows that are merged."""
        if not wanted:
            return []
        active = [row for row in group if self._is_active(row, options)]
        if options.kind == GRADUATED and (set(active) - set(wanted) or (active and len(active) < len(wanted))):
            line = self.lines[active[0]]
            for row in wanted:
                reason = _("Another active programme stands in line {line}: no alumnus yet.")
                self.leave_out(row, reason.format(line=line))
            return []
        first, *others = wanted
        for row in others:
            differing = [key for key, column in self.columns.items() if not self._same(key, column[row], column[first])]
            if any(not isinstance(self.columns[key][row] or (), tuple) for key in differing):
                self._refuse_group(wanted, differing)
                return []
        for row in others:
            self._join(first, row)
        return others

    def _same(self, key: str, one: Value | None, other: Value | None) -> bool:
        return one == other or means_same(self.school.fields[key].kind, one, other)

    def _is_active(self, row: int, options: IntakeOptions) -> bool:
        """Return whether a row is of a programme that the person has not finished."""
        attending, end = self._at(ATTENDING, row), self._at(END, row)
        if attending:
            return attending == "true"
        until = str(options.values.get(END, options.on))
        return end == CLEAR or bool(end and end > max(until, options.on))

    def _at(self, key: str, row: int) -> str:
        value = self.columns[key][row] if key in self.columns else None
        return value if isinstance(value, str) else ""

    def _refuse_group(self, rows: list[int], differing: list[str]) -> None:
        lines = ", ".join(str(self.lines[row]) for row in rows)
        message = _("The rows of lines {lines} are of one username and differ in {keys}; keep one.")
        for row in rows:
            self.refuse(row, USERNAME, message.format(lines=lines, keys=", ".join(differing)))

    def _join(self, first: int, row: int) -> None:
        """Add the items of a second row's lists to the first row."""
        self.joined += 1
        for column in self.columns.values():
            here, there = column[first], column[row]
            if isinstance(there, tuple) and here != there:
                column[first] = tuple(dict.fromkeys((*(here if isinstance(here, tuple) else ()), *there)))

    # What a transition means for the columns

    def _graduates(self, rows: list[int], options: IntakeOptions) -> None:
        """Drop values of graduates that follow from the graduation, and leave out people who have not graduated."""
        kinds = self.columns.get(KIND)
        if options.kind or not kinds:
            graduates = rows if options.kind == GRADUATED else []
            returners = rows if options.kind == RETURNED else []
        else:
            graduates = [row for row in rows if kinds[row] == GRADUATED]
            returners = [row for row in rows if kinds[row] == RETURNED]
        graduates = [row for row in graduates if row not in self.staying] if self.staying else graduates
        attending = self.columns.get(ATTENDING, [])
        # A column with the same value for all people says nothing of any.
        informative = len({attending[row] for row in rows if attending} - {None}) > 1
        ends = self.columns.get(END, [])
        self._open_ends(rows, frozenset(graduates), options)
        doubtful = (
            graduates if informative else [row for row in graduates if ends[row] == CLEAR] if CLEAR in ends else []
        )
        for row in doubtful if ends else ():
            if reason := self._stays(row, options, informative=informative):
                self.leave_out(row, reason)
        for key in (self.school.year, ATTENDING):
            self._drop(key, graduates)
        self._accounts(rows, frozenset(returners))

    def _stays(self, row: int, options: IntakeOptions, *, informative: bool) -> str:
        """Return why a person with one row has not graduated, as a sentence; "" when nothing says so."""
        end = self._at(END, row)
        if end == CLEAR:
            return _("The end date is **CLEAR**: the person has enrolled again and is no alumnus yet.")
        if informative and end and end <= options.on and self._at(ATTENDING, row) == "true":
            return _("The person attends though a programme ended on {day}: no alumnus yet.").format(day=quoted(end))
        return ""

    def _open_ends(self, rows: Sequence[int], graduates: frozenset[int], options: IntakeOptions) -> None:
        """Leave out graduates whose end date stands for an open end; refuse such a date of others."""
        ends = self.columns.get(END, []) if END not in options.values else []
        for row in rows if ends else ():
            end = self._at(END, row)
            if not is_no_day(end):
                continue
            if row in graduates and end > options.on:
                message = _("The end date {day} stands for an open end: no alumnus yet. With --end-date, all get one.")
                self.leave_out(row, message.format(day=quoted(end)))
            else:
                self.refuse(row, END, no_day_sentence(end, END))

    def _drop(self, key: str, rows: Sequence[int]) -> None:
        """Remove the values of these rows from a column, and count them."""
        column = self.columns.get(key)
        if column:
            self.dropped[key] = len(rows) - [*map(column.__getitem__, rows)].count(None)
            for row in rows:
                column[row] = None

    def _accounts(self, rows: list[int], returners: frozenset[int]) -> None:
        """Refuse closings without a reason; drop FALSE without one, which changes nothing."""
        column = self.columns.get(DISABLED)
        if not column or not any(column):
            return
        reasons = self.columns.setdefault(REASON, [None] * len(self.lines))
        for row in rows:
            if column[row] == "true" and not reasons[row]:
                message = _(
                    "The account is to be closed, and no column says why; close it in the record, with a reason."
                )
                self.refuse(row, DISABLED, message)
            elif column[row] == "false" and row in returners and not reasons[row]:
                reasons[row] = "returned"
        self._drop(DISABLED, [row for row in rows if column[row] == "false" and not reasons[row]])
        if not any(reasons):
            del self.columns[REASON]

    # What no two people share

    def _shared(self, rows: list[int]) -> None:
        selected = bytearray(len(self.lines))
        for row in rows:
            selected[row] = 1
        for key in (USERNAME, *UNIQUE):
            column = self.columns.get(key)
            if column:
                texts = cast("list[str]", [*filter(None, compress(column, selected))])
                lower = "\n".join(texts).casefold().split("\n")  # no value of these keys holds a line break
                different = {*lower}
                wiped = lower.count(_WIPED) - 1 if _WIPED in different else 0
                if len(different) < len(texts) - wiped:
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

    # People whom no intake takes in

    def exclude(self, exclusions: Exclusions, selected: list[bool]) -> int:
        """Leave out deleted people; deselect confidential ones without naming them, and return their number."""
        for row, username in enumerate(self.usernames) if (dead := exclusions.tombstones.among(self.usernames)) else ():
            if username in dead and selected[row]:
                stone = dead[username]
                message = _("Deleted on {day} ({basis}), and must not come back.")
                self.leave_out(row, message.format(day=visible(stone.deleted_on), basis=visible(stone.basis)))
        hidden = [
            row
            for row, username in enumerate(self.usernames if exclusions.confidential else ())
            if username in exclusions.confidential and selected[row]
        ]
        for row in hidden:
            selected[row] = False
        return len(hidden)


def _text(value: Value | CellError | None) -> str:
    """Return a value that is a text; "" for any other."""
    return value if isinstance(value, str) else ""


def _staying(cells: Sequence[str]) -> frozenset[int]:
    """Return the rows of a column of kinds that say of somebody who graduates that the person stays."""
    words = {text for text in {*cells} if folded(clean_cell(text)) in stay_words()}
    return frozenset(row for row, text in enumerate(cells) if text in words) if words else frozenset()


_SHOWN: Final = 8
"""Values that a sentence names."""


def select_rows(table: Table, where: Sequence[str], columns: Sequence[ColumnMapping], school: School) -> list[bool]:
    """Return for each row whether it meets conditions such as `year=Senior`; of one column, any may be met.

    Raises:
        Usage: a condition names no column, or no row meets it.
    """
    selected = [True] * len(table.lines)
    for column, wanted in _conditions(where, columns, school).items():
        texts, distinct = table.columns[column.number - 1], table.distinct[column.number - 1]
        fits = {text: folded(clean_cell(text)) in wanted for text in distinct}
        if not any(fits.values()):
            common = Counter(map(clean_cell, texts)).most_common(_SHOWN)
            held = ", ".join(f"{quoted(text, 40)} ({count})" for text, count in common)
            message = _("Nobody fits --where {column}; it holds: {values}.")
            raise Usage(message.format(column=visible(column.header), values=held))
        selected = [there and fits[text] for there, text in zip(selected, texts, strict=True)]
    return selected


def _conditions(
    where: Sequence[str], columns: Sequence[ColumnMapping], school: School
) -> dict[ColumnMapping, set[str]]:
    """Return by column the folded texts of which a selected row has one."""
    found: dict[ColumnMapping, set[str]] = {}
    for condition in where:
        name, equals, text = condition.partition("=")
        column = column_named(name, columns, school) if equals else None
        if column is None:
            close = nearest(name, [one.header for one in columns])
            hint = _(" Did you mean {close}?").format(close=quoted(f"{close}=…")) if close else ""
            message = _("{word} names no column of the file, such as year=Senior.")
            raise Usage(message.format(word=quoted(condition)) + hint)
        found.setdefault(column, set()).update(folded(clean_cell(one)) for one in text.split("|"))
    return found
