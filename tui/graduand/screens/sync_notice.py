"""Tell in a notice how the ledger was exchanged with its remote."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.screen import Screen

    from graduand.ledger.sync import Synced


def say_synced(screen: Screen[Any], *synced: Synced) -> None:
    """Show a notice for each exchange of which something is to be said."""
    for one in synced:
        if (sentence := one.sentence) and one.is_told_after(synced[-1]):
            screen.notify(sentence, severity="warning" if one.is_warning else "information", markup=False)
