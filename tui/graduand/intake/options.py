"""Define the options of an intake."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.errors import Usage
from graduand.records.record import KIND
from graduand.tables.dates import DAY_FIRST, MONTH_FIRST, SERIAL
from graduand.tables.table_reader import FileFormat

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from graduand.records.record import Value

FORMS: Final = (DAY_FIRST, MONTH_FIRST, SERIAL)
"""The forms of dates that a user can name."""


class CohortMissing(Usage):
    """There are new people, and nothing says into which cohort they go."""


class KindMissing(Usage):
    """There are new people, and nothing says whether they graduate, return or leave."""


class IntakeOptions(NamedTuple):
    """What the user says of a file; everything that is empty is found out."""

    name: str
    """The name of the file; "-" is the standard input."""
    on: str
    """The day, `yyyy-mm-dd`."""
    cohort: str = ""
    values: Mapping[str, Value] = {}
    """By key, values for every row; they replace those of the file."""
    where: tuple[str, ...] = ()
    """Conditions such as `year=Senior` that select rows."""
    columns: Mapping[str, str] = {}
    """The key that a header fills; "" leaves the column out."""
    meanings: Mapping[str, Mapping[str, str]] = {}
    """By key, the values that texts of the file stand for."""
    dates: Mapping[str, str] = {}
    """By header or key, the form of the column's dates, one of `FORMS`."""
    pad: Mapping[str, int] = {}
    """By key, the digits to which an identifier is padded with zeros."""
    rows: Mapping[int, Sequence[str]] = {}
    """By the line of the file on which a row begins, its cells as somebody has corrected them."""
    file: FileFormat = FileFormat()
    source: str = ""
    """The name of the source's profile."""
    latest: str = ""
    """The header of the column with the time of each answer, of which the latest counts."""
    patch: bool = False
    """True: the file holds answers, usernames and addresses of people who have a record."""

    @property
    def kind(self) -> str:
        """The kind of transition of every row; "" when the file gives it row by row, or not at all."""
        return str(self.values.get(KIND, ""))
