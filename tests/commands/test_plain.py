"""Plain words mean to the fast road what they mean to Typer, and all others are left to it."""

from __future__ import annotations

import random
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from graduand.commands import typer_adapter
from graduand.commands.app import COMMANDS, entry_of, options
from graduand.commands.parameters import Entry, words_of
from graduand.commands.quick_parse import values_of
from graduand.commands.session import Ended, Session
from graduand.errors import Usage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graduand.commands.parameters import Word

ODD = ("", "-", "--", "-h", "--help", "-x", "--nothing", "--all=", "--json=true", "--=", "a b", "é", "\u202e", "\udc80")


def typers(entry: Entry, name: str, words: Sequence[str]) -> dict[str, object] | str:
    """Return the values that Typer gives to a command, or what it says instead."""
    given: list[dict[str, object]] = []
    head = Entry(words_of(options), "", lambda _nobody, _values: Session())
    recorded = entry._replace(call=lambda _session, values: given.append(values))
    try:
        typer_adapter.run(head, {name: recorded}, lambda _session: True, [name, *words])
    except (Usage, Ended) as ended:
        return str(ended)
    return given[0]


def likely(word: Word, chance: random.Random) -> str:
    """Return a text that the word may well be given."""
    if issubclass(word.kind, Enum):
        return chance.choice([*(str(one.value) for one in word.kind), "nonsense"])
    if word.kind is int:
        return chance.choice(["0", "30", "-1", "1.5", "007", "٣"])
    return chance.choice(["00412345", "2026-spring", "records", "no/such/file", "a=b", "disabled=true", "c.csv"])


def line(entry: Entry, chance: random.Random) -> list[str]:
    """Return words such as somebody could type after a command."""
    words = []
    for word in chance.sample(entry.words, chance.randint(0, min(5, len(entry.words)))):
        value = likely(word, chance)
        if not word.flag:
            words.append([value] * chance.choice([1, 1, 2]))
        elif word.kind is bool:
            words.append([word.flag])
        else:
            words.append(chance.choice([[word.flag, value], [f"{word.flag}={value}"]]))
    if chance.random() < 0.2:
        words.append([chance.choice(ODD)])
    if words and chance.random() < 0.1:
        words.append(chance.choice(words))
    chance.shuffle(words)
    return [text for several in words for text in several]


@pytest.mark.parametrize("name", COMMANDS)
def test_what_is_plain_is_what_typer_makes_of_it(root: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(root)
    entry = entry_of(name)
    chance = random.Random(name)
    plain = 0
    for _turn in range(60):
        words = line(entry, chance)
        values = values_of(entry.words, words)
        if values is not None:
            plain += 1
            assert (words, typers(entry, name, words)) == (words, values)

    assert plain > 3


@pytest.mark.parametrize(
    "words",
    [
        ["--cohort", "a", "--cohort", "b"],
        ["--json=true"],
        ["--js"],
        ["--cohort"],
        ["--cohort", "--json"],
        ["--cohort="],
        ["--help"],
        ["--", "x"],
        ["no/such/file\u202e"],
        ["--format", "TEXT"],
    ],
    ids=" ".join,
)
def test_what_could_be_meant_otherwise_is_left_to_typer(words: list[str]) -> None:
    assert values_of(entry_of("check").words, words) is None


def test_a_file_that_may_not_be_read_is_left_to_typer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = tmp_path / "closed.csv"
    closed.touch()
    monkeypatch.setattr("os.access", lambda path, _mode: Path(path) != closed)

    assert values_of(entry_of("reconcile").words, [str(closed)]) is None
    assert values_of(entry_of("reconcile").words, [str(tmp_path / "none.csv")]) is not None
