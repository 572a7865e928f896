"""Long work behind a small window that shows the progress and a way to stop it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final, Generic, TypeVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Static
from textual.worker import get_current_worker

from graduand.errors import Trouble
from graduand.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult

    Tell = Callable[[int, int], None]

Result = TypeVar("Result")

_PATIENCE: Final = 0.3
"""Seconds before anything is shown: what is quick does not flicker."""


class Cancelled(Exception):
    """The person at the keyboard has stopped the work."""


class Waiting(ModalScreen["Result | Trouble | None"], Generic[Result]):
    """Does `labour` in a thread, and answers with what it returns, with its trouble, or with None when it was stopped.

    `labour` is given what it may tell how far it is; while it tells, it can be stopped.
    """

    DEFAULT_CSS = """
    Waiting {
        align: center middle; background: $background 40%;
        & > Vertical { width: 60; max-width: 90%; height: auto; padding: 0 2; background: $panel; }
        & > Vertical { border: round $primary; }
        & #bar { color: $text-accent; }
        & #stop { color: $foreground 60%; }
        &.-quick { background: transparent; }
        &.-quick > Vertical { display: none; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "stop", N_("Stop"), id="waiting.stop")]

    @dataclass
    class WorkProgress(Message):
        """So much is done."""

        done: int
        of: int

    @dataclass
    class Ended(Message):
        """The work is over, one way or another."""

        outcome: object

    def __init__(self, sentence: str, labour: Callable[[Tell], Result], *, stoppable: bool = True) -> None:
        super().__init__(classes="-quick")
        self._sentence = sentence
        self._labour = labour
        self._stoppable = stoppable

    def compose(self) -> ComposeResult:
        """Build the window."""
        with Vertical():
            yield Static(Content(self._sentence))
            yield Static(Content(""), id="bar")
            yield Static(Content(_("Esc stops it.") if self._stoppable else _("This cannot be stopped.")), id="stop")

    def on_mount(self) -> None:
        """Begin."""
        self.set_timer(_PATIENCE, lambda: self.remove_class("-quick"))
        self._begin()

    @work(thread=True)
    def _begin(self) -> None:
        worker = get_current_worker()

        def tell(done: int, of: int) -> None:
            if worker.is_cancelled:
                raise Cancelled
            self.post_message(self.WorkProgress(done, of))

        try:
            outcome: object = self._labour(tell)
        except Cancelled:
            return
        except Trouble as trouble:
            outcome = trouble
        self.post_message(self.Ended(outcome))

    @on(WorkProgress)
    def show_progress(self, event: WorkProgress) -> None:
        """Draw the bar."""
        self.query_one("#bar", Static).update(Content(bar(event.done, event.of, 40)))

    @on(Ended)
    def answer(self, event: Ended) -> None:
        """Hand back what came of it."""
        self.dismiss(event.outcome)  # type: ignore[arg-type]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to stop only what can be stopped."""
        del parameters
        return self._stoppable or action != "stop"

    def action_stop(self) -> None:
        """Stop, and answer with nothing."""
        self.workers.cancel_node(self)
        self.dismiss(None)


def bar(done: int, of: int, width: int) -> str:
    """Return a bar of so many columns, and the numbers that it stands for."""
    full = width * done // of if of else 0
    numbers = _("{done} of {count}").format(done=done, count=of)
    return f"{'━' * full}{'─' * (width - full)} {numbers}"
