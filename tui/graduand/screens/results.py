"""Tell what a job came to: in people's words in passing, with names and paths in the log of messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graduand.editing.saved_changes import saved_changes
from graduand.editing.transaction import saved_message
from graduand.language import _
from graduand.reports.labels import terms_of
from graduand.reports.result_text import result_text
from graduand.workspace import today

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.screen import Screen

    from graduand.file_change import SavedFile
    from graduand.workspace import Workspace


def tell_result(screen: Screen[Any], words: str, *details: str, timeout: float | None = None) -> None:
    """Tell in passing what a job came to; the details stand with it in the log of messages."""
    screen.notify(words, markup=False, timeout=timeout)
    add = getattr(screen.app, "add_details", None)
    if add:
        add(filter(None, details))


def saved_words(workspace: Workspace, saved: Sequence[SavedFile]) -> str:
    """Return what a save came to; whether it is committed is said where it is not."""
    words = result_text(saved_changes(saved), terms_of(workspace), today(), workspace.institution.region)
    is_committed = any(one.commit for one in saved)
    return " · ".join(filter(None, (words or _("Saved"), "" if is_committed else _("not committed"))))


def tell_saved(screen: Screen[Any], words: str, *more: str, saved: Sequence[SavedFile]) -> None:
    """Tell what a save came to; its commit stands in the log of messages."""
    tell_result(screen, words, *more, saved_message(saved))
