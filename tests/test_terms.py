"""What keys and values are called where a person reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from graduand.editing import edit as changes
from graduand.git.events import Event, EventKind
from graduand.language import speak
from graduand.records.transition import reason_code, reason_words
from graduand.reports.audit_text import what
from graduand.reports.labels import TECHNICAL, Terms, terms_of
from graduand.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

    from graduand.records.school import School

REASON = "transition:account:reason"
UNDONE = Event(EventKind.CORRECTED, "00412345", "", {"disabled": "true", REASON: "deceased"}, {})
CLOSED = Event(EventKind.DEACTIVATED, "00412345", "", None, None, "requested-by-student", "student", "2026-07-01")


def test_a_change_is_told_by_labels_and_in_words(school: School) -> None:
    speak("fr")
    terms = Terms(lambda: school.fields)

    assert what(UNDONE, terms, show=True) == "État du compte\u00a0: fermé → –, Motif\u00a0: décès → –"
    assert what(CLOSED, terms, show=True) == "à la demande de l’étudiant, à partir du 2026-07-01"
    assert terms.value("transition:keeps_sso", "false") == "non"
    assert terms.value("primary_education:end_date", "**CLEAR**") == "effacé dans Handshake"


def test_for_machines_keys_and_codes_stay_as_they_are() -> None:
    assert what(UNDONE, TECHNICAL, show=True) == f"disabled: true → –, {REASON}: deceased → –"
    assert what(CLOSED, TECHNICAL, show=True) == "requested-by-student, asked by student, from 2026-07-01"


def test_a_history_is_told_even_where_the_schema_is_broken(root: Path) -> None:
    (root / "schema/handshake.yaml").write_text("no", encoding="utf-8")

    assert (
        what(UNDONE, terms_of(Workspace(root)), show=True)
        == "disabled: true → –, transition:account:reason: deceased → –"
    )


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_reason_may_be_given_by_its_words(school: School, language: str) -> None:
    speak(language)
    for code in school.institution.deactivation_reasons:
        made = changes.closing_change(school, reason_words(code).upper(), reason_words("student"))
        assert (made.values[REASON], made.values["transition:account:requested_by"]) == (code, "student")
    assert reason_code("moved away", ["moved-abroad"]) == "moved away"
