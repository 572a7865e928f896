"""GR4: identity. One person, one record; nothing that Handshake keys by stands twice."""

from __future__ import annotations

from collections import defaultdict
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.language import N_, _, quoted, visible
from graduand.nearest import folded
from graduand.records.kinds import CLEAR
from graduand.rules.rule import Flaw, error, warning

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from graduand.records.record import Record

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

_UNIQUE: Final = {"email_address": "GR403", "card_id": "GR404", "auth_identifier": "GR405"}
_MAJORS: Final = "primary_education:major_names"
_COMMON: Final = 3
"""People with a major before a near name beside it looks like a slip."""


class Shared(NamedTuple):
    """A flaw of one record among others."""

    record: Record
    flaw: Flaw


def judge(record: Record) -> Iterator[Flaw]:
    """Return what is wrong with a record's identity by itself."""
    username = record.username
    if username and username.casefold() == record.text("email_address").casefold():
        yield Flaw("GR409", "username", _("The username {username} is the address.").format(username=quoted(username)))
    if username and username == record.text("transition:previous_username"):
        message = _("The former username {username} is the present one.")
        yield Flaw("GR406", "transition:previous_username", message.format(username=quoted(username)))


def judge_all(records: Iterable[Record]) -> Iterator[Shared]:
    """Return what is wrong among all records, at each record that is concerned."""
    everybody = tuple(records)
    yield from _same(everybody, "GR401", "username", lambda record: record.username)
    yield from _capitals(everybody)
    for key, rule in _UNIQUE.items():
        yield from _same(everybody, rule, key, lambda record, key=key: record.text(key).casefold())  # type: ignore[misc]
    yield from _former(everybody)
    yield from _additional(everybody)
    yield from _two_lives(everybody)
    yield from _near_majors(everybody)
    yield from _recycled(everybody)


def _grouped(records: Iterable[Record], key_of: Callable[[Record], str]) -> Iterator[list[Record]]:
    """Return the groups of two or more records that share a key."""
    groups: defaultdict[str, list[Record]] = defaultdict(list)
    for record in records:
        groups[key_of(record)].append(record)
    yield from (group for key, group in groups.items() if key and key != CLEAR.casefold() and len(group) > 1)


def _same(records: tuple[Record, ...], rule: str, key: str, key_of: Callable[[Record], str]) -> Iterator[Shared]:
    for group in _grouped(records, key_of):
        for record in group:
            message = _("{value} also appears in {others}.")
            value = quoted(record.text(key))
            yield Shared(record, Flaw(rule, key, message.format(value=value, others=_others(record, group))))


def _others(record: Record, group: Iterable[Record]) -> str:
    """Name the first of the others; a whole school may share a placeholder."""
    paths = [visible(other.path, 200) for other in islice((one for one in group if one.path != record.path), 4)]
    return ", ".join(paths[:3]) + (" …" if len(paths) > 3 else "")


def _capitals(records: tuple[Record, ...]) -> Iterator[Shared]:
    for group in _grouped(records, lambda record: record.username.casefold()):
        if len({record.username for record in group}) == 1:
            continue
        for record in group:
            others = [other for other in group if other.username != record.username]
            message = _("{username} differs only in capitals from the username in {others}.")
            text = message.format(username=quoted(record.username), others=_others(record, others))
            yield Shared(record, Flaw("GR402", "username", text))


def _former(records: tuple[Record, ...]) -> Iterator[Shared]:
    key = "transition:previous_username"
    changing = [record for record in records if key in record.values]
    owners = {record.username.casefold(): record for record in records} if changing else {}
    for record in changing:
        owner = owners.get(record.text(key).casefold())
        if owner and owner.path != record.path:
            message = _("The former username {username} is the present one in {other}.")
            text = message.format(username=quoted(record.text(key)), other=visible(owner.path, 200))
            yield Shared(record, Flaw("GR406", key, text))
    yield from _same(tuple(changing), "GR406", key, lambda record: record.text(key).casefold())


def _additional(records: tuple[Record, ...]) -> Iterator[Shared]:
    key = "additional_email_addresses"
    with_more = [record for record in records if record.texts(key)]
    owners = {record.text("email_address").casefold(): record for record in records} if with_more else {}
    for record in with_more:
        for index, address in enumerate(record.texts(key)):
            owner = owners.get(address.casefold())
            if owner and owner.path != record.path:
                message = _("{address} is the main address in {other}.")
                text = message.format(address=quoted(address), other=visible(owner.path, 200))
                yield Shared(record, Flaw("GR408", f"{key}:{index}", text))


def _two_lives(records: tuple[Record, ...]) -> Iterator[Shared]:
    returned = {_full_name(record) for record in records if record.returned}
    namesakes = [record for record in records if returned and _full_name(record) in returned]
    for group in _grouped(namesakes, _full_name):
        sides = {side: [record for record in group if record.returned is side] for side in (True, False)}
        for record in group:
            others = sides[not record.returned]
            if others:
                message = _("{name} stands with another transition in {others}.")
                name = quoted(f"{record.text('first_name')} {record.text('last_name')}")
                yield Shared(
                    record, Flaw("GR407", "transition:kind", message.format(name=name, others=_others(record, others)))
                )


def _full_name(record: Record) -> str:
    first, last = record.text("first_name"), record.text("last_name")
    return folded(f"{first} {last}") if first and last else ""


def _near_majors(records: tuple[Record, ...]) -> Iterator[Shared]:
    holders: defaultdict[str, list[tuple[Record, int]]] = defaultdict(list)
    for record in records:
        for index, major in enumerate(record.texts(_MAJORS)):
            holders[major].append((record, index))
    spellings: defaultdict[str, list[str]] = defaultdict(list)
    for major in holders:
        spellings[folded(major).replace(" ", "")].append(major)
    for same in spellings.values():
        usual = max(same, key=lambda major: len(holders[major]))
        for major in same:
            if major != usual and len(holders[usual]) >= _COMMON:
                for record, index in holders[major]:
                    message = _("{major} is written {usual} in {count} other records.")
                    text = message.format(major=quoted(major), usual=quoted(usual), count=len(holders[usual]))
                    yield Shared(record, Flaw("GR410", f"{_MAJORS}:{index}", text))


_BEARING: Final = ("username", "auth_identifier", "transition:previous_username")
"""What accounts made by their owners, and some schools' logins, take from the address [MANUAL][IMP]."""


def _recycled(records: tuple[Record, ...]) -> Iterator[Shared]:
    given_up: dict[str, tuple[Record, str]] = {}
    for record in records:
        for key in _BEARING:
            text = record.text(key).casefold()
            if "@" in text and text != record.text("email_address").casefold():
                given_up[text] = (record, key)
    for record in records if given_up else ():
        address = record.text("email_address")
        before, key = given_up.get(address.casefold(), (record, ""))
        if before.path != record.path:
            message = _("{address} is still {key} in {other}, who has another address now.")
            text = message.format(address=quoted(address), key=quoted(key), other=visible(before.path, 200))
            yield Shared(record, Flaw("GR411", "email_address", text))
