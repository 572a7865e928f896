"""The line of one person in the list of people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.index.people_list import COLUMNS, shown_state
from graduand.index.query import folded
from graduand.language import N_, _, visible
from graduand.records.transition import reason_words
from graduand.screens.widgets.lines import Cell, Drawn, fit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from graduand.index.people_list import ListedPerson

SIGNS: Final = {"error": Cell("✗ ", "error"), "warning": Cell("! ", "warning"), "note": Cell("· ", "note")}
_NO_SIGN: Final = Cell("  ")
_SIGNS_WIDE: Final = 4
"""The mark and the sign before the first column."""


class _Width(NamedTuple):
    least: int
    ideal: int


_WIDTHS: Final = {
    "username": _Width(9, 12),
    "name": _Width(11, 20),
    "kind": _Width(17, 20),
    "state": _Width(14, 16),
    "cohort": _Width(11, 14),
    "programme": _Width(12, 34),
    "end": _Width(10, 10),
    "email": _Width(18, 32),
    "reason": _Width(16, 30),
    "level": _Width(9, 20),
}
"""Of each of COLUMNS, the one that has its place first in front."""

_SHOWN_FIRST: Final = tuple(column for column in _WIDTHS if column != "email")
"""The columns that nobody has chosen; addresses are shown to who wants to see them."""

_TITLES: Final = {
    "name": N_("name"),
    "username": N_("username"),
    "kind": N_("transition"),
    "state": N_("state"),
    "cohort": N_("cohort"),
    "programme": N_("programme"),
    "end": N_("end"),
    "email": N_("email"),
    "reason": N_("reason"),
    "level": N_("level"),
}
"""The title of each column: the word of its filter."""


def column_title(column: str) -> str:
    """Return the title of one of COLUMNS; it is the first word of the filter that looks at it."""
    return _(_TITLES[column])


class PersonColumns(NamedTuple):
    """What is shown of people, and how wide."""

    widths: Mapping[str, int]
    """By the name of the column, from left to right."""

    def titles(self, order: str, *, backwards: bool) -> str:
        """Return the line above the list, the cursor's sign before it; the sorted column has an arrow."""
        arrow = " ↓" if backwards else " ↑"
        titles = ((column_title(one) + (arrow if one == order else ""), wide) for one, wide in self.widths.items())
        return " " * (_SIGNS_WIDE + 1) + " ".join(fit(title, wide) for title, wide in titles)

    def order_at(self, place: int) -> str:
        """Return the column whose title stands at a place of the screen; "problem" above the signs, "" elsewhere."""
        if place <= _SIGNS_WIDE:
            return "problem"
        end = _SIGNS_WIDE + 1
        for column, wide in self.widths.items():
            end += wide + 1
            if place < end:
                return column
        return ""


def person_columns(width: int, chosen: Sequence[str] = ()) -> PersonColumns:
    """Return the columns of a list whose lines are so wide: the `chosen` ones, else the most important that fit."""
    rest = width - _SIGNS_WIDE
    shown: dict[str, int] = {}
    for column in chosen or _SHOWN_FIRST:
        if shown and rest < _WIDTHS[column].least:
            break
        shown[column] = _WIDTHS[column].least
        rest -= shown[column] + 1
    rest += 1
    for column in (one for one in _WIDTHS if one in shown):
        more = min(max(rest, 0), _WIDTHS[column].ideal - shown[column])
        shown[column] += more
        rest -= more
    if rest:
        shown["name" if "name" in shown else next(iter(shown))] += rest
    return PersonColumns({column: shown[column] for column in chosen or COLUMNS if column in shown})


def person_line(entry: ListedPerson, status: str, shown: PersonColumns, *, marked: bool) -> Drawn:
    """Return the pieces of one person's line."""
    cells = [
        Cell(f"{fit(TEXTS[column](entry, status), wide)} ", _style(column, entry))
        for column, wide in shown.widths.items()
    ]
    return (Cell("● " if marked else "  ", "accent"), SIGNS.get(entry.worst, _NO_SIGN), *cells)


def _style(column: str, entry: ListedPerson) -> str:
    if column == "kind":
        return "error" if entry.disabled == "true" else ""
    return {"name": "strong", "state": "", "end": "", "reason": ""}.get(column, "muted")


def transition_words(entry: ListedPerson) -> str:
    """Return what happens to a person, in few words."""
    account = {"true": _("closed"), "false": _("reopened")}.get(entry.disabled, "")
    kind = _kind_word(entry.kind) or "–"
    return f"{kind}, {account}" if account else kind


def _kind_word(kind: str) -> str:
    words = {"graduated": _("graduates"), "returned": _("returns"), "left": _("leaves")}
    return words.get(kind) or visible(kind)


def outstanding_words(entry: ListedPerson, status: str) -> str:
    """Return what is still to happen, in few words."""
    return _state_word(shown_state(entry.rules, entry.worst, status))


def _state_word(state: str) -> str:
    return {
        "conflict": _("in conflict"),
        "blocked": _("blocked"),
        "taken-back": _("taken back"),
        "excluded": _("excluded"),
        "confidential": _("confidential"),
        "waiting": _("awaits address"),
        "held": _("held back"),
        "new": _("to be sent"),
        "changed": _("to be resent"),
        "failed": _("failed"),
        "pending": _("delivered"),
        "unchanged": _("sent"),
    }.get(state, "")


def value_words(column: str, value: str) -> str:
    """Return a value of a column, as `PeopleList.texts` has it, in the words that the column shows; "" for none."""
    if column == "kind":
        return {"closed": _("closed"), "reopened": _("reopened")}.get(value) or _kind_word(value)
    return _state_word(value) if column == "state" else value


def exact_filter(column: str, value: str) -> str:
    """Return the filter that finds who has just this value, as `PeopleList.texts` has it; "" finds who has none."""
    words = value_words(column, value)
    typed = folded(words).replace('"', "") if '"' in folded(words) else words
    return f'{column_title(column)}:"{typed}"'


TEXTS: Final[dict[str, Callable[[ListedPerson, str], str]]] = {
    "username": lambda entry, _status: entry.username,
    "name": lambda entry, _status: entry.name or "–",
    "programme": lambda entry, _status: entry.programme,
    "kind": lambda entry, _status: transition_words(entry),
    "state": outstanding_words,
    "cohort": lambda entry, _status: entry.cohort,
    "end": lambda entry, _status: entry.end,
    "email": lambda entry, _status: entry.address,
    "reason": lambda entry, _status: reason_words(entry.reason),
    "level": lambda entry, _status: entry.level,
}
"""What each column shows of a person of whom the status is known."""
