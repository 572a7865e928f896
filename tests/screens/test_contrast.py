"""Every text can be read on every ground that it stands on, in both themes and in a terminal of sixteen colours."""

from __future__ import annotations

import re

import pytest
from rich.color import Color as TerminalColor
from rich.color import ColorSystem
from textual.color import Color

from graduand.screens.base_app import BaseApp
from graduand.screens.themes import THEMES
from tests.repository import HOUSE

GROUNDS = ("background", "surface", "panel", "surface-active", "primary-muted", "warning-muted")
TEXTS = ("foreground", "text-primary", "text-accent", "text-warning", "text-error", "text-success")
FAINTEST = 70
"""The percentage of the foreground that the faintest text has."""

XTERM = (
    *("#000000", "#cd0000", "#00cd00", "#cdcd00", "#0000ee", "#cd00cd", "#00cdcd", "#e5e5e5"),
    *("#7f7f7f", "#ff0000", "#00ff00", "#ffff00", "#5c5cff", "#ff00ff", "#00ffff", "#ffffff"),
)
"""The sixteen colours of a terminal."""


def contrast(text: Color, ground: Color) -> float:
    """Return the contrast ratio of WCAG 2, from 1 to 21."""
    low, high = sorted(_luminance(one) for one in (text, ground))
    return (high + 0.05) / (low + 0.05)


def _luminance(color: Color) -> float:
    parts = [part / 255 for part in color.rgb]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def in_sixteen(color: Color) -> Color:
    """Return what a terminal of sixteen colours shows for a colour."""
    number = TerminalColor.from_rgb(*color.rgb).downgrade(ColorSystem.STANDARD).number
    assert number is not None
    return Color.parse(XTERM[number])


def colours(theme: str) -> tuple[dict[str, Color], dict[str, Color]]:
    """Return the grounds and the texts of a theme by name."""
    app = BaseApp()
    app.theme = THEMES[theme].name
    made = app.get_css_variables()
    return {name: Color.parse(made[name]) for name in GROUNDS}, {name: Color.parse(made[name]) for name in TEXTS}


@pytest.mark.parametrize("theme", THEMES)
def test_every_text_stands_out_from_every_ground(theme: str) -> None:
    grounds, texts = colours(theme)
    pairs = {(text, ground): (texts[text], grounds[ground]) for text in texts for ground in grounds}
    for name, ground in grounds.items():
        pairs["faint", name] = (ground.blend(texts["foreground"], FAINTEST / 100, 1), ground)

    full = {pair: round(contrast(*both), 1) for pair, both in pairs.items()}
    sixteen = {pair: round(contrast(*map(in_sixteen, both)), 1) for pair, both in pairs.items()}

    assert {pair: ratio for pair, ratio in full.items() if ratio < 4.5} == {}
    assert {pair: ratio for pair, ratio in sixteen.items() if ratio < 3.5} == {}


def test_no_text_is_fainter() -> None:
    screens = (HOUSE / "tui" / "graduand" / "screens").rglob("*.py")
    found = {
        f"{path.name}: {faint}"
        for path in screens
        for faint in re.findall(r"\$foreground (\d+)%", path.read_text(encoding="utf-8"))
        if int(faint) < FAINTEST
    }

    assert found == set()
