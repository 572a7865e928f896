"""The help of a screen: its keys, the filters of the search, and where keys are changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from graduand.language import N_, _
from graduand.vocabulary import current_vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from textual.app import ComposeResult

    from graduand.screens.palette import PaletteJob

FILTERS = (
    ("kind", "graduated", N_("who graduates; kind:returned, who returns; kind:left, who leaves")),
    ("state", "waiting", N_("who waits for a personal address")),
    ("state", "held", N_("whose account changes only later")),
    ("state", "closed", N_("whose account is closed; state:reopened, reopened")),
    ("state", "new", N_("never sent yet; also changed, failed, unchanged")),
    ("state", "conflict", N_("left out of uploads by what Handshake holds; also taken, excluded")),
    ("problem", "GR3", N_("who breaks a rule that begins so; problem:error, any error")),
    ("cohort", "2026", N_("whose cohort begins so")),
)
"""The key of a filter, its value, and what it finds."""


class HelpScreen(ModalScreen[None]):
    """What can be done on the screen below."""

    CSS = """
    HelpScreen { align: center middle; }
    #help {
        width: 76; max-width: 100%; height: auto; max-height: 95%; padding: 0 1;
        background: $surface; border: round $primary;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1,q,enter", "close", show=False, id="help.close"),
    ]

    def __init__(self, jobs: Sequence[PaletteJob], keys_file: str, *, filters: bool) -> None:
        super().__init__()
        self._jobs = jobs
        self._keys_file = keys_file
        self._filters = filters

    def compose(self) -> ComposeResult:
        """Build the screen."""
        with VerticalScroll(id="help"):
            yield Static(Content("\n").join(self._lines()))

    def _lines(self) -> Iterator[Content]:
        yield Content.styled(_("Keys"), "bold $text-accent")
        for job in self._jobs:
            yield Content.assemble(_line(job.key, _(job.name)), (f"  {job.id}", "$foreground 50%"))
        if self._filters:
            yield Content("")
            yield Content.styled(_("The search finds words without accents, and filters"), "bold $text-accent")
            for key, value, meaning in FILTERS:
                yield _line(_filter(key, value), _(meaning), 16)
        yield Content("")
        yield Content(_("Keys can be changed in {path}.").format(path=self._keys_file))
        yield Content(_("Esc closes this."))

    def action_close(self) -> None:
        """Go back."""
        self.dismiss(None)


def _filter(key: str, value: str) -> str:
    """Return a filter as it is typed in the current language."""
    words = current_vocabulary()
    values = {"kind": words.kinds, "state": words.states}.get(key, {})
    return f"{words.filters[key][0]}:{values.get(value, (value,))[0]}"


def _line(key: str, words: str, width: int = 12) -> Content:
    return Content.assemble((f"{key:<{width}} ", "bold"), words)
