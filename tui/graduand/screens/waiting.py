"""Long work behind a small window that shows the progress and a way to stop it."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Event
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
from graduand.patience import Stopped, Watcher, progress, watched
from graduand.screens.in_turn import LeftInTurn

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult

    Tell = Callable[[int, int], None]

Result = TypeVar("Result")

_PATIENCE: Final = 0.3
"""Seconds before anything is shown: what is quick does not flicker."""


class Waiting(LeftInTurn["Result | Trouble | None"], ModalScreen["Result | Trouble | None"], Generic[Result]):
    """Does `labour` in a thread, and answers with what it returns, with its trouble, or with None when it was stopped.

    `labour` is given what it may tell how far it is; there it can be stopped, and wherever else `patience.progress` is
    told. What only reads is left at once. What `writes` is waited for: it ends with nothing done, or with all of it.
    """

    DEFAULT_CSS = """
    Waiting {
        align: center middle; background: $background 40%;
        & > Vertical { width: 60; max-width: 90%; height: auto; padding: 0 2; background: $panel; }
        & > Vertical { border: round $primary; }
        & #bar { color: $text-accent; }
        & #stop { color: $foreground 70%; }
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

    class BeyondReturn(Message):
        """From now on it cannot be stopped."""

    def __init__(self, sentence: str, labour: Callable[[Tell], Result], *, writes: bool = False) -> None:
        super().__init__(classes="-quick")
        self._sentence = sentence
        self._labour = labour
        self._writes = writes
        self._can_stop = True
        self._stop = Event()

    def compose(self) -> ComposeResult:
        """Build the window."""
        with Vertical():
            yield Static(Content(self._sentence))
            yield Static(Content(""), id="bar")
            yield Static(Content(_("Esc stops it.")), id="stop")

    def on_mount(self) -> None:
        """Begin."""
        self.set_timer(_PATIENCE, lambda: self.remove_class("-quick"))
        self._begin()

    @work(thread=True)
    def _begin(self) -> None:
        worker = get_current_worker()
        watcher = Watcher(
            lambda done, of: self.post_message(self.WorkProgress(done, of)),
            lambda: self._stop.is_set() or (worker.is_cancelled and not self._writes),
            lambda: self.post_message(self.BeyondReturn()),
        )
        outcome: object = None
        try:
            with watched(watcher):
                outcome = self._labour(progress)
        except Stopped:
            outcome = None  # of what only reads one has heard already
        except Trouble as trouble:
            outcome = trouble
        self.post_message(self.Ended(outcome))

    @on(WorkProgress)
    def show_progress(self, event: WorkProgress) -> None:
        """Draw the bar."""
        self.query_one("#bar", Static).update(Content(bar(event.done, event.of, 40)))

    @on(BeyondReturn)
    def say_that_it_goes_on(self) -> None:
        """Say that it cannot be stopped any more."""
        self._can_stop = False
        self.query_one("#stop", Static).update(Content(_("It is being written and cannot be stopped any more.")))

    @on(Ended)
    def answer(self, event: Ended) -> None:
        """Hand back what came of it, unless it was left before."""
        if self._writes or not self._stop.is_set():
            self.dismiss(event.outcome)  # type: ignore[arg-type]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to stop only what can be stopped."""
        del parameters
        return self._can_stop or action != "stop"

    def action_stop(self) -> None:
        """Stop; what only reads is left at once, what writes when it has put back what it had begun."""
        self._stop.set()
        if self._writes:
            self.query_one("#stop", Static).update(Content(_("It is being stopped.")))
        else:
            self.workers.cancel_node(self)
            self.dismiss(None)


def bar(done: int, of: int, width: int) -> str:
    """Return a bar of so many columns, and the numbers that it stands for."""
    full = width * done // of if of else 0
    numbers = _("{done} of {count}").format(done=done, count=of)
    return f"{'━' * full}{'─' * (width - full)} {numbers}"
