"""Keyboard stories: an application without a terminal, its keys pressed, its screen read as lines of text."""

from __future__ import annotations

import asyncio
import io
import re
import time
from html import unescape
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from rich.cells import cell_len
from textual.events import Key
from textual.screen import ModalScreen

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.app import App
    from textual.pilot import Pilot
    from textual.worker import Worker

SMALL, LARGE = (80, 24), (120, 40)


def story(app: App[Any], tell: Callable[[Pilot[Any]], Awaitable[None]], size: tuple[int, int] = SMALL) -> None:
    """Run `app` and let `tell` press its keys; whatever goes wrong in the app fails the test."""

    async def run() -> None:
        async with app.run_test(size=size, notifications=True) as pilot:
            app.cursor_blink = False  # type: ignore[attr-defined]
            await settled(pilot)
            await tell(pilot)

    asyncio.run(run())


async def settled(pilot: Pilot[Any]) -> None:
    """Wait until no work goes on behind the screen and everything is painted; a question waits for its answer."""
    await pilot.pause()
    deadline = time.monotonic() + 30
    while any(_is_busy(worker, pilot.app) for worker in pilot.app.workers):
        assert time.monotonic() < deadline, "something behind the screen does not end"
        await asyncio.sleep(0.005)
    await pilot.pause()


def _is_busy(worker: Worker[Any], app: App[Any]) -> bool:
    """Tell whether a worker has something to do, and does not wait for the answer to a question on the screen."""
    asking = worker.group == "asking" and not isinstance(app.screen, ModalScreen)
    return not worker.is_finished and (worker._thread_worker or asking)


async def press(pilot: Pilot[Any], *keys: str) -> None:
    """Press keys, and wait until what they started is done."""
    await pilot.press(*keys)
    await settled(pilot)


async def quickly(pilot: Pilot[Any], *keys: str) -> None:
    """Press keys one upon the other, as a quick typist does, and wait only in the end."""
    for key in keys:
        event = Key(key, key if len(key) == 1 else None)
        event.set_sender(pilot.app)
        pilot.app.post_message(event)
    await settled(pilot)


async def type_in(pilot: Pilot[Any], text: str) -> None:
    """Type a text, letter by letter."""
    for char in text:
        event = Key("space" if char == " " else char, char)
        event.set_sender(pilot.app)
        pilot.app.post_message(event)
    await settled(pilot)


def screen_text(app: App[Any]) -> str:
    """Return the screen as lines of text, without colours; trailing blanks cut."""
    width, height = app.size
    svg = app.export_screenshot()
    rows = [[" "] * width for _row in range(height)]
    for element in ET.parse(io.StringIO(svg)).iter("{http://www.w3.org/2000/svg}text"):  # noqa: S314 - our own picture
        clip = re.search(r"line-(\d+)\)$", element.get("clip-path", ""))
        if clip:
            column = round(float(element.get("x", "0")) / 12.2)
            for char in unescape(element.text or "").replace("\u00a0", " "):
                if column < width:
                    rows[int(clip[1])][column] = char
                    for rest in range(1, cell_len(char)):
                        rows[int(clip[1])][column + rest] = ""
                column += max(cell_len(char), 1)
    return "\n".join("".join(row).rstrip() for row in rows) + "\n"
