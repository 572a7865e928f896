"""Leaf: what is known of the records of one cohort, as columns: who they are, their rows, and what is wrong."""

from __future__ import annotations

import marshal
from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import accumulate, chain
from typing import Any, Final, NamedTuple, overload

from graduand.findings import Finding, Severity
from graduand.handshake.lines import Lines, joined_lines
from graduand.handshake.row import LABELS, Row
from graduand.records.stamp import NEVER, SIZE
from graduand.rules.identity import KEYS

Progress = Callable[[int, int], None]
"""Is told how many files are read, and of how many."""

FORM: Final = "graduand/leaf/1"
"""What a packed leaf holds, and what it means; another meaning bears another number."""


class People(Sequence[list[Any]]):
    """Columns of what the rules among records look at, taken apart when somebody looks."""

    def __init__(self, columns: Sequence[list[Any]] = (), raw: bytes = b"") -> None:
        self._raw = raw
        self._known = columns

    @cached_property
    def columns(self) -> Sequence[list[Any]]:
        """The columns themselves."""
        if not self._raw:
            return self._known
        columns: Sequence[list[Any]] = marshal.loads(self._raw)  # noqa: S302 - our own, as in `unpacked`
        return columns

    def packed(self) -> bytes:
        """Return the columns as bytes."""
        return self._raw or marshal.dumps(tuple(self._known))

    def __len__(self) -> int:
        return len(KEYS)

    @overload
    def __getitem__(self, index: int) -> list[Any]: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[list[Any]]: ...
    def __getitem__(self, index: int | slice) -> list[Any] | Sequence[list[Any]]:
        return self.columns[index]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, People) and [*self.columns] == [*other.columns]

    def __hash__(self) -> int:
        return hash(self.packed())


class IndexPage(NamedTuple):
    """Files of one cohort; every column has an entry for each."""

    cohort: str
    paths: list[str]
    stamps: bytes
    """How each file stood when it was read."""
    usernames: list[str]
    people: People
    """What the rules among records look at, as `identity.KEYS` says; nothing of a file that could not be read."""
    disabled: list[str | None]
    """What each record says of the account."""
    lines: Lines
    """The row of each sound record; blank where there is none, or it stands apart."""
    apart: dict[int, Row]
    """Rows that are not as all others: with labels, another username, or something held back."""
    findings: dict[int, list[Finding]]
    """What is wrong with a file by itself; a file with nothing wrong has no entry."""

    def picked(self, places: Sequence[int]) -> IndexPage:
        """Return the leaf of the files at these places, in their order."""
        moved = {place: index for index, place in enumerate(places)}
        stamps = self.each_stamp()
        return IndexPage(
            self.cohort,
            [self.paths[place] for place in places],
            b"".join([stamps[place] for place in places]),
            [self.usernames[place] for place in places],
            People([[column[place] for place in places] for column in self.people]),
            [self.disabled[place] for place in places],
            Lines(self.lines.columns, [self.lines.lines[place] for place in places]),
            {moved[place]: row for place, row in self.apart.items() if place in moved},
            {moved[place]: found for place, found in self.findings.items() if place in moved},
        )

    def each_stamp(self) -> list[bytes]:
        """Return how each file stood when it was read."""
        return [self.stamps[start : start + SIZE] for start in range(0, len(self.stamps), SIZE)]


def joined(leaves: Sequence[IndexPage], headers: Sequence[str]) -> IndexPage:
    """Return one leaf of leaves of the same cohort, its files sorted, its columns in the order of `headers`."""
    if len(leaves) == 1:
        return leaves[0]
    starts = [0, *accumulate(len(leaf.paths) for leaf in leaves)]
    whole = IndexPage(
        leaves[0].cohort,
        [*chain.from_iterable(leaf.paths for leaf in leaves)],
        b"".join(leaf.stamps for leaf in leaves),
        [*chain.from_iterable(leaf.usernames for leaf in leaves)],
        People([[*chain.from_iterable(parts)] for parts in zip(*(leaf.people for leaf in leaves), strict=True)]),
        [*chain.from_iterable(leaf.disabled for leaf in leaves)],
        joined_lines([leaf.lines for leaf in leaves], headers),
        {start + at: row for leaf, start in zip(leaves, starts, strict=False) for at, row in leaf.apart.items()},
        {start + at: found for leaf, start in zip(leaves, starts, strict=False) for at, found in leaf.findings.items()},
    )
    order = sorted(range(len(whole.paths)), key=whole.paths.__getitem__)
    return whole if order == [*range(len(order))] else whole.picked(order)


def is_settled(leaf: IndexPage) -> bool:
    """Tell whether the stamps of all files are to be believed."""
    return NEVER not in leaf.stamps


Packed = tuple[Any, ...]


def packed(leaf: IndexPage) -> Packed:
    """Return the leaf as plain values."""
    return (
        leaf.cohort,
        leaf.paths,
        leaf.stamps,
        leaf.usernames,
        leaf.people.packed(),
        leaf.disabled,
        leaf.lines.columns,
        b"\n".join(leaf.lines.lines),
        {at: (row.username, dict(row.cells), row.previous_username, row.held_back) for at, row in leaf.apart.items()},
        {at: [(str(one.rule), str(one.severity), *one[2:]) for one in found] for at, found in leaf.findings.items()},
    )


def unpacked(parts: Packed) -> IndexPage:
    """Return the leaf that was packed."""
    cohort, paths, stamps, usernames, people, disabled, columns, chunk, apart, findings = parts
    return IndexPage(
        cohort,
        paths,
        stamps,
        usernames,
        People(raw=people),
        disabled,
        Lines(columns, chunk.split(b"\n") if paths else []),
        {at: Row(*row) for at, row in apart.items()},
        {at: [Finding(one[0], Severity(one[1]), *one[2:]) for one in found] for at, found in findings.items()},
    )


def is_ordinary(row: Row) -> bool:
    """Tell whether a row is uploaded as most are: looked up by its username, without labels, with nothing held back."""
    return not row.previous_username and not row.held_back and LABELS not in row.cells
