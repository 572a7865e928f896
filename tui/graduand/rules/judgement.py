"""Check records by all rules; only records without errors may become rows."""

from __future__ import annotations

from functools import lru_cache
from itertools import chain, starmap
from typing import TYPE_CHECKING, Any, NamedTuple

from graduand.findings import Finding, Place, Severity
from graduand.language import spoken
from graduand.records.record import Record
from graduand.rules import cross_record, file_format, handshake_state, identity, policy
from graduand.rules.memo import CheckMemo, judge_by_cases
from graduand.rules.registry import KNOWN, RULES, WAIVABLE, checks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from graduand.records.school import School
    from graduand.rules.answers import People
    from graduand.rules.rule import Flaw, OwnCheck


class CheckedRecord(NamedTuple):
    """A record without errors; only `sound` returns these, and only these become rows."""

    record: Record


def judge(record: Record, school: School, on: str) -> list[Flaw]:
    """Return the flaws of one record by itself, on the day `on` (`yyyy-mm-dd`), before exemptions."""
    own, remembered = _checks(school, on, spoken())
    flaws: list[Flaw] = []
    for one in own:
        flaws += one.check(record, school, on)
    flaws += judge_by_cases(remembered, record)
    return flaws


def judge_rows(people: People, rows: Sequence[int], school: School, on: str) -> Iterator[tuple[int, list[Flaw]]]:
    """Return the number and the flaws of each of these rows of columns that has an error or any other flaw.

    The rows are records that are in no file yet.
    """
    if not rows:
        return
    few = len(rows) < people.count // 2
    chosen, numbers = (people.chosen(rows), rows) if few else (people, range(people.count))
    wanted = {*rows}
    own, remembered = _checks(school, on, spoken())
    found = (*(one.loud_rows(chosen, school) for one in own), *(memo.loud_rows(chosen) for memo in remembered))
    for number in sorted(set(chain.from_iterable(found))):
        row = numbers[number]
        if row in wanted and (flaws := judge(Record("", chosen.values(number)), school, on)):
            yield row, flaws


@lru_cache(maxsize=8)
def _checks(school: School, on: str, _language: str) -> tuple[Sequence[OwnCheck], Sequence[CheckMemo]]:
    """Return the checks that are run on each record, and those that are remembered; in the order of the families."""
    own, remembered = checks()
    return own, [CheckMemo(check, school, on) for check in remembered]


def forget() -> None:
    """Forget all that is remembered of checks, and which checks there are."""
    _checks.cache_clear()


def new_cases(school: School, on: str) -> dict[str, int]:
    """Return how many records each remembered check has judged so far, by its name: the misses of its memo."""
    _own, remembered = _checks(school, on, spoken())
    return {memo.name: memo.misses for memo in remembered}


def judge_all(records: Iterable[Record]) -> Iterator[cross_record.Shared]:
    """Return the flaws that records have because of each other, before exemptions."""
    yield from judge_columns(tuple(zip(*map(identity.person_of, records), strict=True)))


def judge_columns(
    columns: Sequence[Sequence[Any]], rest: cross_record.Rest = cross_record.NOBODY
) -> Iterator[cross_record.Shared]:
    """Return the same for records whose `Identity` tuples, transposed, are the `columns`; the `rest` is but counted."""
    if columns:
        yield from cross_record.judge_columns(columns, rest)
        yield from starmap(cross_record.Shared, file_format.judge_places(columns[0], columns[1], rest.people))


def findings(record: Record, flaws: list[Flaw], places: Mapping[str, Place], on: str) -> list[Finding]:
    """Return the findings of a record from its flaws, after exemptions; `places` are the places of its values."""
    waived = {
        waiver.rule: index
        for index, waiver in enumerate(record.waivers)
        if waiver.rule in WAIVABLE and policy.is_exempt(record, waiver.rule, on)
    }
    broken = {flaw.rule for flaw in flaws}
    unwaived = [flaw for flaw in flaws if flaw.rule not in waived]
    unwaived += policy.judge_waivers(record, WAIVABLE, KNOWN, on)
    unwaived += [
        policy.unused(record, index)
        for rule, index in waived.items()
        if rule not in broken and rule not in handshake_state.IDS  # these are not asked everywhere
    ]
    return [_finding(record, flaw, places) for flaw in unwaived]


def _finding(record: Record, flaw: Flaw, places: Mapping[str, Place]) -> Finding:
    rule = RULES[flaw.rule]
    place = _place(flaw.field, places)
    return Finding(rule.id, rule.severity, record.path, *place, record.username, flaw.field, flaw.message)


def _place(key: str, places: Mapping[str, Place]) -> Place:
    """Return the place of a key, or of the nearest key above it that has one."""
    while key:
        if key in places:
            return places[key]
        key = key.rpartition(":")[0]
    return Place()


def sound(records: Iterable[Record], found: Iterable[Finding]) -> tuple[CheckedRecord, ...]:
    """Return the records without an error among the findings."""
    faulty = {finding.path for finding in found if finding.severity is Severity.ERROR}
    return tuple(CheckedRecord(record) for record in records if record.path not in faulty)
