"""The colours, dark and light; red only for what closes or breaks something."""

from __future__ import annotations

from typing import Final

from textual.theme import Theme

DARK: Final = Theme(
    name="graduand-dark",
    primary="#5b8def",
    secondary="#7a88a8",
    accent="#e3b341",
    warning="#e3a03c",
    error="#f0736a",
    success="#62b879",
    foreground="#dde2ea",
    background="#12161c",
    surface="#1a2029",
    panel="#222a35",
    dark=True,
)

LIGHT: Final = Theme(
    name="graduand-light",
    primary="#2f62c9",
    secondary="#5b6880",
    accent="#8a5a00",
    warning="#9a5b00",
    error="#b3261e",
    success="#22733d",
    foreground="#1c2430",
    background="#fbfbf8",
    surface="#f1f1ec",
    panel="#e4e5df",
    dark=False,
)

THEMES: Final = {"dark": DARK, "light": LIGHT}
