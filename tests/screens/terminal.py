"""Keyboard stories: an application without a terminal, its keys pressed, its screen read as lines of text."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, Final, TypeVar, TypeVarTuple

from textual._compositor import LayoutUpdate
from textual.drivers.headless_driver import HeadlessDriver
from textual.events import Key, Resize
from textual.geometry import Size
from textual.keys import _character_to_key, key_to_character

from graduand.screens.widgets.person_pane import PersonPane

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from concurrent.futures import Executor

    from textual.app import App
    from textual.pilot import Pilot
    from textual.screen import Screen

SMALL, LARGE = (80, 24), (120, 40)
Result = TypeVar("Result")
Words = TypeVarTuple("Words")
REST: Final = 3600.0
"""Seconds after which a pane looks for a history: only when the clock is put forward, so that screens are alike."""
NO_BREAK: Final = "\u00a0"


def story(app: App[Any], tell: Callable[[Pilot[Any]], Awaitable[None]], size: tuple[int, int] = SMALL) -> None:
    """Run `app` and let `tell` press its keys; whatever goes wrong in the app fails the test."""

    async def run() -> None:
        async with app.run_test(size=size, notifications=True) as pilot:
            app.cursor_blink = False  # type: ignore[attr-defined]
            await settled(pilot)
            await tell(pilot)

    app.animation_level = "none"
    PersonPane.REST = REST
    with asyncio.Runner(loop_factory=Loop) as runner:
        runner.run(run())


class Loop(asyncio.SelectorEventLoop):
    """An event loop that can tell whether anything goes on, and whose clock can be put forward."""

    def __init__(self) -> None:
        super().__init__()
        self.labours: set[asyncio.Future[Any]] = set()
        """What is done in threads."""
        self.ahead = 0.0

    def time(self) -> float:
        return super().time() + self.ahead

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[*Words], Result], *args: *Words
    ) -> asyncio.Future[Result]:
        labour = super().run_in_executor(executor, func, *args)
        self.labours.add(labour)
        labour.add_done_callback(self.labours.discard)
        return labour

    async def rest(self) -> None:
        """Wait until nobody has anything to do, but for timers and threads."""
        goes_on = True
        while goes_on:
            await asyncio.sleep(0)
            goes_on = bool(self._ready)  # type: ignore[attr-defined] # what is to be called next


async def settled(pilot: Pilot[Any]) -> None:
    """Wait until no work goes on behind the screen and everything is painted; a question waits for its answer."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, Loop)
    deadline = time.monotonic() + 30
    while True:
        await loop.rest()
        if pilot.app.is_running and _is_stale(pilot.app.screen):
            pilot.app.screen._on_timer_update()
        elif loop.labours:
            await asyncio.wait(loop.labours, timeout=30, return_when=asyncio.FIRST_COMPLETED)
        elif pilot.app.is_running and any(pane.waits for pane in pilot.app.screen.query(PersonPane)):
            loop.ahead += PersonPane.PAUSE
            await asyncio.sleep(0.001)
        else:
            return
        assert time.monotonic() < deadline, "something behind the screen does not end"


def _is_stale(screen: Screen[Any]) -> bool:
    """Tell whether a screen waits for the next of the sixty moments a second at which it is painted."""
    return bool(
        screen._layout_required
        or screen._scroll_required
        or screen._repaint_required
        or screen._recompose_required
        or screen._dirty_widgets
    )


async def later(pilot: Pilot[Any], seconds: float) -> None:
    """Put the clock forward, and wait until what was due by then is done."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, Loop)
    loop.ahead += seconds
    await asyncio.sleep(0.001)
    await settled(pilot)


async def press(pilot: Pilot[Any], *keys: str) -> None:
    """Press keys, and wait after each until what it started is done."""
    for key in keys:
        await quickly(pilot, key)


async def quickly(pilot: Pilot[Any], *keys: str) -> None:
    """Press keys one upon the other, as a quick typist does, and wait only in the end."""
    for name in keys:
        key = _character_to_key(name) if len(name) == 1 else name
        event = Key(key, name if len(name) == 1 else key_to_character(key))
        event.set_sender(pilot.app)
        pilot.app.post_message(event)
    await settled(pilot)


async def type_in(pilot: Pilot[Any], text: str) -> None:
    """Type a text, letter by letter."""
    await quickly(pilot, *text)


async def resize(pilot: Pilot[Any], width: int, height: int) -> None:
    """Make the terminal so large."""
    size = Size(width, height)
    assert isinstance(pilot.app._driver, HeadlessDriver)
    pilot.app._driver._size = size
    pilot.app.post_message(Resize(size, size))
    await settled(pilot)
    await later(pilot, 1 / 60)


async def seen_at(pilot: Pilot[Any], size: tuple[int, int]) -> str:
    """Return the screen as lines of text in a terminal of this size."""
    if pilot.app.size != size:
        await pilot.resize_terminal(*size)
        await settled(pilot)
    return screen_text(pilot.app)


def screen_text(app: App[Any]) -> str:
    """Return the screen as lines of text, without colours; trailing blanks cut."""
    painted = app.screen._compositor.render_update(full=True, screen_stack=app._background_screens)
    assert isinstance(painted, LayoutUpdate)
    lines = ("".join(strip.text for strip in line) for line in painted.strips)
    return "".join(f"{line.replace(NO_BREAK, ' ').rstrip()}\n" for line in lines)


def in_order(text: str, *words: str) -> bool:
    places = [text.find(word) for word in words]
    return places == sorted(places) and places[0] >= 0
