"""A choice of one among many, found while typing: as a widget and as a question."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from graduand.language import N_, _, quoted
from graduand.screens.fields.text import SafeInput
from graduand.screens.widgets.lines import Cell, Drawn, LineList, fit
from graduand.similar import folded

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from textual.app import ComposeResult
    from textual.events import Key

    from graduand.records.field import Field
    from graduand.records.school import School


class FieldChoiceScreen(ModalScreen["str | None"]):
    """Asks for one of several things, each with the words that say what it is; None: none of them."""

    DEFAULT_CSS = """
    FieldChoiceScreen {
        align: center middle; background: $background 60%;
        & > Vertical { width: 76; max-width: 96%; height: auto; max-height: 90%; background: $panel; padding: 0 1; }
        & > Vertical { border: round $primary; }
        & Input { height: 1; border: none; padding: 0; background: $surface; margin: 1 0; }
        & LineList { height: auto; max-height: 14; background: $panel; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", N_("Back"), id="choice.leave")]

    def __init__(self, question: str, offered: Mapping[str, str]) -> None:
        super().__init__()
        self._question = question
        self._offered = offered
        self._found = list(offered)

    def compose(self) -> ComposeResult:
        """Build the window."""
        with Vertical():
            yield Static(Content(self._question))
            field = Input(compact=True, placeholder=_("Type to find; Enter takes it"))
            field.cursor_blink = False
            yield field
            yield LineList()

    def on_mount(self) -> None:
        """Show everything."""
        self.find_while_typing()

    @on(Input.Changed)
    def find_while_typing(self) -> None:
        """Show what holds every word that is typed."""
        words = folded(self.query_one(Input).value).split()
        self._found = [
            key
            for key, label in self._offered.items()
            if all(word in folded(f"{key} {label}".replace("_", " ")) for word in words)
        ]
        lines = self.query_one(LineList)
        lines.styles.height = min(max(len(self._found), 1), 14)
        lines.show(len(self._found), self._draw)

    def _draw(self, index: int, width: int) -> Drawn:
        key = self._found[index]
        wide = min(width // 2, 42)
        return (Cell(f"{fit(key or '–', wide)} ", "strong"), Cell(fit(self._offered[key], max(width - wide - 1, 4))))

    def on_key(self, event: Key) -> None:
        """Move in the list while typing goes on above it."""
        steps = {"up": -1, "down": 1, "pageup": -8, "pagedown": 8}
        if event.key in steps and self.query_one(Input).has_focus:
            self.query_one(LineList).action_step(steps[event.key])
            event.stop()

    @on(Input.Submitted)
    @on(LineList.Chosen)
    def choose(self) -> None:
        """Answer with what the cursor is on."""
        if self._found:
            self.dismiss(self._found[self.query_one(LineList).cursor])

    def action_leave(self) -> None:
        """Answer with nothing."""
        self.dismiss(None)


class Option(NamedTuple):
    """An answer, what it is called, and by which other words it is found."""

    value: str
    label: str
    words: str = ""


def field_options(fields: Iterable[Field], school: School) -> list[Option]:
    """Return fields as options, found by key, by label in each language, and by what tables call them."""
    called: defaultdict[str, list[str]] = defaultdict(list)
    for alias, key in school.importer.aliases.items():
        called[key].append(alias)
    return [
        Option(one.key, str(one.label), " ".join((one.key, *one.label.in_each(), *called[one.key]))) for one in fields
    ]


class ChooseScreen(ModalScreen[str | None]):
    """Choose one of the options; None: none of them."""

    CSS = """
    ChooseScreen { align: center middle; }
    #choose {
        width: 64; max-width: 100%; height: auto;
        max-height: 90%; padding: 0 1; background: $panel; border: round $primary;
    }
    #choose LineList { height: auto; max-height: 14; background: $panel; }
    #choose #nothing { display: none; color: $foreground 70%; }
    ChooseScreen.-empty #nothing { display: block; }
    ChooseScreen.-empty #options { display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "give_up", show=False, id="choose.give_up")]

    def __init__(self, title: str, options: Sequence[Option], current: str = "", *, free: bool = False) -> None:
        super().__init__()
        self._heading = title
        self._options = options
        self._found = list(options)
        self._current = current
        self._free = free

    def compose(self) -> ComposeResult:
        """Build the screen."""
        with Vertical(id="choose"):
            yield Static(Content.styled(self._heading, "bold"))
            yield SafeInput(id="wanted")
            yield LineList(id="options")
            yield Static(Content(_("Nothing here has this name.")), id="nothing")

    def on_mount(self) -> None:
        """Show everything, the cursor on what holds now."""
        self.query_one(SafeInput).placeholder = _("type to find")
        self._show()

    @property
    def lines(self) -> LineList:
        """The list of options."""
        return self.query_one("#options", LineList)

    @on(Input.Changed)
    def find_while_typing(self) -> None:
        """Show the options whose names hold every word that is typed."""
        text = self.query_one(SafeInput).value
        words = folded(text).split()
        self._found = [
            one for one in self._options if all(word in folded(f"{one.label} {one.words}") for word in words)
        ]
        if self._free and text.strip() and text not in {one.value for one in self._options}:
            self._found.append(Option(text, _("{text} as typed").format(text=quoted(text))))
        self._show()

    def _show(self) -> None:
        self.set_class(not self._found, "-empty")
        self.lines.styles.height = min(len(self._found), 14)
        at = next((number for number, one in enumerate(self._found) if one.value == self._current), 0)
        self.lines.show(len(self._found), self._draw, at)

    def _draw(self, index: int, width: int) -> Drawn:
        one = self._found[index]
        return (Cell(f" {fit(one.label, width - 1)}", "accent" if one.value == self._current else ""),)

    def on_key(self, event: Key) -> None:
        """Move in the list while typing goes on above it."""
        steps = {"up": -1, "down": 1, "pageup": -8, "pagedown": 8}
        if event.key in steps:
            self.lines.action_step(steps[event.key])
            event.stop()

    @on(Input.Submitted)
    @on(LineList.Chosen)
    def choose(self) -> None:
        """Answer with what the cursor is on."""
        if self._found:
            self.dismiss(self._found[self.lines.cursor].value)

    def action_give_up(self) -> None:
        """Choose nothing."""
        self.dismiss(None)
