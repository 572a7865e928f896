"""Soundness: what the rules say of many people at once: each distinct study and account is judged, not each person."""

from __future__ import annotations

from itertools import compress
from typing import TYPE_CHECKING, Final

from graduand.findings import Severity
from graduand.records.paths import file_name
from graduand.records.record import ATTENDING, END, START, Record
from graduand.records.transition import GRADUATED
from graduand.rules import judgement
from graduand.rules.registry import RULES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from graduand.records.record import Value
    from graduand.records.school import School

KIND: Final = "transition:kind"
_APART: Final = (
    ("primary_education:major_names", "primary_education:primary_major_name"),
    ("primary_education:college_names",),
    ("primary_education:college_names", "primary_education:primary_college_name"),
)
"""Columns that rules hold against each other; those of study and account, together, are one group more."""
_STUDY: Final = (START, END, ATTENDING, "disabled", "transition:", "institution_year_name", "school_year_name")
_EACH: Final = ("additional_email_addresses", "transition:previous_username")
"""Columns that few people have, and that rules hold against the person's own identifiers."""
_SOMEBODY: Final[Mapping[str, Value]] = {
    "username": "(somebody)",
    "email_address": "x@mail.example",
    "first_name": "X",
    "last_name": "X",
    KIND: GRADUATED,
}


def unsound(
    columns: Mapping[str, Sequence[Value | None]], rows: Sequence[int], school: School, on: str
) -> Iterator[tuple[int, str, str]]:
    """Return the rows that would make a record with an error, each with the key and the sentence.

    What a value breaks by itself is told when it is read.
    """
    apart = {key for group in _APART for key in group}
    study = tuple(key for key in columns if key not in apart and key.startswith(_STUDY))
    for keys in (*(group for group in _APART if columns.keys() >= set(group)), study):
        yield from _of_group({key: columns[key] for key in keys}, rows, school, on)
    seldom = [columns[key] for key in _EACH if key in columns]
    for row in rows if seldom else ():
        if any(column[row] is not None for column in seldom):
            values = {key: value for key, column in columns.items() if (value := column[row]) is not None}
            for key, reason in faults(values, school, on, values):
                yield row, key, reason


def _of_group(
    columns: Mapping[str, Sequence[Value | None]], rows: Sequence[int], school: School, on: str
) -> Iterator[tuple[int, str, str]]:
    if not columns:
        return
    meant = bytearray(max(rows, default=-1) + 1)
    for row in rows:
        meant[row] = 1
    combined = list(zip(*(compress(column, meant) for column in columns.values()), strict=True))
    wrong: dict[tuple[Value | None, ...], tuple[str, str]] = {}
    for values in set(combined):
        held = {key: value for key, value in zip(columns, values, strict=True) if value is not None}
        if found := faults({**_SOMEBODY, **held}, school, on, held):
            wrong[values] = found[0]
    if wrong:
        for row, values in zip(rows, combined, strict=True):
            if values in wrong:
                yield row, *wrong[values]


def faults(values: Mapping[str, Value], school: School, on: str, about: Iterable[str]) -> list[tuple[str, str]]:
    """Return the errors of a record with these values that are about certain keys, each with its key."""
    wanted = {*about, "transition:account", KIND}
    record = Record(file_name(str(values.get("username", ""))), values)
    return [
        (flaw.field, flaw.message)
        for flaw in judgement.judge(record, school, on)
        if RULES[flaw.rule].severity is Severity.ERROR and {flaw.field, flaw.field.rstrip(":0123456789")} & wanted
    ]
