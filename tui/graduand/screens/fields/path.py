"""A field for the path of a file, with the files that may be meant below it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input

from graduand.intake.file_offers import is_folder, matching_paths
from graduand.language import _
from graduand.screens.fields.text import SafeInput
from graduand.screens.widgets.lines import Cell, Drawn, LineList, fit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

_LINES: Final = 6
"""Offers in sight."""


class PathField(Vertical):
    """A path as it is typed; Tab completes it, the arrows choose among what is offered, Enter takes it."""

    DEFAULT_CSS = """
    PathField {
        height: auto;
        & SafeInput { width: 1fr; height: 1; border: none; padding: 0; background: $surface; }
        & SafeInput:focus { background: $primary 25%; }
        & LineList { height: auto; max-height: 6; background: $panel; display: none; }
        &.-offering LineList { display: block; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "complete", show=False, id="path.complete"),
        Binding("up", "step(-1)", show=False, id="path.up"),
        Binding("down", "step(1)", show=False, id="path.down"),
    ]

    @dataclass
    class Taken(Message):
        """A path is chosen."""

        path: str

    def __init__(
        self,
        path: str = "",
        offered: Sequence[str] = (),
        base: str = "",
        *,
        id: str | None = None,  # noqa: A002 - Textual's word
    ) -> None:
        """Begin with `path`; `offered` stands below as long as nothing is typed; a relative path begins at `base`."""
        super().__init__(id=id)
        self._base = base
        self._arrival = path
        self._recent = tuple(offered)
        self._offers: tuple[str, ...] = ()
        self._chosen = False
        """Whether the arrows went into the offers."""

    def compose(self) -> ComposeResult:
        """Build the field."""
        field = SafeInput()
        field.value = self._arrival
        field.placeholder = _("a path; Tab completes it")
        yield field
        lines = LineList()
        lines.can_focus = False
        yield lines

    def on_mount(self) -> None:
        """Offer what arrived of late."""
        self._offer()

    @property
    def value(self) -> str:
        """What is typed."""
        return self.query_one(SafeInput).value.strip()

    @value.setter
    def value(self, path: str) -> None:
        field = self.query_one(SafeInput)
        field.value = path
        field.cursor_position = len(path)

    @on(Input.Changed)
    def offer_while_typing(self, event: Input.Changed) -> None:
        """Offer what begins like what is typed."""
        event.stop()
        self._offer()

    def on_descendant_focus(self) -> None:
        """Offer files while one types."""
        self._offer()

    def on_descendant_blur(self) -> None:
        """Offer nothing while one is elsewhere."""
        self.remove_class("-offering")

    def _offer(self) -> None:
        self._chosen = False
        typed = self.value
        found = self._recent if not typed else matching_paths(typed, self._base)
        self._offers = () if found == (typed,) else found
        lines = self.query_one(LineList)
        lines.styles.height = min(len(self._offers), _LINES)
        lines.show(len(self._offers), self._draw)
        self.set_class(bool(self._offers) and self.query_one(SafeInput).has_focus, "-offering")

    def _draw(self, index: int, width: int) -> Drawn:
        path = self._offers[index]
        short = path if len(path) <= width else f"…{path[1 - width :]}"
        return (Cell(fit(short, width), "strong" if self._chosen else "muted"),)

    def action_step(self, by: int) -> None:
        """Move in the offers; above the first and below the last go to another field."""
        lines = self.query_one(LineList)
        if not self._offers or (by < 0 and (not self._chosen or lines.cursor == 0)):
            (self.screen.focus_previous if by < 0 else self.screen.focus_next)()
        elif not self._chosen:
            self._chosen = True
            lines.refresh()
        else:
            lines.action_step(by)

    def action_complete(self) -> None:
        """Complete what is typed as far as it can only be so; where nothing is to be completed, go on."""
        typed, offers = self.value, self._offers
        if not offers or (not typed and not self._chosen):
            self.screen.focus_next()
        elif self._chosen or len(offers) == 1:
            self.value = offers[self.query_one(LineList).cursor]
        else:
            self._complete_in_common(typed, offers)

    def _complete_in_common(self, typed: str, offers: Sequence[str]) -> None:
        low, high = min(offers), max(offers)
        same = next((at for at, char in enumerate(low) if high[at : at + 1] != char), len(low))
        if same > len(typed):
            self.value = low[:same]
        else:
            self.action_step(1)

    @on(Input.Submitted)
    def take_it(self, event: Input.Submitted) -> None:
        """Take what the arrows chose, or what is typed; a folder shows what is in it."""
        event.stop()
        path = self._offers[self.query_one(LineList).cursor] if self._chosen else self.value
        if path and is_folder(path, self._base):
            self.value = path if path.endswith("/") else f"{path}/"
        elif path:
            self.value = path
            self.remove_class("-offering")
            self.post_message(self.Taken(path))

    @on(LineList.Chosen)
    def take_the_clicked(self, event: LineList.Chosen) -> None:
        """Take what was clicked twice."""
        event.stop()
        self.value = self._offers[event.index]
        self.query_one(SafeInput).focus()
