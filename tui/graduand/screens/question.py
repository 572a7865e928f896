"""A question whose answers each have a key; Enter answers nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.events import Click, Key


class Answer(NamedTuple):
    """One answer: its keys, how they are shown, what it does, and what the question comes to."""

    keys: tuple[str, ...]
    shown: str
    words: str
    value: str


class _Offer(Static):
    """An answer that can be clicked."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(Content.assemble((f"{answer.shown:<8}", "bold $text-accent"), answer.words), classes="answer")
        self._answer = answer

    def on_click(self, _event: Click) -> None:
        """Answer so."""
        self.screen.dismiss(self._answer.value)


class QuestionScreen(ModalScreen[str]):
    """Answers with the value of the answer whose key was pressed; "" for Escape: nothing is done."""

    CSS = """
    QuestionScreen { align: center middle; }
    #question {
        width: 64; max-width: 100%; height: auto;
        max-height: 100%; padding: 1 2; background: $panel; border: round $primary;
    }
    #question .title { text-style: bold; }
    #question .said { margin-top: 1; }
    #question .answers { height: auto; margin-top: 1; }
    #question .answer { height: auto; }
    #question .answer:hover { background: $block-hover-background; }
    QuestionScreen.-short #question { padding: 0 1; overflow-y: auto; }
    QuestionScreen.-short .said, QuestionScreen.-short .answers { margin-top: 0; }
    """
    VERTICAL_BREAKPOINTS = [(0, "-short"), (16, "-tall")]  # noqa: RUF012 - as Textual has it
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "stay", show=False, id="question.stay")]

    def __init__(self, title: str, said: Sequence[Content], answers: Sequence[Answer]) -> None:
        super().__init__()
        self._heading = title
        self._said = said
        self._answers = answers

    def compose(self) -> ComposeResult:
        """Build the screen."""
        with Vertical(id="question"):
            yield Static(Content(self._heading), classes="title")
            for one in self._said:
                yield Static(one, classes="said")
            with Vertical(classes="answers"):
                for answer in self._answers:
                    yield _Offer(answer)

    def on_key(self, event: Key) -> None:
        """Answer by a key."""
        for answer in self._answers:
            if event.key in answer.keys:
                event.stop()
                self.dismiss(answer.value)
                return

    def action_stay(self) -> None:
        """Do nothing."""
        self.dismiss("")
