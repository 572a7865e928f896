"""Change records by key and value, one record or many in one commit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.editing.proposal import ProposalState, propose_change
from graduand.editing.transaction import apply, change_message
from graduand.errors import NoSuchPerson, Usage
from graduand.index.evaluate import findings_of
from graduand.language import _, quoted
from graduand.records import files
from graduand.records.kinds import CLEAR, FieldKind
from graduand.records.paths import cohort_name, username_of
from graduand.records.reading import read
from graduand.records.record import (
    ATTENDING,
    DISABLED,
    EFFECTIVE_ON,
    END,
    KIND,
    OF_DEPARTURE,
    OF_LEAVING,
    REASON,
    REQUESTED_BY,
    START,
)
from graduand.records.transition import GRADUATED, RETURNED, STUDENT, reason_code, reason_words
from graduand.similar import nearest
from graduand.workspace import day, today

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from graduand.editing.proposal import Proposal
    from graduand.editing.transaction import ResumedTransaction
    from graduand.findings import Finding
    from graduand.index.person_states import PersonStates
    from graduand.records.record import Record, Value
    from graduand.records.school import School
    from graduand.workspace import Workspace


_TRANSITION: Final = "transition"
"""The group without which no record is one; it is not removed."""
_CAMPAIGN: Final = "transition:personal_email"


class FieldChange(NamedTuple):
    """A change of the same keys in many records."""

    values: Mapping[str, Value | None]
    """The value of each key; None removes the key."""
    cohort: str = ""
    """The cohort that the records move to; "" if they do not move."""
    kind_keys: tuple[str, ...] = ()
    """Keys that belong to the former kind of transition: they are removed if the kind changes."""

    def values_for(self, record: Record) -> Mapping[str, Value | None]:
        """Return the value of each key that changes in this record."""
        turns = self.values.get(KIND, "") not in {"", record.text(KIND)}
        return {**dict.fromkeys(self.kind_keys if turns else (), None), **self.values}


def graduation_change(school: School, on: str) -> FieldChange:
    """Return the change that makes alumni of people, who graduated on the day `on`.

    Raises:
        Usage: that is no day.
    """
    return FieldChange({KIND: GRADUATED, END: day(on)}, kind_keys=(school.year, ATTENDING, *OF_LEAVING))


def return_change(school: School, year: str, start: str) -> FieldChange:
    """Return the change that makes students of people again, in a year of study, from the day `start` on.

    Raises:
        Usage: no year, or no day.
    """
    if not year:
        raise Usage(_("Say in which year the people study now."))
    return FieldChange(
        {KIND: RETURNED, school.year: year, START: day(start)}, kind_keys=(END, ATTENDING, *OF_DEPARTURE)
    )


def cohort_change(cohort: str) -> FieldChange:
    """Return the change that moves records to another cohort.

    Raises:
        Usage: no folder can be named so.
    """
    return FieldChange({}, cohort_name(cohort))


def closing_change(school: School, reason: str, requested_by: str = "", effective_on: str = "") -> FieldChange:
    """Return the change that closes accounts, for one of the school's reasons, by its code or its words.

    Raises:
        Usage: the reason is none of them, or the day is none.
    """
    return _account("true", reason, school.institution.deactivation_reasons, requested_by, effective_on)


def reopening_change(school: School, reason: str, requested_by: str = "", effective_on: str = "") -> FieldChange:
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
            DISABLED: disabled,
            REASON: code,
            REQUESTED_BY: reason_code(requested_by, (STUDENT,)) or None,
            EFFECTIVE_ON: day(effective_on) if effective_on else None,
        }
    )


def address_request_change(requested_on: str, answer_by: str) -> FieldChange:
    """Return the change that notes until when people are to give a personal address, and since when they are asked.

    Raises:
        Usage: one of the days is none.
    """
    since = {f"{_CAMPAIGN}:requested_on": day(requested_on)} if requested_on else {}
    return FieldChange({**since, f"{_CAMPAIGN}:answer_by": day(answer_by)})


def field_change(key: str, value: Value | None) -> FieldChange:
    """Return the change that gives a field a value.

    Raises:
        Usage: no field, or no value: nothing is taken out by leaving something empty.
    """
    if not key:
        raise Usage(_("Choose the field first."))
    if not value:
        raise Usage(_("Say what the field is to have; what is left empty changes nothing."))
    return FieldChange({key: value})


def field_removal(key: str) -> FieldChange:
    """Return the change that takes a field out.

    Raises:
        Usage: no field.
    """
    if not key:
        raise Usage(_("Choose the field first."))
    return FieldChange({key: None})


class EditResult(NamedTuple):
    """What an edit did: the paths that changed, and the commit ("" when there was none to make)."""

    paths: tuple[str, ...]
    commit: str
    findings: tuple[Finding, ...]
    """The findings of the changed records, each by itself."""


def parse_assignments(words: Sequence[str], school: School) -> dict[str, Value | None]:
    """Return what words such as `disabled=true` ask for, by key.

    `key=` removes the key, or the keys of a group; `a;b` is a list.

    Raises:
        Usage: no such key, or no `=`.
    """
    found: dict[str, Value | None] = {}
    for word in words:
        key, equals, text = word.partition("=")
        if equals and not text and key in school.groups and key != _TRANSITION:
            found |= dict.fromkeys((one for one in school.fields if one.startswith(f"{key}:")), None)
            continue
        field = school.fields.get(key)
        if not equals or field is None or field.kind is FieldKind.WAIVERS:
            close = nearest(key, school.fields)
            hint = _(" Did you mean {key}?").format(key=quoted(f"{close}=…")) if close else ""
            raise Usage(
                _("{word} does not say what to change, such as disabled=true.").format(word=quoted(word)) + hint
            )
        items = tuple(item.strip() for item in text.split(";") if item.strip())
        found[key] = (items if field.kind is FieldKind.LIST and text != CLEAR else text) if text else None
    return found


def edit_records(
    workspace: Workspace,
    usernames: Sequence[str],
    changes: Mapping[str, Value | None],
    *,
    commit: bool,
    on_resumed: Callable[[ResumedTransaction], None] | None = None,
) -> EditResult:
    """Change the same keys in the records of these people; a value of None removes the key.

    All files are prepared before the first is written, and one commit holds them all, also those
    that an edit before this one has saved and could not commit. `on_resumed` is called with
    the outcome of an earlier save that was interrupted.

    Raises:
        NoSuchPerson: there is no record of one of them.
        SchemaBroken: a record cannot be read completely, and writing it would lose content.
        ChangedOnDisk, NotWritten, NotNow: nothing was saved.
        NotCommitted: git would not commit what was saved.
    """
    proposals = [propose_change(workspace, path, changes) for path in paths_of(workspace, usernames)]
    touched = [one for one in proposals if one.state is not ProposalState.IDENTICAL] or proposals
    subject, trailers = change_message([one.record for one in touched if one.record], changes)
    saved = apply(workspace, proposals, subject, trailers, commit=commit, on_resumed=on_resumed)
    paths = frozenset(one.path for one in saved)
    states = workspace.readable_states()
    return EditResult(
        tuple(one.path for one in saved),
        saved[0].commit if saved else "",
        tuple(finding for one in proposals if one.path in paths for finding in _findings(workspace, one, states)),
    )


def _findings(workspace: Workspace, one: Proposal, states: PersonStates | None) -> tuple[Finding, ...]:
    """Return the findings of one record beside what Handshake holds; those among records are left to `check`."""
    assert one.record is not None  # noqa: S101 - an edit removes no record
    school, on = workspace.school, today()
    places = read(one.record.path, one.text.encode(), school).places
    flaws = states.flaws(one.record, school, on) if states else ()
    return findings_of(one.record, school, on, places, flaws)


def paths_of(workspace: Workspace, usernames: Sequence[str]) -> list[str]:
    """Return the paths of the records of these people.

    Raises:
        NoSuchPerson: there is no record of one of them.
    """
    by_username = {username_of(path): path for path in files.find(workspace.root).paths}
    for username in usernames:
        if username not in by_username:
            raise NoSuchPerson(username, nearest(username, by_username))
    return [by_username[username] for username in dict.fromkeys(usernames)]
