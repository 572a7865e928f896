"""The cache of the folded state, valid for one head of the ledger and a base for later ones."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from graduand.ledger.entry import RowStatus
from graduand.ledger.fold import VERSION, LedgerState, Outcome, PendingRow, TakenBack
from graduand.storage.cache_file import CacheFile, Deferred

if TYPE_CHECKING:
    from graduand.git.program import Program

_Packed = tuple[str, tuple[str, ...], list[str], list[tuple[str, ...]], bytes, list[tuple[str, str]], dict[str, Any]]


class CachedState(NamedTuple):
    """A state, and the commit of the ledger whose entries it comes from."""

    head: str
    state: LedgerState


def _file(program: Program) -> CacheFile[_Packed]:
    return CacheFile(Path(program.folder, "graduand", "ledger-state"), VERSION, program.prefix)


def load(program: Program) -> CachedState | None:
    """Return the cached state; None when there is none that can be trusted."""
    packed = _file(program).read()
    if packed is None:
        return None
    head, columns, usernames, rows, since, moments, more = packed
    state = LedgerState(
        columns,
        dict(zip(usernames, rows, strict=True)),
        Deferred(since),
        tuple(moments),
        frozenset(more["observations"]),
        {name: Outcome(upload, RowStatus(status), *said) for name, (upload, status, *said) in more["outcomes"].items()},
        more["aliases"],
        frozenset(more["ambiguous"]),
        {name: TakenBack(*back) for name, back in more["taken_back"].items()},
        more["sent_addresses"],
        {name: PendingRow(*one) for name, one in more["pending"].items()},
        {name: tuple(one) for name, one in more["former_addresses"].items()},
    )
    return CachedState(head, state)


def store(program: Program, head: str, state: LedgerState) -> None:
    """Cache a state; where the disk refuses, it is folded again the next time."""
    more = {
        "observations": sorted(state.observations),
        "outcomes": {name: (one.upload, one.status.value, *one[2:]) for name, one in state.outcomes.items()},
        "aliases": {**state.aliases},
        "ambiguous": sorted(state.ambiguous),
        "taken_back": {name: tuple(one) for name, one in state.taken_back.items()},
        "sent_addresses": {**state.sent_addresses},
        "former_addresses": {**state.former_addresses},
        "pending": {name: tuple(one) for name, one in state.pending.items()},
    }
    since = Deferred.of({**state.since.value}).packed()
    _file(program).write((head, state.columns, [*state.rows], [*state.rows.values()], since, [*state.moments], more))
