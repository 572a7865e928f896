"""Cures: look for them, show them, and write them once they are wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graduand.editing import cures
from graduand.errors import Trouble
from graduand.language import _, ngettext
from graduand.reports.cures_text import left_sentence
from graduand.reports.labels import terms_of
from graduand.screens.confirm import ConfirmScreen, Question, Subject, display_name
from graduand.screens.save_worker import save
from graduand.screens.waiting import Waiting

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from graduand.editing.cures import CurePlan
    from graduand.findings import Finding
    from graduand.screens.place_screen import PlaceScreen
    from graduand.screens.waiting import Tell


def cure(screen: PlaceScreen, found: Sequence[Finding], title: str, done: Callable[[], None]) -> None:
    """Show what would cure these findings, and write it once that is wanted; `done` is called afterwards."""

    def look(tell: Tell) -> CurePlan:
        return cures.find_cures(screen.workspace, found, screen.day, tell)

    def propose(cured: CurePlan | Trouble | None) -> None:
        if isinstance(cured, Trouble):
            screen.notify(str(cured), severity="error", markup=False)
        elif cured and not cured.cures:
            screen.notify(_undecided(cured), markup=False)
        elif cured:
            question = ConfirmScreen(_question(screen, cured, title))
            screen.app.push_screen(question, lambda yes: _apply(screen, cured, done) if yes else None)

    screen.app.push_screen(Waiting(_("Looking for cures"), look), propose)


def _apply(screen: PlaceScreen, cured: CurePlan, done: Callable[[], None]) -> None:
    def ended(trouble: Trouble | None) -> None:
        if trouble:
            screen.notify(str(trouble), severity="error", markup=False)
        done()

    commit = screen.commit
    save(
        screen,
        screen.workspace,
        lambda hear: cures.apply(screen.workspace, cured.cures, commit=commit, on_resumed=hear),
        ended,
    )


def _undecided(cured: CurePlan) -> str:
    return ngettext(
        "This is for you to decide; open the record.",
        "These are for you to decide; open the records.",
        len(cured.undecided),
    )


def _question(screen: PlaceScreen, cured: CurePlan, title: str) -> Question:
    people = [Subject(display_name(one.record), one.differences) for one in cured.cures]
    number = ngettext("{count} record", "{count} records", len(people)).format(count=len(people))
    left = left_sentence(cured.undecided)
    return Question(f"{title} · {number}", people, left, terms=terms_of(screen.workspace))
