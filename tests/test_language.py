from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING, Final

import pytest
import typer.core
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from graduand.__main__ import run
from graduand.commands.app import COMMANDS
from graduand.language import LANGUAGES, Words, _, ngettext, speak, spoken
from graduand.records.importer import bare
from graduand.records.tree import parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from babel.messages.catalog import Catalog, Message

HOUSE: Final = Path(__file__).parent.parent
CODE: Final = HOUSE / "tui" / "graduand"
PO: Final = CODE / "locale" / "fr" / "LC_MESSAGES" / "graduand.po"
MODULES: Final = sorted(CODE.rglob("*.py"))
TYPER: Final = Path(typer.core.__file__)
SAME_IN_FRENCH: Final = {
    "Alt",
    "Ctrl",
    "Date",
    "Notes",
    "Plan",
    "Source",
    "Tab",
    "Transition",
    "[OPTIONS]",
}
"""Messages that are right in both languages."""
ELSEWHERE: Final = {
    "parsing.py": "libyaml's own words, by which we know what it stumbled over",
    "characters.py": "Unicode's own words, likewise",
    "server_words.py": "git's and the forges' own words, likewise",
    "jsonschema.py": "a comment in a file that the program makes",
}
"""Files whose sentences are not all for the catalogue, and why."""
NO_SENTENCE: Final = re.compile(r"(?s)(bold|dim|italic)( \w+)?|graduand \w+|(git|rm) .+|transition: \w+|.*[<{}=].*")
"""Styles, commands, keys, HTML and CSS."""
SENTENCE: Final = re.compile(r"[^\W\d_]{2,}[,;:.]? [^\W\d_]{2,}")


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def catalogue() -> Catalog:
    with PO.open("rb") as file:
        return read_po(file, locale="fr", domain="graduand")


FRENCH: Final = [message for message in catalogue() if message.id]


def name_of(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def calls(tree: ast.AST, *names: str) -> Iterator[ast.Call]:
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.Call) and name_of(node) in names)


def literal(node: ast.AST) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def marked(tree: ast.AST) -> Iterator[tuple[str, ...]]:
    """Return the ids of the messages that a module marks: one text, or a singular and a plural."""
    hidden = {id(call) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for call in calls(node, "_", "N_")}
    for call in calls(tree, "_", "N_", "ngettext"):
        assert not literal(call.args[0]) or id(call) not in hidden, f"line {call.lineno}: Babel overlooks it"
        assert not isinstance(call.args[0], ast.JoinedStr), f"line {call.lineno}: no catalogue can hold an f-string"
        texts = tuple(literal(node) for node in call.args[: 2 if name_of(call) == "ngettext" else 1])
        if all(texts):
            yield texts


def forms(message: Message) -> Iterator[tuple[str, str]]:
    """Return each English form of a message beside the French one."""
    english = (message.id,) if isinstance(message.id, str) else message.id
    french = (message.string,) if isinstance(message.string, str) else message.string
    yield from zip(english, french or (), strict=True)


def indent(text: str) -> int:
    return len(text) - len(text.lstrip(" "))


def ident(message: Message) -> str:
    return next(forms(message))[0][:50]


def fields(text: str) -> set[tuple[str, str | None, str | None]]:
    return {(name, spec, conversion) for _text, name, spec, conversion in Formatter().parse(text) if name is not None}


def ill_set(french: str, english: str = "") -> list[str]:
    """Return what is not French typography; a word of code may stand as it does in English."""
    found = re.findall(r"\w'\w+| [;:!?»]|«(?!\u00a0).?|.?(?<!\u00a0)»|\u202f(?!\d)", french)
    found += re.findall(r"\S*[\w}»)][;!?:](?!\S*[/@])(?=\s|$)", french)
    found += [mark for mark in ('"', "...") if french.count(mark) > english.count(mark)]
    return [bad for bad in found if bad not in english and bad not in {"clé:", "«\u00a0clé:"}]


def test_every_message_of_the_code_is_in_the_catalogue_and_no_other() -> None:
    wanted = {texts for path in (*MODULES, TYPER) for texts in marked(tree_of(path))}
    there = {tuple(english for english, _french in forms(message)) for message in FRENCH}
    assert wanted - there == set(), "make messages, then translate"
    assert there - wanted == set(), "make messages"


def faults(english: str, french: str) -> Iterator[str]:
    """Return what is wrong with a translation."""
    if not french.strip():
        yield "not translated"
    elif french == english and english not in SAME_IN_FRENCH:
        yield "not translated: equal to the English"
    if fields(french) != fields(english):
        yield "other placeholders"
    if indent(french) != indent(english) or (english.endswith(" ") and not french.endswith((" ", "\u00a0"))):
        yield "other blanks at its ends"
    yield from ill_set(french, english)


def test_every_message_is_translated() -> None:
    assert [ident(message) for message in FRENCH if message.fuzzy] == []
    found = {ident(message): list(faults(*form)) for message in FRENCH for form in forms(message)}
    assert {message: wrong for message, wrong in found.items() if wrong} == {}


def test_the_catalogue_holds_nothing_obsolete() -> None:
    assert not catalogue().obsolete


def test_the_compiled_catalogue_is_the_written_one() -> None:
    with PO.with_suffix(".mo").open("rb") as file:
        compiled = sorted(form for message in read_mo(file) if message.id for form in forms(message))

    assert compiled == sorted(form for message in catalogue() if message.id for form in forms(message)), "make messages"


def sentences(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Return the sentences of a module that no catalogue knows, with their lines; docstrings aside."""
    known = {
        id(node) for call in calls(tree, "_", "N_", "ngettext") for argument in call.args for node in ast.walk(argument)
    }
    known |= {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        text = literal(node)
        if id(node) not in known and SENTENCE.search(text) and not NO_SENTENCE.fullmatch(text):
            yield node.lineno, text  # type: ignore[attr-defined]


def place(path: Path, line: int) -> str:
    return f"{path.relative_to(CODE)}:{line}"


def test_no_sentence_passes_the_catalogue_by() -> None:
    found = {
        place(path, line): text
        for path in MODULES
        if path.name not in ELSEWHERE
        for line, text in sentences(tree_of(path))
    }
    assert found == {}


def said_past_the_catalogue(call: ast.Call) -> list[str]:
    """Return the words in a call that speaks to people."""
    said = [*call.args] if name_of(call) in {"say", "line", "Usage", "prompt"} else call.args[2:3]
    said += [keyword.value for keyword in call.keywords if keyword.arg == "help"]
    return [text for node in said if re.search(r"[^\W\d_]", text := literal(node))]


def test_not_even_a_word_is_said_past_the_catalogue() -> None:
    speaking = ("say", "line", "Usage", "Diagnosis", "Flaw", "Option", "Argument", "prompt")
    found = {
        place(path, call.lineno): words
        for path in MODULES
        for call in calls(tree_of(path), *speaking)
        if (words := said_past_the_catalogue(call))
    }
    assert found == {}


def bilingual() -> Iterator[tuple[str, str, str]]:
    """Return the texts that handshake.yaml holds in English and French."""
    facts = bare(parse((HOUSE / "schema" / "handshake.yaml").read_text(encoding="utf-8")))
    yield from (("handshake.yaml", texts.get("en", ""), texts.get("fr", "")) for texts in both(facts))


def both(facts: object) -> Iterator[dict[str, str]]:
    if isinstance(facts, dict) and facts.keys() & {"en", "fr"}:
        yield facts
    elif isinstance(facts, dict | list):
        for fact in facts.values() if isinstance(facts, dict) else facts:
            yield from both(fact)


def test_what_the_files_say_they_say_in_both_languages() -> None:
    found = {f"{place}: {english[:50]}": [french, *ill_set(french, english)] for place, english, french in bilingual()}
    assert len(found) > 100
    assert {text: wrong for text, wrong in found.items() if not text or wrong[0] == "" or wrong[1:]} == {}


def test_a_language_without_a_text_of_its_own_has_the_catalogues_and_then_the_english_one() -> None:
    texts = {
        language: Words({"en": text}).in_language(language)
        for language, text in [("en", "Asked by"), ("fr", "Asked by")]
    }
    assert texts == {"en": "Asked by", "fr": "Demandé par"}
    assert Words({"en": "Day", "fr": "Date"}).in_each() == ("Day", "Date")
    assert Words({"en": "No catalogue holds this."}).in_each() == ("No catalogue holds this.",) * len(LANGUAGES)


def test_the_plural_is_that_of_the_language() -> None:
    forms = "{count} error", "{count} errors"
    assert [ngettext(*forms, count) for count in (0, 1, 2)] == ["{count} errors", "{count} error", "{count} errors"]
    speak("fr")
    assert [ngettext(*forms, count) for count in (0, 1, 2)] == ["{count} erreur", "{count} erreur", "{count} erreurs"]
    assert ngettext("one of none", "many of none", 2) == "many of none"
    assert _("No catalogue holds this.") == "No catalogue holds this."


NAMES: Final = re.compile(r"((-{1,2}[\w-]+,?|<[^>]*>|\[?[A-Z=…|.-]+\]?(\.\.\.)?)\s*)+")
"""A line of help that only names options and what they take."""


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_the_help_is_in_one_language(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    pages = []
    for language in ("en", "fr"):
        assert run(["--lang", language, *command.split(), "--help"]) == 0
        pages.append({line.strip() for line in capsys.readouterr().out.splitlines()})
    english, french = pages
    assert english != french
    assert [line for line in english & french if " " in line and not NAMES.fullmatch(line)] == []


REFUSED: Final = {
    "check --nonsense": "L’option --nonsense n’existe pas. Aide",
    "check --strit": "Vouliez-vous dire --strict",
    "chek": "La commande «\u00a0chek\u00a0» n’existe pas. Vouliez-vous dire check",
    "explain": "Il manque GR301|COLONNE.",
    "check --on": "--on demande une valeur.",
    "check --json=2": "--json ne prend pas de valeur.",
    "schema a b": "C’est trop\u00a0: «\u00a0a b\u00a0».",
    "check --format x": "--format ne peut pas être «\u00a0x\u00a0»\u00a0; valeurs possibles\u00a0: text, json,",
}


@pytest.mark.parametrize(("typed", "said"), REFUSED.items(), ids=REFUSED)
def test_a_wrong_command_line_is_refused_in_one_sentence(
    typed: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--lang", "fr", *typed.split()]) == 2
    told = capsys.readouterr()
    assert told.err.startswith("graduand: ")
    assert told.err.count("\n") == 1
    assert said in told.err
    assert told.out == ""
    assert run(["--lang", "en", *typed.split()]) == 2
    assert re.search(r" Help: graduand( \w+)? --help\n$", capsys.readouterr().err)


@pytest.mark.parametrize(
    ("arguments", "spoken_to", "heard"),
    [
        (["--lang", "fr"], {"GRADUAND_LANG": "en", "school": "en", "LANG": "en_GB.UTF-8"}, "fr"),
        (["--lang=en"], {"GRADUAND_LANG": "fr", "school": "fr", "LANG": "fr_FR.UTF-8"}, "en"),
        ([], {"GRADUAND_LANG": "fr", "school": "en", "LANG": "en_GB.UTF-8"}, "fr"),
        ([], {"GRADUAND_LANG": "en", "school": "fr", "LANG": "fr_FR.UTF-8"}, "en"),
        ([], {"school": "fr", "LANG": "en_GB.UTF-8"}, "fr"),
        ([], {"school": "en", "LANG": "fr_FR.UTF-8"}, "en"),
        ([], {"LANG": "fr_CH.UTF-8"}, "fr"),
        ([], {"LANG": "de_CH.UTF-8"}, "en"),
    ],
)
def test_the_nearest_voice_decides_the_language(
    arguments: list[str], spoken_to: dict[str, str], heard: str, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root)
    school = spoken_to.get("school", "")
    for name in spoken_to.keys() - {"school"}:
        monkeypatch.setenv(name, spoken_to[name])
    if school:
        path = root / "schema" / "institution.yaml"
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(r"(?m)^language: .*", f"language: {school}", text), encoding="utf-8")
    else:
        (root / "records").rmdir()
    run([*arguments, "--help"])
    assert spoken() == heard
