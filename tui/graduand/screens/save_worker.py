"""The save of a confirmed change, in a worker behind the waiting window."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graduand.editing.transaction import resumed_message, saved_message
from graduand.errors import NotCommitted, Trouble
from graduand.language import _
from graduand.screens.messages import Changed
from graduand.screens.waiting import Waiting

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.screen import Screen

    from graduand.editing.transaction import ResumedTransaction
    from graduand.file_change import SavedFile
    from graduand.screens.waiting import Tell

    Hear = Callable[[ResumedTransaction], None]


def save(
    screen: Screen[Any], write: Callable[[Hear], tuple[SavedFile, ...]], then: Callable[[Trouble | None], None]
) -> None:
    """Write, tell what was saved and what an interrupted save had left, and go on: with the trouble, if there was any.

    `write` is given whom to tell of an interrupted save that it finishes first.
    """
    heard: list[str] = []

    def work(_tell: Tell) -> tuple[SavedFile, ...]:
        return write(lambda resumed: heard.append(resumed_message(resumed)))

    def ended(outcome: tuple[SavedFile, ...] | Trouble | None) -> None:
        for sentence in heard:
            screen.notify(sentence, markup=False)
        if isinstance(outcome, NotCommitted):
            screen.post_message(Changed(outcome.saved))
        elif outcome and not isinstance(outcome, Trouble):
            screen.post_message(Changed(outcome))
            screen.notify(saved_message(outcome), markup=False)
        then(outcome if isinstance(outcome, Trouble) else None)

    screen.app.push_screen(Waiting(_("Saving"), work, writes=True), ended)
