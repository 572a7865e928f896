"""The footer: as many keys as have room, in the current language."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len
from textual import on
from textual.containers import Horizontal
from textual.content import Content
from textual.events import Click, Resize
from textual.reactive import reactive
from textual.widgets import Static

from graduand.language import _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.app import ComposeResult
    from textual.binding import ActiveBinding
    from textual.screen import Screen


class ShownKey(NamedTuple):
    """A key, as it is printed on the keyboard, what it does, and whether it could be pressed now."""

    key: str
    shown: str
    words: str
    enabled: bool

    @property
    def wide(self) -> int:
        """Columns that it takes, the gap to the next one too."""
        return cell_len(f"{self.shown} {self.words}") + 2


class Key(Static):
    """A key and what it does; a click is the same as pressing it."""

    DEFAULT_CSS = """
    Key {
        width: auto; height: 1; margin-right: 2;
        &.-off { text-style: dim; }
        &:hover { background: $block-hover-background; }
    }
    """

    def __init__(self, key: ShownKey) -> None:
        words = Content.assemble((key.shown, "bold $text-accent"), f" {key.words}")
        super().__init__(words, classes="" if key.enabled else "-off")
        self._key = key.key

    @on(Click)
    def press_the_key(self) -> None:
        """Do what the key does."""
        self.app.simulate_key(self._key)


class KeyLine(Horizontal, can_focus=False):
    """The keys that do something now; a key that could not be pressed now is grey."""

    DEFAULT_CSS = """
    KeyLine { dock: bottom; height: 1; padding: 0 1; color: $footer-foreground; background: $footer-background; }
    """
    _ready = reactive(default=False, repaint=False)
    _shown_keys: tuple[ShownKey, ...] = ()

    def on_mount(self) -> None:
        """Follow the keys of the screen."""
        self.screen.bindings_updated_signal.subscribe(self, self._follow)

    @on(Resize)
    def make_room(self) -> None:
        """Show as many keys as the new width has room for."""
        self.call_after_refresh(self._renew)

    def _follow(self, screen: Screen[object]) -> None:
        self._ready = True
        if self.is_attached and screen is self.screen:
            self.call_after_refresh(self._renew)

    async def _renew(self) -> None:
        """Compose anew when other keys are shown; mostly only the focus has moved."""
        if self.is_attached and self._shown_keys != tuple(self._with_room()):
            await self.recompose()

    def compose(self) -> ComposeResult:
        """Show the keys that have room; the last one, which explains the others, always has."""
        self._shown_keys = tuple(self._with_room())
        yield from map(Key, self._shown_keys)

    def _with_room(self) -> Iterator[ShownKey]:
        keys = [self._shown_key(active) for active in self._shown()] if self._ready else []
        helping = [self._shown_key(active) for active in self._active() if active.binding.action == "help"][:1]
        room = self.size.width - 2 - sum(key.wide for key in helping)
        for key in keys:
            room -= key.wide
            if room >= 0:
                yield key
        yield from helping

    def _shown_key(self, active: ActiveBinding) -> ShownKey:
        binding = active.binding
        shown = self.app.get_key_display(binding)
        return ShownKey(binding.key, shown, _(binding.description), enabled=active.enabled)

    def _active(self) -> Iterator[ActiveBinding]:
        yield from self.screen.active_bindings.values()

    def _shown(self) -> Iterator[ActiveBinding]:
        """Return one key for each thing to do, in the order in which the screen names them."""
        seen = {"help"}
        for active in self._active():
            if active.binding.show and active.binding.action not in seen:
                seen.add(active.binding.action)
                yield active
