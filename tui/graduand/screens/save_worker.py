"""The save of a confirmed change, in a worker behind the waiting window."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graduand.editing.transaction import resumed_message
from graduand.errors import NotCommitted, Trouble
from graduand.language import _
from graduand.screens.messages import Changed
from graduand.screens.results import saved_words, tell_saved
from graduand.screens.waiting import Waiting

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.screen import Screen

    from graduand.editing.transaction import ResumedTransaction
    from graduand.file_change import SavedFile
    from graduand.screens.waiting import Tell
    from graduand.workspace import Workspace

    Hear = Callable[[ResumedTransaction], None]


def save(
    screen: Screen[Any],
    workspace: Workspace,
    write: Callable[[Hear], tuple[SavedFile, ...]],
    then: Callable[[Trouble | None], None],
    *,
    said: str = "",
) -> None:
    """Write, tell what that came to and what an interrupted save had left, and go on: with the trouble, if any.

    `write` is given whom to tell of an interrupted save that it finishes first; `said` is told in place of what the
    save came to.
    """
    heard: list[str] = []
    words: list[str] = []

    def work(_tell: Tell) -> tuple[SavedFile, ...]:
        saved = write(lambda resumed: heard.append(resumed_message(resumed)))
        words.append(saved_words(workspace, saved))
        return saved

    def ended(outcome: tuple[SavedFile, ...] | Trouble | None) -> None:
        for sentence in heard:
            screen.notify(sentence, markup=False)
        if isinstance(outcome, NotCommitted):
            screen.post_message(Changed(outcome.saved))
        elif outcome and not isinstance(outcome, Trouble):
            screen.post_message(Changed(outcome))
            tell_saved(screen, *([said, *words] if said else words), saved=outcome)
        then(outcome if isinstance(outcome, Trouble) else None)

    screen.app.push_screen(Waiting(_("Saving"), work, writes=True), ended)
