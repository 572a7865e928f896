"""The colours, dark and light; red only for what closes or breaks something.

Each text stands out from each ground that it is on, also in a terminal that has but sixteen colours.
"""

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
    panel="#1e2530",
    dark=True,
    variables={
        "text-primary": "#a0c0ff",
        "text-accent": "#f0c860",
        "text-warning": "#ffb454",
        "text-error": "#ff8078",
        "text-success": "#5fd080",
        "primary-muted": "#18263e",
        "warning-muted": "#33260f",
        "surface-active": "#1f2732",
    },
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
    variables={
        "text-primary": "#2a3fa0",
        "text-accent": "#2a3fa0",
        "text-warning": "#8f2800",
        "text-error": "#9c1c14",
        "text-success": "#0b5c2b",
        "primary-muted": "#d6e2f8",
        "warning-muted": "#f3e4c8",
    },
)

THEMES: Final = {"dark": DARK, "light": LIGHT}
