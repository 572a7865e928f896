"""How long git may take for a commit before somebody is told what is waited for, and who is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

_SECONDS: Final = 60.0


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
