"""The people list: all people as the interface lists them; searched, filtered and sorted without reading a file."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from graduand.findings import Severity
from graduand.handshake.effect import Status
from graduand.index.column_store import ColumnList
from graduand.index.query import KINDS, DateCondition, Filter, Query, folded
from graduand.records.record import DISABLED
from graduand.records.transition import reason_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from graduand.findings import Finding
    from graduand.index.column_store import ColumnStore
    from graduand.index.index import Index
    from graduand.index.neighbours import Neighbours
    from graduand.index.person_states import PersonStates

WAITING: Final = "GR601"
"""The rule that tells who waits for a personal address."""

HELD: Final = "GR506"
"""The rule that tells whose change of the account is held back."""

_UPCOMING: Final = ("GR211", "GR224")
"""The rules that tell whose graduation or departure waits for its day."""

_KEEPING_BACK: Final = ("GR7", "GR51")
"""How the ids begin of the rules that tell what keeps a person's row back."""

COLUMNS: Final = (
    *("username", "name", "programme", "kind", "state", "cohort"),
    *("end", "email", "reason", "level"),
)
"""What the list can show of people, each by the key of the filter that looks at it."""

ORDERS: Final = (*COLUMNS, "problem")
"""What the list can be sorted by."""


COUNTED: Final = ("kind", "state", "reason", "end", "level", "programme", "cohort")
"""The COLUMNS that many people have the same value in, so that one asks how many have which."""


def shown_state(rules: str, worst: str, status: str) -> str:
    """Return the one state that the column of states shows; `worst` is the severity of the worst of the `rules`."""
    if why := kept_back(rules, worst):
        return why
    if WAITING in rules:
        return "waiting"
    return "held" if HELD in rules or (is_upcoming(rules) and not status) else status


def is_upcoming(rules: str) -> bool:
    """Return whether the rules that a record breaks tell that its graduation or departure waits for its day."""
    return any(rule in rules for rule in _UPCOMING)


class ListedPerson(NamedTuple):
    """One person in the list; texts only, so that a list of them can be kept and read back at once."""

    path: str
    username: str
    last_name: str
    first_name: str
    address: str
    programme: str
    kind: str
    """graduated, returned, or another text of the record."""
    disabled: str
    """"true", "false", or "" when the account is left as it is."""
    rules: str
    """The rules that are broken, by their ids, with blanks between; "" when none is."""
    worst: str
    """The worst severity among the findings; "" when there is none."""
    card: str = ""
    login: str = ""
    """The identifier of the school's single sign-on."""
    end: str = ""
    """When the studies end, as the record has it."""
    reason: str = ""
    """Why the account is closed or reopened: a code of the school."""
    level: str = ""
    """The level of education, as Handshake names it."""

    @property
    def name(self) -> str:
        """The name as lists have it: last name first."""
        return ", ".join(part for part in (self.last_name, self.first_name) if part)

    @property
    def cohort(self) -> str:
        """The folder below `records/`."""
        return self.path.split("/")[1]


class PeopleCounts(NamedTuple):
    """How many people there are, and how many ask for something."""

    people: int = 0
    faulty: int = 0
    """Whose record breaks a rule by an error or a warning."""
    waiting: int = 0
    """Who waits for a personal address."""


class SentStatus(NamedTuple):
    """How a person's row compares with what Handshake was last sent."""

    status: str
    """A `Status`."""
    effects: tuple[str, ...] = ()
    """The `Effect`s, the most destructive first."""


_COLUMNS: Final = {name: number for number, name in enumerate(ListedPerson._fields)}
_RANK: Final = {Severity.ERROR: "0", Severity.WARNING: "1", Severity.NOTE: "2", "": "3"}


@dataclass(frozen=True)
class PeopleList:
    """All entries in the order of their names, and how each person compares with the last upload."""

    entries: Sequence[ListedPerson] = ()
    outstanding: Mapping[str, SentStatus] = field(default_factory=dict)
    """By username; empty until it is known."""
    people: Sequence[Sequence[Any]] = ()
    """What the rules among records look at, as `Index.people` has it; empty until the records are read."""
    states: PersonStates | None = None
    """What Handshake holds; None until the records are read, and where it is not known."""
    findings: Sequence[Finding] = ()
    """All that is wrong; empty until the records are read."""

    def findings_of(self, path: str) -> Sequence[Finding]:
        """Return what is wrong with the record at a path, the worst first."""
        return self._findings.get(path, ())

    @cached_property
    def _findings(self) -> Mapping[str, Sequence[Finding]]:
        found: defaultdict[str, list[Finding]] = defaultdict(list)
        for finding in self.findings:
            found[finding.path].append(finding)
        return {path: sorted(some, key=lambda one: _RANK[one.severity]) for path, some in found.items()}

    @cached_property
    def paths(self) -> Mapping[str, str]:
        """The path of the record of each username; of one that several have, the last."""
        return dict(zip(self._column("username"), self._column("path"), strict=True))

    def name_of(self, username: str) -> str:
        """Return the name of a person as lists have it; "" where there is no record."""
        path = self.paths.get(username)
        return self.entries[self.places[path]].name if path else ""

    @cached_property
    def _haystacks(self) -> list[str]:
        """The folded text in which words are searched, one for each person."""
        words = ("username", "first_name", "last_name", "first_name", "address", "programme")
        lines = map(" ".join, zip(*(self._column(name) for name in words), strict=True))
        return _folded_all(lines) if self.entries else []

    def _column(self, name: str) -> Sequence[str]:
        """Return one text of all people, without making a `ListedPerson` of each."""
        if isinstance(self.entries, ColumnList):
            column: Sequence[str] = self.entries.columns[_COLUMNS[name]]
            return column
        return [getattr(one, name) for one in self.entries]

    def with_outstanding(self, outstanding: Mapping[str, SentStatus]) -> PeopleList:
        """Return the same people with what is outstanding; computed properties are kept."""
        other = replace(self, outstanding=outstanding)
        other.__dict__.update({name: value for name, value in self.__dict__.items() if name not in _FIELDS})
        return other

    def prepare(self) -> PeopleList:
        """Compute what the first search needs, and return the same list."""
        _computed = self._haystacks, self.places, self.cohorts, self.rules, self.counts, self._findings
        return self

    @cached_property
    def counts(self) -> PeopleCounts:
        """How many people there are, and how many of them ask for something."""
        worst = Counter(self._column("worst"))
        broken = Counter(self._column("rules"))
        waiting = sum(number for rules, number in broken.items() if WAITING in rules)
        return PeopleCounts(len(self.entries), worst[Severity.ERROR] + worst[Severity.WARNING], waiting)

    @cached_property
    def neighbours(self) -> Neighbours:
        """All people, to compare one of them with."""
        from graduand.index.neighbours import Neighbours  # noqa: PLC0415 - the first row waits for no rule

        return Neighbours(self.people)

    @cached_property
    def places(self) -> Mapping[str, int]:
        """The number of the entry of each path."""
        return {path: number for number, path in enumerate(self._column("path"))}

    @cached_property
    def cohorts(self) -> tuple[str, ...]:
        """The cohorts, sorted."""
        return tuple(sorted({path.split("/", 2)[1] for path in self._column("path")}))

    @cached_property
    def rules(self) -> tuple[str, ...]:
        """The rules that any record breaks, sorted."""
        return tuple(sorted(set(chain.from_iterable(rules.split() for rules in set(self._column("rules"))))))

    def find(self, query: Query, within: Sequence[int] | None = None) -> Sequence[int]:
        """Return the numbers of the entries that `query` finds, of those `within` when given."""
        found: Sequence[int] = range(len(self.entries)) if within is None else within
        for condition in query.filters:
            column, holds = self._condition(condition)
            found = [number for number in found if holds(column[number]) is not condition.negated]
        if query.without:
            found = [number for number in found if not any(word in self._haystacks[number] for word in query.without)]
        if not query.words:
            return found
        haystacks = self._haystacks
        first, *others = sorted(query.words, key=len, reverse=True)
        if within is None and not query.filters and not query.without:
            found = [number for number, text in enumerate(haystacks) if first in text]
        else:
            others.insert(0, first)
        for word in others:
            found = [number for number in found if word in haystacks[number]]
        return found

    def _condition(self, condition: Filter) -> tuple[Sequence[str], Callable[[str], bool]]:
        """Return the column that a filter looks at, and the condition on its texts."""
        key, value = condition.key, condition.value
        if condition.exact and key in COLUMNS and not (key == "state" and value in _NEVER_SHOWN):
            texts = self.texts(key)
            return texts, {text for text in set(texts) if value in exact_values(text)}.__contains__
        if key == "state" or (key == "kind" and value in _SIGNS):
            return self._state(value)
        if key == "problem":
            return self._problem(value)
        if key == "kind":
            return self._column("kind"), lambda text: text.startswith(value)
        if key == "end":
            return self._column("end"), (DateCondition.of(value) or DateCondition("", value)).holds
        return self._text(key, value)

    def _problem(self, value: str) -> tuple[Sequence[str], Callable[[str], bool]]:
        wanted = value.upper()
        both = list(map(" ".join, zip(self._column("worst"), self._column("rules"), strict=True)))
        return both, lambda one: one.startswith(value) or wanted in one

    def _text(self, key: str, value: str) -> tuple[Sequence[str], Callable[[str], bool]]:
        texts = self.texts(key)
        if key == "cohort":
            return texts, {text for text in set(texts) if folded(text).startswith(value)}.__contains__
        return texts, {text for text in set(texts) if value in folded(text)}.__contains__

    def _state(self, value: str) -> tuple[Sequence[str], Callable[[str], bool]]:
        if value in {"held", "upcoming"}:
            return self._waiting(HELD if value == "held" else ""), bool
        if value in _SIGNS:
            name, sign = _SIGNS[value]
            return self._column(name), lambda text: sign in text
        return self._statuses(), lambda status: status == value

    def _waiting(self, rule: str) -> Sequence[str]:
        """Return "1" of each person who waits for a day and is not in the plan, or who breaks the rule."""
        people = zip(self._column("username"), self._column("rules"), strict=True)
        return [
            "1" if (rule and rule in rules) or (is_upcoming(rules) and name not in self.outstanding) else ""
            for name, rules in people
        ]

    def _statuses(self) -> Sequence[str]:
        known = self.outstanding
        statuses = [known[one].status if one in known else "" for one in self._column("username")]
        broken = zip(statuses, self._column("rules"), self._column("worst"), strict=True)
        return [kept_back(rules, worst) or status if rules else status for status, rules, worst in broken]

    def sort(self, numbers: Iterable[int], order: str, *, backwards: bool = False) -> Sequence[int]:
        """Return `numbers` in one of the ORDERS, or in its reverse; people who are equal in it are by name.

        `numbers` are as `find` returns them: ascending.
        """
        if order == "name":  # as the entries are
            return sorted(numbers, reverse=backwards)
        return sorted(numbers, key=self._keys(order).__getitem__, reverse=backwards)

    def _keys(self, order: str) -> Sequence[str]:
        """Return the sort keys of all people."""
        if order == "problem":
            worst = (_RANK[one] for one in self._column("worst"))
            return list(map("".join, zip(worst, self._column("rules"), strict=True)))
        if order == "state":
            return [_URGENT.get(one, "9") for one in self._statuses()]
        if order == "kind":
            return list(map(" ".join, zip(self._column("kind"), self._column("disabled"), strict=True)))
        if order == "cohort":
            return self._column("path")
        if order == "reason":
            return _folded_all(self._reasons)
        column = self._column(_TEXTS[order])
        return column if order in {"username", "end"} else _folded_all(column)

    @cached_property
    def _reasons(self) -> Sequence[str]:
        """The reasons in words."""
        codes = self._column("reason")
        words = {code: reason_words(code) for code in set(codes)}
        return [words[code] for code in codes]

    def texts(self, column: str) -> Sequence[str]:
        """Return what an exact filter of one of the COLUMNS looks at, of all people; several values have "; " between.

        Kinds and states are as the code names them, all else is as the list shows it.
        """
        if column == "kind":
            account = {"true": "; closed", "false": "; reopened"}
            meant = {kind: KINDS.get(folded(kind), kind) for kind in set(self._column("kind"))}
            pairs = zip(self._column("kind"), self._column(DISABLED), strict=True)
            return [meant[kind] + account.get(disabled, "") for kind, disabled in pairs]
        if column == "state":
            return self._shown_states()
        if column == "cohort":
            return [path.split("/", 2)[1] for path in self._column("path")]
        if column == "name":
            names = zip(self._column("last_name"), self._column("first_name"), strict=True)
            return [", ".join(filter(None, both)) for both in names]
        return self._reasons if column == "reason" else self._column(_TEXTS[column])

    def _shown_states(self) -> Sequence[str]:
        known = self.outstanding
        statuses = [known[one].status if one in known else "" for one in self._column("username")]
        return [*map(shown_state, self._column("rules"), self._column("worst"), statuses)]


def exact_values(text: str) -> list[str]:
    """Return the values in one of the texts of a column as an exact filter compares them; quotes cannot be typed."""
    return [folded(value).replace('"', "") for value in text.split("; ")]


def _folded_all(texts: Iterable[str]) -> list[str]:
    """Return all texts as `folded` returns each; one call for all, as 100,000 take noticeable time."""
    return folded("\n".join(text.replace("\n", " ") for text in texts)).split("\n")


_TEXTS: Final = {
    "username": "username",
    "programme": "programme",
    "email": "address",
    "end": "end",
    "level": "level",
}
"""The columns that are one text of a person, and its name in ListedPerson."""

_NEVER_SHOWN: Final = ("closed", "reopened", "upcoming")
"""States that the column of states shows of nobody."""

_FIELDS: Final = {"entries", "outstanding", "people", "states", "findings"}
_SIGNS: Final = {
    "waiting": ("rules", WAITING),
    "closed": (DISABLED, "true"),
    "reopened": (DISABLED, "false"),
}
"""Values of `is:` that a text of the entry tells by what is in it."""

_URGENT: Final[Mapping[str, str]] = {
    "conflict": "0",
    "blocked": "1",
    "taken-back": "2",
    "excluded": "3",
    "confidential": "3",
    Status.FAILED: "4",
    Status.NEW: "5",
    Status.CHANGED: "6",
    Status.PENDING: "7",
    Status.UNCHANGED: "8",
}


def kept_back(rules: str, worst: str) -> str:
    """Return what keeps the row of a person back who breaks these rules; `worst` is the severity of the worst of them.

    It is one value of `beside_handshake`; "blocked" where it is another error; or "".
    """
    blocked = "blocked" if worst == Severity.ERROR else ""
    if not any(family in rules for family in _KEEPING_BACK):
        return blocked
    return next((why for rule, why in beside_handshake().items() if rule in rules), blocked)


@cache
def beside_handshake() -> Mapping[str, str]:
    """Return what keeps a person's row back, by the rule that tells it."""
    from graduand.rules.account import CONFIDENTIAL_RULE, EXCLUDED_RULE  # noqa: PLC0415 - the first row waits for none
    from graduand.rules.handshake_state import EXCLUDED, RULES, TAKEN_BACK  # noqa: PLC0415

    return {
        **{rule.id: "conflict" for rule in RULES if rule.severity is Severity.ERROR},
        TAKEN_BACK: "taken-back",
        EXCLUDED: "excluded",
        EXCLUDED_RULE: "excluded",
        CONFIDENTIAL_RULE: "confidential",
    }


def people_list_of(index: Index, store: ColumnStore | None) -> PeopleList:
    """Return the list of all people of an index, in which files that cannot be read are too; `store` remembers it."""
    paths, usernames, last, first, addresses, programmes, kinds, disabled, *others = index.listed()
    problems = _problems(index.paths, index.findings)
    columns = [paths, usernames, last, first, addresses, programmes, kinds, disabled, *problems, *index.unique()]
    columns = _by_name([*columns, *others], last, first, usernames)
    if store:
        store.put(columns)
    states = index.states if index.states and index.states.is_readable else None
    listed = ColumnList(ListedPerson, columns)
    return PeopleList(listed, people=index.people, states=states, findings=index.findings)


def _by_name(
    columns: Sequence[Sequence[str]], last: Sequence[str], first: Sequence[str], usernames: Sequence[str]
) -> list[list[str]]:
    """Return columns in the order of the names, people of one name by username, the nameless at the end."""
    names = _folded_all(map(" ".join, zip(last, first, strict=True))) if last else []
    keys = [name if name.strip() else "\U0010ffff" for name in names]
    order = sorted(sorted(range(len(keys)), key=usernames.__getitem__), key=keys.__getitem__)
    return [[*map(column.__getitem__, order)] for column in columns]


def stored_people_list(store: ColumnStore) -> PeopleList | None:
    """Return the list that was stored last, whatever has happened since; None when there was none."""
    columns = store.columns()
    if not columns or len(columns) != len(ListedPerson._fields):
        return None
    return PeopleList(ColumnList(ListedPerson, columns))


def _problems(paths: Sequence[str], findings: Iterable[Finding]) -> tuple[list[str], list[str]]:
    """Return which rules the record at each path breaks, the worst first, and how bad the worst is."""
    broken: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for finding in findings:
        broken[finding.path].setdefault(finding.rule, _RANK[finding.severity])
    severities = {rank: str(severity) for severity, rank in _RANK.items()}
    rules, worst = [""] * len(paths), [""] * len(paths)
    for number, path in enumerate(paths) if broken else ():
        if found := broken.get(path):
            rules[number] = " ".join(sorted(found, key=lambda rule, found=found: (found[rule], rule)))  # type: ignore[misc]
            worst[number] = severities[min(found.values())]
    return rules, worst
