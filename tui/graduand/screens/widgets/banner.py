"""The banner that says why nothing can be saved now."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static


class Banner(Static):
    """A sentence over the whole width; without one it takes no room."""

    DEFAULT_CSS = """
    Banner { height: auto; max-height: 3; padding: 0 1; background: $warning-muted; color: $text-warning; }
    """

    def __init__(self, sentence: str = "") -> None:
        super().__init__()
        self.say(sentence)

    def say(self, sentence: str) -> None:
        """Say why; "" takes the banner away."""
        self.update(Content(f"! {sentence}"))
        self.display = bool(sentence)
