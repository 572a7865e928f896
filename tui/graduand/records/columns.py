"""Put cells that stand below some columns below others."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Columns = tuple[str, ...]


def mover(columns: Columns, others: Columns) -> Callable[[Sequence[str]], tuple[str, ...]]:
    """Return what puts cells below `columns` below `others`: blank where there was no such column."""
    if columns == others:
        return tuple
    if len(others) < 2:
        return lambda cells: tuple(dict(zip(columns, cells, strict=True)).get(header, "") for header in others)
    pick = itemgetter(*(columns.index(header) if header in columns else len(columns) for header in others))
    return lambda cells: pick((*cells, ""))
