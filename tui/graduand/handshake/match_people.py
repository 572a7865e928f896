"""Matched: a failed row and the person whose it is."""

from __future__ import annotations

from collections import defaultdict
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from graduand.language import _, quoted
from graduand.tables.spreadsheet import NUMBER, number_of, precision_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from decimal import Decimal

    from graduand.handshake.failed_rows import FailedRow
    from graduand.tables.spreadsheet import Precision


class MatchedBy(StrEnum):
    """By what a person was found."""

    USERNAME = "username"
    SPREADSHEET = "spreadsheet"
    """By what a spreadsheet has made of the username."""
    EMAIL = "email"
    FORMER = "former"
    NOBODY = "nobody"


class Matched(NamedTuple):
    """A failed row and whose it is."""

    row: FailedRow
    username: str
    """Empty: nobody's."""
    how: MatchedBy
    told: str
    """A sentence, safe to print, on what was found; empty where the username is simply there."""


def match(
    rows: Iterable[FailedRow], usernames: Collection[str], emails: Mapping[str, str], former: Mapping[str, str]
) -> tuple[Matched, ...]:
    """Return each row with the person whose it is; a row that could be two people's is nobody's.

    Args:
        rows: as the file has them; two rows of one person both stay.
        usernames: everybody's.
        emails: whose an address is.
        former: the present username of who had another one before.
    """
    people = _People(usernames, emails, former)
    return tuple(_matched(row, people) for row in rows)


def _matched(row: FailedRow, people: _People) -> Matched:
    owner = people.owner(row.email)
    exact = people.names.get(row.username, "")
    if exact and owner in {"", exact}:
        return _by_name(row, exact)
    alike = people.alike(row.username)
    if owner and owner in alike:
        return _by_spreadsheet(row, owner)
    if exact and exact == row.username:
        return _by_name(row, exact)
    if meant := frozenset({exact}) if exact else alike:
        return _by_likeness(row, meant, owner)
    return _by_address(row, owner) if owner else _nobody(row)


def _by_name(row: FailedRow, username: str) -> Matched:
    if row.username == username:
        return Matched(row, username, MatchedBy.USERNAME, "")
    message = _("{written} is the former username of {username}.")
    told = message.format(written=quoted(row.username), username=quoted(username))
    return Matched(row, username, MatchedBy.FORMER, told)


def _by_spreadsheet(row: FailedRow, username: str) -> Matched:
    message = _("A spreadsheet has made {written} of the username {username}.")
    told = message.format(written=quoted(row.username), username=quoted(username))
    return Matched(row, username, MatchedBy.SPREADSHEET, told)


def _by_likeness(row: FailedRow, meant: frozenset[str], owner: str) -> Matched:
    """Match a row to those whom its username may mean: only where it is one, and the address is no other's."""
    if len(meant) == 1 and not owner:
        return _by_spreadsheet(row, min(meant))
    shown = ", ".join(quoted(username) for username in sorted(meant)[:3]) + (" …" if len(meant) > 3 else "")
    if owner:
        message = _("The username {written} leads to {usernames}, but the address {address} leads to {owner}.")
    else:
        message = _("A spreadsheet has made {written} of one of the usernames {usernames}; which one is not known.")
    told = message.format(written=quoted(row.username), usernames=shown, address=quoted(row.email), owner=quoted(owner))
    return Matched(row, "", MatchedBy.NOBODY, told)


def _by_address(row: FailedRow, owner: str) -> Matched:
    if row.username:
        message = _("No record has the username {written}; {username} has the address {address}.")
    else:
        message = _("The row has no username; {username} has the address {address}.")
    told = message.format(written=quoted(row.username), username=quoted(owner), address=quoted(row.email))
    return Matched(row, owner, MatchedBy.EMAIL, told)


def _nobody(row: FailedRow) -> Matched:
    if row.username and row.email:
        message = _("No record has the username {written} or the address {address}.")
    elif row.username:
        message = _("No record has the username {written}, and the row has no address.")
    elif row.email:
        message = _("The row has no username, and no record has the address {address}.")
    else:
        message = _("The row has neither a username nor an address.")
    told = message.format(written=quoted(row.username), address=quoted(row.email))
    return Matched(row, "", MatchedBy.NOBODY, told)


class _People:
    """Everybody, by all that a row may have kept of them."""

    def __init__(self, usernames: Collection[str], emails: Mapping[str, str], former: Mapping[str, str]) -> None:
        self.names = {**former, **{username: username for username in usernames}}
        """The present username, by the present and the former ones."""
        self._owners: defaultdict[str, set[str]] = defaultdict(set)
        for address, username in emails.items():
            self._owners[address.casefold()].add(username)
        self._numbered: dict[Precision, Mapping[Decimal, frozenset[str]]] = {}

    def owner(self, address: str) -> str:
        """Return whose an address is; "" when nobody's, or not one person's."""
        owners = self._owners.get(address.casefold(), ()) if address else ()
        return min(owners) if len(owners) == 1 else ""

    def alike(self, written: str) -> frozenset[str]:
        """Return whose username a spreadsheet may have made into `written`."""
        text = "".join(written.split()).removeprefix("=").strip("\"'")
        if text != written and text in self.names:
            return frozenset({self.names[text]})
        found = NUMBER.fullmatch(text)
        if not found:
            return frozenset()
        precision = precision_of(found)
        return self._by_number(precision).get(number_of(found, precision), frozenset())

    def _by_number(self, precision: Precision) -> Mapping[Decimal, frozenset[str]]:
        if precision not in self._numbered:
            groups: defaultdict[Decimal, set[str]] = defaultdict(set)
            for name, username in self.names.items():
                if found := NUMBER.fullmatch(name):
                    groups[number_of(found, precision)].add(username)
            self._numbered[precision] = {number: frozenset(group) for number, group in groups.items()}
        return self._numbered[precision]
