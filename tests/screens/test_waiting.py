"""Long work: it says how far it is, Esc stops it, and what goes wrong comes back as a sentence."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import pytest
from textual.app import App

from graduand.errors import Usage
from graduand.patience import Stopped, no_return, progress
from graduand.reports.console import line
from graduand.screens.page import PageScreen
from graduand.screens.problems import ProblemsScreen
from graduand.screens.waiting import Waiting, bar
from graduand.workspace import Workspace
from tests.repository import TODAY
from tests.screens.stage import Stage, faulty
from tests.screens.terminal import press, screen_text, settled, story

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from textual.pilot import Pilot

    from graduand.index.index import Checked
    from graduand.screens.waiting import Tell


class Work:
    """Goes on until it is told to end, or stopped."""

    def __init__(self) -> None:
        self.end = threading.Event()
        self.stopped = threading.Event()

    def __call__(self, tell: Tell) -> str:
        done = 0
        while not self.end.wait(0.01):
            done += 1
            try:
                tell(done, 1000)
            except Stopped:
                self.stopped.set()
                raise
        return "done"


def answer(screen: Waiting[str], tell: Callable[[Pilot[Any]], Awaitable[None]]) -> list[object]:
    """Return what the window answers with, once `tell` has pressed its keys."""
    answers: list[object] = []

    async def run() -> None:
        app = App[None]()
        async with app.run_test() as pilot:
            app.push_screen(screen, answers.append)
            await tell(pilot)
            await app.workers.wait_for_complete()
            await pilot.pause()

    asyncio.run(run())
    return answers


def test_long_work_says_how_far_it_is_and_esc_stops_it() -> None:
    work = Work()

    async def tell(pilot: Pilot[Any]) -> None:
        while "of 1000" not in screen_text(pilot.app):
            await pilot.pause(0.05)
        assert "Counting" in screen_text(pilot.app)
        await pilot.press("escape")

    assert answer(Waiting("Counting", work), tell) == [None]
    assert work.stopped.wait(5)


def test_what_writes_is_waited_for_when_it_is_stopped() -> None:
    work = Work()

    async def tell(pilot: Pilot[Any]) -> None:
        while "of 1000" not in screen_text(pilot.app):
            await pilot.pause(0.05)
        await pilot.press("escape")

    assert answer(Waiting("Saving", work, writes=True), tell) == [None]
    assert work.stopped.is_set()


def test_what_is_beyond_return_goes_on_to_its_end() -> None:
    work = Work()

    def write(tell: Tell) -> str:
        no_return()
        return work(tell)

    async def tell(pilot: Pilot[Any]) -> None:
        while "cannot be stopped any more" not in screen_text(pilot.app):
            await pilot.pause(0.05)
        await pilot.press("escape")
        work.end.set()

    assert answer(Waiting("Saving", write, writes=True), tell) == ["done"]


def test_what_was_stopped_does_not_begin_what_is_beyond_return() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def write(_tell: Tell) -> str:
        begun.set()
        go_on.wait(5)
        no_return()
        raise AssertionError

    async def tell(pilot: Pilot[Any]) -> None:
        await asyncio.to_thread(begun.wait, 5)
        await pilot.press("escape")
        go_on.set()
        await asyncio.sleep(0.2)  # until it has ended

    assert answer(Waiting("Saving", write, writes=True), tell) == [None]
    progress(1, 2)  # nobody waits here


def test_trouble_comes_back_as_it_is() -> None:
    trouble = Usage("No.")

    def work(_tell: Tell) -> str:
        raise trouble

    async def tell(_pilot: Pilot[Any]) -> None:
        return

    assert answer(Waiting("Counting", work), tell) == [trouble]


def test_a_view_is_left_while_it_still_reads(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = Work()

    def check(_workspace: Workspace, _on: str, progress: Tell) -> Checked:
        work(progress)
        raise AssertionError

    monkeypatch.setattr(Workspace, "check", check)
    app = Stage(ProblemsScreen(Workspace(faulty(root)), TODAY))

    async def run() -> None:
        async with app.run_test() as pilot:
            while "of 1000" not in screen_text(app):
                await pilot.pause(0.05)
            await pilot.press("escape")
            await pilot.pause()
            assert app.screen is not app.shown
            assert await asyncio.to_thread(work.stopped.wait, 5)

    asyncio.run(run())


@pytest.mark.parametrize(("done", "of", "full"), [(0, 0, 0), (1, 2, 5), (2, 2, 10)])
def test_the_bar_is_as_long_as_what_is_done(done: int, of: int, full: int) -> None:
    assert bar(done, of, 10).count("━") == full


def test_a_story_ends_when_nothing_works_any_more(root: Path) -> None:
    screen = ProblemsScreen(Workspace(faulty(root)), TODAY)

    async def tell(_pilot: Pilot[Any]) -> None:
        assert not screen.status_text
        assert screen.outline

    story(Stage(screen), tell)


def test_work_that_ends_beneath_another_screen_closes_only_its_own_window() -> None:
    may_end = threading.Event()
    answers: list[object] = []
    waiting = Waiting("Saving", lambda _tell: may_end.wait(30), writes=True)
    above = PageScreen("Messages", [line("Nothing")])
    app: App[None] = App()

    async def tell(pilot: Pilot[Any]) -> None:
        app.push_screen(waiting, answers.append)
        app.push_screen(above)
        await pilot.pause()
        may_end.set()
        await settled(pilot)
        assert app.screen is above
        assert answers == []
        await press(pilot, "escape")
        assert waiting not in app.screen_stack
        assert answers == [True]

    story(app, tell)
