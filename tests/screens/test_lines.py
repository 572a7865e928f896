from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult

from graduand.screens.widgets.lines import Cell, Drawn, LineList, fit
from tests.screens.terminal import press, screen_text, story

if TYPE_CHECKING:
    from textual.pilot import Pilot


class ListApp(App[None]):
    """A hundred thousand lines."""

    def __init__(self, count: int = 100_000) -> None:
        super().__init__()
        self.drawn: list[int] = []
        self.chosen: list[int] = []
        self.many = count

    def compose(self) -> ComposeResult:
        yield LineList()

    def on_mount(self) -> None:
        self.query_one(LineList).show(self.many, self.draw)

    def draw(self, index: int, width: int) -> Drawn:
        self.drawn.append(index)
        return (Cell(fit(f"line {index}", width)),)

    def on_line_list_chosen(self, event: LineList.Chosen) -> None:
        self.chosen.append(event.index)


def test_only_what_is_in_sight_is_drawn() -> None:
    app = ListApp()

    async def tell(pilot: Pilot[Any]) -> None:
        assert set(app.drawn) <= set(range(30))
        await press(pilot, "end")
        assert set(app.drawn) <= set(range(30)) | set(range(99_970, 100_000))
        assert "▸line 99999" in screen_text(app)

    story(app, tell)


@pytest.mark.parametrize(
    ("keys", "cursor"),
    [
        (["up"], 0),
        (["down", "down", "up"], 1),
        (["pagedown"], 23),
        (["pagedown", "pageup"], 0),
        (["end", "down"], 99_999),
        (["end", "home"], 0),
    ],
)
def test_the_cursor_stays_in_the_list_and_in_sight(keys: list[str], cursor: int) -> None:
    app = ListApp()

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, *keys)
        assert app.query_one(LineList).cursor == cursor
        assert f"▸line {cursor}\n" in "".join(f"{line.rstrip(' ▁▂▃▄▅▆▇█')}\n" for line in screen_text(app).split("\n"))

    story(app, tell)


def test_a_line_is_chosen_by_enter_and_by_two_clicks() -> None:
    app = ListApp()

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "down", "enter")
        await pilot.click(LineList, offset=(3, 5), times=2)
        assert app.chosen == [1, 5]

    story(app, tell)


def test_an_empty_list_takes_every_key() -> None:
    app = ListApp(0)

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "down", "up", "end", "pagedown", "enter")
        assert app.chosen == []

    story(app, tell)


@pytest.mark.parametrize(
    "text", ["", "Dupont", "[/red]", "x" * 300, "王小梅" * 9, "é" * 40, "\x1b[2J", "a\u202eb", "ليلى"]
)
@pytest.mark.parametrize("width", [2, 7, 20])
def test_a_text_is_cut_to_its_columns_and_nothing_in_it_is_obeyed(text: str, width: int) -> None:
    shown = fit(text, width)

    assert cell_len(shown) == width
    assert shown.isprintable()
