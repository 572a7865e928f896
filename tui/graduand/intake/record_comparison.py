"""Compare the rows of a file with the records: who is new, what changes, what is recorded already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.findings import Finding, Severity
from graduand.intake.options import CohortMissing, KindMissing
from graduand.intake.rows import UNIQUE
from graduand.language import N_, _, ngettext, quoted
from graduand.records import files
from graduand.records.kinds import CLEAR
from graduand.records.paths import username_of
from graduand.records.reading import read
from graduand.records.record import (
    ATTENDING,
    DISABLED,
    EFFECTIVE_ON,
    EMAIL,
    END,
    KIND,
    NOTES,
    OF_DEPARTURE,
    OF_LEAVING,
    REASON,
    REQUESTED_BY,
    USERNAME,
    Record,
)
from graduand.records.transition import GRADUATED, RETURN, RETURNED, reason_words
from graduand.rules import judgement
from graduand.rules.answers import People
from graduand.rules.registry import RULES
from graduand.tables.cell_text import means_same

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from graduand.index.person_states import PersonStates
    from graduand.intake.options import IntakeOptions
    from graduand.intake.rows import PeopleRows
    from graduand.records.field import Field
    from graduand.records.record import Value
    from graduand.records.school import School
    from graduand.rules.rule import Flaw
    from graduand.workspace import Workspace


_UNDECIDED: Final = {
    "deceased": N_("is it really this person?"),
    "duplicate-account": N_("which of the two accounts shall be used?"),
    "required-by-policy": N_("may the account be reopened?"),
}
"""Reasons of a closing that a return does not take back by itself, and what must be decided."""


class ProposedRecord(NamedTuple):
    """A person with a record, and the values that the file changes in it."""

    username: str
    line: int
    values: Mapping[str, Value | None]
    """The new values by key; None removes the key."""
    before: Mapping[str, Value | None]
    """The values of the record by key."""


class RecordComparison:
    """Sorts rows into new people, changed records and identical records."""

    def __init__(
        self,
        rows: PeopleRows,
        records: Mapping[str, Record | None],
        school: School,
        options: IntakeOptions,
        states: PersonStates | None = None,
    ) -> None:
        """Compare with `records`; `states` is what Handshake holds of everybody, where that is known."""
        self.states = states
        self.reopened = 0
        self.rows = rows
        self.records = records
        self.school = school
        self.options = options
        self.new: list[int] = []
        self.doubtful: set[int] = set()
        """Rows of new people in whose record, by itself, the rules find something that is no error."""
        self.changes: list[ProposedRecord] = []
        self.identical: list[str] = []
        self.kept_addresses = 0
        self.elsewhere = 0
        self.capitals = {username.casefold(): username for username in records}
        self.owners = [(key, _owners(key, records.values())) for key in UNIQUE if key in rows.columns]

    def compare(self, accepted: list[int]) -> None:
        """Sort the accepted rows, and refuse those that would break a rule.

        Raises:
            Usage: there are new people without a cohort or a kind of transition.
        """
        if not self.records and not self.options.patch:
            self.new = accepted
        else:
            for row in accepted:
                self._sort(row)
        self._refuse_incomplete()
        for row in self.new if self.states else ():
            self._reopen(row)
        self._judge_new()

    def _sort(self, row: int) -> None:
        rows, username = self.rows, self.rows.usernames[row]
        if self.owners and self.records and self._belongs_to_another(row):
            return
        if username not in self.records:
            near = self.capitals.get(username.casefold(), "")
            if near:
                message = _("The username differs only in capitals from {username}, who has a record.")
                rows.refuse(row, USERNAME, message.format(username=quoted(near)))
            elif self.options.patch:
                rows.refuse(row, USERNAME, _("There is no record of {username}.").format(username=quoted(username)))
            else:
                self.new.append(row)
            return
        record = self.records[username]
        if record is None:
            rows.refuse(row, "", _("The record of this person cannot be read; see: graduand check"))
        else:
            self._compare(row, record)

    def _belongs_to_another(self, row: int) -> bool:
        username = self.rows.usernames[row]
        for key, owners in self.owners:
            value = self.rows.columns[key][row]
            owner = owners.get(value.casefold(), username) if isinstance(value, str) else username
            if owner != username:
                message = _("{value} belongs to {owner}, who has a record; was it given to somebody else?")
                self.rows.refuse(row, key, message.format(value=quoted(str(value)), owner=quoted(owner)))
                return True
        return False

    def _compare(self, row: int, before: Record) -> None:
        if self.options.cohort and before.cohort != self.options.cohort:
            self.elsewhere += 1
        values = self.rows.values(row)
        is_back = values.get(KIND) == RETURNED and not before.returned
        if is_back and (refusal := _undecided(before)):
            self.rows.refuse(row, DISABLED, refusal)
            return
        after = self._returned(values, before) if is_back else self._after(values, before)
        changed = {key: value for key, value in after.items() if not self._has_already(before, key, value)}
        if not changed:
            self.identical.append(before.username)
            return
        merged = {key: value for key, value in {**before.values, **after}.items() if value is not None}
        if flaw := self._new_error(before, before._replace(values=merged), changed):
            self.rows.refuse(row, flaw.field, flaw.message)
        else:
            replaced = {key: before.values.get(key) for key in changed}
            self.changes.append(ProposedRecord(before.username, self.rows.lines[row], changed, replaced))

    def _has_already(self, before: Record, key: str, value: Value | None) -> bool:
        """Return whether a record has a value already; of notes, blanks around them do not count."""
        there = before.values.get(key)
        if there == value or (key == NOTES and before.text(key).strip() == value):
            return True
        field = self.school.fields.get(key)
        if field is None:
            return False
        return means_same(field.kind, there, value) or (isinstance(there, str) and _corresponds(field, there, value))

    def _new_error(self, before: Record, after: Record, changed: Collection[str]) -> Flaw | None:
        """Return the first error of a changed record that is about a changed key, or that it has not now."""
        errors = self._errors(after)
        known = self._errors(before) if errors else []
        return next((one for one in errors if one.field.rstrip(":0123456789") in changed or one not in known), None)

    def _errors(self, record: Record) -> list[Flaw]:
        return _errors_among(judgement.judge(record, self.school, self.options.on))

    def _after(self, values: dict[str, Value], before: Record) -> dict[str, Value | None]:
        """Return the record's new values of the keys that the file is about; None removes a key."""
        after: dict[str, Value | None] = dict(values)
        address = values.get(EMAIL)
        if isinstance(address, str) and not self.options.patch and self._is_personal(before):
            domain = address.rpartition("@")[2].lower()
            if domain in self.school.own_domains:
                del after[EMAIL]
                self.kept_addresses += 1
        if values.get(KIND) == GRADUATED and not before.graduated:
            stays = values.get(ATTENDING) == "true"
            after |= dict.fromkeys(OF_LEAVING if stays else (self.school.year, ATTENDING, *OF_LEAVING))
            if before.text(END) == CLEAR:
                after.setdefault(END, None)
        return after

    # People who come back

    def _returned(self, values: Mapping[str, Value], before: Record) -> dict[str, Value | None]:
        """Return the new values of somebody who comes back; what belongs to the departure goes."""
        after: dict[str, Value | None] = dict.fromkeys((END, ATTENDING, *OF_DEPARTURE), None)
        state = self.states.of(before.username) if self.states else None
        if before.text(DISABLED) == "true" or (state and state.is_closed and not before.text(DISABLED)):
            after |= {DISABLED: "false", REASON: RETURN, REQUESTED_BY: None, EFFECTIVE_ON: None}
            self.reopened += 1
        return {**after, **values}

    def _reopen(self, row: int) -> None:
        """Reopen the account of a returner without a record, where Handshake holds it as closed."""
        columns, username = self.rows.columns, self.rows.usernames[row]
        if not self.states or KIND not in columns or columns[KIND][row] != RETURNED:
            return
        state = self.states.of(username)
        if state and state.is_closed and not (DISABLED in columns and columns[DISABLED][row]):
            for key, value in ((DISABLED, "false"), (REASON, RETURN)):
                columns.setdefault(key, [None] * len(self.rows.lines))[row] = value
            self.reopened += 1

    def _is_personal(self, before: Record) -> bool:
        return before.graduated and bool(before.domain) and before.domain not in self.school.own_domains

    def _refuse_incomplete(self) -> None:
        """Refuse new people who lack a required value."""
        rows = self.rows
        for key in (*self.school.region.required_values, *((KIND,) if KIND in rows.columns else ())):
            column = rows.columns.get(key) or [None] * len(rows.lines)
            for row in self.new if None in column else ():
                if column[row] is None:
                    message = _("{field} is missing; every row needs it.")
                    rows.refuse(row, key, message.format(field=quoted(key)))
        self.new = [row for row in self.new if row not in rows.refused]
        if self.new and KIND not in rows.columns:
            message = _("Nothing says what happens to these people; say it, such as: --kind graduated --end-date {day}")
            raise KindMissing(message.format(day=self.options.on))
        if self.new and not self.options.cohort:
            message = _("There are new people: name the class that they go into, such as: --cohort {cohort}")
            raise CohortMissing(message.format(cohort=f"{self.options.on[:4]}-spring"))

    def _judge_new(self) -> None:
        """Refuse new people whose record would have an error, and note of whom else the rules find something."""
        rows = self.rows
        people = People(rows.columns, len(rows.lines))
        for row, flaws in judgement.judge_rows(people, self.new, self.school, self.options.on):
            if errors := _errors_among(flaws):
                rows.refuse(row, errors[0].field, errors[0].message)
            else:
                self.doubtful.add(row)
        self.new = [row for row in self.new if row not in rows.refused]

    def remarks(self) -> Iterator[str]:
        """Return sentences on the people who have a record."""
        if self.kept_addresses:
            message = ngettext(
                "{count} graduate keeps the personal address of the record; the school's is not taken.",
                "{count} graduates keep the personal addresses of their records; the school's are not taken.",
                self.kept_addresses,
            )
            yield message.format(count=self.kept_addresses)
        if self.reopened:
            message = ngettext(
                "{count} closed account is reopened: the person comes back.",
                "{count} closed accounts are reopened: the people come back.",
                self.reopened,
            )
            yield message.format(count=self.reopened)
        if self.elsewhere:
            message = ngettext(
                "{count} person stays in another cohort, where the record is.",
                "{count} people stay in other cohorts, where their records are.",
                self.elsewhere,
            )
            yield message.format(count=self.elsewhere)


def _corresponds(field: Field, there: str, value: Value | None) -> bool:
    """Return whether a value of a record is that of the other region's list: a change of lists changes no level."""
    return value is not None and field.counterparts.get(there) == value


def _undecided(before: Record) -> str:
    """Return what must be decided before the account of a returner is reopened, as a sentence; "" when nothing."""
    reason = before.text(REASON) if before.text(DISABLED) == "true" else ""
    if reason not in _UNDECIDED:
        return ""
    message = _(
        "The account is closed ({reason}), and the person comes back: {question} To reopen it, write disabled: false "
        "and the reason “returned” into the record; then take the row in again."
    )
    return message.format(reason=quoted(reason_words(reason)), question=_(_UNDECIDED[reason]))


def records_by_username(workspace: Workspace) -> dict[str, Record | None]:
    """Return all records by username; None for one that cannot be read."""
    found: dict[str, Record | None] = {}
    for path in files.find(workspace.root).paths:
        raw = files.load(workspace.root, path)
        reading = None if isinstance(raw, Finding) else read(path, raw, workspace.school)
        record = None if reading is None or reading.findings else reading.record
        found[record.username if record else username_of(path)] = record
    return found


def _errors_among(flaws: Iterable[Flaw]) -> list[Flaw]:
    return [flaw for flaw in flaws if RULES[flaw.rule].severity is Severity.ERROR]


def _owners(key: str, records: Iterable[Record | None]) -> dict[str, str]:
    return {
        text.casefold(): record.username
        for record in records
        if record and (text := record.text(key)) and text != CLEAR
    }
