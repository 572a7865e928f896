"""Compare one record with all others, again and again while it is typed: only with those who share something."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from graduand.records.kinds import CLEAR
from graduand.records.record import STAYS
from graduand.records.transition import RETURNED
from graduand.rules import judgement
from graduand.rules.account import closes_duplicate, unknown_stays
from graduand.rules.cross_record import Rest, full_name, spelling
from graduand.rules.file_format import cohort_sizes
from graduand.rules.identity import Identity, person_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from graduand.index.person_states import PersonStates
    from graduand.records.record import Record
    from graduand.rules.rule import Flaw

_TEXTS: Final = ("username", "address", "card", "login", "former")
"""Parts of an `Identity` that are compared with each other, whatever the capitals; and so are additional addresses."""


class _Holders:
    """Who holds which text."""

    def __init__(self, texts: Sequence[str], places: Sequence[int]) -> None:
        """Take the text of each of the places; "" is none."""
        self._last = dict(zip(texts, places, strict=True))
        self._others: defaultdict[str, list[int]] = defaultdict(list)
        if len(self._last) < len(texts):  # most texts are held by one person only
            for text, place in zip(texts, places, strict=True):
                if text and self._last[text] != place:
                    self._others[text].append(place)

    def places(self, text: str) -> Sequence[int]:
        """Return the places of all who hold a text, which is not ""."""
        return (*self._others.get(text, ()), self._last[text]) if text in self._last else ()


class Neighbours:
    """All people of an index, and who of them holds what."""

    def __init__(self, people: Sequence[Sequence[Any]]) -> None:
        """Take the columns of `Index.people`; none, when nobody is known."""
        self._people = people

    def flaws(self, record: Record, *, instead_of: str) -> tuple[Flaw, ...]:
        """Return what is wrong with a record among all others, in the place of the one at a path.

        It is just what a check finds once the record is saved.
        """
        if not self._people:
            return ()
        person = person_of(record)
        gone = {place for path in (record.path, instead_of) for place in self._places_of(path)}
        near = sorted({*self._near(person)} - gone)
        columns = [[column[place] for place in near] for column in self._people]
        at = bisect_left(columns[0], record.path)
        for column, part in zip(columns, person, strict=True):
            column.insert(at, part)
        found = judgement.judge_columns(columns, self._rest(person, [*near, *gone]))
        return tuple(one.flaw for one in found if one.path == record.path)

    def unknown(self, record: Record, states: PersonStates | None) -> tuple[Flaw, ...]:
        """Return that an account is said to stay which neither a record nor the ledger knows."""
        name = record.text(STAYS)
        if not closes_duplicate(record) or not name or not self._people or (states and name in states.folded.rows):
            return ()
        here = any(self._holders[_TEXTS.index(part)].places(name.casefold()) for part in ("username", "former"))
        return () if here else (unknown_stays(name),)

    def _column(self, name: str) -> Sequence[Any]:
        return self._people[Identity._fields.index(name)]

    def _places_of(self, path: str) -> range:
        """Return the place of the record at a path; none, when there is no such record."""
        paths = self._column("path")
        place = bisect_left(paths, path)
        return range(place, place + (paths[place : place + 1] == [path]))

    def _near(self, person: Identity) -> Iterator[int]:
        """Return the places of all who hold a text that the person holds too, or bear the same name."""
        held = (*(getattr(person, name) for name in _TEXTS), *(person.more or ()))
        texts = {text.casefold() for text in held if text and text != CLEAR}
        yield from chain.from_iterable(holders.places(text) for holders in self._holders for text in texts)
        name = full_name(person.first, person.last)
        yield from (self._names if person.returned else self._returned_names).places(name) if name else ()

    @cached_property
    def _holders(self) -> Sequence[_Holders]:
        """Who holds a text, in lower case, by part."""
        everybody = range(len(self._column("path")))
        columns = ([text.casefold() if text else "" for text in self._column(name)] for name in _TEXTS)
        more = [(place, text.casefold()) for place, texts in enumerate(self._column("more")) for text in texts or ()]
        return [
            *(_Holders(column, everybody) for column in columns),
            _Holders([text for _place, text in more], [place for place, _text in more]),
        ]

    @cached_property
    def _names(self) -> _Holders:
        """Who bears a full name."""
        return self._named(range(len(self._column("path"))))

    @cached_property
    def _returned_names(self) -> _Holders:
        """Who of those who have returned bears a full name."""
        return self._named([place for place, kind in enumerate(self._column("kind")) if kind == RETURNED])

    def _named(self, places: Sequence[int]) -> _Holders:
        firsts, lasts = self._column("first"), self._column("last")
        return _Holders([full_name(firsts[place], lasts[place]) for place in places], places)

    def _rest(self, person: Identity, gone: Iterable[int]) -> Rest:
        """Return the numbers of all people but those at some places, as far as they concern the person."""
        majors, paths = self._column("majors"), self._column("path")
        sizes = self._sizes - cohort_sizes([paths[place] for place in gone])
        less = Counter(chain.from_iterable(majors[place] or () for place in gone))
        return Rest({one: self._majors.get(one, Counter()) - less for one in map(spelling, person.majors or ())}, sizes)

    @cached_property
    def _majors(self) -> Mapping[str, Counter[str]]:
        """How often each major stands in the records, by the spelling that it shares with others."""
        found: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for major, count in Counter(chain.from_iterable(filter(None, self._column("majors")))).items():
            found[spelling(major)][major] = count
        return found

    @cached_property
    def _sizes(self) -> Counter[str]:
        return cohort_sizes(self._column("path"))
