"""The cache of the folded state, valid for one head of the ledger and a base for later ones."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from graduand.ledger.entry import RowStatus
from graduand.ledger.fold import VERSION, LedgerState, Outcome, PendingRow, TakenBack
from graduand.storage.cache_file import CacheFile, Deferred, fits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graduand.git.program import Program

_Packed = tuple[
    str,
    tuple[str, ...],
    list[str],
    list[tuple[str, ...]],
    bytes,
    list[tuple[str, str]],
    tuple[
        list[str],
        dict[str, tuple[str, str, str, str, str, bool]],
        dict[str, str],
        list[str],
        dict[str, tuple[str, str]],
        dict[str, str],
        dict[str, tuple[str, str, tuple[str, ...]]],
        dict[str, tuple[str, ...]],
    ],
]
"""A head, and the fields of a state as plain values; the rows apart from whose they are."""
_Since = dict[str, int | tuple[int, ...]]


class CachedState(NamedTuple):
    """A state, and the commit of the ledger whose entries it comes from."""

    head: str
    state: LedgerState


def _file(program: Program) -> CacheFile[_Packed]:
    return CacheFile(Path(program.folder, "graduand", "ledger-state"), VERSION, program.prefix, shape=_Packed)


def load(program: Program) -> CachedState | None:
    """Return the cached state; None when there is none that can be trusted."""
    file = _file(program)
    return file.read_as(lambda packed: _unpacked(packed, file.path))


def _unpacked(packed: _Packed, file: Path) -> CachedState:
    """Return the state that was cached in a file.

    Raises:
        ValueError: it is odd.
    """
    head, columns, usernames, rows, since, moments, more = packed
    observations, outcomes, aliases, ambiguous, taken_back, sent_addresses, pending, former_addresses = more
    if {*map(len, rows), *(len(cells) for _id, _at, cells in pending.values())} - {len(columns)}:
        raise ValueError
    state = LedgerState(
        columns,
        dict(zip(usernames, rows, strict=True)),
        Deferred(since, file, lambda found: _is_sound(found, len(columns), len(moments))),
        tuple(moments),
        frozenset(observations),
        {name: Outcome(one[0], RowStatus(one[1]), *one[2:]) for name, one in outcomes.items()},
        aliases,
        frozenset(ambiguous),
        {name: TakenBack(*back) for name, back in taken_back.items()},
        sent_addresses,
        {name: PendingRow(*one) for name, one in pending.items()},
        former_addresses,
    )
    return CachedState(head, state)


def _is_sound(since: Mapping[str, int | tuple[int, ...]], columns: int, moments: int) -> bool:
    """Return whether each place is that of a moment, and there are as many as columns."""
    if not fits(since, _Since):
        return False
    each = [one for one in since.values() if isinstance(one, tuple)]
    places = {*(one for one in since.values() if isinstance(one, int)), *chain.from_iterable(each)}
    return {*map(len, each)} <= {columns} and places <= {*range(moments)}


def store(program: Program, head: str, state: LedgerState) -> None:
    """Cache a state; where the disk refuses, it is folded again the next time."""
    outcomes = {name: (one.upload, one.status.value, *one[2:]) for name, one in state.outcomes.items()}
    more = (
        sorted(state.observations),
        outcomes,
        {**state.aliases},
        sorted(state.ambiguous),
        {name: (*one,) for name, one in state.taken_back.items()},
        {**state.sent_addresses},
        {name: (*one,) for name, one in state.pending.items()},
        {**state.former_addresses},
    )
    since = Deferred.of({**state.since.value}).packed()
    _file(program).write((head, state.columns, [*state.rows], [*state.rows.values()], since, [*state.moments], more))
