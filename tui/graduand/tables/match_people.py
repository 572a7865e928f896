"""Match the rows of a table to people, whatever a spreadsheet did to the usernames."""

from __future__ import annotations

from collections import defaultdict
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from graduand.language import _, quoted
from graduand.tables.spreadsheet import NUMBER, number_of, precision_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from decimal import Decimal

    from graduand.tables.spreadsheet import Precision


class MatchedBy(StrEnum):
    """How a row was matched to its person."""

    USERNAME = "username"
    SPREADSHEET = "spreadsheet"
    """The username as a spreadsheet converted it."""
    EMAIL = "email"
    FORMER = "former"
    NONE = "none"


class RowIdentity(NamedTuple):
    """What a row says of its person, without blanks around it; "" is blank."""

    username: str
    email: str


class PersonMatch(NamedTuple):
    """The person of a row."""

    username: str
    """Empty: none, or more than one is possible."""
    how: MatchedBy
    note: str
    """A sentence, safe to print, on how the person was found; empty where the username is a record's."""


def match_people(
    rows: Iterable[RowIdentity], usernames: Collection[str], emails: Mapping[str, str], former: Mapping[str, str]
) -> tuple[PersonMatch, ...]:
    """Return the person of each row; a row that may be of two people has none.

    Args:
        rows: In the order of the file; two rows of one person both match.
        usernames: Of all records.
        emails: The username by address.
        former: The present username by former username.
    """
    people = _People(usernames, emails, former)
    return tuple(_match(row, people) for row in rows)


def _match(row: RowIdentity, people: _People) -> PersonMatch:
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
    return _by_address(row, owner) if owner else _no_match(row)


def _by_name(row: RowIdentity, username: str) -> PersonMatch:
    if row.username == username:
        return PersonMatch(username, MatchedBy.USERNAME, "")
    message = _("{written} is the former username of {username}.")
    note = message.format(written=quoted(row.username), username=quoted(username))
    return PersonMatch(username, MatchedBy.FORMER, note)


def _by_spreadsheet(row: RowIdentity, username: str) -> PersonMatch:
    message = _("A spreadsheet has made {written} of the username {username}.")
    note = message.format(written=quoted(row.username), username=quoted(username))
    return PersonMatch(username, MatchedBy.SPREADSHEET, note)


def _by_likeness(row: RowIdentity, meant: frozenset[str], owner: str) -> PersonMatch:
    """Match by a converted username: only where it leads to one person, and the address to no other."""
    if len(meant) == 1 and not owner:
        return _by_spreadsheet(row, min(meant))
    shown = ", ".join(quoted(username) for username in sorted(meant)[:3]) + (" …" if len(meant) > 3 else "")
    if owner:
        message = _("The username {written} leads to {usernames}, but the address {address} leads to {owner}.")
    else:
        message = _("A spreadsheet has made {written} of one of the usernames {usernames}; which one is not known.")
    note = message.format(written=quoted(row.username), usernames=shown, address=quoted(row.email), owner=quoted(owner))
    return PersonMatch("", MatchedBy.NONE, note)


def _by_address(row: RowIdentity, owner: str) -> PersonMatch:
    if row.username:
        message = _("No record has the username {written}; {username} has the address {address}.")
    else:
        message = _("The row has no username; {username} has the address {address}.")
    note = message.format(written=quoted(row.username), username=quoted(owner), address=quoted(row.email))
    return PersonMatch(owner, MatchedBy.EMAIL, note)


def _no_match(row: RowIdentity) -> PersonMatch:
    if row.username and row.email:
        message = _("No record has the username {written} or the address {address}.")
    elif row.username:
        message = _("No record has the username {written}, and the row has no address.")
    elif row.email:
        message = _("The row has no username, and no record has the address {address}.")
    else:
        message = _("The row has neither a username nor an address.")
    note = message.format(written=quoted(row.username), address=quoted(row.email))
    return PersonMatch("", MatchedBy.NONE, note)


class _People:
    """All people by username, former username, address and number."""

    def __init__(self, usernames: Collection[str], emails: Mapping[str, str], former: Mapping[str, str]) -> None:
        self.names = {**former, **{username: username for username in usernames}}
        """The present username by present and former username."""
        self._owners: defaultdict[str, set[str]] = defaultdict(set)
        for address, username in emails.items():
            self._owners[address.casefold()].add(username)
        self._numbered: dict[Precision, Mapping[Decimal, frozenset[str]]] = {}

    def owner(self, address: str) -> str:
        """Return the username of the one person with an address; "" when there is none, or more than one."""
        owners = self._owners.get(address.casefold(), ()) if address else ()
        return min(owners) if len(owners) == 1 else ""

    def alike(self, written: str) -> frozenset[str]:
        """Return the people whose username a spreadsheet may have converted to `written`."""
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
