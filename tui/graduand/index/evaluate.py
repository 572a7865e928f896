"""The evaluation: the one way from a file's bytes, or from a record, to its findings and its row."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.findings import Finding
from graduand.handshake.row import Row, row_of
from graduand.records.reading import read
from graduand.rules import judgement

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from graduand.findings import Place
    from graduand.records.record import Reading, Record
    from graduand.records.school import School
    from graduand.rules.rule import Flaw

NO_PLACES: Final[Mapping[str, Place]] = MappingProxyType({})
"""The places of a record that is in no file."""


class Entry(NamedTuple):
    """What one record comes to."""

    record: Record | None
    """None when nothing could be read."""
    findings: tuple[Finding, ...]
    row: Row | None
    """None when a finding is an error."""


def evaluate(path: str, raw: bytes | Finding, school: School, on: str, shared: Iterable[Flaw] = ()) -> Entry:
    """Return what the file at `path` comes to on the day `on` (`yyyy-mm-dd`).

    `raw` is what the file holds, or why it could not be read; `shared` is what the file alone does not say: what is
    wrong with the record among all others, and beside what Handshake holds.
    """
    if isinstance(raw, Finding):
        return Entry(None, (raw,), None)
    return evaluate_reading(read(path, raw, school), school, on, shared)


def evaluate_reading(reading: Reading, school: School, on: str, shared: Iterable[Flaw] = ()) -> Entry:
    """Return what a record that was read comes to."""
    record = reading.record
    if record is None:
        return Entry(None, reading.findings, None)
    found = (*reading.findings, *findings_of(record, school, on, reading.places, shared))
    sound = judgement.sound((record,), found)
    return Entry(record, found, row_of(sound[0], school, on) if sound else None)


def findings_of(
    record: Record, school: School, on: str, places: Mapping[str, Place] = NO_PLACES, shared: Iterable[Flaw] = ()
) -> tuple[Finding, ...]:
    """Return what the rules find in a record, with its exemptions; `places` are those of its values in a text."""
    flaws = [*judgement.judge(record, school, on), *shared]
    return tuple(judgement.findings(record, flaws, places, on)) if flaws or record.waivers else ()
