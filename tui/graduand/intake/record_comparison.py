"""Comparison: the rows of a file beside the records that there are: who is new, what changes, what is said already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.errors import Usage
from graduand.intake.rows import KIND, UNIQUE, errors_of, is_about
from graduand.language import _, ngettext, quoted
from graduand.records.kinds import CLEAR
from graduand.records.record import ATTENDING, END
from graduand.records.transition import GRADUATED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from graduand.intake.options import IntakeOptions
    from graduand.intake.rows import Survey
    from graduand.records.record import Record, Value
    from graduand.records.school import School

EMAIL = "email_address"


class ProposedRecord(NamedTuple):
    """One person who has a record already, and what the file changes in it."""

    username: str
    line: int
    values: Mapping[str, Value | None]
    """By key, what the record shall hold; None: no such key."""
    before: Mapping[str, Value | None]
    """By key, what it holds."""


class Comparison:
    """Tells new people from known ones, and what changes from what is said already."""

    def __init__(
        self, survey: Survey, everybody: Mapping[str, Record | None], school: School, order: IntakeOptions
    ) -> None:
        self.survey = survey
        self.everybody = everybody
        self.school = school
        self.order = order
        self.new: list[int] = []
        self.changes: list[ProposedRecord] = []
        self.identical: list[str] = []
        self.kept_addresses = 0
        self.elsewhere = 0
        self.capitals = {username.casefold(): username for username in everybody}
        self.owners = [(key, _owners(key, everybody.values())) for key in UNIQUE if key in survey.columns]

    def take_all(self, rows: list[int]) -> None:
        """Sort the rows in."""
        if not self.everybody and not self.order.patch:
            self.new = rows
            return
        for row in rows:
            self.take(row)

    def take(self, row: int) -> None:
        """Sort one row in."""
        survey, username = self.survey, self.survey.usernames[row]
        if self.owners and self.everybody and self._belongs_to_another(row):
            return
        if username not in self.everybody:
            near = self.capitals.get(username.casefold(), "")
            if near:
                message = _("The username differs only in capitals from {username}, who has a record.")
                survey.refuse(row, "username", message.format(username=quoted(near)))
            elif self.order.patch:
                survey.refuse(row, "username", _("There is no record of {username}.").format(username=quoted(username)))
            else:
                self.new.append(row)
            return
        was = self.everybody[username]
        if was is None:
            survey.refuse(row, "", _("The record of this person cannot be read; see: graduand check"))
        else:
            self._compare(row, was)

    def _belongs_to_another(self, row: int) -> bool:
        username = self.survey.usernames[row]
        for key, owners in self.owners:
            value = self.survey.columns[key][row]
            owner = owners.get(value.casefold(), username) if isinstance(value, str) else username
            if owner != username:
                message = _("{value} belongs to {owner}, who has a record; was it given to somebody else?")
                self.survey.refuse(row, key, message.format(value=quoted(str(value)), owner=quoted(owner)))
                return True
        return False

    def _compare(self, row: int, was: Record) -> None:
        if self.order.cohort and was.cohort != self.order.cohort:
            self.elsewhere += 1
        after = self._after(self.survey.values(row), was)
        values = {key: value for key, value in after.items() if not _says_so(was, key, value)}
        if not values:
            self.identical.append(was.username)
            return
        merged = {key: value for key, value in {**was.values, **after}.items() if value is not None}
        found = [error for error in errors_of(merged, self.school, self.order.on) if is_about(error[0], values)]
        if found:
            self.survey.refuse(row, *found[0])
        else:
            before = {key: was.values.get(key) for key in values}
            self.changes.append(ProposedRecord(was.username, self.survey.lines[row], values, before))

    def _after(self, values: dict[str, Value], was: Record) -> dict[str, Value | None]:
        """Return what the record shall hold of the keys that the file is about."""
        after: dict[str, Value | None] = dict(values)
        address = values.get(EMAIL)
        if isinstance(address, str) and not self.order.patch and self._is_personal(was):
            domain = address.rpartition("@")[2].lower()
            if domain in self.school.own_domains:
                del after[EMAIL]
                self.kept_addresses += 1
        if values.get(KIND) == GRADUATED and not was.graduated:
            after |= dict.fromkeys((self.school.year, ATTENDING))
            if was.text(END) == CLEAR:
                after.setdefault(END, None)
        return after

    def _is_personal(self, was: Record) -> bool:
        return was.graduated and bool(was.domain) and was.domain not in self.school.own_domains

    def refuse_incomplete(self) -> None:
        """Refuse new people who lack what every record needs.

        Raises:
            Usage: there are new people, and nobody said in which cohort they go or what happens to them.
        """
        survey = self.survey
        for key in (*self.school.region.required_values, *((KIND,) if KIND in survey.columns else ())):
            column = survey.columns.get(key) or [None] * len(survey.lines)
            for row in self.new if None in column else ():
                if column[row] is None:
                    message = _("{field} is missing; every row needs it.")
                    survey.refuse(row, key, message.format(field=quoted(key)))
        for row in self.new:
            if row in survey.incomplete:
                survey.refuse(row, *survey.incomplete[row])
        self.new = [row for row in self.new if row not in survey.refused]
        if self.new and KIND not in survey.columns:
            message = _("Nothing says what happens to these people; say it, such as: --kind graduated --end-date {day}")
            raise Usage(message.format(day=self.order.on))
        if self.new and not self.order.cohort:
            message = _("There are new people: name the class that they go into, such as: --cohort {cohort}")
            raise Usage(message.format(cohort=f"{self.order.on[:4]}-spring"))

    def remarks(self) -> Iterator[str]:
        """Return what there is to say about the people who have a record."""
        if self.kept_addresses:
            message = ngettext(
                "{count} graduate keeps the personal address of the record; the school's is not taken.",
                "{count} graduates keep the personal addresses of their records; the school's are not taken.",
                self.kept_addresses,
            )
            yield message.format(count=self.kept_addresses)
        if self.elsewhere:
            message = ngettext(
                "{count} person stays in another cohort, where the record is.",
                "{count} people stay in other cohorts, where their records are.",
                self.elsewhere,
            )
            yield message.format(count=self.elsewhere)


def _owners(key: str, records: Iterable[Record | None]) -> dict[str, str]:
    return {
        text.casefold(): record.username
        for record in records
        if record and (text := record.text(key)) and text != CLEAR
    }


def _says_so(was: Record, key: str, value: Value | None) -> bool:
    """Tell whether the record says this already; blanks around a note are lost in a spreadsheet, and say nothing."""
    return was.values.get(key) == value or (key == _NOTES and was.text(key).strip() == value)


_NOTES: Final = "transition:notes"
