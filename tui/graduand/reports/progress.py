"""Progress: how far long work is, at a terminal only."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

from graduand.language import _

if TYPE_CHECKING:
    from collections.abc import Callable

_PATIENCE = 0.5
"""Seconds before anything is said, and between two sayings."""


def progress() -> Callable[[int, int], None] | None:
    """Return what long work may tell how far it is; None where nobody looks.

    With ACCESSIBLE=1 it speaks in whole lines, which a screen reader can follow.
    """
    if not sys.stderr.isatty():
        return None
    accessible = os.environ.get("ACCESSIBLE") == "1"
    last = time.monotonic()

    def tell(done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last < _PATIENCE * (10 if accessible else 1):
            return
        last = time.monotonic()
        text = _("{done} of {total} records").format(done=done, total=total)
        sys.stderr.write(f"{text}\n" if accessible else f"\r\x1b[K{text}\r")
        sys.stderr.flush()

    return tell
