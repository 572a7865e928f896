"""Find the moment of a ledger that an anchor stands for: somebody kept it, so what came before was not rewritten."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from graduand.ledger.branch import StoredEntry


class Anchored(NamedTuple):
    """The moment that an anchor stands for."""

    entries: int
    """How many entries there were."""
    main: str
    """The commit of the upload branch."""


def find_anchor(
    anchor: str, stored: Sequence[StoredEntry], likely: Iterable[str], others: Iterable[str]
) -> Anchored | None:
    """Return the moment that an anchor stands for; None when this ledger does not extend it.

    Args:
        anchor: The checksum, or the beginning of it.
        stored: The entries, oldest first.
        likely: The commits that the upload branch most probably had.
        others: All other commits that it had.
    """
    sums, whole = [], hashlib.sha256()
    for one in stored:
        whole.update(hashlib.sha256(one.raw).digest())
        sums.append(whole.copy())
    for commits in ([*dict.fromkeys(likely)], [*others]):
        named = [(commit, commit.encode()) for commit in commits]
        for count in range(len(sums), 0, -1):
            prefix = sums[count - 1]
            for commit, raw in named:
                tried = prefix.copy()
                tried.update(raw)
                if tried.hexdigest().startswith(anchor):
                    return Anchored(count, commit)
    return None
