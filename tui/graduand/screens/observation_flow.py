"""What Handshake shows: where it differs from the records, an export that is taken in, what was done on one profile."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graduand.errors import Trouble
from graduand.intake.file_offers import recent_files
from graduand.intake.preview import read_file
from graduand.language import _, visible
from graduand.observations.observe import Observed, ObserveOptions, observe_export, observe_person
from graduand.records.record import DISABLED
from graduand.reports.drift_text import drift_text
from graduand.reports.labels import terms_of
from graduand.reports.observation_text import observation_text
from graduand.screens.failed_rows import FileScreen
from graduand.screens.messages import Changed
from graduand.screens.page import PageScreen
from graduand.screens.question import Answer, QuestionScreen
from graduand.screens.results import tell_result
from graduand.screens.sync_notice import say_synced
from graduand.screens.waiting import Waiting
from graduand.uploads.drift import drift_of
from graduand.uploads.drift_table import read_drift_table
from graduand.uploads.exchange import ONLINE
from graduand.uploads.times import time_of_file

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.screen import Screen

    from graduand.reports.console import Line
    from graduand.screens.waiting import Tell
    from graduand.uploads.exchange import Exchange
    from graduand.workspace import Workspace

    Observe = Callable[[Exchange | None], Observed]


def ask_what_handshake_shows(screen: Screen[Any], workspace: Workspace, on: str) -> None:
    """Ask whether to compare the accounts with the records on a day, or to take an export of Handshake in."""
    answers = [
        Answer(("d",), "d", _("where it differs from the records, and what to do"), "differences"),
        Answer(("x",), "x", _("an export of its students: what it shows that was not known"), "export"),
        Answer((), _("Esc"), _("nothing"), ""),
    ]

    def answered(answer: str | None) -> None:
        if answer == "differences":
            show_differences(screen, workspace, on)
        elif answer == "export":
            ask_for_export(screen, workspace)

    screen.app.push_screen(QuestionScreen(_("What Handshake shows"), (), answers), answered)


def show_differences(screen: Screen[Any], workspace: Workspace, on: str) -> None:
    """Show each account's situation, and what to do about it."""

    def compare(tell: Tell) -> list[Line]:
        table = read_drift_table(workspace.root)
        found = drift_of(workspace, on, tell)
        return [*drift_text(found, table, terms_of(workspace), everything=False, show=False)]

    def compared(outcome: list[Line] | Trouble | None) -> None:
        if isinstance(outcome, Trouble):
            screen.notify(str(outcome), severity="error", markup=False)
        elif outcome:
            screen.app.push_screen(PageScreen(_("Where Handshake differs"), outcome))

    screen.app.push_screen(Waiting(_("Comparing the records with Handshake"), compare), compared)


def ask_for_export(screen: Screen[Any], workspace: Workspace) -> None:
    """Ask where the export is, and show what it changes in what is known."""

    def answered(path: str | None) -> None:
        if path:
            file = Path(path).expanduser()

            def observe(exchange: Exchange | None) -> Observed:
                return observe_export(workspace, read_file(file), ObserveOptions(time_of_file(file)), exchange)

            _look(screen, workspace, observe)

    sentence = _("Handshake's own export of students:")
    screen.app.push_screen(FileScreen(sentence, recent_files(Path.home())), answered)


def ask_what_was_done(screen: Screen[Any], workspace: Workspace, username: str) -> None:
    """Ask what was done by hand on somebody's profile; nothing is sent because of it."""
    answers = [
        Answer(("o",), "o", _("the account was reopened"), f"{DISABLED}=FALSE"),
        Answer(("c",), "c", _("the account was closed"), f"{DISABLED}=TRUE"),
        Answer((), _("Esc"), _("nothing"), ""),
    ]
    title = _("What was done in Handshake, on the profile of {username}").format(username=visible(username))

    def answered(word: str | None) -> None:
        if word:
            _look(
                screen,
                workspace,
                lambda exchange: observe_person(workspace, username, [word], ObserveOptions(), exchange),
            )

    screen.app.push_screen(QuestionScreen(title, (), answers), answered)


def _look(screen: Screen[Any], workspace: Workspace, observe: Observe) -> None:
    """Show what an observation changes in what is known, and note it when one says so."""

    def seen(outcome: Observed | Trouble | None) -> None:
        if isinstance(outcome, Trouble):
            screen.notify(str(outcome), severity="error", markup=False)
        elif outcome:
            lines = observation_text(outcome.preview, terms_of(workspace), everything=False, show=False)
            verb = "" if outcome.preview.known_entry else _("Note it")
            page = PageScreen(_("What Handshake shows"), lines, verb)
            screen.app.push_screen(page, partial(_note, screen, observe))

    screen.app.push_screen(Waiting(_("Reading what Handshake shows"), lambda _tell: observe(None)), seen)


def _note(screen: Screen[Any], observe: Observe, is_wanted: bool | None) -> None:  # noqa: FBT001 - as the page answers
    def noted(outcome: Observed | Trouble | None) -> None:
        if isinstance(outcome, Trouble):
            screen.notify(str(outcome), severity="error", markup=False)
        elif outcome:
            say_synced(screen, outcome.fetched, outcome.shared)
            tell_result(screen, _("What Handshake shows is noted."), _("Noted as {name}").format(name=outcome.entry))
            screen.post_message(Changed())

    if is_wanted:
        work = Waiting(_("Noting what Handshake shows"), lambda _tell: observe(ONLINE), writes=True)
        screen.app.push_screen(work, noted)
