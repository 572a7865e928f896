"""What a sync file may change: shares from which on Handshake does not run it by itself, and limits of the school."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.handshake.plan import Breach, beyond, limits_of
from graduand.language import ngettext
from graduand.records.record import DISABLED, EMAIL

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from graduand.handshake.effect import Effect
    from graduand.records.institution import Institution

_MOVED_SHARE: Final = 10
_CLOSED_SHARE: Final = 50
"""From so many percent of the rows on the automatic sync stops: of changed addresses, and of closed accounts."""


class AccountChanges(NamedTuple):
    """What a row does to an account."""

    is_moved: bool
    is_closed: bool
    is_reopened: bool


def changes_by(row: Mapping[str, str], held: Mapping[str, str]) -> AccountChanges:
    """Return what the cells of a row do to an account of which these cells are known."""
    address, before = row.get(EMAIL, ""), held.get(EMAIL, "")
    closed = row.get(DISABLED, "")
    return AccountChanges(
        is_moved=bool(address and before) and address.casefold() != before.casefold(),
        is_closed=closed == "TRUE" and held.get(DISABLED) != "TRUE",
        is_reopened=closed == "FALSE" and held.get(DISABLED) == "TRUE",
    )


def stops_for_moved(moved: int, rows: int) -> bool:
    """Return whether the sync stops as so many of the rows change the address [AUTORUN][SENS]."""
    return bool(moved) and moved * 100 >= rows * _MOVED_SHARE


def stops_for_closed(closed: int, rows: int) -> bool:
    """Return whether the sync stops as so many of the rows close the account [AUTORUN]."""
    return bool(closed) and closed * 100 >= rows * _CLOSED_SHARE


def breaches_of(numbers: Mapping[Effect, int], institution: Institution, people: int) -> Iterator[Breach]:
    """Yield the limits of the school that a file goes beyond, of so many people with records."""
    for effect, limit in limits_of(institution).items():
        if beyond(limit, numbers[effect], people):
            yield Breach(effect, numbers[effect], people, limit)


def moved_text(number: int, rows: int) -> str:
    """Return the sentence that says that the sync stops for changed addresses."""
    message = ngettext(
        "{count} address would change, of {rows}; from {share} on Handshake does not run the file by itself.",
        "{count} addresses would change, of {rows}; from {share} on Handshake does not run the file by itself.",
        number,
    )
    return message.format(count=number, rows=_rows_text(rows), share=f"{_MOVED_SHARE} %")


def closed_text(number: int, rows: int) -> str:
    """Return the sentence that says that the sync stops for closed accounts."""
    message = ngettext(
        "{count} account would be closed, of {rows}; from {share} on Handshake does not run the file by itself.",
        "{count} accounts would be closed, of {rows}; from {share} on Handshake does not run the file by itself.",
        number,
    )
    return message.format(count=number, rows=_rows_text(rows), share=f"{_CLOSED_SHARE} %")


def _rows_text(rows: int) -> str:
    return ngettext("{count} row", "{count} rows", rows).format(count=rows)
