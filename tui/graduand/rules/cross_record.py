"""Check records against each other: the rules of identity that need all records, given as columns."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cached_property
from itertools import chain, islice, starmap
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from graduand.language import _, quoted, visible
from graduand.records.kinds import CLEAR
from graduand.records.record import CARD, EMAIL, FORMER, KIND, LOGIN, MAJORS, MORE_EMAILS, USERNAME
from graduand.records.transition import RETURNED
from graduand.rules.identity import KEYS, Identity
from graduand.rules.rule import Flaw
from graduand.similar import folded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

_UNIQUE: Final = (
    ("GR403", EMAIL, "address"),
    ("GR404", CARD, "card"),
    ("GR405", LOGIN, "login"),
)
_COMMON: Final = 3
"""Records with a major from which on another spelling of it looks like a slip."""

_BEARING: Final = (USERNAME, LOGIN, FORMER)
"""Keys whose value may be a former address: accounts made by their owners, some schools' logins [MANUAL][IMP]."""


class Shared(NamedTuple):
    """A flaw that the record at `path` has only because of other records."""

    path: str
    flaw: Flaw


class Rest(NamedTuple):
    """What is counted of records that are not in the columns, and share nothing else with those that are."""

    majors: Mapping[str, Mapping[str, int]]
    """By `spelling`, how often each major stands in them."""
    people: Mapping[str, int]
    """By cohort, how many they are."""


NOBODY: Final = Rest({}, {})


def judge_columns(columns: Sequence[Sequence[Any]], rest: Rest = NOBODY) -> Iterator[Shared]:
    """Return the flaws of records whose `Identity` tuples, transposed, are the `columns`; most rules need no more."""
    everybody = _Columns(columns)
    _paths, usernames, addresses, cards, logins, formers, more, _first, _last, kinds, majors = columns
    if _twice(usernames):
        yield from _same(everybody.people, "GR401", USERNAME, attrgetter(USERNAME))
        yield from _capitals(everybody.people)
    for column, (rule, key, name) in zip((addresses, cards, logins), _UNIQUE, strict=True):
        if _twice(column):
            yield from _same(everybody.people, rule, key, _folded(name))
    if any(formers):
        yield from _former(everybody.people)
    if any(more):
        yield from _additional(everybody.people)
    if RETURNED in kinds:
        yield from _two_lives(everybody.people)
    yield from _near_majors(majors, everybody, rest)
    if any(_bear_another(column, addresses) for column in (usernames, logins, formers)):
        yield from _recycled(everybody.people)


def _bear_another(column: Sequence[str | None], addresses: Sequence[str | None]) -> bool:
    """Return whether a column holds an address that is not the same person's; most columns hold no address at all."""
    return "@" in "\n".join(filter(None, column)) and any(map(_bears_another, column, addresses))


def _bears_another(text: str | None, address: str | None) -> bool:
    """Return whether a text is an address, and another one than the person's."""
    return text is not None and "@" in text and text.casefold() != (address or "").casefold()


class _Columns:
    """The records of the columns as `Identity` tuples, made when a rule needs them."""

    def __init__(self, columns: Sequence[Sequence[Any]]) -> None:
        self._columns = columns

    @cached_property
    def people(self) -> tuple[Identity, ...]:
        return tuple(starmap(Identity, zip(*self._columns, strict=True)))


def _twice(column: Iterable[str | None]) -> bool:
    """Return whether a column holds a text twice, in upper or lower case."""
    texts = "\n".join(filter(None, column)).casefold().split("\n")  # a line break in a text finds at most too much
    return len(set(texts)) < len(texts)


def _folded(name: str) -> Callable[[Identity], str]:
    part = attrgetter(name)
    return lambda person: (part(person) or "").casefold()


def _grouped(people: Iterable[Identity], key_of: Callable[[Identity], str]) -> Iterator[list[Identity]]:
    """Return the groups of two or more people with the same key."""
    groups: defaultdict[str, list[Identity]] = defaultdict(list)
    for person in people:
        groups[key_of(person)].append(person)
    yield from (group for key, group in groups.items() if key and key != CLEAR.casefold() and len(group) > 1)


def _same(people: Sequence[Identity], rule: str, key: str, key_of: Callable[[Identity], str]) -> Iterator[Shared]:
    place = KEYS.index(key) + 1
    for group in _grouped(people, key_of):
        for person in group:
            message = _("{value} also appears in {others}.")
            value = quoted(str(person[place]))
            yield Shared(person.path, Flaw(rule, key, message.format(value=value, others=_others(person, group))))


def _others(person: Identity, group: Iterable[Identity]) -> str:
    """Return the paths of the first three others; a whole school may share a placeholder."""
    paths = [visible(other.path, 200) for other in islice((one for one in group if one.path != person.path), 4)]
    return ", ".join(paths[:3]) + (" …" if len(paths) > 3 else "")


def _capitals(people: Sequence[Identity]) -> Iterator[Shared]:
    for group in _grouped(people, _folded(USERNAME)):
        if len({person.username for person in group}) == 1:
            continue
        for person in group:
            others = [other for other in group if other.username != person.username]
            message = _("{username} differs only in capitals from the username in {others}.")
            text = message.format(username=quoted(person.username), others=_others(person, others))
            yield Shared(person.path, Flaw("GR402", USERNAME, text))


def _former(people: Sequence[Identity]) -> Iterator[Shared]:
    changing = [person for person in people if person.former]
    owners = {person.username.casefold(): person for person in people}
    for person in changing:
        former = person.former or ""
        owner = owners.get(former.casefold())
        if owner and owner.path != person.path:
            message = _("The former username {username} is the present one in {other}.")
            text = message.format(username=quoted(former), other=visible(owner.path, 200))
            yield Shared(person.path, Flaw("GR406", FORMER, text))
    yield from _same(changing, "GR406", FORMER, _folded("former"))


def _additional(people: Sequence[Identity]) -> Iterator[Shared]:
    owners = {(person.address or "").casefold(): person for person in people}
    for person in people:
        for index, address in enumerate(person.more or ()):
            owner = owners.get(address.casefold())
            if owner and owner.path != person.path:
                message = _("{address} is the main address in {other}.")
                text = message.format(address=quoted(address), other=visible(owner.path, 200))
                yield Shared(person.path, Flaw("GR408", f"{MORE_EMAILS}:{index}", text))


def _two_lives(people: Sequence[Identity]) -> Iterator[Shared]:
    returned = {_name(person) for person in people if person.returned}
    namesakes = [person for person in people if _name(person) in returned]
    for group in _grouped(namesakes, _name):
        sides = {side: [person for person in group if person.returned is side] for side in (True, False)}
        for person in group:
            others = sides[not person.returned]
            if others:
                message = _("{name} stands with another transition in {others}.")
                text = message.format(name=quoted(f"{person.first} {person.last}"), others=_others(person, others))
                yield Shared(person.path, Flaw("GR407", KIND, text))


def _name(person: Identity) -> str:
    return full_name(person.first, person.last)


def full_name(first: str | None, last: str | None) -> str:
    """Return a name such that two names of one person are equal; "" when a part is missing."""
    return folded(f"{first} {last}") if first and last else ""


def spelling(major: str) -> str:
    """Return what two majors have in common that are the same but for capitals, accents and blanks."""
    return folded(major).replace(" ", "")


def _near_majors(majors: Sequence[tuple[str, ...] | None], everybody: _Columns, rest: Rest) -> Iterator[Shared]:
    spellings: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for major, times in Counter(chain.from_iterable(filter(None, majors))).items():
        spellings[spelling(major)][major] = times
    slips: dict[str, str] = {}
    count: dict[str, int] = {}
    for common, written in spellings.items():
        written.update(rest.majors.get(common, {}))
        usual, times = min(written.items(), key=lambda one: (-one[1], one[0]))
        if len(written) > 1 and times >= _COMMON:
            count[usual] = times
            slips |= {major: usual for major in written if major != usual}
    for person in everybody.people if slips else ():
        for index, major in enumerate(person.majors or ()):
            if right := slips.get(major):
                message = _("{major} is written {usual} in {count} other records.")
                text = message.format(major=quoted(major), usual=quoted(right), count=count[right])
                yield Shared(person.path, Flaw("GR410", f"{MAJORS}:{index}", text))


def _recycled(people: Sequence[Identity]) -> Iterator[Shared]:
    given_up = {
        text.casefold(): (person, key)
        for person in people
        for key, text in zip(_BEARING, (person.username, person.login, person.former), strict=True)
        if text and _bears_another(text, person.address)
    }
    for person in people:
        before, key = given_up.get((person.address or "").casefold(), (person, ""))
        if before.path != person.path:
            message = _("{address} is still {key} in {other}, who has another address now.")
            address = quoted(person.address or "")
            text = message.format(address=address, key=quoted(key), other=visible(before.path, 200))
            yield Shared(person.path, Flaw("GR411", EMAIL, text))
