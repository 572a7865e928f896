"""What a save came to is said in people's words: who closes and when, what was corrected of how many."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from graduand.editing.saved_changes import saved_changes
from graduand.file_change import SavedFile
from graduand.language import speak
from graduand.reports.labels import terms_of
from graduand.reports.result_text import result_text
from graduand.workspace import Workspace
from tests.repository import begin, graduate

if TYPE_CHECKING:
    from pathlib import Path

CLOSED = "disabled: true\ntransition:\n  account:\n    reason: requested-by-student\n    effective_on: 2026-12-31\n"


def told(root: Path, *changes: tuple[str | None, str | None]) -> str:
    """Return the sentence on these people's records before and after."""
    files = [
        SavedFile(f"records/2026-spring/{number}.yaml", _bytes(before), _bytes(after), "0" * 40)
        for number, (before, after) in enumerate(changes)
    ]
    return result_text(saved_changes(files), terms_of(Workspace(begin(root))), "2026-12-01", "eu")


def _bytes(text: str | None) -> bytes | None:
    return text.encode() if text is not None else None


def closing(username: str, day: str = "2026-12-31") -> tuple[str, str]:
    return graduate(username), graduate(username).replace("transition:\n", CLOSED.replace("2026-12-31", day), 1)


def corrected(username: str) -> tuple[str, str]:
    return graduate(username), graduate(username).replace("2026-06-15", "2026-06-16")


@pytest.mark.parametrize(
    ("changes", "english", "french"),
    [
        (
            [closing("1"), closing("2"), closing("3", "2026-12-01")],
            "1 account closes with the next upload, 2 accounts close on 31\u00a0December\u00a02026",
            "1 compte se ferme au prochain envoi, 2 comptes se ferment le 31\u00a0décembre\u00a02026",
        ),
        ([corrected("1"), corrected("2")], "2 dates corrected", "2 dates corrigées"),
        ([closing("1")[::-1]], "1: 1 closing is withdrawn", "1\u00a0: 1 fermeture est retirée"),
        ([(None, graduate("1")), (graduate("2"), None)], "1 new record, 1 record removed", None),
        (
            [(graduate("1"), graduate("1").replace("Dupont", "Martin").replace("p1@", "q1@"))],
            "1: changed: Email address, Last name",
            None,
        ),
    ],
)
def test_a_save_is_told_in_peoples_words(
    root: Path, changes: list[tuple[str | None, str | None]], english: str, french: str | None
) -> None:
    assert told(root, *changes) == english
    if french:
        speak("fr")
        assert told(root, *changes) == french
