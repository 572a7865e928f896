"""What is said of work that takes long, and how it is stopped: who waits for it, and who is told."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Item = TypeVar("Item")

_SECONDS: Final = 60.0
_SOME: Final = 20
"""Items between two words on how many are done."""


class Patience(NamedTuple):
    """After so many seconds a sentence is told; the waiting goes on."""

    seconds: float
    tell: Callable[[str], None]


def _nobody(_sentence: str) -> None:
    """Tell nobody: nobody has asked to be told."""


_now = [Patience(_SECONDS, _nobody)]


def patience() -> Patience:
    """Return the patience that is in force."""
    return _now[0]


def be_patient(tell: Callable[[str], None], seconds: float = _SECONDS) -> None:
    """Tell `tell` from now on when a commit takes longer than `seconds`; it may be called from any thread."""
    _now[0] = Patience(seconds, tell)


class Stopped(Exception):
    """Whoever waited has stopped the work; nothing of it is done."""


class Watcher(NamedTuple):
    """Somebody who waits for what one thread does."""

    hear: Callable[[int, int], object]
    """Is told how much is done, and of how much."""
    has_stopped: Callable[[], bool]
    """Returns whether the work shall end."""
    hear_of_no_return: Callable[[], object]
    """Is told that from now on the work cannot be stopped."""


_watcher: ContextVar[Watcher | None] = ContextVar("watcher", default=None)
"""Of the thread that asks."""


@contextmanager
def watched(watcher: Watcher) -> Iterator[None]:
    """Tell `watcher` of the work that this thread does in the block, and let it be stopped."""
    before = _watcher.set(watcher)
    try:
        yield
    finally:
        _watcher.reset(before)


def is_stopped() -> bool:
    """Return whether the work of this thread shall end."""
    watcher = _watcher.get()
    return bool(watcher and watcher.has_stopped())


def tell(done: int, of: int) -> None:
    """Tell whoever waits how far the work of this thread is."""
    watcher = _watcher.get()
    if watcher:
        watcher.hear(done, of)


def progress(done: int, of: int) -> None:
    """Tell whoever waits how far the work of this thread is; call it where the work may end without being done.

    Raises:
        Stopped: it shall end.
    """
    if is_stopped():
        raise Stopped
    tell(done, of)


def no_return() -> None:
    """Begin what must come to its end: from here on the work of this thread is not stopped any more.

    Raises:
        Stopped: it was stopped before.
    """
    watcher = _watcher.get()
    if watcher:
        if watcher.has_stopped():
            raise Stopped
        watcher.hear_of_no_return()
        _watcher.set(watcher._replace(has_stopped=lambda: False))


def counted(items: Sequence[Item]) -> Iterator[Item]:
    """Yield the items, and tell whoever waits how many are done.

    Raises:
        Stopped: the work shall end.
    """
    for number, item in enumerate(items):
        if number % _SOME == 0:
            progress(number, len(items))
        yield item
