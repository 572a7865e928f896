"""Define rules, the flaws that checks find, and checks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

from graduand.findings import Severity

if TYPE_CHECKING:
    from graduand.records.record import Record
    from graduand.records.school import School
    from graduand.rules.answers import People


class Rule(NamedTuple):
    """One thing that can be wrong; its texts are English and translated when shown."""

    id: str
    severity: Severity
    title: str
    why: str
    cure: str
    sources: tuple[str, ...] = ()
    """Keys of `sources` in handshake.yaml; none: a rule of the record's own format."""
    waivable: bool = False
    """Whether a record may be exempted from it, with a reason and until a date."""


class Flaw(NamedTuple):
    """A broken rule: the key, and the message."""

    rule: str
    field: str
    message: str


Check = Callable[["Record", "School", str], Iterable[Flaw]]
"""Returns the flaws of a record of a school, seen on a day (`yyyy-mm-dd`); depends on nothing else."""


class OwnCheck(NamedTuple):
    """A check of what hardly two records share, which is run on each record."""

    check: Check
    loud_rows: Callable[[People, School], Iterable[int]]
    """Returns the numbers of the records in columns in which the check may find something."""


def error(id: str, title: str, why: str, cure: str, *sources: str, waivable: bool = False) -> Rule:  # noqa: A002 - the word
    """Return a rule whose flaws prevent compiling."""
    return Rule(id, Severity.ERROR, title, why, cure, sources, waivable)


def warning(id: str, title: str, why: str, cure: str, *sources: str, waivable: bool = True) -> Rule:  # noqa: A002
    """Return a rule whose flaws a person should look at; a record can be exempted from most of them."""
    return Rule(id, Severity.WARNING, title, why, cure, sources, waivable)


def note(id: str, title: str, why: str, cure: str, *sources: str) -> Rule:  # noqa: A002
    """Return a rule whose flaws are for information only."""
    return Rule(id, Severity.NOTE, title, why, cure, sources, waivable=True)
