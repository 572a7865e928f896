"""Generate a history from a seed, and the events that an audit must find in it."""

from __future__ import annotations

import json
import random
import subprocess
from collections import Counter
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.git.program import Program
from graduand.git.replay import history_of
from graduand.records.paths import record_path
from graduand.records.record import Record
from graduand.records.writing import canonical
from tests.bench.generator import CHECKOUT, records

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from graduand.git.events import Event
    from graduand.records.record import Value
    from graduand.records.school import School

Texts = dict[str, "Value"]
"""What one record says."""

_CLERKS: Final = ("Camille Renard", "Bob “the Builder” Ilić", "Zoé D’Aoust", "李 小龙")
_BEGAN: Final = 1_500_000_000
_DAY: Final = 86_400
_START: Final = "primary_education:start_date"


class ExpectedEvent(NamedTuple):
    """An event of the generated history."""

    event: str
    username: str
    commit: str
    """The commit that made the change: of a merged branch the one on the branch."""
    author: str
    old: object
    new: object
    pull_request: int
    """Which one brought it onto the line; 0: none."""
    seconds: int
    """When it came onto the line."""


class _Happening(NamedTuple):
    """What one commit does: the files that it leaves (None: it deletes them), and the events in it."""

    files: Mapping[str, str | None]
    told: tuple[tuple[str, str, object, object], ...] = ()


def invent(
    root: Path, school: School, *, commits: int, people: int, seed: int = 1, plain: bool = False
) -> list[ExpectedEvent]:
    """Make `root` a repository with so many commits on its line; return what happened.

    A `plain` history is a straight line of closings, reopenings, addresses and corrections; any
    other has merges, moves, renames, broken files, deletions, and clocks that went wrong.
    """
    generator = _Generator(school, random.Random(seed))
    generator.begin(people)
    while generator.line < commits:
        generator.go_on(plain=plain)
    root.mkdir(parents=True, exist_ok=True)
    _git(root, "init", "--quiet", "--initial-branch=main")
    _git(root, "fast-import", "--quiet", "--export-marks=.git/marks", given=b"".join(generator.stream))
    _git(root, "reset", "--quiet", "--hard")
    marks = dict(line.split() for line in (root / ".git/marks").read_text(encoding="utf-8").splitlines())
    return [told._replace(commit=marks[told.commit]) for told in generator.told]


def _git(root: Path, *words: str, given: bytes = b"") -> None:
    subprocess.run(["git", *words], cwd=root, input=given, check=True)


def wrong_events(root: Path, told: list[ExpectedEvent]) -> Counter[tuple[object, ...]]:
    """Return the events that the audit misses, and those that it adds."""
    found = Counter(map(_fact, history_of(Program(root)).events))
    happened = Counter[tuple[object, ...]](
        (*one[:4], _same(one.old), _same(one.new), one.pull_request, one.seconds) for one in told
    )
    return (found - happened) + (happened - found)


def _fact(event: Event) -> tuple[object, ...]:
    """Return the facts of an event that the generator knows."""
    source = event.source
    what = (event.event.value, event.username, source.commit, source.author, _same(event.old), _same(event.new))
    return (*what, source.pull_request, int(datetime.fromisoformat(source.date).timestamp()))


def _same(told: object) -> str:
    """Return one text for a value, whichever kinds of lists are in it."""
    return json.dumps(told, sort_keys=True)


class _Generator:
    """Writes the input of `git fast-import`, and remembers the values of the records."""

    def __init__(self, school: School, chance: random.Random) -> None:
        self.school = school
        self.chance = chance
        self.stream: list[bytes] = []
        self.told: list[ExpectedEvent] = []
        self.line = 0
        self.clock = _BEGAN
        self._marks = 0
        self._clocks: dict[int, int] = {}
        self.tip = 0
        self.people: dict[str, Texts] = {}
        self.paths: dict[str, str] = {}
        self.names: list[str] = []
        """Whose records can be read."""
        self.gone: dict[str, Texts] = {}
        self.broken: list[str] = []
        self.newcomers: Iterator[Record] = iter(())

    def begin(self, people: int) -> None:
        """Bring in the schema and everybody, five hundred a commit."""
        files: dict[str, str | None] = {".gitignore": "/build/\n"}
        for path in sorted((CHECKOUT / "schema").glob("*.*")):
            files[f"schema/{path.name}"] = path.read_text(encoding="utf-8")
        self.commit(_Happening(files))
        invented = records(people + 10_000, seed=self.chance.randrange(10_000))
        crowd = list(islice(invented, people))
        self.newcomers = invented
        for start in range(0, people, 500):
            happenings = [self._arrival(record) for record in crowd[start : start + 500]]
            self.commit(_joined(happenings))

    def go_on(self, *, plain: bool) -> None:
        """Let something happen."""
        if plain or self.chance.random() < 0.6:
            self.commit(self.chance.choice(_ORDINARY)(self))
        else:
            self.chance.choice(_ODD)(self)

    # What happens to people

    def _arrival(self, record: Record) -> _Happening:
        texts = dict(record.values)
        username = record.username
        self.people[username], self.paths[username] = texts, record.path
        self.names.append(username)
        told = [("graduated", username, None, "graduated")]
        if texts.get("disabled") == "true":
            told.append(("deactivated", username, None, "true"))
        return _Happening({record.path: self.text(username)}, tuple(told))

    def arrival(self) -> _Happening:
        """Somebody is taken in."""
        return self._arrival(next(self.newcomers))

    def switch(self) -> _Happening:
        """An account is closed, or opened again."""
        username = self.somebody()
        texts = self.people[username]
        old = texts.get("disabled")
        new = "false" if old == "true" else "true"
        reasons = {"true": ["requested-by-student", "deceased"], "false": ["returned", "closed-by-mistake"]}
        texts |= {
            "disabled": new,
            "transition:account:reason": self.chance.choice(reasons[new]),
            "transition:account:effective_on": f"2026-0{self.chance.randrange(1, 9)}-15",
        }
        event = "deactivated" if new == "true" else "reactivated"
        return self.edited(username, (event, username, old, new))

    def address(self) -> _Happening:
        """An address changes."""
        username = self.somebody()
        texts = self.people[username]
        old = texts["email_address"]
        texts["email_address"] = new = f"p{self.chance.randrange(10**9)}@courriel.example"
        return self.edited(username, ("email-changed", username, old, new))

    def correction(self) -> _Happening:
        """A major and a day are put right."""
        username = self.somebody()
        texts = self.people[username]
        new: Texts = {
            "primary_education:major_names": (f"Chimie {self.chance.randrange(10**6)}", "Droit"),
            _START: f"{self.chance.randrange(1900, 2100)}-09-01",
        }
        new = {key: value for key, value in new.items() if texts.get(key) != value}
        old = {key: texts[key] for key in new}
        texts |= new
        return self.edited(username, ("corrected", username, _plain(old), _plain(new)))

    def several(self) -> _Happening:
        """Somebody comes back with another address, and the account is opened or closed."""
        username = self.somebody()
        texts = self.people[username]
        event, old, mail = self.switch_kind(username), texts["email_address"], texts.get("disabled")
        texts["email_address"] = new = f"r{self.chance.randrange(10**9)}@valmont.example"
        texts["disabled"] = account = "false" if mail == "true" else "true"
        word = "reactivated" if account == "false" else "deactivated"
        return self.edited(username, event, ("email-changed", username, old, new), (word, username, mail, account))

    def switch_kind(self, username: str) -> tuple[str, str, object, object]:
        """Let a graduate return, or someone who returned graduate."""
        texts = self.people[username]
        old = str(texts["transition:kind"])
        texts["transition:kind"] = new = "returned" if old == "graduated" else "graduated"
        return new, username, old, new

    def remark(self) -> _Happening:
        """A comment and a blank line change, which is no event."""
        username = self.somebody()
        text = f"# Seen {self.chance.randrange(10**6)}\n\n{self.text(username)}"
        return _Happening({self.paths[username]: text})

    def move(self) -> _Happening:
        """A record moves to another cohort, which is no event, with or without one."""
        username = self.somebody()
        happening = self.switch() if self.chance.random() < 0.5 else _Happening({})
        files = dict(happening.files)
        old = self.paths[username]
        self.paths[username] = new = record_path(f"moved-{self.chance.randrange(10**6)}", username, 1)
        files.pop(old, None)
        return _Happening({**files, old: None, new: self.text(username)}, happening.told)

    def rename(self) -> _Happening:
        """A username changes: in a file that moves and names the former one, or just inside the file."""
        old = self.somebody()
        new = f"n{self.chance.randrange(10**9)}"
        texts, path = self.people.pop(old), self.paths.pop(old)
        self.names[self.names.index(old)] = new
        texts["username"] = new
        told: tuple[tuple[str, str, object, object], ...] = ()
        if self.chance.random() < 0.5:
            texts["transition:previous_username"] = old
            target = record_path("renamed", new, 1)
        else:
            target = path
            former = texts.pop("transition:previous_username", None)
            told = (("corrected", new, {"transition:previous_username": former}, {}),) if former else ()
        self.people[new], self.paths[new] = texts, target
        files: dict[str, str | None] = {path: None} if target != path else {}
        return _Happening({**files, target: self.text(new)}, (("username-changed", new, old, new), *told))

    def removal(self) -> _Happening:
        """A record is deleted."""
        username = self.somebody()
        self.names.remove(username)
        self.gone[username] = self.people.pop(username)
        return _Happening({self.paths[username]: None}, (("removed", username, None, None),))

    def comeback(self) -> _Happening:
        """A deleted record comes back."""
        if not self.gone:
            return self.removal()
        username, texts = self.gone.popitem()
        self.people[username] = texts
        self.names.append(username)
        kind = texts["transition:kind"]
        told = [(str(kind), username, None, kind)]
        if account := texts.get("disabled"):
            told.append(("deactivated" if account == "true" else "reactivated", username, None, account))
        return _Happening({self.paths[username]: self.text(username)}, tuple(told))

    # How it is committed

    def odd_breakage(self) -> None:
        """A file loses its form; some commits later it is whole again, and says something else."""
        username = self.somebody()
        self.names.remove(username)
        path = self.paths[username]
        self.commit(_Happening({path: f"<<<<<<< HEAD\n{self.text(username)}=======\n>>>>>>> x\n"}))
        for _turn in range(self.chance.randrange(3)):
            self.commit(self.chance.choice(_ORDINARY)(self))
        self.names.append(username)
        others, self.names = self.names, [username]
        self.commit(self.chance.choice((_Generator.switch, _Generator.address, _Generator.remark))(self))
        self.names = others

    def odd_merge(self) -> None:
        """A branch comes in with one commit, by somebody else than who merges."""
        self.merge([self.chance.choice(_ORDINARY)(self)])

    def odd_long_merge(self) -> None:
        """A branch comes in with a change, a correction and a remark on the same record."""
        others, self.names = self.names, [self.somebody()]
        happenings = [self.switch(), self.address(), self.remark()]
        self.names = others
        self.merge(happenings)

    def odd_crossing(self) -> None:
        """While a branch lives, the line goes on; the branch takes the line in before it is merged."""
        start = self.tip
        on_branch = self.chance.choice(_ORDINARY)(self)
        busy = set(on_branch.files)
        meanwhile = next(happening for happening in iter(self.arrival, None) if not busy & set(happening.files))
        side = self.write(on_branch, start, told=False)
        self.commit(meanwhile)
        updated = self.write(_Happening(meanwhile.files), side, self.tip, told=False)
        self.advance(_Happening(on_branch.files), updated)
        self.tell(on_branch, side)

    def odd_evil(self) -> None:
        """A merge changes a record that its branch did not."""
        on_branch, in_merge = self.arrival(), self.switch()
        side = self.write(on_branch, self.tip, told=False)
        mark = self.advance(_Happening({**on_branch.files, **in_merge.files}), side)
        self.tell(on_branch, side)
        self.tell(in_merge, mark)

    def odd_clock(self) -> None:
        """A commit bears a date long before the commit that it stands on."""
        self.clock -= 30 * _DAY
        self.commit(self.chance.choice(_ORDINARY)(self))
        self.clock += 30 * _DAY

    def odd_file(self) -> None:
        """Something else changes."""
        self.commit(_Happening({"README.md": f"{self.chance.random()}\n", "records/README.md": "Read me.\n"}))

    def merge(self, happenings: list[_Happening]) -> None:
        """Commit on a branch, one by one, and merge it."""
        tip = self.tip
        files: dict[str, str | None] = {}
        written = []
        for happening in happenings:
            tip = self.write(happening, tip, told=False)
            written.append((happening, tip))
            files |= happening.files
        self.advance(_Happening(files), tip)
        for happening, mark in written:
            self.tell(happening, mark)

    def commit(self, happening: _Happening) -> None:
        """Commit on the line."""
        self.tell(happening, self.advance(happening))

    def advance(self, happening: _Happening, *merged: int) -> int:
        """Write the next commit of the line and return its mark."""
        self.line += 1
        self.tip = self.write(happening, self.tip, *merged)
        return self.tip

    def write(self, happening: _Happening, parent: int, *merged: int, told: bool = True) -> int:
        """Write a commit and return its mark."""
        self._marks += 1
        self.clock += self.chance.randrange(60, 2 * _DAY)
        mark = self._marks
        self._clocks[mark] = self.clock
        words = [
            f"commit refs/heads/{'main' if told else 'side'}",
            f"mark :{mark}",
            f"author {self.clerk(mark)} <clerk@valmont.example> {self.clock - 60} +0200",
            f"committer Forge <forge@valmont.example> {self.clock} +0200",
            _given(f"Merge pull request #{mark} from x\n" if merged else f"Change (#{mark})\n"),
            *([f"from :{parent}"] if parent else []),
            *(f"merge :{other}" for other in merged),
            *(
                f'D "{path}"' if text is None else f'M 100644 inline "{path}"\n{_given(text)}'
                for path, text in happening.files.items()
            ),
        ]
        self.stream.append("\n".join([*words, "", ""]).encode())
        return mark

    def clerk(self, mark: int) -> str:
        """Return who wrote the commit of this mark."""
        return _CLERKS[mark % len(_CLERKS)]

    def tell(self, happening: _Happening, mark: int) -> None:
        """Keep the events of a commit, which the last one of the line brought in."""
        author = f"{self.clerk(mark)} <clerk@valmont.example>"
        brought = (self.tip, self._clocks[self.tip])
        self.told += [
            ExpectedEvent(event, who, f":{mark}", author, old, new, *brought) for event, who, old, new in happening.told
        ]

    def somebody(self) -> str:
        """Return a person whose record can be read."""
        return self.chance.choice(self.names)

    def edited(self, username: str, *told: tuple[str, str, object, object]) -> _Happening:
        """Return the change of one file."""
        return _Happening({self.paths[username]: self.text(username)}, told)

    def text(self, username: str) -> str:
        """Return the record as its file has it."""
        return canonical(Record("", self.people[username]), self.school.fields, {})


_ORDINARY: Final[tuple[Callable[[_Generator], _Happening], ...]] = (
    _Generator.switch,
    _Generator.switch,
    _Generator.address,
    _Generator.correction,
)
_STRANGE: Final[tuple[Callable[[_Generator], _Happening], ...]] = (
    _Generator.arrival,
    _Generator.several,
    _Generator.remark,
    _Generator.move,
    _Generator.rename,
    _Generator.removal,
    _Generator.comeback,
)
_ODD: Final[tuple[Callable[[_Generator], None], ...]] = (
    _Generator.odd_breakage,
    _Generator.odd_merge,
    _Generator.odd_long_merge,
    _Generator.odd_crossing,
    _Generator.odd_evil,
    _Generator.odd_clock,
    _Generator.odd_file,
    *((lambda generator, happen=happen: generator.commit(happen(generator))) for happen in _STRANGE),
    *((lambda generator, happen=happen: generator.merge([happen(generator)])) for happen in _STRANGE),
)


def _joined(happenings: list[_Happening]) -> _Happening:
    files: dict[str, str | None] = {}
    for happening in happenings:
        files |= happening.files
    return _Happening(files, tuple(told for happening in happenings for told in happening.told))


def _plain(texts: Texts) -> dict[str, object]:
    return {key: list(value) if isinstance(value, tuple) else value for key, value in texts.items()}


def _given(text: str) -> str:
    return f"data {len(text.encode())}\n{text}"
