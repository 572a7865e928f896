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
from textual.events import Paste

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.app import App
    from textual.pilot import Pilot

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
    """Wait until no thread works behind the screen and everything is painted; an open question goes on waiting."""
    await pilot.pause()
    deadline = time.monotonic() + 30
    while any(worker.is_running and worker._thread_worker for worker in pilot.app.workers):
        assert time.monotonic() < deadline, "something behind the screen does not end"
        await pilot.pause(0.01)
    await pilot.pause()


async def press(pilot: Pilot[Any], *keys: str) -> None:
    """Press keys, and wait until what they started is done."""
    await pilot.press(*keys)
    await settled(pilot)


async def type_in(pilot: Pilot[Any], text: str) -> None:
    """Type the first letters of a text, and paste the rest, which a terminal hands over at once."""
    await pilot.press(*("space" if char == " " else char for char in text[:3]))
    if text[3:] and pilot.app.focused:
        pilot.app.focused.post_message(Paste(text[3:]))
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
