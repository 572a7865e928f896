"""Order: how a file is to be taken in, as somebody has said it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from graduand.tables.table_reader import FileFormat

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graduand.records.record import Value


class IntakeOptions(NamedTuple):
    """How a file is to be taken in; what is left empty is found out."""

    name: str
    """The name of the file; "-" is the standard input."""
    on: str
    """The day, `yyyy-mm-dd`."""
    cohort: str = ""
    values: Mapping[str, Value] = {}
    """What everybody has in common, by key."""
    where: tuple[str, ...] = ()
    """Words such as `year=Senior`."""
    columns: Mapping[str, str] = {}
    """The key that a header fills; "" leaves it out."""
    meanings: Mapping[str, Mapping[str, str]] = {}
    """By key: what a text of the file stands for."""
    dates: Mapping[str, str] = {}
    """By header or key: the form of its dates."""
    pad: Mapping[str, int] = {}
    file: FileFormat = FileFormat()
    source: str = ""
    patch: bool = False
    """Whether the file holds answers: usernames and addresses of people who have a record."""
