"""The line of one person in the list of people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.index.people_list import HELD, WAITING, is_upcoming, kept_back
from graduand.language import _, visible
from graduand.screens.widgets.lines import Cell, Drawn, fit

if TYPE_CHECKING:
    from graduand.index.people_list import ListedPerson

SIGNS: Final = {"error": Cell("✗ ", "error"), "warning": Cell("! ", "warning"), "note": Cell("· ", "note")}
_NO_SIGN: Final = Cell("  ")
_WIDE: Final = 110
"""Columns from which on the programme has a place."""
_NARROW: Final = 70
"""Columns below which the cohort has none."""


class PersonColumns(NamedTuple):
    """How wide each column is; 0: not shown."""

    username: int
    name: int
    programme: int
    transition: int
    outstanding: int
    cohort: int


def columns(width: int) -> PersonColumns:
    """Return the columns of a list so many columns wide; the name takes what the others leave."""
    if width >= _WIDE:
        rest = width - 4 - (12 + 20 + 16 + 14) - 5
        return PersonColumns(12, rest // 2, rest - rest // 2, 20, 16, 14)
    if width >= _NARROW:
        return PersonColumns(11, width - 4 - (11 + 16 + 14 + 11) - 4, 0, 16, 14, 11)
    return PersonColumns(11, max(width - 4 - (11 + 15 + 14) - 3, 8), 0, 15, 14, 0)


def column_titles(width: int) -> str:
    """Return the line above a list whose lines are so wide, the cursor's sign aside."""
    titles = (_("username"), _("name"), _("programme"), _("transition"), _("outstanding"), _("cohort"))
    return "     " + " ".join(fit(title, wide) for title, wide in zip(titles, columns(width), strict=True) if wide)


_COLUMN_ORDERS: Final = ("username", "name", "programme", "transition", "outstanding", "path")


def order_at(width: int, column: int) -> str:
    """Return the order by the column whose title stands at a column of the screen; "" where none stands."""
    end = 5
    for order, wide in zip(_COLUMN_ORDERS, columns(width), strict=True):
        if wide and column < (end := end + wide + 1) and column >= end - wide - 1:
            return order
    return "problem" if column < 5 else ""


def person_line(entry: ListedPerson, status: str, width: int, *, marked: bool) -> Drawn:
    """Return the pieces of one person's line."""
    wide = columns(width)
    cells = (
        Cell(f"{fit(entry.username, wide.username)} ", "muted"),
        Cell(f"{fit(entry.name or '–', wide.name)} ", "strong"),
        Cell(f"{fit(entry.programme, wide.programme)} " if wide.programme else "", "muted"),
        Cell(f"{fit(transition_words(entry), wide.transition)} ", "error" if entry.disabled == "true" else ""),
        Cell(f"{fit(outstanding_words(entry, status), wide.outstanding)} "),
        Cell(fit(entry.cohort, wide.cohort) if wide.cohort else "", "muted"),
    )
    return (Cell("● " if marked else "  ", "accent"), SIGNS.get(entry.worst, _NO_SIGN), *cells)


def transition_words(entry: ListedPerson) -> str:
    """Return what happens to a person, in few words."""
    words = {"graduated": _("graduates"), "returned": _("returns"), "left": _("leaves")}
    kind = words.get(entry.kind, visible(entry.kind) or "–")
    account = {"true": _("closed"), "false": _("reopened")}.get(entry.disabled, "")
    return f"{kind}, {account}" if account else kind


def outstanding_words(entry: ListedPerson, status: str) -> str:
    """Return what is still to happen, in few words."""
    if why := kept_back(entry.rules):
        return {
            "conflict": _("in conflict"),
            "taken-back": _("taken back"),
            "excluded": _("excluded"),
            "confidential": _("confidential"),
        }[why]
    if WAITING in entry.rules:
        return _("awaits address")
    if HELD in entry.rules or (is_upcoming(entry.rules) and not status):
        return _("held back")
    return {
        "new": _("to be sent"),
        "changed": _("to be resent"),
        "failed": _("failed"),
        "unchanged": _("sent"),
    }.get(status, "")
