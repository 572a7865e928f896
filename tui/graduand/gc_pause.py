"""Circles: values that refer to each other, for which Python searches from time to time."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def unsought() -> Iterator[None]:
    """Put the search off: many values are made meanwhile, and none of them is a circle."""
    searching = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if searching:
            gc.enable()
