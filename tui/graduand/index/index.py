"""Register: all leaves, one a cohort; what they say together, and what is wrong with whom."""

from __future__ import annotations

from bisect import bisect_left
from functools import cached_property
from itertools import chain, compress
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from graduand import gc_pause
from graduand.findings import Finding, in_order
from graduand.handshake.lines import EMPTY, Band, Lines, joined_lines
from graduand.handshake.row import Row
from graduand.index.index_page import is_settled, joined
from graduand.records import files, stamp
from graduand.records.paths import username_of
from graduand.records.record import FOLDER
from graduand.rules import judgement
from graduand.rules.identity import KEYS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from graduand.index.index_page import IndexPage, Progress
    from graduand.index.index_store import IndexStore
    from graduand.index.indexer import Indexer
    from graduand.rules.cross_record import Shared
    from graduand.rules.rule import Flaw

MANY: Final = 500
"""Files from which on the fast road repays the making of its pattern."""

PART: Final = 2_500
"""Files that are read at once, between two words on the progress."""


class Index:
    """What all files below `records/` come to."""

    def __init__(
        self, clerk: Indexer, leaves: Sequence[IndexPage], strays: Sequence[Finding], drawer: IndexStore | None = None
    ) -> None:
        self._clerk = clerk
        self._strays = strays
        self._drawer = drawer
        self.leaves = leaves

    @property
    def paths(self) -> tuple[str, ...]:
        """All records' paths, sorted."""
        return tuple(chain.from_iterable(leaf.paths for leaf in self.leaves))

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """All that is wrong, in order."""
        shared: dict[str, list[Flaw]] = {}
        for one in self._shared():
            shared.setdefault(one.path, []).append(one.flaw)
        found = [
            finding
            for leaf in self.leaves
            for place, findings in leaf.findings.items()
            if leaf.paths[place] not in shared
            for finding in findings
        ]
        for path, flaws in shared.items():
            found += self._clerk.judged(path, files.load(self._clerk.root, path), flaws)[1]
        return in_order([*self._strays, *found])

    def _shared(self) -> Sequence[Shared]:
        """Return what is wrong among all records; of the same files in the same state it is the same as last time."""
        drawer = self._drawer if all(map(is_settled, self.leaves)) else None
        known = drawer.shared(self.leaves) if drawer else None
        if known is None:
            known = tuple(judgement.judge_columns(self.columns))
            if drawer:
                drawer.put_shared(self.leaves, known)
        return known

    @property
    def columns(self) -> list[list[Any]]:
        """What the rules among records look at: the paths, and a column for each of `identity.KEYS`."""
        columns: list[list[Any]] = [[] for _part in range(1 + len(KEYS))]
        for leaf in self.leaves:
            for column, more in zip(columns, (leaf.paths, *leaf.people), strict=True):
                column.extend(more)
        return columns

    def listed(self) -> tuple[list[str], ...]:
        """Return as columns what a list shows of everybody: path, username, names, address, majors, kind, account."""
        columns = self.columns
        paths, usernames, addresses, _card, _login, _former, _more, first, last, kinds, majors = columns
        disabled = chain.from_iterable(leaf.disabled for leaf in self.leaves)
        return (
            paths,
            [username or username_of(path) for username, path in zip(usernames, paths, strict=True)],
            *([text or "" for text in column] for column in (last, first, addresses)),
            ["; ".join(found) if found else "" for found in majors],
            [text or "" for text in kinds],
            [text or "" for text in disabled],
        )

    def unique(self) -> tuple[list[str], list[str]]:
        """Return as columns what else one person alone may have: the card, and the login."""
        _paths, _usernames, _addresses, cards, logins, *_others = self.columns
        return [text or "" for text in cards], [text or "" for text in logins]


class Harvest(NamedTuple):
    """The rows of sound records: the ordinary ones as a band, the others one by one."""

    band: Band
    closing: list[bool]
    """Of each row of the band, whether it closes an account."""
    apart: tuple[Row, ...]

    def rows(self) -> tuple[Row, ...]:
        """Return all rows, each by itself."""
        ordinary = zip(self.band.usernames, self.band.lines, strict=True)
        return (*(Row(username, cells) for username, cells in ordinary), *self.apart)


def harvest_of(leaves: Sequence[IndexPage], faulty: Collection[str], headers: Sequence[str]) -> Harvest:
    """Return the rows of the leaves, without those of the records at `faulty` paths."""
    usernames: list[str] = []
    closing: list[bool] = []
    lines: list[Lines] = []
    apart: list[Row] = []
    for leaf in leaves:
        names, disabled, rows = leaf.usernames, leaf.disabled, leaf.lines
        if faulty_here := [place for place, path in enumerate(leaf.paths) if path in faulty] if faulty else []:
            rows = rows.without(faulty_here)
        apart += (row for place, row in leaf.apart.items() if leaf.paths[place] not in faulty)
        if not all(rows.lines):
            names, disabled = [*compress(names, rows.lines)], [*compress(disabled, rows.lines)]
            rows = Lines(rows.columns, [*filter(None, rows.lines)])
        usernames += names
        closing += [text == "true" for text in disabled]
        lines.append(rows)
    band = Band(usernames, joined_lines(lines, headers)) if lines else EMPTY
    return Harvest(band, closing, tuple(apart))


def register_of(
    clerk: Indexer, found: files.Found, drawer: IndexStore | None, progress: Progress | None = None
) -> Index:
    """Return the register of the files that were `found`; what lies in the `drawer` unchanged is not read again."""
    with gc_pause.unsought():
        leaves = _leaves(clerk, found, drawer, progress)
    return Index(clerk, leaves, found.strays, drawer)


def _leaves(
    clerk: Indexer, found: files.Found, drawer: IndexStore | None, progress: Progress | None
) -> Sequence[IndexPage]:
    cohorts = dict(_by_cohort(found.paths))
    kept = (
        {cohort: _unchanged(drawer.leaf(cohort), paths, found.stamps) for cohort, paths in cohorts.items()}
        if drawer
        else {}
    )
    wanted = {cohort: _missing(paths, kept.get(cohort)) for cohort, paths in cohorts.items()}
    clerk.many = sum(map(len, wanted.values())) >= MANY
    read: dict[str, list[IndexPage]] = {cohort: [] for cohort in cohorts}
    parts = [
        (cohort, paths[start : start + PART])
        for cohort, paths in wanted.items()
        for start in range(0, len(paths), PART)
    ]
    total, done = sum(map(len, wanted.values())), 0
    for cohort, paths in parts:
        read[cohort].append(clerk.leaf(cohort, paths))
        done += len(paths)
        if progress:
            progress(done, total)
    leaves = []
    headers = [*clerk.school.columns]
    for cohort in cohorts:
        old = kept.get(cohort)
        leaf = joined([*([old] if old else []), *read[cohort]], headers)
        leaves.append(leaf)
        if drawer and read[cohort]:
            drawer.put(leaf)
    if drawer:
        drawer.clear(cohorts)
    return leaves


def _by_cohort(paths: Sequence[str]) -> Iterator[tuple[str, Sequence[str]]]:
    """Return the paths of each cohort; they are sorted, so its end is looked for and no path is taken apart."""
    start = 0
    while start < len(paths):
        cohort = paths[start].split("/", 2)[1]
        end = bisect_left(paths, f"{FOLDER}/{cohort}0", start)  # the sign after the slash
        yield cohort, [*paths[start:end]]
        start = end


def _unchanged(leaf: IndexPage | None, paths: Sequence[str], now: Mapping[str, bytes]) -> IndexPage | None:
    """Return what a leaf says of the files that stand just as it knew them; None when there are none."""
    if leaf is None:
        return None
    never = stamp.NEVER
    if leaf.paths == paths and leaf.stamps == b"".join([now.get(path, never) for path in paths]):
        return leaf
    places = [
        place
        for place, (path, known) in enumerate(zip(leaf.paths, leaf.each_stamp(), strict=True))
        if known == now.get(path) != never
    ]
    return leaf.picked(places) if places else None


def _missing(paths: Sequence[str], leaf: IndexPage | None) -> Sequence[str]:
    if leaf is None:
        return paths
    known = set(leaf.paths)
    return [path for path in paths if path not in known] if len(known) < len(paths) else ()
