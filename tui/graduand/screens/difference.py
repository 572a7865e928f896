"""The three-way view of a record: the base, both versions and the choice, field by field."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.reactive import reactive
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Static

from graduand.editing.draft import Draft, FieldValue, value_of
from graduand.editing.merge import Conflict, MergeDifference, Side, resolve_conflicts
from graduand.language import N_, _, ngettext, visible
from graduand.records.transition import Waiver

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.app import ComposeResult

    from graduand.records.school import School

SIDES = ((Side.BASE, "b", N_("before")), (Side.MINE, "m", N_("mine")), (Side.THEIRS, "t", N_("theirs")))


def words_of(value: FieldValue | None) -> str:
    """Return a value in one line; a dash for none."""
    if isinstance(value, tuple):
        return " · ".join(visible(", ".join(one) if isinstance(one, Waiver) else one, 200) for one in value)
    return visible(value, 300) if value else "–"


class MergeRow(Widget, can_focus=True):
    """One field that both changed: its three values, and which one is taken."""

    DEFAULT_CSS = """
    MergeRow {
        height: auto; padding: 0 1; margin-bottom: 1;
        &:focus { background: $primary 25%; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,up", "app.focus_previous", show=False, id="met.before"),
        Binding("right,down", "app.focus_next", show=False, id="met.after"),
        Binding("b", "take('base')", show=False, id="met.base"),
        Binding("m", "take('mine')", show=False, id="met.mine"),
        Binding("t", "take('theirs')", show=False, id="met.theirs"),
    ]
    side: reactive[Side | None] = reactive(None)

    def __init__(self, conflict: Conflict, label: str) -> None:
        super().__init__()
        self.conflict = conflict
        self._label = label

    def render(self) -> Content:
        """Draw the label and the three values."""
        lines = [Content.assemble(("▸ " if self.has_focus else "  ", "$text-accent"), (self._label, "bold"))]
        for side, key, words in SIDES:
            taken = side is self.side
            mark = ("● ", "bold $text-success") if taken else ("○ ", "$foreground 70%")
            value = words_of(self.conflict.of(side))
            style = "bold" if taken else ""
            lines.append(
                Content.assemble(
                    "  ", mark, (f"{key} ", "$text-accent"), (f"{_(words):<10}", "$foreground 70%"), (value, style)
                )
            )
        return Content("\n").join(lines)

    def action_take(self, side: str) -> None:
        """Take one side's value, and go on to the next field."""
        self.side = Side(side)
        self.screen.refresh_bindings()
        self.screen.focus_next(MergeRow)


class DifferenceScreen(ModalScreen[Draft | None]):
    """Answers with the record that comes of both changes, on the file as it is now; None: nothing is decided."""

    CSS = """
    DifferenceScreen { align: center middle; }
    #difference {
        width: 96; max-width: 100%; height: auto;
        max-height: 100%; padding: 0 1; background: $panel; border: round $primary;
    }
    #difference VerticalScroll { height: auto; max-height: 1fr; }
    #difference .title { text-style: bold; }
    #difference .said { color: $foreground 70%; margin-bottom: 1; height: auto; }
    #difference .keys { color: $foreground 70%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "finish", N_("Save"), id="difference.finish"),
        Binding("escape", "give_up", N_("Back"), id="difference.give_up"),
    ]

    def __init__(self, difference: MergeDifference, school: School, title: str = "") -> None:
        super().__init__()
        self._heading = title or _("Somebody changed this record meanwhile")
        self._difference = difference
        self._school = school

    def compose(self) -> ComposeResult:
        """Build the screen."""
        with Vertical(id="difference"):
            yield Static(Content(self._heading), classes="title")
            yield Static(Content("\n").join(self._told()), classes="said")
            with VerticalScroll(can_focus=False):
                for conflict in self._difference.conflicts:
                    yield MergeRow(conflict, str(self._school.fields[conflict.key].label))
            yield Static(self._keys(), classes="keys")

    def _told(self) -> Iterator[Content]:
        conflicts = len(self._difference.conflicts)
        if conflicts:
            message = ngettext(
                "{count} field was changed on both sides; choose its value.",
                "{count} fields were changed on both sides; choose each value.",
                conflicts,
            )
            yield Content(message.format(count=conflicts))
        else:
            yield Content(_("Both changes go together; nothing has to be chosen."))
        for key in self._difference.their_keys:
            value = words_of(value_of(self._difference.merged.record, key))
            label = str(self._school.fields[key].label)
            yield Content.assemble(("✓ ", "$text-success"), _("theirs: {field}").format(field=label), f" → {value}")

    def _keys(self) -> Content:
        keys = _("b before · m mine · t theirs · ") if self._difference.conflicts else ""
        return Content(keys + _("Ctrl+S saves · Esc goes back, nothing is written"))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Save only once every field has a value."""
        if action == "finish" and any(met.side is None for met in self.query(MergeRow)):
            return None
        return super().check_action(action, parameters)

    def action_finish(self) -> None:
        """Answer with both changes brought together."""
        sides = {met.conflict.key: met.side for met in self.query(MergeRow) if met.side}
        self.dismiss(resolve_conflicts(self._difference, sides))

    def action_give_up(self) -> None:
        """Decide nothing."""
        self.dismiss(None)
