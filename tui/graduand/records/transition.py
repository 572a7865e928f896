"""Transition: the keys of a record that say why; all others are Handshake's columns."""

from __future__ import annotations

from typing import Final, NamedTuple

from graduand.language import Words
from graduand.records.field import Field
from graduand.records.kinds import FieldKind

GRADUATED: Final = "graduated"
RETURNED: Final = "returned"


class Waiver(NamedTuple):
    """A narrow, dated exemption from one rule; dates as typed, `yyyy-mm-dd` when sound."""

    rule: str = ""
    reason: str = ""
    until: str = ""
    by: str = ""


def _field(name: str, kind: FieldKind, label: Words, explanation: Words, **more: object) -> Field:
    return Field(f"transition:{name}", kind, label, explanation, **more)  # type: ignore[arg-type]


FIELDS: Final = (
    _field(
        "kind",
        FieldKind.CHOICE,
        Words("Transition", "Transition"),
        Words(
            "What happens to the person: “graduated” makes an alumnus, “returned” makes a student again.",
            "Ce qui arrive à la personne : « graduated » en fait un alumni, « returned » en refait un étudiant.",
        ),
        values=(GRADUATED, RETURNED),
        misspellings={
            "graduate": GRADUATED,
            "alumni": GRADUATED,
            "diplômé": GRADUATED,
            "diplômée": GRADUATED,
            "return": RETURNED,
            "returner": RETURNED,
            "retour": RETURNED,
            "revenu": RETURNED,
            "revenue": RETURNED,
        },
    ),
    _field(
        "keeps_school_email",
        FieldKind.BOOLEAN,
        Words("Keeps the school mailbox", "Conserve la messagerie de l’école"),
        Words(
            "Whether the school mailbox stays open after graduation; if not, a personal address is needed. "
            "Default: keeps_school_email of institution.yaml.",
            "Indique si la messagerie de l’école reste ouverte après le diplôme ; sinon il faut une "
            "adresse personnelle. "
            "Par défaut : keeps_school_email d’institution.yaml.",
        ),
    ),
    _field(
        "keeps_sso",
        FieldKind.BOOLEAN,
        Words("Keeps the school login (SSO)", "Conserve la connexion de l’école (SSO)"),
        Words(
            "Whether the school login still works after graduation; if not, the person must set a "
            "Handshake password first. "
            "Default: keeps_sso of institution.yaml.",
            "Indique si la connexion de l’école fonctionne encore après le diplôme ; sinon la personne doit d’abord "
            "définir un mot de passe Handshake. Par défaut : keeps_sso d’institution.yaml.",
        ),
    ),
    _field(
        "personal_email:requested_on",
        FieldKind.DATE,
        Words("Personal address asked for on", "Adresse personnelle demandée le"),
        Words("The day on which the person was asked.", "Le jour où la demande a été envoyée."),
    ),
    _field(
        "personal_email:answer_by",
        FieldKind.DATE,
        Words("Answer by", "Réponse attendue le"),
        Words(
            "The last day for an answer; afterwards the school's policy applies.",
            "Le dernier jour pour répondre ; ensuite s’applique la règle de l’école.",
        ),
    ),
    _field(
        "account:reason",
        FieldKind.TEXT,
        Words("Reason", "Motif"),
        Words(
            "Why the account is closed or reopened; one of the reasons of institution.yaml.",
            "Pourquoi le compte est fermé ou rouvert ; l’un des motifs d’institution.yaml.",
        ),
    ),
    _field(
        "account:requested_by",
        FieldKind.TEXT,
        Words("Asked by", "Demandé par"),
        Words("Who asked: the student, a service, an office.", "Qui l’a demandé : l’étudiant, un service, un bureau."),
    ),
    _field(
        "account:effective_on",
        FieldKind.DATE,
        Words("Effective on", "Prend effet le"),
        Words(
            "The day from which the closing or reopening is sent; before it, this change is held back.",
            "Le jour à partir duquel la fermeture ou la réouverture est envoyée ; avant, elle est retenue.",
        ),
    ),
    _field(
        "previous_username",
        FieldKind.IDENTIFIER,
        Words("Former username", "Ancien identifiant"),
        Words(
            "The username that Handshake still has, when the username itself changes.",
            "L’identifiant que Handshake connaît encore, lorsque l’identifiant lui-même change.",
        ),
    ),
    _field(
        "continues_at",
        FieldKind.TEXT,
        Words("Continues at", "Poursuit à"),
        Words(
            "The other institution this person goes on to; it opens an account of its own, with its own address.",
            "L’autre établissement que rejoint la personne ; il crée son propre compte, avec sa propre adresse.",
        ),
    ),
    _field(
        "waive",
        FieldKind.WAIVERS,
        Words("Exemptions", "Dérogations"),
        Words(
            "Narrow, dated exemptions from one rule each: rule, reason, until, by.",
            "Dérogations limitées et datées, une règle chacune : rule, reason, until, by.",
        ),
    ),
    _field(
        "notes",
        FieldKind.NOTE,
        Words("Notes", "Notes"),
        Words("Free text for colleagues; never sent.", "Texte libre pour les collègues ; jamais envoyé."),
        max=5000,
    ),
)
"""In canonical order."""
