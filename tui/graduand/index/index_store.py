"""The pages of the index, one a cohort, and the files below git's own folder in which they wait for the next time."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from itertools import accumulate, chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from graduand.findings import Finding, Severity
from graduand.language import spoken
from graduand.records import stamp
from graduand.records.record import DISABLED, END, LEVEL, REASON
from graduand.rules.cross_record import Shared
from graduand.rules.identity import KEYS
from graduand.rules.rule import Flaw
from graduand.storage import atomic
from graduand.storage.cache_file import CacheFile, Deferred, fits

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from graduand.records.columns import Columns

Progress = Callable[[int, int], None]
"""Called with the number of files that are read, and of all that are to be read."""

_FORMAT: Final = "graduand/index/4"
"""The form of a packed page; another form has another number."""

_SHARED: Final = "shared"
"""The file of what is wrong among all records."""

_STATES: Final = "states"
"""The file of all findings of records that contradict what Handshake holds, or say nothing of it."""

LISTED: Final = (DISABLED, END, REASON, LEVEL)
"""The keys that only the list of people shows."""

_PackedFinding = tuple[str, str, str, int, int, str, str, str]
_Texts = dict[int, str]
_Packed = tuple[
    str,
    list[str],
    bytes,
    bytes,
    tuple[str, ...],
    list[list[str]],
    _Texts,
    _Texts,
    _Texts,
    _Texts,
    _Texts,
    list[str],
    dict[int, list[_PackedFinding]],
]
"""The fields of a page."""
_People = list[list[str | bool | tuple[str, ...] | None]]
_PackedShared = list[tuple[str, str, str, str]]
_PackedStates = list[tuple[str, list[_PackedFinding]]]
T = TypeVar("T")


_COLUMNS: Final = len(KEYS) + len(LISTED)
"""Those of people that a page has."""

BY_NUMBER: Final = ("previous_usernames", "held_back", "waiting", "withheld")
"""The attributes of a page that are those of a `RowTable`, by the number of the file."""


class IndexPage(NamedTuple):
    """The files of one cohort; every column has a value for each file."""

    cohort: str
    paths: list[str]
    stamps: bytes
    """The stamps of all files as they were when the files were read."""
    people: Deferred[Sequence[list[Any]]]
    """A column for each of `identity.KEYS`, then for each of LISTED; None where a record has no such value."""
    columns: Columns
    """The headers of the rows."""
    cells: Sequence[list[str]]
    """The column of cells below each header; a file without a row has blank ones."""
    previous_usernames: dict[int, str]
    """By the number of the file."""
    held_back: dict[int, str]
    """By the number of the file."""
    waiting: dict[int, str]
    """By the number of the file the day until which the graduation waits."""
    withheld: dict[int, str]
    """By the number of the file why the record itself says that no row is sent."""
    stays: dict[int, str]
    """By the number of the file the username of the account that stays when a duplicate is closed."""
    kinds: list[str]
    """The kind of the transition of each row; "" of a file without a row."""
    findings: dict[int, list[Finding]]
    """What is wrong with a file by itself, by its number."""

    def picked(self, places: Sequence[int]) -> IndexPage:
        """Return the page of the files at these places, in their order."""
        moved = {place: index for index, place in enumerate(places)}
        stamps = self.each_stamp()
        return self._replace(
            paths=[self.paths[place] for place in places],
            stamps=b"".join([stamps[place] for place in places]),
            people=Deferred.of([[column[place] for place in places] for column in self.people.value]),
            cells=[[column[place] for place in places] for column in self.cells],
            previous_usernames=_moved(self.previous_usernames, moved),
            held_back=_moved(self.held_back, moved),
            waiting=_moved(self.waiting, moved),
            withheld=_moved(self.withheld, moved),
            stays=_moved(self.stays, moved),
            kinds=[self.kinds[place] for place in places],
            findings=_moved(self.findings, moved),
        )

    def each_stamp(self) -> list[bytes]:
        """Return the stamp of each file."""
        return [self.stamps[start : start + stamp.SIZE] for start in range(0, len(self.stamps), stamp.SIZE)]

    @property
    def is_settled(self) -> bool:
        """Whether the stamps of all files are to be believed."""
        return stamp.NEVER not in self.stamps


def _moved(known: Mapping[int, T], moved: Mapping[int, int]) -> dict[int, T]:
    return {moved[at]: found for at, found in known.items() if at in moved}


def _joined(known: Iterable[Mapping[int, T]], starts: Iterable[int]) -> dict[int, T]:
    return {start + at: found for one, start in zip(known, starts, strict=False) for at, found in one.items()}


def joined_pages(pages: Sequence[IndexPage], headers: Iterable[str]) -> IndexPage:
    """Return one page of pages of the same cohort, its files sorted, its columns in the order of `headers`."""
    if len(pages) == 1:
        return pages[0]
    starts = [0, *accumulate(len(page.paths) for page in pages)]
    columns, cells = joined_cells(pages, headers)
    whole = IndexPage(
        pages[0].cohort,
        [*chain.from_iterable(page.paths for page in pages)],
        b"".join(page.stamps for page in pages),
        Deferred.of(
            [[*chain.from_iterable(parts)] for parts in zip(*(page.people.value for page in pages), strict=True)]
        ),
        columns,
        cells,
        _joined((page.previous_usernames for page in pages), starts),
        _joined((page.held_back for page in pages), starts),
        _joined((page.waiting for page in pages), starts),
        _joined((page.withheld for page in pages), starts),
        _joined((page.stays for page in pages), starts),
        [*chain.from_iterable(page.kinds for page in pages)],
        _joined((page.findings for page in pages), starts),
    )
    order = sorted(range(len(whole.paths)), key=whole.paths.__getitem__)
    return whole if order == [*range(len(order))] else whole.picked(order)


def joined_cells(pages: Sequence[IndexPage], headers: Iterable[str]) -> tuple[Columns, list[list[str]]]:
    """Return the columns that any page has, in the order of `headers`, and the cells of all files below each."""
    used = {header for page in pages for header in page.columns}
    columns = tuple(header for header in headers if header in used)
    by_header = [dict(zip(page.columns, page.cells, strict=True)) for page in pages]
    cells = [
        [
            *chain.from_iterable(
                known.get(header) or [""] * len(page.paths) for page, known in zip(pages, by_header, strict=True)
            )
        ]
        for header in columns
    ]
    return columns, cells


class IndexStore:
    """The pages of one data folder, as of one day, in one language, by one schema and one program."""

    def __init__(self, git_folder: str, root: Path, schema: Collection[bytes], on: str) -> None:
        self._folder = Path(git_folder, "graduand", "leaves")
        self._key: tuple[str | bytes, ...] = (_FORMAT, str(root.resolve()), spoken(), on, *schema)

    def page(self, cohort: str) -> IndexPage | None:
        """Return the page of a cohort; None when there is none, or the file is not to be believed."""
        file = self._file(cohort)
        page = file.read_as(lambda parts: _unpacked(parts, file.path))
        return page if page and page.cohort == cohort else None

    def put(self, page: IndexPage) -> None:
        """Write a page."""
        self._file(page.cohort).write(_packed(page))

    def shared(self, pages: Iterable[IndexPage]) -> tuple[Shared, ...] | None:
        """Return what was wrong among the records of these pages, in this state; None when that is not known."""
        file: CacheFile[_PackedShared] = self._pages_file(_SHARED, pages, shape=_PackedShared)
        return file.read_as(lambda found: tuple(Shared(path, Flaw(*flaw)) for path, *flaw in found))

    def put_shared(self, pages: Iterable[IndexPage], found: Iterable[Shared]) -> None:
        """Write what is wrong among the records of these pages."""
        self._pages_file(_SHARED, pages, shape=_PackedShared).write([(one.path, *one.flaw) for one in found])

    def of_states(self, pages: Iterable[IndexPage], state: str) -> dict[str, tuple[Finding, ...]] | None:
        """Return by path the findings that were stored for these pages and this key of a state; None: none were."""
        file: CacheFile[_PackedStates] = self._pages_file(_STATES, pages, state, shape=_PackedStates)
        return file.read_as(lambda found: {path: tuple(map(_finding, findings)) for path, findings in found})

    def put_of_states(self, pages: Iterable[IndexPage], state: str, found: Mapping[str, Sequence[Finding]]) -> None:
        """Write by path the findings that depend on what Handshake holds."""
        file: CacheFile[_PackedStates] = self._pages_file(_STATES, pages, state, shape=_PackedStates)
        file.write([(path, [*map(_packed_finding, findings)]) for path, findings in found.items()])

    def remove_others(self, cohorts: Collection[str]) -> None:
        """Remove the pages of other cohorts than these."""
        atomic.remove_others(self._folder, {_SHARED, _STATES, *(self._file(cohort).path.name for cohort in cohorts)})

    def _pages_file(self, name: str, pages: Iterable[IndexPage], *more: str, shape: Any) -> CacheFile[Any]:  # noqa: ANN401 - a type
        """Return the file whose key differs whenever any file of the pages does, or what it depends on besides."""
        state = (part for page in pages for part in (page.stamps, "\0".join(page.paths)))
        return CacheFile(self._folder / name, *self._key, *more, *state, shape=shape)

    def _file(self, cohort: str) -> CacheFile[_Packed]:
        name = hashlib.sha256(cohort.encode(errors="surrogateescape")).hexdigest()[:32]
        return CacheFile(self._folder / name, *self._key, shape=_Packed)


def _packed(page: IndexPage) -> _Packed:
    """Return a page as plain values."""
    findings = {at: [*map(_packed_finding, found)] for at, found in page.findings.items()}
    cells = [*map(list, page.cells)]
    return (*page._replace(people=page.people.packed(), cells=cells, findings=findings),)  # type: ignore[arg-type,return-value]


def _unpacked(parts: _Packed, file: Path) -> IndexPage:
    """Return the page that was packed into a file.

    Raises:
        ValueError: it is odd.
    """
    page = IndexPage(*parts)  # type: ignore[arg-type] # people and findings are packed in it
    count = len(page.paths)
    numbers = {*page.stays, *page.findings, *chain.from_iterable(getattr(page, name) for name in BY_NUMBER)}
    lengths = {len(page.stamps) / stamp.SIZE, len(page.kinds), *map(len, page.cells)}
    if lengths != {count} or len(page.cells) != len(page.columns) or not numbers <= {*range(count)}:
        raise ValueError
    people = Deferred[Sequence[list[Any]]](
        parts[3], file, lambda found: fits(found, _People) and {*map(len, found)} == {count} and len(found) == _COLUMNS
    )
    findings = {at: [*map(_finding, found)] for at, found in parts[-1].items()}
    return page._replace(people=people, findings=findings)


def _packed_finding(finding: Finding) -> tuple[Any, ...]:
    return (str(finding.rule), str(finding.severity), *finding[2:])


def _finding(packed: Sequence[Any]) -> Finding:
    return Finding(packed[0], Severity(packed[1]), *packed[2:])
