"""A screen that is left only from the front, as what leaves it may come from work that has just ended."""

from __future__ import annotations

from typing import Generic

from textual.await_complete import AwaitComplete
from textual.screen import Screen, ScreenResultType


class LeftInTurn(Screen[ScreenResultType], Generic[ScreenResultType]):
    """A screen whose dismissal waits until no other screen is over it, and its place is the one that is shown.

    Textual would close the screen in front instead, and answer for this one a second time when it is left.
    """

    _answers: tuple[ScreenResultType | None, ...] = ()
    """What it is left with as soon as it is in front; empty while it stays."""

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """Leave the screen with an answer, now or when it is in front again."""
        if self.is_active:
            return super().dismiss(result)
        self._answers = (result,)
        return AwaitComplete()

    def on_screen_resume(self) -> None:
        """Leave, where that has waited for its turn."""
        self.call_later(self._leave)

    def _leave(self) -> None:
        if self._answers and self.is_active:
            answer, self._answers = self._answers[0], ()
            self.dismiss(answer)
