"""Sections: the fields that the form shows, in order, their choices, and the defaults of absent fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.editing.draft import keys_of
from graduand.handshake.row import derived_cells
from graduand.language import N_, _
from graduand.records.kinds import CLEAR, FieldKind
from graduand.records.record import (
    ACCOUNT,
    ANSWER_BY,
    ASKED_ON,
    ATTENDING,
    CLOSE_ON,
    DISABLED,
    EMAIL,
    END,
    FIRST_NAME,
    FORMER,
    HOW,
    KEEPS_EMAIL,
    KEEPS_SSO,
    KIND,
    LAST_NAME,
    LEFT_ON,
    LOGIN,
    NOTES,
    NOTIFIED_ON,
    REASON,
    START,
    USERNAME,
)
from graduand.records.transition import KINDS, kind_words, reason_words
from graduand.rules.policy import keeps

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from graduand.records.field import Field
    from graduand.records.record import Record
    from graduand.records.school import School

_ACCOUNT: Final = f"{ACCOUNT}:"
_STUDIES: Final = "primary_education:"


class Section(NamedTuple):
    """Some fields under one heading; the heading is English, `_` shows it."""

    title: str
    keys: tuple[str, ...]


class FieldChoice(NamedTuple):
    """A value that may be chosen, and what it is called."""

    value: str
    label: str


class Choices(NamedTuple):
    """The values of a field to choose from; an open list allows other texts too."""

    choices: tuple[FieldChoice, ...]
    open: bool


class FieldState(NamedTuple):
    """The value that applies while a field is absent, and why."""

    text: str
    why: str
    derived: bool
    """Whether it is sent all the same."""


def sections(record: Record, school: School, added: Iterable[str] = ()) -> tuple[Section, ...]:
    """Return the fields that the record's kind needs, the others that have values, and those in `added`."""
    person = (USERNAME, FORMER, EMAIL, FIRST_NAME, LAST_NAME, LOGIN)
    parts = (
        Section(N_("Person"), person),
        Section(
            N_("Transition"), (KIND, *_transition(record, school), KEEPS_EMAIL, KEEPS_SSO, *_campaign(record, school))
        ),
        Section(N_("Studies"), tuple(f"{_STUDIES}{name}" for name in ("education_level_name", "major_names"))),
        Section(N_("Account"), (DISABLED, *(_account(school) if _touches_account(record, added) else ()))),
        Section(N_("Notes"), (NOTES,)),
    )
    there = keys_of(record).union(added)
    optional = {FORMER} - there
    named = {key for part in parts for key in part.keys}
    others = Section(N_("Other fields"), tuple(key for key in school.fields if key in there - named))
    shown = [part._replace(keys=tuple(key for key in part.keys if key not in optional)) for part in (*parts, others)]
    return tuple(part for part in shown if part.keys)


def _transition(record: Record, school: School) -> tuple[str, ...]:
    if record.returned:
        return school.year, START, END, ATTENDING
    if record.left:
        return LEFT_ON, NOTIFIED_ON, CLOSE_ON, school.year, ATTENDING, END, START
    return END, school.year, ATTENDING, START


def _campaign(record: Record, school: School) -> tuple[str, ...]:
    """Return the fields of the request for a personal address, where one is needed."""
    if not record.graduated or keeps(record, "keeps_school_email", default=school.institution.keeps_school_email):
        return ()
    return ASKED_ON, ANSWER_BY


def _touches_account(record: Record, added: Iterable[str]) -> bool:
    return DISABLED in record.values or any(key.startswith(_ACCOUNT) for key in (*record.values, *added))


def _account(school: School) -> tuple[str, ...]:
    return tuple(key for key in school.fields if key.startswith(_ACCOUNT))


def choices(key: str, record: Record, school: School) -> Choices | None:
    """Return what may be chosen under `key`; None where a text of one's own is asked for."""
    field = school.fields[key]
    wiping = (FieldChoice(CLEAR, _("wipe it in Handshake")),) if field.clear else ()
    if field.kind is FieldKind.BOOLEAN:
        return Choices((*_yes_and_no(key), *wiping), open=False)
    if key == KIND:
        return Choices(tuple(FieldChoice(kind, kind_words(kind)) for kind in KINDS), open=False)
    if key == HOW:
        return Choices(tuple(FieldChoice(code, reason_words(code)) for code in school.fields[key].values), open=False)
    if key == REASON:
        reasons = _reasons(record, school)
        return Choices(tuple(FieldChoice(code, reason_words(code)) for code in reasons), open=False)
    if field.kind is FieldKind.LIST or not field.values:
        return None
    return Choices((*map(_plain, field.values), *wiping), open=field.is_open)


def _plain(value: str) -> FieldChoice:
    return FieldChoice(value, value)


def _yes_and_no(key: str) -> tuple[FieldChoice, ...]:
    if key == DISABLED:
        return FieldChoice("true", _("closed")), FieldChoice("false", _("reopened"))
    return FieldChoice("true", _("yes")), FieldChoice("false", _("no"))


def _reasons(record: Record, school: School) -> tuple[str, ...]:
    institution = school.institution
    if record.text(DISABLED) == "false":
        return institution.reactivation_reasons
    return institution.deactivation_reasons


def absent_field_states(record: Record, school: School) -> Mapping[str, FieldState]:
    """Return the values that apply while fields are absent, by key, as far as they are known."""
    cells = derived_cells(record, school)
    states = {key: FieldState(_spoken(one.cell), _(one.why), derived=True) for key, one in cells.items()}
    institution = school.institution
    why = _("As the school's settings say for everybody.")
    for key, default in ((KEEPS_EMAIL, institution.keeps_school_email), (KEEPS_SSO, institution.keeps_sso)):
        states[key] = FieldState(_("yes") if default else _("no"), why, derived=False)
    return {key: one for key, one in states.items() if key not in record.values}


def _spoken(cell: str) -> str:
    """Return a derived cell in words."""
    return {"TRUE": _("yes"), "FALSE": _("no"), CLEAR: _("wiped in Handshake")}.get(cell, cell)


def can_wipe(field: Field) -> bool:
    """Return whether the field may have the importer's word for "wipe"."""
    return field.clear and field.kind is not FieldKind.BOOLEAN
