"""Check what an intake would come to: what the rules find in its people afterwards, and what they found before."""

from __future__ import annotations

from collections import defaultdict
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from graduand.findings import Finding, Severity, in_order
from graduand.index.evaluate import findings_of
from graduand.records.paths import record_path
from graduand.records.record import Record
from graduand.rules import judgement
from graduand.rules.answers import People
from graduand.rules.identity import KEYS, columns_of, person_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from graduand.index.person_states import PersonStates
    from graduand.intake.record_comparison import RecordComparison
    from graduand.rules.rule import Flaw


class ResultCheck(NamedTuple):
    """The findings of the people whom an intake adds or changes, as `check` would have them; without lines."""

    new: tuple[Finding, ...] = ()
    """What is not found before the intake."""
    before: tuple[Finding, ...] = ()
    """What is found before it, too."""

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The new errors."""
        return tuple(one for one in self.new if one.severity is Severity.ERROR)


def check_result(comparison: RecordComparison, states: PersonStates | None) -> ResultCheck:
    """Return the findings of new people and changed records; `states` is what Handshake holds, where it is known."""
    old = {change.username: comparison.records[change.username] for change in comparison.changes}
    before = {username: record for username, record in old.items() if record}
    after = {
        change.username: _changed(before[change.username], change.values)
        for change in comparison.changes
        if change.username in before
    }
    judge = _Judge(comparison, states)
    found = [*judge.new_people(), *judge.changed(after, before)]
    known = {_sayings(one) for one in judge.changed(before, before)} if found else set()
    return ResultCheck(
        in_order([one for one in found if _sayings(one) not in known]),
        in_order([one for one in found if _sayings(one) in known]),
    )


def _changed(record: Record, values: Mapping[str, object]) -> Record:
    merged = {key: value for key, value in {**record.values, **values}.items() if value is not None}
    return record._replace(values=merged)  # type: ignore[arg-type]


def _sayings(finding: Finding) -> tuple[str, str, str, str]:
    return finding.username, finding.rule, finding.field, finding.message


class _Judge:
    """Judges records as an intake leaves them, beside those that it does not touch."""

    def __init__(self, comparison: RecordComparison, states: PersonStates | None) -> None:
        self._states = states
        self._school = comparison.school
        self._on = comparison.options.on
        self._rows = comparison.rows
        self._cohort = comparison.options.cohort
        self._new = comparison.new
        self._doubtful = comparison.doubtful
        self._records = {username: record for username, record in comparison.records.items() if record}

    def new_people(self) -> Iterator[Finding]:
        """Return what is found in people without a record, by themselves, in Handshake, and among all others."""
        usernames = self._rows.usernames
        shared = self._shared({}, {usernames[row] for row in self._new})
        for row in self._new:
            username = usernames[row]
            if row in self._doubtful or username in shared or self._is_held(username):
                record = self._newcomer(row)
                around = [*shared.get(username, ()), *self._state(record)]
                yield from findings_of(record, self._school, self._on, shared=around)

    def changed(self, records: Mapping[str, Record], before: Mapping[str, Record]) -> Iterator[Finding]:
        """Return what is found in records that take the place of others; of those in `before` without newcomers."""
        shared = self._shared(records, records.keys(), newcomers=records is not before)
        for username, record in records.items():
            around = [*shared.get(username, ()), *self._state(record)]
            yield from findings_of(record, self._school, self._on, shared=around)

    def _shared(
        self, instead: Mapping[str, Record], wanted: Collection[str], *, newcomers: bool = True
    ) -> Mapping[str, list[Flaw]]:
        """Return the flaws among all records, by username, of those wanted."""
        if not wanted:
            return {}
        standing = [person_of(instead.get(username, record)) for username, record in self._records.items()]
        columns: Sequence[Sequence[Any]] = [*zip(*sorted(standing, key=lambda person: person.path), strict=True)]
        if newcomers and self._new:
            columns = _in_order(columns, self._newcomers()) if columns else self._newcomers()
        found: defaultdict[str, list[Flaw]] = defaultdict(list)
        owner = dict(zip(*columns[:2], strict=True))
        for one in judgement.judge_columns(columns):
            if owner[one.path] in wanted:
                found[owner[one.path]].append(one.flaw)
        return found

    def _newcomers(self) -> Sequence[Sequence[Any]]:
        """Return what the rules compare of all people without a record, as columns in the order of the paths."""
        rows = self._rows
        people = People({key: rows.columns[key] for key in KEYS if key in rows.columns}, len(rows.lines))
        path_of = {row: self._path(rows.usernames[row]) for row in self._new}
        order = sorted(self._new, key=path_of.__getitem__)
        return columns_of([*map(path_of.__getitem__, order)], people.chosen(order))

    def _newcomer(self, row: int) -> Record:
        return Record(self._path(self._rows.usernames[row]), self._rows.values(row))

    def _path(self, username: str) -> str:
        return record_path(self._cohort, username, len(self._new))

    def _is_held(self, username: str) -> bool:
        return self._states is not None and self._states.of(username) is not None

    def _state(self, record: Record) -> tuple[Flaw, ...]:
        return self._states.flaws(record, self._school, self._on) if self._states else ()


def _in_order(*parts: Sequence[Sequence[Any]]) -> Sequence[Sequence[Any]]:
    """Return the columns of several parts as one, in the order of the first column."""
    columns = [[*chain.from_iterable(column)] for column in zip(*parts, strict=True)]
    order = sorted(range(len(columns[0])), key=columns[0].__getitem__)
    return [[*map(column.__getitem__, order)] for column in columns]
