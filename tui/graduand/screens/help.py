"""The help of a screen: its keys, the filters of the search, and where keys are changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from graduand.language import N_, _
from graduand.screens.page import hanging
from graduand.screens.places import ADDRESSES, CLASS, HISTORY, PLAN, PROBLEMS, SHARE, UPLOAD
from graduand.vocabulary import current_vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from textual.app import ComposeResult

    from graduand.screens.palette import PaletteJob
    from graduand.screens.places import NumberedPlace

FILTERS = (
    ("kind", "graduated", N_("who graduates; kind:returned, who returns; kind:left, who leaves")),
    ("state", "waiting", N_("who waits for a personal address")),
    ("state", "held", N_("whose graduation, departure or account waits for its day")),
    ("state", "upcoming", N_("whose graduation or departure waits for its day")),
    ("state", "closed", N_("whose account is closed; state:reopened, reopened")),
    ("state", "new", N_("never sent yet; also changed, failed, unchanged")),
    ("state", "conflict", N_("left out of uploads; also blocked, taken, excluded, confidential")),
    ("problem", "GR3", N_("who breaks a rule that begins so; problem:error, any error")),
    ("cohort", "2026", N_("whose cohort begins so")),
    ("email", "gmail", N_("whose address holds it; - before any filter or word: who is not so")),
    ("reason", '""', N_("who has none; between quotes just what the column shows")),
)
"""The key of a filter, its value, and what it finds."""


STEPS: Final = {
    CLASS: (
        N_("A class comes in from the registrar's file (i); one person by hand (n)."),
        N_("Find people (/), mark them (Space), change them all at once (b)."),
        N_("F counts those who are found by reason, programme and the like; T chooses the columns."),
        N_("Enter opens a person."),
    ),
    PROBLEMS: (
        N_("Tab goes from one to the next, c corrects it, C corrects all that the rule finds."),
        N_("Enter opens the record at the field; W says why."),
    ),
    ADDRESSES: (
        N_("k changes between asking, reminding, and the end of the school login."),
        N_("w writes the letters; once they are sent, Ctrl+S notes it in the records."),
    ),
    PLAN: (
        N_("Look at who is closed, reopened or renamed first; Enter opens the person."),
        N_("u compiles the files; the card then says what to do in Handshake, box by box."),
    ),
    UPLOAD: (
        N_("Enter shows the card of the upload in hand; once it ran in Handshake, Ctrl+S notes it."),
        N_("f takes in the failed rows, r compiles what takes an upload back."),
        N_("Where files are delivered into Amazon S3 (institution.yaml), d shows what would be sent, and sends it."),
    ),
    HISTORY: (
        N_("Find a person or a day (/); k shows only one kind of event, o one person alone."),
        N_("Space marks an event, = compares from there to the cursor; without a mark it asks for two days."),
        N_("Enter opens the record."),
    ),
    SHARE: (N_("Commit what was only saved, take in what colleagues did, give them what is yours."),),
}
"""By the key of the place: how one works there."""

SIGN_MEANINGS: Final = (
    ("✗", N_("an error: the person is not sent")),
    ("!", N_("a warning")),
    ("·", N_("a note")),
    ("●", N_("marked")),
)


_WIDEST: Final = 104
"""Columns that the window takes at most."""


class HelpScreen(ModalScreen[None]):
    """What can be done on the screen below."""

    CSS = """
    HelpScreen { align: center middle; }
    #help {
        width: 104; max-width: 100%; height: auto; max-height: 95%; padding: 0 1;
        background: $surface; border: round $primary;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1,q,enter", "close", show=False, id="help.close"),
    ]

    def __init__(
        self, jobs: Sequence[PaletteJob], place: NumberedPlace | None, keys_file: str, *, filters: bool
    ) -> None:
        super().__init__()
        self._place = place
        self._jobs = jobs
        self._keys_file = keys_file
        self._filters = filters

    def compose(self) -> ComposeResult:
        """Build the screen."""
        width = min(self.app.size.width, _WIDEST) - 6
        with VerticalScroll(id="help"):
            yield Static(Content("\n").join(hanging(mark, body, width) for mark, body in self._lines()))

    def _lines(self) -> Iterator[tuple[Content, Content]]:
        if self._place:
            yield _plain(_(self._place.name), "bold $text-accent")
            yield _plain(_(self._place.about))
            yield from ((Content("· "), Content(_(step))) for step in STEPS[self._place.key])
            yield _plain("")
        yield _plain(_("Keys"), "bold $text-accent")
        own = [job for job in self._jobs if not job.id.startswith("app.")]
        for job in [*own, *(job for job in self._jobs if job not in own and not job.id.startswith("app.go_to_"))]:
            yield _line(job.key, _(job.about or job.name))
        yield _line("g 1 … 7", _("Go to one of the places"))
        yield _line(_("Enter"), _("Open what the cursor is on"))
        yield _line("↑ ↓", _("Move; also PgUp, PgDn, Home, End"))
        yield _line("a–z 0–9", _("A sign that is no key here begins the search"))
        if self._filters:
            yield _plain("")
            yield _plain(_("Signs"), "bold $text-accent")
            for sign, meaning in SIGN_MEANINGS:
                yield _line(sign, _(meaning))
        if self._filters:
            yield _plain("")
            yield _plain(_("The search finds words without accents, and filters"), "bold $text-accent")
            for key, value, meaning in FILTERS:
                yield _line(_filter(key, value), _(meaning), 16)
        yield _plain("")
        yield _plain(_("Keys can be changed in {path}; F7 has their names.").format(path=self._keys_file))
        yield _plain(_("Esc closes this."))

    def action_close(self) -> None:
        """Go back."""
        self.dismiss(None)


def _filter(key: str, value: str) -> str:
    """Return a filter as it is typed in the current language."""
    words = current_vocabulary()
    values = {"kind": words.kinds, "state": words.states}.get(key, {})
    return f"{words.filters[key][0]}:{values.get(value, (value,))[0]}"


def _line(key: str, words: str, width: int = 12) -> tuple[Content, Content]:
    return Content.styled(f"{key:<{width}} ", "bold"), Content(words)


def _plain(words: str, style: str = "") -> tuple[Content, Content]:
    return Content(""), Content.styled(words, style)
