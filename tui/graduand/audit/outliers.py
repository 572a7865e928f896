"""Outliers: what in a change is unlike the others of its class, and worth a second look."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from statistics import median_low
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.git.events import EventKind
from graduand.language import _, quoted
from graduand.records.reason_labels import reason_words
from graduand.records.record import END

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from graduand.git.events import Event
    from graduand.records.record import Record
    from graduand.records.school import School

_OTHERS: Final = 5
"""People of a class beside somebody, from which on they say what is usual."""
_RARE: Final = 0.05
"""The share of the others up to which something is rare."""
_FAR: Final = 183
"""Days from the middle of the class."""
_NEAR: Final = 31
"""Days within which others end at the same time."""
_MANY: Final = 10
"""Changes in one class, beside which one in another stands out."""

_KIND: Final = "transition:kind"
_REASON: Final = "transition:account:reason"
_EMAIL: Final = "email_address"
_DISABLED: Final = "disabled"


class Outlier(NamedTuple):
    """One value that somebody's class does not lead one to expect."""

    username: str
    path: str
    field: str
    """Empty: it is not a field that stands out."""
    value: str
    said: str
    """The whole reason, safe to print."""


class _Class(NamedTuple):
    """What is usual in one cohort."""

    kinds: Counter[str]
    ends: tuple[int, ...]
    """The days on which its graduates end, as numbers."""


def outliers(events: Iterable[Event], records: Iterable[Record], school: School) -> tuple[Outlier, ...]:
    """Return what stands out in `events`, held against all `records` of the cohorts that they touch."""
    there = tuple(records)
    usual = _Usual(there, school)
    changed = _changed(events)
    found = [
        outlier for record in there if record.path in changed for outlier in usual.of(record, changed[record.path])
    ]
    return (*found, *_lone([record for record in there if record.path in changed]))


def _changed(events: Iterable[Event]) -> dict[str, frozenset[str] | None]:
    """Return which keys of the record at each path changed; None: all, for the person is new."""
    found: dict[str, frozenset[str] | None] = {}
    for event in events:
        before, keys = found.get(event.path, frozenset()), _keys(event)
        found[event.path] = None if before is None or keys is None else before | keys
    return found


def _keys(event: Event) -> frozenset[str] | None:
    if event.event in {EventKind.GRADUATED, EventKind.RETURNED}:
        return frozenset({_KIND}) if event.old else None
    if event.event is EventKind.CORRECTED:
        return frozenset((*(event.old or ()), *(event.new or ())))
    return frozenset({_EMAIL} if event.event is EventKind.EMAIL else {_DISABLED, _REASON})


class _Usual:
    """What is usual among the records that a change is held against."""

    def __init__(self, records: Iterable[Record], school: School) -> None:
        by_cohort: defaultdict[str, list[Record]] = defaultdict(list)
        for record in records:
            by_cohort[record.cohort].append(record)
        self._classes = {cohort: _class_of(people) for cohort, people in by_cohort.items()}
        everybody = [record for people in by_cohort.values() for record in people]
        self._domains = Counter(record.domain for record in everybody)
        self._reasons = Counter(record.text(_REASON) for record in everybody if _is_closed(record))
        self._ordinary = school.own_domains.union(school.importer.mail_providers)

    def of(self, record: Record, changed: frozenset[str] | None) -> Iterator[Outlier]:
        """Return what stands out among the changed keys of one record; None: all of them."""
        sayings = {_KIND: self._kind, END: self._end, _EMAIL: self._address, _REASON: self._reason}
        for field, saying in sayings.items():
            if (changed is None or field in changed) and (said := saying(record)):
                yield Outlier(record.username, record.path, field, record.text(field), said)
        if (changed is None or changed & {_KIND, _DISABLED}) and record.returned and _is_closed(record):
            said = _("the account is closed although the person returns")
            yield Outlier(record.username, record.path, _DISABLED, record.text(_DISABLED), said)

    def _kind(self, record: Record) -> str:
        kinds = self._classes[record.cohort].kinds
        kind, others = record.text(_KIND), kinds.total() - 1
        unlike = others - (kinds[kind] - 1)
        if not _is_rare(others - unlike, others):
            return ""
        message = _("{value}, unlike {unlike} of {others} others of {cohort}")
        return message.format(value=quoted(kind), unlike=unlike, others=others, cohort=quoted(record.cohort))

    def _end(self, record: Record) -> str:
        end = _end_of(record)
        others = list(self._classes[record.cohort].ends)
        if not end or len(others) <= _OTHERS:
            return ""
        others.remove(end)
        middle = median_low(others)
        near = sum(abs(other - end) <= _NEAR for other in others)
        if abs(end - middle) <= _FAR or not _is_rare(near, len(others)):
            return ""
        message = _("ends on {day}, the others of {cohort} about {middle}")
        return message.format(day=date.fromordinal(end), cohort=quoted(record.cohort), middle=date.fromordinal(middle))

    def _address(self, record: Record) -> str:
        lonely = self._domains[record.domain] == 1 and self._domains.total() > _OTHERS
        if not lonely or not record.domain or record.domain in self._ordinary:
            return ""
        return _("the only address at {domain}").format(domain=quoted(record.domain))

    def _reason(self, record: Record) -> str:
        if not _is_closed(record):
            return ""
        reason, others = record.text(_REASON), self._reasons.total() - 1
        same = self._reasons[reason] - 1
        usual = max(self._reasons.values()) >= others / 2  # where all differ, none stands out
        if not reason or not usual or not _is_rare(same, others):
            return ""
        message = _("closed for {reason}, unlike {unlike} of {others} other closed accounts")
        return message.format(reason=quoted(reason_words(reason)), unlike=others - same, others=others)


def _class_of(people: Iterable[Record]) -> _Class:
    kinds: Counter[str] = Counter()
    ends = []
    for record in people:
        kinds[record.text(_KIND)] += 1
        if end := _end_of(record):
            ends.append(end)
    return _Class(kinds, tuple(ends))


def _end_of(record: Record) -> int:
    """Return the day on which somebody leaves, as a number; 0: none, or for another programme here."""
    return _number(record.ends) if record.graduated and not record.stays else 0


def _is_closed(record: Record) -> bool:
    return record.text(_DISABLED) == "true"


def _is_rare(same: int, others: int) -> bool:
    """Tell whether so few of the others are the same, and the others enough to say so."""
    return others >= _OTHERS and same <= others * _RARE


def _number(day: str) -> int:
    """Return a day as a number; 0 when it is none."""
    try:
        return date.fromisoformat(day).toordinal()
    except ValueError:
        return 0


def _lone(changed: Iterable[Record]) -> Iterator[Outlier]:
    """Return who is the only one of a class to change beside many of another; a slip of the hand does that."""
    by_cohort: defaultdict[str, list[Record]] = defaultdict(list)
    for record in changed:
        by_cohort[record.cohort].append(record)
    most, crowd = max(by_cohort.items(), key=lambda entry: len(entry[1]), default=("", []))
    for cohort, people in sorted(by_cohort.items()):
        if len(people) == 1 and len(crowd) >= _MANY:
            said = _("the only change in {cohort}; {count} are in {other}")
            said = said.format(cohort=quoted(cohort), count=len(crowd), other=quoted(most))
            yield Outlier(people[0].username, people[0].path, "", "", said)
