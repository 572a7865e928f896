"""The keys of a record that say why (transition:…), and the labels of the codes that stand under them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.language import N_, Words, _
from graduand.records.field import Field
from graduand.records.kinds import FieldKind
from graduand.similar import folded
from graduand.vocabulary import Meanings

if TYPE_CHECKING:
    from collections.abc import Iterable


BY_MAIL: Final = "mail"
IN_HANDSHAKE: Final = "in-handshake"
HOW: Final = (BY_MAIL, IN_HANDSHAKE)
"""How a person answered the request for a personal address."""
_LABELS: Final = {
    "requested-by-student": N_("requested by the student"),
    "required-by-policy": N_("required by policy"),
    "no-personal-email": N_("no personal address"),
    "duplicate-account": N_("duplicate account"),
    "deceased": N_("deceased"),
    "returned": N_("returned to study"),
    "closed-by-mistake": N_("closed by mistake"),
    "student": N_("the student"),
    "career-services": N_("the careers service"),
    "registrar": N_("the registrar"),
    "family": N_("the family"),
    BY_MAIL: N_("by mail"),
    IN_HANDSHAKE: N_("in Handshake"),
}
ON_REQUEST: Final = "requested-by-student"
RETURN: Final = "returned"
MISTAKE: Final = "closed-by-mistake"
DUPLICATE: Final = "duplicate-account"
DECEASED: Final = "deceased"
STUDENT: Final = "student"
"""The code for who asked, when it was the person."""


def reason_words(code: str) -> str:
    """Return the label of a code in the current language; a code of the school's own is its own label."""
    return _(_LABELS[code]) if code in _LABELS else code


def reason_code(text: str, known: Iterable[str]) -> str:
    """Return the one of the `known` codes that `text` is the code or the label of; `text` itself when there is none."""
    meant = folded(text)
    return next((code for code in known if meant in {folded(code), folded(reason_words(code))}), text)


GRADUATED: Final = "graduated"
RETURNED: Final = "returned"
LEFT: Final = "left"
"""Without a degree: withdrawn, transferred, no longer enrolled."""

_KINDS: Final = {
    GRADUATED: N_("graduated"),
    RETURNED: N_("returned"),
    LEFT: N_("left without a degree"),
}
KINDS: Final = tuple(_KINDS)


def kind_words(kind: str) -> str:
    """Return the label of a kind of transition in the current language; another text is its own label."""
    return _(_KINDS[kind]) if kind in _KINDS else kind


class Waiver(NamedTuple):
    """An exemption from one rule until a date; the date is as typed, `yyyy-mm-dd` if it is valid."""

    rule: str = ""
    reason: str = ""
    until: str = ""
    by: str = ""


def _field(name: str, kind: FieldKind, label: str, explanation: str, **more: object) -> Field:
    words = (Words({"en": text}) for text in (label, explanation))
    return Field(f"transition:{name}", kind, *words, **more)  # type: ignore[arg-type]


FIELDS: Final = (
    _field(
        "kind",
        FieldKind.CHOICE,
        N_("Transition"),
        N_(
            "What happens to the person: “graduated” makes an alumnus, “returned” makes a student again, “left” is "
            "for who goes without a degree and never becomes an alumnus."
        ),
        values=KINDS,
        misspellings=Meanings("kinds"),
    ),
    _field(
        "left:on",
        FieldKind.DATE,
        N_("Left on"),
        N_("The day since which a person who left is no longer enrolled; the school's months are counted from it."),
    ),
    _field(
        "left:notified_on",
        FieldKind.DATE,
        N_("Told of the closing on"),
        N_("The day of the letter that announces to a person who left that the account will be closed."),
    ),
    _field(
        "left:close_on",
        FieldKind.DATE,
        N_("Closing announced for"),
        N_("The day that this letter gives for the closing; the account is not closed before it."),
    ),
    _field(
        "keeps_school_email",
        FieldKind.BOOLEAN,
        N_("Keeps the school mailbox"),
        N_(
            "Whether the school mailbox stays open after graduation; if not, a personal address is needed. "
            "Default: keeps_school_email of institution.yaml."
        ),
    ),
    _field(
        "keeps_sso",
        FieldKind.BOOLEAN,
        N_("Keeps the school login (SSO)"),
        N_(
            "Whether the school login still works after graduation; if not, the person must set a "
            "Handshake password first. "
            "Default: keeps_sso of institution.yaml."
        ),
    ),
    _field(
        "personal_email:requested_on",
        FieldKind.DATE,
        N_("Personal address asked for on"),
        N_("The day on which the person was asked."),
    ),
    _field(
        "personal_email:answer_by",
        FieldKind.DATE,
        N_("Answer by"),
        N_("The last day for an answer; afterwards the school's policy applies."),
    ),
    _field(
        "personal_email:answered_on",
        FieldKind.DATE,
        N_("Answered on"),
        N_("The day of the answer; nobody is reminded, and nothing is closed for want of an answer any more."),
    ),
    _field(
        "personal_email:how",
        FieldKind.CHOICE,
        N_("How the answer came"),
        N_(
            "“mail”: the person wrote, and the address is in the record; “in-handshake”: the person added a personal "
            "address in Handshake and confirmed it there."
        ),
        values=HOW,
    ),
    _field(
        "sso:notified_on",
        FieldKind.DATE,
        N_("Told of the end of the school login on"),
        N_("The day of the letter that says until when a password must be set."),
    ),
    _field(
        "sso:ends_on",
        FieldKind.DATE,
        N_("School login ends on"),
        N_(
            "The day on which the school login (SSO) ends, or from which the letter says not to count on it. "
            "Default: months after the end date, where institution.yaml has sso: months_after_end."
        ),
    ),
    _field(
        "mailbox_ends_on",
        FieldKind.DATE,
        N_("School mailbox ends on"),
        N_(
            "The day on which the school mailbox ends; the person is asked for a personal address in time before it. "
            "Default: months after the end date, where institution.yaml has mailbox: months_after_end."
        ),
    ),
    _field(
        "account:reason",
        FieldKind.TEXT,
        N_("Reason"),
        N_("Why the account is closed or reopened; one of the reasons of institution.yaml."),
    ),
    _field(
        "account:requested_by",
        FieldKind.TEXT,
        N_("Asked by"),
        N_("Who asked: the student, a service, an office."),
    ),
    _field(
        "account:effective_on",
        FieldKind.DATE,
        N_("Effective on"),
        N_("The day from which the closing or reopening is sent; before it, this change is held back."),
    ),
    _field(
        "account:stays",
        FieldKind.IDENTIFIER,
        N_("Account that stays"),
        N_("Of two accounts of one person the username of the one that stays; for the reason “duplicate-account”."),
    ),
    _field(
        "excluded_from_sync",
        FieldKind.BOOLEAN,
        N_("Excluded from sync"),
        N_("Excluded by hand in Handshake, on the Account tab: no job touches this person, who is cared for by hand."),
    ),
    _field(
        "confidential",
        FieldKind.BOOLEAN,
        N_("Confidential"),
        N_("A FERPA block or an objection under the GDPR: no row and no letter for this person. Why is kept nowhere."),
    ),
    _field(
        "previous_username",
        FieldKind.IDENTIFIER,
        N_("Former username"),
        N_("The username that Handshake still has, when the username itself changes."),
    ),
    _field(
        "continues_at",
        FieldKind.TEXT,
        N_("Continues at"),
        N_("The other institution this person goes on to; it opens an account of its own, with its own address."),
    ),
    _field(
        "waive",
        FieldKind.WAIVERS,
        N_("Exemptions"),
        N_("Narrow, dated exemptions from one rule each: rule, reason, until, by."),
    ),
    _field(
        "notes",
        FieldKind.NOTE,
        N_("Notes"),
        N_("Free text for colleagues; never sent."),
        max=5000,
    ),
)
"""In canonical order."""
