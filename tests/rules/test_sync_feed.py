"""The rules about the sync file: their cases hold, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from graduand.language import speak
from graduand.rules.registry import RULES
from tests.rules.rule_cases import FEED_CASES, check_sync_file
from tests.rules.test_every_rule import is_translated

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("name", FEED_CASES)
def test_the_bad_file_has_these_findings_and_no_others(tmp_path: Path, name: str, language: str) -> None:
    speak(language)
    case = FEED_CASES[name]
    found = check_sync_file(tmp_path, case, case.bad)

    assert [(one.rule, one.line, one.message) for one in found] == [
        (name[:5], one.line, str(one.message)) for one in case.findings
    ]
    assert {one.severity for one in case.findings} == {RULES[name[:5]].severity}


@pytest.mark.parametrize("name", FEED_CASES)
def test_the_good_file_has_no_finding(tmp_path: Path, name: str) -> None:
    assert check_sync_file(tmp_path, FEED_CASES[name], FEED_CASES[name].good) == ()


def test_the_message_of_a_finding_is_translated_and_has_no_empty_blanks() -> None:
    messages = [(name, one.message) for name, case in FEED_CASES.items() for one in case.findings]

    assert [name for name, one in messages if not is_translated(one.texts["en"], one.texts["fr"])] == []
