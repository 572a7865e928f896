"""Plan line: how what is done, and one person to whom it is done, stand in the list of a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from graduand.handshake.effect import Effect
from graduand.handshake.status import Status
from graduand.reports.plan_text import effect_words, held_back, status_word
from graduand.screens.widgets.lines import Cell, Drawn, fit

if TYPE_CHECKING:
    from graduand.handshake.plan import PlannedChange
    from graduand.records.record import Record
    from graduand.screens.widgets.outline import Heading

_STYLES: Final = {Effect.DEACTIVATE: "error", Effect.USERNAME: "warning", Effect.EMAIL: "warning"}
_SIGNS: Final = {Effect.DEACTIVATE: "✗ ", Effect.USERNAME: "! ", Effect.EMAIL: "! "}


def change_line(change: PlannedChange, name: str, width: int) -> Drawn:
    """Return the pieces of a person's line."""
    more = [effect_words(effect) for effect in change.effects[1:] if effect is not Effect.UPDATE]
    words = ", ".join([status_word(change.status), *more, *held_back(change)])
    wide = max((width - 18) // 3, 12)
    return (
        Cell(f"    {fit(change.username, 12)} ", "muted"),
        Cell(f"{fit(name or '–', wide)} ", "strong"),
        Cell(fit(words, max(width - 18 - wide, 4))),
    )


def full_name(record: Record | None) -> str:
    """Return the name as lists have it; "" of nobody."""
    return ", ".join(filter(None, (record.text("last_name"), record.text("first_name")))) if record else ""


def sought_line(change: PlannedChange, record: Record | None) -> str:
    """Return what a person is found by."""
    words = " ".join(effect_words(effect) for effect in change.effects)
    return f"{change.username} {full_name(record)} {record.cohort if record else ''} {words}"


def effect_line(row: Heading, width: int) -> Drawn:
    """Return the pieces of the line above the people to whom the same is done."""
    known = {str(effect): effect for effect in Effect}
    effect = known.get(row.key)
    words = effect_words(effect) if effect else status_word(Status(row.key))
    count = f" {row.size}"
    sign = _SIGNS.get(effect, "  ") if effect else "  "
    style = _STYLES.get(effect, "strong") if effect else "muted"
    return (
        Cell("▸ " if row.folded else "▾ "),
        Cell(f"{sign}{fit(words, width - 4 - len(count))}", style),
        Cell(count, "muted"),
    )
