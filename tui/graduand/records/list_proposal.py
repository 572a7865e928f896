"""Propose lists of values for institution.yaml from those that a file of Handshake's or the school's own shows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.records.kinds import CLEAR, FieldKind
from graduand.records.record import ALUMNI, LEVEL
from graduand.records.school import levels_with
from graduand.records.writing import scalar

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from graduand.records.school import School

MOST_VALUES: Final = 100
"""More distinct texts than that are not the values of a list."""


class ListProposal(NamedTuple):
    """A key of institution.yaml, and the values that it should list."""

    key: str
    values: tuple[str, ...]

    def lines(self) -> Iterator[str]:
        """Return the lines of institution.yaml."""
        yield f"{self.key}:"
        for value in self.values:
            yield f"  - {scalar(value, FieldKind.CHOICE)}"


def year_proposal(school: School, shown: Collection[str]) -> ListProposal | None:
    """Return the year values for institution.yaml; None where the region has a list, or nothing new is shown.

    Of a school without a list, one year is no list yet.
    """
    known = school.institution.year_values or ()
    new = _new(shown, {*known, ALUMNI})
    if school.region.year_values or len(new) < (1 if known else 2):
        return None
    values = (*known, *new)
    return ListProposal("year_values", values if ALUMNI in values else (*values, ALUMNI))


def level_proposal(school: School, shown: Collection[str]) -> ListProposal | None:
    """Return the levels of degrees for institution.yaml; None where they are in the list, or nobody need list them."""
    field = school.columns[LEVEL]
    known = school.institution.level_values
    new = _new(shown, field.values)
    if not new or (known is None and not field.is_open):
        return None
    if known is not None:
        return ListProposal("level_values", (*known, *new))
    return ListProposal("level_values", levels_with(field, _new(shown, ()), school.importer))


def _new(shown: Collection[str], known: Collection[str]) -> tuple[str, ...]:
    """Return the values that are not known, in the order of the numbers in them; none when they are too many."""
    new = {value for value in shown if value} - {*known, CLEAR}
    return tuple(sorted(new, key=_in_order)) if len(new) <= MOST_VALUES else ()


def _in_order(value: str) -> tuple[list[tuple[int, str]], str]:
    parts = re.findall(r"\d+|\D+", value.casefold())
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts], value
