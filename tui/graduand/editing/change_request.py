"""Changes: what is to be done to each of many people, made from what somebody typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.errors import Usage
from graduand.language import _, quoted
from graduand.records.kinds import CLEAR, FieldKind
from graduand.records.paths import is_cohort_name
from graduand.records.reason_labels import STUDENT, reason_code, reason_words
from graduand.records.record import ATTENDING, END, START
from graduand.records.transition import GRADUATED, RETURNED
from graduand.similar import folded, nearest
from graduand.workspace import day

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graduand.records.field import Field
    from graduand.records.record import Record, Value
    from graduand.records.school import School

_KIND: Final = "transition:kind"
_ACCOUNT: Final = "transition:account"
_CAMPAIGN: Final = "transition:personal_email"


class FieldChange(NamedTuple):
    """What is to be done to each of many people."""

    values: Mapping[str, Value | None]
    """The value of each key; None takes the key out."""
    cohort: str = ""
    """Where the records go; "" leaves them where they lie."""
    turned: tuple[str, ...] = ()
    """Keys that go with the kind of transition: they are taken out of a record that had another kind."""

    def of(self, record: Record) -> Mapping[str, Value | None]:
        """Return the value of each key that changes in this record."""
        turns = self.values.get(_KIND, "") not in {"", record.text(_KIND)}
        return {**dict.fromkeys(self.turned if turns else (), None), **self.values}


def graduated(school: School, on: str) -> FieldChange:
    """Return the change that makes alumni of people, who graduated on the day `on`.

    Raises:
        Usage: that is no day.
    """
    return FieldChange({_KIND: GRADUATED, END: day(on)}, turned=(school.year, ATTENDING))


def returned(school: School, year: str, start: str) -> FieldChange:
    """Return the change that makes students of people again, in a year of study, from the day `start` on.

    Raises:
        Usage: no year, or no day.
    """
    if not year:
        raise Usage(_("Say in which year the people study now."))
    return FieldChange({_KIND: RETURNED, school.year: year, START: day(start)}, turned=(END, ATTENDING))


def gone_to(cohort: str) -> FieldChange:
    """Return the change that moves records to another cohort.

    Raises:
        Usage: no folder can be named so.
    """
    if not is_cohort_name(cohort):
        raise Usage(_("{cohort} is no name for a cohort, such as 2026-spring.").format(cohort=quoted(cohort)))
    return FieldChange({}, cohort)


def closed(school: School, reason: str, requested_by: str = "", effective_on: str = "") -> FieldChange:
    """Return the change that closes accounts, for one of the school's reasons, by its code or its words.

    Raises:
        Usage: the reason is none of them, or the day is none.
    """
    return _account("true", reason, school.institution.deactivation_reasons, requested_by, effective_on)


def reopened(school: School, reason: str, requested_by: str = "", effective_on: str = "") -> FieldChange:
    """Return the change that reopens accounts, for one of the school's reasons, by its code or its words.

    Raises:
        Usage: the reason is none of them, or the day is none.
    """
    return _account("false", reason, school.institution.reactivation_reasons, requested_by, effective_on)


def _account(disabled: str, reason: str, reasons: tuple[str, ...], requested_by: str, effective_on: str) -> FieldChange:
    known = ", ".join(map(reason_words, reasons))
    if not reason:
        raise Usage(_("The reason is missing; choose one of: {known}.").format(known=known))
    code = reason_code(reason, reasons)
    if code not in reasons:
        raise Usage(_("{reason} is none of the reasons: {known}.").format(reason=quoted(reason), known=known))
    return FieldChange(
        {
            "disabled": disabled,
            f"{_ACCOUNT}:reason": code,
            f"{_ACCOUNT}:requested_by": reason_code(requested_by, (STUDENT,)) or None,
            f"{_ACCOUNT}:effective_on": day(effective_on) if effective_on else None,
        }
    )


def asked(requested_on: str, answer_by: str) -> FieldChange:
    """Return the change that notes until when people are to give a personal address, and since when they are asked.

    Raises:
        Usage: one of the days is none.
    """
    since = {f"{_CAMPAIGN}:requested_on": day(requested_on)} if requested_on else {}
    return FieldChange({**since, f"{_CAMPAIGN}:answer_by": day(answer_by)})


def field(school: School, name: str, text: str) -> FieldChange:
    """Return the change of one field, named by its label or its key; without a text the field is taken out.

    Raises:
        Usage: there is no such field, or it is not changed so.
    """
    found = school.fields.get(name) or _named(school, name)
    if found is None or found.kind is FieldKind.WAIVERS:
        labels = [str(one.label) for one in school.fields.values()]
        close = nearest(name, labels)
        hint = _(" Did you mean {close}?").format(close=quoted(close)) if close else ""
        raise Usage(_("There is no field {name}.").format(name=quoted(name)) + hint)
    items = tuple(item.strip() for item in text.split(";") if item.strip())
    return FieldChange(
        {found.key: (items if found.kind is FieldKind.LIST and text != CLEAR else text) if text else None}
    )


def _named(school: School, name: str) -> Field | None:
    by_label = {folded(str(one.label)): one for one in school.fields.values()}
    return by_label.get(folded(name))
