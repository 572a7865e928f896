"""Every rule: its cases hold, in both languages, and it is explained."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from graduand.language import speak
from graduand.rules.registry import FAMILIES, RULES
from graduand.rules.rule_cases import cases_folder
from tests.rules.judged import CLOSED, GRADUATE, RETURNER, importer, judged
from tests.rules.rule_cases import CASES, check_files

if TYPE_CHECKING:
    from pathlib import Path

    from graduand.rules.rule import Rule

FILES: Final = {path.stem: path for path in cases_folder().glob("*.yaml")}


@pytest.mark.parametrize("base", [GRADUATE, RETURNER, CLOSED], ids=["graduate", "returner", "closed"])
def test_nothing_is_wrong_with_the_records_that_others_are_made_of(tmp_path: Path, base: str) -> None:
    assert judged(tmp_path, base) == ()


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("name", CASES)
def test_the_bad_records_have_these_findings_and_no_others(tmp_path: Path, name: str, language: str) -> None:
    speak(language)
    case = CASES[name]
    found = check_files(tmp_path, case, case.bad)

    assert [(one.rule, one.severity, one.path, one.line, one.column, one.field, one.message) for one in found] == [
        (name[:5], one.severity, f"records/{one.path}", one.line, one.column, one.field, str(one.message))
        for one in case.findings
    ]
    assert found


@pytest.mark.parametrize("name", CASES)
def test_the_good_records_have_no_finding(tmp_path: Path, name: str) -> None:
    assert check_files(tmp_path, CASES[name], CASES[name].good) == ()


def test_the_message_of_a_finding_is_translated_and_has_no_empty_blanks() -> None:
    messages = [(name, one.message) for name, case in CASES.items() for one in case.findings]
    wrong = [name for name, message in messages if not is_translated(message.texts["en"], message.texts["fr"])]

    assert messages
    assert wrong == []


def is_translated(english: str, french: str) -> bool:
    return english != french and "{" not in english + french and "“" not in french.replace("“**CLEAR**”", "")


def test_there_is_a_file_of_cases_for_each_rule_and_none_for_another() -> None:
    assert sorted(FILES) == list(RULES)
    assert {path.name for path in cases_folder().iterdir()} - {path.name for path in FILES.values()} == {"README.md"}


def test_a_file_of_cases_begins_with_the_title_of_its_rule() -> None:
    texts = {rule: FILES[rule].read_text(encoding="utf-8") for rule in RULES}

    assert [
        rule for rule, text in texts.items() if not text.startswith(f"# {rule}: {RULES[rule].title}\n\ncases:\n")
    ] == []


def test_no_two_rules_share_an_id_and_each_is_in_its_family() -> None:
    ids = [(number, rule.id) for number, family in enumerate(FAMILIES) for rule in family.RULES]

    assert len(ids) == len(RULES)
    assert [rule for number, rule in ids if not rule.startswith(f"GR{number}") or len(rule) != 5] == []
    assert [rule for _number, rule in ids] == sorted(RULES)


def test_each_rule_says_what_is_wrong_why_and_what_to_do() -> None:
    assert [rule.id for rule in RULES.values() if not is_explained(rule)] == []


def is_explained(rule: Rule) -> bool:
    texts = (rule.title, rule.why, rule.cure)
    whole = all(text and text == text.strip() and "{" not in text for text in texts)
    return whole and not rule.title.endswith(".") and rule.why.endswith(".") and rule.cure.endswith(".")


def test_each_source_can_be_looked_up() -> None:
    unknown = {rule.id: [key for key in rule.sources if key not in importer().sources] for rule in RULES.values()}

    assert {rule: keys for rule, keys in unknown.items() if keys} == {}
