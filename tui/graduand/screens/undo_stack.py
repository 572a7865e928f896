"""The undo stack of a form."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from graduand.editing.draft import Draft


class UndoStack:
    """The drafts before and after the present one; typing in one field is one step."""

    def __init__(self) -> None:
        self._before: list[Draft] = []
        self._after: list[Draft] = []
        self._key = ""

    def take(self, draft: Draft, key: str) -> None:
        """Remember `draft`, as it was before a change of `key`."""
        if key != self._key:
            self._before.append(draft)
        self._key = key
        self._after.clear()

    def end(self) -> None:
        """Begin a new step with the next change."""
        self._key = ""

    def undo(self, now: Draft) -> Draft:
        """Return the draft before `now`; the same when there is none."""
        return self._go(now, self._before, self._after)

    def redo(self, now: Draft) -> Draft:
        """Return the draft that was undone last; the same when there is none."""
        return self._go(now, self._after, self._before)

    def _go(self, now: Draft, there: list[Draft], back: list[Draft]) -> Draft:
        self.end()
        if not there:
            return now
        back.append(now)
        return there.pop()

    def rebase(self, base: Callable[[Draft], Draft]) -> None:
        """Put all drafts on what the file holds now."""
        self._before = [base(draft) for draft in self._before]
        self._after = [base(draft) for draft in self._after]
        self.end()
