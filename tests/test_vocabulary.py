"""Each language is complete: its words, its letters, the texts of handshake.yaml; and no word has two meanings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from graduand.language import ENGLISH, LANGUAGES, speak
from graduand.records.importer import bare
from graduand.records.tree import parse
from graduand.vocabulary import (
    Meanings,
    Vocabulary,
    current_vocabulary,
    means_yes,
    months,
    truth_of,
    vocabularies,
    vocabulary_of,
)
from tests.repository import HOUSE

if TYPE_CHECKING:
    from collections.abc import Iterator

LETTERS = ("email", "reminder", "sso")


def shape_of(value: Any) -> Any:  # noqa: ANN401 - whatever a vocabulary holds
    """Return what every language must have alike: types and keys, not how many words there are."""
    if isinstance(value, dict):
        return {key: shape_of(below) for key, below in value.items()}
    return type(value), frozenset(map(shape_of, value)) if isinstance(value, tuple) else None


def texts_of(value: Any) -> Iterator[str]:  # noqa: ANN401
    if isinstance(value, str):
        yield value
    else:
        for below in value.values() if isinstance(value, dict) else value:
            yield from texts_of(below)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_vocabulary_has_every_word(language: str) -> None:
    words, english = vocabulary_of(language), vocabulary_of(ENGLISH)
    assert {name: shape_of(value) for name, value in words._asdict().items()} == {
        name: shape_of(value) for name, value in english._asdict().items()
    }
    assert len(words.months) == 12
    assert all(text and text == text.strip() for text in texts_of(words))
    for form in (words.dates["eu"], words.dates["us"]):
        assert sorted(form.format(day="1", month="2", year="3")) == sorted(form.format(day="2", month="3", year="1"))


def test_a_missing_word_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:  # noqa: ANN401
    (tmp_path / "xx").mkdir()
    (tmp_path / "xx/words.toml").write_text('yes = ["jes"]\n', encoding="utf-8")
    monkeypatch.setattr("graduand.vocabulary.LOCALE", tmp_path)
    with pytest.raises(TypeError, match="missing"):
        vocabulary_of("xx")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_every_letter_and_every_text_of_the_importer(language: str) -> None:
    there = {path.name for path in (HOUSE / "schema/outreach").iterdir()}
    assert {f"{letter}.{language}.txt" for letter in LETTERS} <= there
    files = [HOUSE / "schema" / f"{name}.yaml" for name in ("handshake", "drift")]
    found = [one for path in files for one in texts_by_language(bare(parse(path.read_text(encoding="utf-8"))))]
    assert len(found) > 100
    assert [texts for texts in found if not texts.get(language)] == []


def texts_by_language(facts: object) -> Iterator[dict[str, str]]:
    if isinstance(facts, dict) and ENGLISH in facts:
        yield facts
    elif isinstance(facts, dict | list):
        for fact in facts.values() if isinstance(facts, dict) else facts:
            yield from texts_by_language(fact)


@pytest.mark.parametrize(
    "tables",
    [
        [{"yes": (*one.yes, *one.true), "no": (*one.no, *one.false)} for one in vocabularies()],
        *([getattr(one, table) for one in vocabularies()] for table in ("filters", "states", "kinds", "date_orders")),
        [dict(enumerate(one.months)) for one in vocabularies()],
    ],
)
def test_no_word_means_two_things(tables: list[dict[object, tuple[str, ...]]]) -> None:
    meanings: dict[str, set[object]] = {}
    for table in tables:
        for meant, words in table.items():
            for word in words:
                meanings.setdefault(word.casefold(), set()).add(meant)
    assert {word: meant for word, meant in meanings.items() if len(meant) > 1} == {}


@pytest.mark.parametrize(
    ("text", "truth"),
    [("yes", "true"), ("O", "true"), ("VRAI", "true"), ("No", "false"), ("faux", "false"), ("ja", ""), ("", "")],
)
def test_truth_is_understood_in_every_language(text: str, truth: str) -> None:
    assert truth_of(text) == truth
    assert means_yes(text) is (truth == "true" and text != "VRAI")


def test_a_table_holds_the_words_of_every_language_meaning_by_meaning() -> None:
    assert list(Meanings("kinds").items())[:5] == [
        ("graduated", "graduated"),
        ("graduate", "graduated"),
        ("graduates", "graduated"),
        ("alumni", "graduated"),
        ("diplôme", "graduated"),
    ]
    assert len(Meanings("kinds", str.upper)) == len(Meanings("kinds"))
    assert Meanings("states", str.upper)["FERMÉ"] == "closed"
    assert months()[4] == ("May", "mai")


def test_the_current_vocabulary_is_that_of_the_language() -> None:
    assert current_vocabulary() == vocabulary_of("en")
    speak("fr")
    assert current_vocabulary() == vocabulary_of("fr")
    assert set(Vocabulary._fields) > {"yes", "months", "separator"}
