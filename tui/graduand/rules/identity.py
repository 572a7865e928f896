"""Rules GR4: identity; one person has one record, and no identifier is used twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from graduand.language import N_, _, quoted
from graduand.records.record import (
    CARD,
    EMAIL,
    FIRST_NAME,
    FORMER,
    KIND,
    LAST_NAME,
    LOGIN,
    MAJORS,
    MORE_EMAILS,
    USERNAME,
)
from graduand.records.transition import RETURNED
from graduand.rules.rule import Flaw, error, warning

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from graduand.records.record import Record
    from graduand.records.school import School
    from graduand.rules.answers import People

RULES: Final = (
    error(
        "GR401",
        N_("One username in two files"),
        N_("A person has one record; the importer skips both rows when a username stands twice."),
        N_("Keep one file and delete the other."),
        "FAQ",
        "IMP",
    ),
    error(
        "GR402",
        N_("Usernames that differ only in capitals"),
        N_("Nobody says whether Handshake tells them apart, and macOS and Windows cannot keep both files."),
        N_("Correct one of the two usernames."),
    ),
    error(
        "GR403",
        N_("One address for two people"),
        N_("An address is unique in all of Handshake; the importer skips both rows."),
        N_("Find out whose it is, and correct the other record."),
        "FAQ",
        "ARC",
    ),
    error(
        "GR404",
        N_("One card for two people"),
        N_("The importer skips both rows."),
        N_("Correct one of the two, or delete the line."),
        "FAQ",
    ),
    error(
        "GR405",
        N_("One login for two people"),
        N_("The importer skips both rows, and one person would enter the other's account."),
        N_("Correct one of the two, or delete the line."),
        "FAQ",
        "SSO",
    ),
    error(
        "GR406",
        N_("The former username is in use"),
        N_("A username is never given to another person; the change would hit the wrong account."),
        N_("Correct previous_username, or delete it if the username does not change."),
        "IMP",
        "TWO",
    ),
    warning(
        "GR407",
        N_("The same name as alumnus and as student"),
        N_("Somebody who is Alumni in one record and active in another is often one person with two records."),
        N_("Keep one record if it is one person; otherwise waive this rule."),
        "FAQ",
    ),
    error(
        "GR408",
        N_("An additional address that is somebody's login"),
        N_("An address is unique in all of Handshake."),
        N_("Delete it from additional_email_addresses."),
        "IMP",
        "ARC",
    ),
    warning(
        "GR409",
        N_("The username is the address"),
        N_("A username should never change; accounts that people made themselves bear their address as username."),
        N_("Use the student number; if Handshake has the address as username, waive this rule."),
        "FIRST",
        "MANUAL",
    ),
    warning(
        "GR410",
        N_("A major that nearly is another"),
        N_("An unknown name is created as a new major in Handshake, a misspelt one too."),
        N_("Write it as the others do."),
        "IMP",
        "FAQ",
    ),
    warning(
        "GR411",
        N_("An address that another person gave up"),
        N_(
            "The other account is still known by this address as its username or login; who gets a used address could "
            "enter the account of the person before."
        ),
        N_("Give nobody a used address; otherwise change the other account first, in an upload before this one."),
        "BEST",
        "SENS",
    ),
)


class Identity(NamedTuple):
    """The values of a record that the rules across records compare; None where it has no such value."""

    path: str
    username: str
    address: str | None
    card: str | None
    login: str | None
    former: str | None
    more: tuple[str, ...] | None
    """Additional addresses."""
    first: str | None
    last: str | None
    kind: str | None
    majors: tuple[str, ...] | None

    @property
    def returned(self) -> bool:
        """Whether the person becomes a student again."""
        return self.kind == RETURNED


KEYS: Final = (
    *(USERNAME, EMAIL, CARD, LOGIN, FORMER, MORE_EMAILS),
    *(FIRST_NAME, LAST_NAME, KIND, MAJORS),
)
"""The key of each attribute of `Identity` but the path."""
_LISTS: Final = (KEYS.index(MORE_EMAILS), KEYS.index(MAJORS))


def person_of(record: Record) -> Identity:
    """Return the values of a record that the rules across records compare."""
    values: list[Any] = [*map(record.values.get, KEYS)]
    values[0] = record.username
    for place in _LISTS:
        values[place] = values[place] if isinstance(values[place], tuple) else None
    return Identity(record.path, *values)


def columns_of(paths: Sequence[str], people: People) -> list[Sequence[Any]]:
    """Return the `Identity` tuples of records in columns, transposed; `paths` are the paths of the records."""
    columns: list[Any] = [people.columns.get(key, (None,) * people.count) for key in KEYS]
    columns[0] = [username or "" for username in columns[0]]
    for place in _LISTS:
        columns[place] = [value if isinstance(value, tuple) else None for value in columns[place]]
    return [paths, *columns]


def check_identifiers(record: Record, _school: School, _on: str) -> Iterator[Flaw]:
    """Return what is wrong with a person's identifiers when compared with each other."""
    if record.is_named_by_address and (username := record.username):
        yield Flaw("GR409", USERNAME, _("The username {username} is the address.").format(username=quoted(username)))
    former = record.text(FORMER)
    if former and former == record.username:
        message = _("The former username {username} is the present one.")
        yield Flaw("GR406", FORMER, message.format(username=quoted(former)))


CHECKS: Final = (check_identifiers,)
