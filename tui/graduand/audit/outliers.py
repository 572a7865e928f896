"""Find what in a change is unlike the other records of its cohort, and worth a second look."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.git.events import OF_KEYS, EventKind
from graduand.language import _, quoted
from graduand.records.record import DISABLED, EMAIL, END, KIND, REASON
from graduand.records.transition import reason_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from graduand.git.events import Event
    from graduand.records.record import Record
    from graduand.records.school import School

_OTHERS: Final = 5
"""The fewest other people in a cohort that show what is usual."""
_RARE: Final = 0.05
"""The share of the others up to which something is rare."""
_FAR: Final = 183
"""Days from the median of the cohort."""
_NEAR: Final = 31
"""Days within which two end dates count as the same."""
_MANY: Final = 10
"""Changes in one cohort from which on a single one in another is unusual."""


class Outlier(NamedTuple):
    """One value that is unusual in its cohort."""

    username: str
    path: str
    field: str
    """The key; empty when it is not a field that is unusual."""
    value: str
    said: str
    """The reason as a sentence, safe to print."""


class _Cohort(NamedTuple):
    """What is usual in one cohort."""

    kinds: Counter[str]
    ends: tuple[int, ...]
    """The end dates of its graduates, as ordinals, sorted."""


def outliers(events: Iterable[Event], records: Iterable[Record], school: School) -> tuple[Outlier, ...]:
    """Return what is unusual in `events`, compared with all `records` of the cohorts that they touch."""
    records = tuple(records)
    usual = _Usual(records, school)
    changed = _changed(events)
    found = [
        outlier for record in records if record.path in changed for outlier in usual.of(record, changed[record.path])
    ]
    return (*found, *_only_ones([record for record in records if record.path in changed]))


def _changed(events: Iterable[Event]) -> dict[str, frozenset[str] | None]:
    """Return the changed keys of the record at each path; None: all of them, as the person is new."""
    found: dict[str, frozenset[str] | None] = {}
    for event in events:
        before, keys = found.get(event.path, frozenset()), _keys(event)
        found[event.path] = None if before is None or keys is None else before | keys
    return found


def _keys(event: Event) -> frozenset[str] | None:
    if event.event in {EventKind.GRADUATED, EventKind.RETURNED, EventKind.LEFT}:
        return frozenset({KIND}) if event.old else None
    if event.event in OF_KEYS:
        return frozenset((*(event.old or ()), *(event.new or ())))
    return frozenset({EMAIL} if event.event is EventKind.EMAIL else {DISABLED, REASON})


class _Usual:
    """What is usual among the records that a change is compared with."""

    def __init__(self, records: Iterable[Record], school: School) -> None:
        by_cohort: defaultdict[str, list[Record]] = defaultdict(list)
        for record in records:
            by_cohort[record.cohort].append(record)
        self._cohorts = {cohort: _cohort_of(people) for cohort, people in by_cohort.items()}
        all_records = [record for people in by_cohort.values() for record in people]
        self._domains = Counter(record.domain for record in all_records)
        self._reasons = Counter(record.text(REASON) for record in all_records if _is_closed(record))
        self._ordinary = school.own_domains.union(school.importer.mail_providers)

    def of(self, record: Record, changed: frozenset[str] | None) -> Iterator[Outlier]:
        """Yield what is unusual in the changed keys of one record; None: all of them."""
        sayings = {KIND: self._kind, END: self._end, EMAIL: self._address, REASON: self._reason}
        for field, saying in sayings.items():
            if (changed is None or field in changed) and (said := saying(record)):
                yield Outlier(record.username, record.path, field, record.text(field), said)
        if (changed is None or changed & {KIND, DISABLED}) and record.returned and _is_closed(record):
            said = _("the account is closed although the person returns")
            yield Outlier(record.username, record.path, DISABLED, record.text(DISABLED), said)

    def _kind(self, record: Record) -> str:
        kinds = self._cohorts[record.cohort].kinds
        kind, others = record.text(KIND), kinds.total() - 1
        unlike = others - (kinds[kind] - 1)
        if not _is_rare(others - unlike, others):
            return ""
        message = _("{value}, unlike {unlike} of {others} others of {cohort}")
        return message.format(value=quoted(kind), unlike=unlike, others=others, cohort=quoted(record.cohort))

    def _end(self, record: Record) -> str:
        end = _end_of(record)
        ends = self._cohorts[record.cohort].ends
        others = len(ends) - 1
        if not end or others < _OTHERS:
            return ""
        half = (others - 1) // 2
        middle = ends[half if half < bisect_left(ends, end) else half + 1]  # of the others, the lower median
        near = bisect_right(ends, end + _NEAR) - bisect_left(ends, end - _NEAR) - 1
        if abs(end - middle) <= _FAR or not _is_rare(near, others):
            return ""
        message = _("ends on {day}, the others of {cohort} about {middle}")
        return message.format(day=date.fromordinal(end), cohort=quoted(record.cohort), middle=date.fromordinal(middle))

    def _address(self, record: Record) -> str:
        is_only = self._domains[record.domain] == 1 and self._domains.total() > _OTHERS
        if not is_only or not record.domain or record.domain in self._ordinary:
            return ""
        return _("the only address at {domain}").format(domain=quoted(record.domain))

    def _reason(self, record: Record) -> str:
        if not _is_closed(record):
            return ""
        reason, others = record.text(REASON), self._reasons.total() - 1
        same = self._reasons[reason] - 1
        usual = max(self._reasons.values()) >= others / 2  # where all differ, none stands out
        if not reason or not usual or not _is_rare(same, others):
            return ""
        message = _("closed for {reason}, unlike {unlike} of {others} other closed accounts")
        return message.format(reason=quoted(reason_words(reason)), unlike=others - same, others=others)


def _cohort_of(people: Iterable[Record]) -> _Cohort:
    kinds: Counter[str] = Counter()
    ends = []
    for record in people:
        kinds[record.text(KIND)] += 1
        if end := _end_of(record):
            ends.append(end)
    return _Cohort(kinds, tuple(sorted(ends)))


def _end_of(record: Record) -> int:
    """Return the day on which a graduate leaves, as an ordinal; 0: none, or the person stays for another programme."""
    return _ordinal(record.ends) if record.graduated and not record.stays else 0


def _is_closed(record: Record) -> bool:
    return record.text(DISABLED) == "true"


def _is_rare(same: int, others: int) -> bool:
    """Return whether few of the others are the same, and there are enough others to say so."""
    return others >= _OTHERS and same <= others * _RARE


def _ordinal(day: str) -> int:
    """Return the ordinal of an ISO date; 0 for any other text."""
    try:
        return date.fromisoformat(day).toordinal()
    except ValueError:
        return 0


def _only_ones(changed: Iterable[Record]) -> Iterator[Outlier]:
    """Yield the only changed record of a cohort where many of another change, as by a slip of the hand."""
    by_cohort: defaultdict[str, list[Record]] = defaultdict(list)
    for record in changed:
        by_cohort[record.cohort].append(record)
    most, others = max(by_cohort.items(), key=lambda entry: len(entry[1]), default=("", []))
    for cohort, people in sorted(by_cohort.items()):
        if len(people) == 1 and len(others) >= _MANY:
            said = _("the only change in {cohort}; {count} are in {other}")
            said = said.format(cohort=quoted(cohort), count=len(others), other=quoted(most))
            yield Outlier(people[0].username, people[0].path, "", "", said)
