"""The command palette: all that can be done here, found by its name in any language."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from graduand.index.query import folded
from graduand.language import _, translations
from graduand.screens.places import PLACES
from graduand.screens.widgets.lines import Cell, Drawn, LineList, fit
from graduand.vocabulary import vocabularies

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.dom import DOMNode
    from textual.events import Key


class PaletteJob(NamedTuple):
    """Something that can be done: its English name, its key, and the action of the node that does it."""

    name: str
    key: str
    node: DOMNode | None
    """None: a screen of another place does it."""
    action: str
    id: str = ""
    """By which another key is given to it."""
    about: str = ""
    """What it does, in an English sentence; "" where the name says it."""
    place: str = ""
    """The key of the other place."""

    @property
    def searched(self) -> str:
        """What it is found by: its name and description in every language, other words for it, and its key."""
        other = [word for one in vocabularies() for word in one.jobs.get(self.id, ())]
        about = translations(self.about) if self.about else ()
        return folded(" ".join((*translations(self.name), *about, *other, self.key)))

    @property
    def where(self) -> str:
        """The name of the other place; "" for what is done here."""
        return next((_(one.name) for one in PLACES if one.key == self.place), "")


class PaletteScreen(ModalScreen[PaletteJob | None]):
    """Choose a job; None: none of them."""

    CSS = """
    PaletteScreen { align: center top; }
    #palette {
        width: 84; max-width: 100%; height: auto; max-height: 80%; margin-top: 2;
        background: $surface; border: round $primary;
    }
    #wanted { border: none; height: 1; margin: 0 1; background: $surface; }
    #jobs { height: auto; max-height: 16; background: $surface; }
    #about { padding: 0 1; height: 2; color: $foreground 80%; }
    #nothing { display: none; padding: 0 1; color: $foreground 70%; }
    PaletteScreen.-empty #about { display: none; }
    PaletteScreen.-empty #nothing { display: block; }
    PaletteScreen.-empty #jobs { display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "give_up", show=False, id="palette.close")]

    def __init__(self, jobs: Sequence[PaletteJob]) -> None:
        super().__init__()
        self._jobs = jobs
        self._found = list(jobs)
        self._searched = [job.searched for job in jobs]

    def compose(self) -> ComposeResult:
        """Build the screen."""
        with Vertical(id="palette"):
            wanted = Input(placeholder=_("What do you want to do?"), id="wanted", compact=True)
            wanted.cursor_blink = False
            yield wanted
            yield LineList(id="jobs")
            yield Static(Content(""), id="about")
            yield Static(Content(_("Nothing has this name.")), id="nothing")

    def on_mount(self) -> None:
        """Show everything."""
        self.find_while_typing()

    @property
    def lines(self) -> LineList:
        """The list of jobs."""
        return self.query_one("#jobs", LineList)

    @on(Input.Changed)
    def find_while_typing(self) -> None:
        """Show the jobs whose names hold every word that is typed."""
        words = folded(self.query_one("#wanted", Input).value).split()
        pairs = zip(self._jobs, self._searched, strict=True)
        self._found = [job for job, searched in pairs if all(word in searched for word in words)]
        if words:  # what is called so comes before what is described so
            self._found.sort(key=lambda job: not all(word in folded(_(job.name)) for word in words))
        self.set_class(not self._found, "-empty")
        self.lines.styles.height = len(self._found)
        self.lines.show(len(self._found), self._draw)

    def _draw(self, index: int, width: int) -> Drawn:
        job = self._found[index]
        where = fit(job.where, 12)
        return (
            Cell(f" {fit(_(job.name), width - 27)} "),
            Cell(f"{where} ", "muted"),
            Cell(fit("" if job.where else job.key, 12), "accent"),
        )

    @on(LineList.Moved)
    def describe(self) -> None:
        """Say what the job under the cursor does."""
        if self._found:
            job = self._found[self.lines.cursor]
            self.query_one("#about", Static).update(Content(_(job.about) if job.about else ""))

    def on_key(self, event: Key) -> None:
        """Move in the list while typing goes on above it."""
        steps = {"up": -1, "down": 1, "pageup": -8, "pagedown": 8}
        if event.key in steps:
            self.lines.action_step(steps[event.key])
            event.stop()

    @on(Input.Submitted)
    @on(LineList.Chosen)
    def choose(self) -> None:
        """Do what the cursor is on."""
        if self._found:
            self.dismiss(self._found[self.lines.cursor])

    def action_give_up(self) -> None:
        """Do nothing."""
        self.dismiss(None)
