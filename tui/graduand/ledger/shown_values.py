"""The values of listed columns that observations of Handshake have shown, whoever has them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from graduand.ledger.entry import EntryKind
from graduand.storage.cache_file import CacheFile

if TYPE_CHECKING:
    from graduand.ledger.ledger import Ledger

_FORMAT: Final = "graduand/shown-levels/1"


def shown_levels(ledger: Ledger, *, no_cache: bool = False) -> tuple[str, ...]:
    """Return the levels of degrees that observations showed, but for those that were withdrawn; sorted.

    For one head of the ledger they are remembered, unless `no_cache`.

    Raises:
        LedgerBroken, LedgerNewer, LedgerCut, LedgerIncomplete: it is not known here.
    """
    if not ledger.head:
        return ()
    if no_cache:
        return tuple(sorted(_levels(ledger)))
    folder = Path(ledger.program.folder, "graduand", "schema")
    file = CacheFile[list[str]](folder / "shown-levels", _FORMAT, ledger.head, shape=list[str])
    return tuple(file.get(lambda: sorted(_levels(ledger))))


def _levels(ledger: Ledger) -> set[str]:
    seen = (one for one in ledger.entries if one.kind is EntryKind.OBSERVATION and one.id not in ledger.withdrawn)
    return {level for one in seen for level in one.texts("levels")}
