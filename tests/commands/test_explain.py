"""graduand explain: every rule and every field has an explanation with sources and an example."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from graduand.rules.registry import RULES
from graduand.rules.rule_cases import read_cases
from tests.repository import graduand
from tests.rules.judged import quoted

if TYPE_CHECKING:
    from pathlib import Path

    from graduand.records.school import School


def test_a_rule_is_explained_with_cure_exemption_and_sources(root: Path) -> None:
    rule = RULES["GR302"]
    ran = graduand(root, "explain", "GR302")
    printed = " ".join(ran.out.split())

    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"GR302  {rule.title}  (error)\n\n")
    assert max(map(len, ran.out.splitlines())) <= 100
    for part in (rule.why, rule.cure, "waive", "[DOMAIN] .edu Emails of Other Institutions", "[ALU] Updating"):
        assert part in printed
    assert "\n            https://support.joinhandshake.com/hc/en-us/articles/360001151208\n" in ran.out


EXAMPLE = {
    "en": """
Wrong       username: "00412345"
            email_address: chloe.dupont@valmont.example
            first_name: Chloé
            last_name: Dupont
            primary_education:
              start_date: 2022-09-01
          >   end_date: 2025-02-29
            transition:
              kind: graduated
Finding     7:13  “2025-02-29” is no date: that month has 28 days. Write it as yyyy-mm-dd, such as
            2025-02-28.
Right       username: "00412345"
            email_address: chloe.dupont@valmont.example
            first_name: Chloé
            last_name: Dupont
            primary_education:
              start_date: 2022-09-01
              end_date: 2024-02-29
            transition:
              kind: graduated
""",
    "fr": """
Faux        username: "00412345"
            email_address: chloe.dupont@valmont.example
            first_name: Chloé
            last_name: Dupont
            primary_education:
              start_date: 2022-09-01
          >   end_date: 2025-02-29
            transition:
              kind: graduated
Constat     7:13  «\u00a02025-02-29\u00a0» n’est pas une date\u00a0: ce mois n’a que 28 jours. Écrivez-la sous la
            forme aaaa-mm-jj, par exemple 2025-02-28.
Juste       username: "00412345"
            email_address: chloe.dupont@valmont.example
            first_name: Chloé
            last_name: Dupont
            primary_education:
              start_date: 2022-09-01
              end_date: 2024-02-29
            transition:
              kind: graduated
""",
}


@pytest.mark.parametrize("language", EXAMPLE)
def test_a_rule_is_shown_broken_and_kept(root: Path, language: str) -> None:
    assert graduand(root, "explain", "GR106", lang=language).out.endswith(EXAMPLE[language])


def test_an_example_of_several_records_names_their_files(root: Path) -> None:
    out = graduand(root, "explain", "GR402").out

    assert "\nWrong       # records/2026-spring/cdupont.yaml\n          > username: cdupont\n" in out
    assert "\n            # records/2026-spring/CDupont.yaml\n          > username: CDupont\n" in out
    assert "\nFinding     2026-spring/CDupont.yaml:1:11  “CDupont” differs only in capitals" in out
    assert "\nRight       # records/2026-spring/cdupont.yaml\n            username: cdupont\n" in out


def test_an_example_says_on_which_day_and_settings_it_depends(root: Path) -> None:
    out = graduand(root, "explain", "GR505").out

    assert (
        "\nDay         2026-07-01\nSchool      # schema/institution.yaml\n"
        "            deactivation: {reasons: [cleaning-up]}\nWrong       username" in out
    )
    assert "Day " not in graduand(root, "explain", "GR106").out


def test_the_whole_example_is_in_the_json(root: Path) -> None:
    case = read_cases("GR605")[0]
    printed = json.loads(graduand(root, "explain", "GR605", "--json", lang="fr").out)["example"]
    path = "2026-spring/00412345.yaml"

    assert (printed["on"], printed["institution"], printed["bad"][path]) == ("2026-07-01", "", case.bad[path])
    assert (printed["cured"], printed["good"]) == (case.cure, case.good)
    assert printed["findings"] == [
        {
            "path": path,
            "line": 14,
            "column": 14,
            "field": "transition:waive:0:until",
            "severity": "error",
            "message": case.findings[0].message.texts["fr"],
        }
    ]


def test_a_column_has_no_example(root: Path) -> None:
    assert "example" not in json.loads(graduand(root, "explain", "disabled", "--json").out)


def test_a_rule_of_ours_has_no_exemption_and_no_article(root: Path) -> None:
    out = graduand(root, "explain", "GR008").out

    assert "waive" not in out
    assert "https://" not in out


def test_a_column_is_explained_by_its_meaning_and_what_may_stand_in_it(root: Path) -> None:
    ran = graduand(root, "explain", "primary_education:education_level_name")

    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("primary_education:education_level_name  Level of degree  (choice)\n\n")
    assert "Certificate, Further Education, Secondary Education, Undergraduate," in ran.out
    assert "“**CLEAR**”" in ran.out
    assert "[FDS] First-destination responses (en-gb)\n" in ran.out


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_rule_and_every_field_can_be_explained(root: Path, school: School, language: str) -> None:
    for what in (*RULES, *school.fields):
        ran = graduand(root, "explain", what, "--json", lang=language)
        printed = json.loads(ran.out)

        assert ran.code == 0
        assert printed["schema"] == "graduand/explanation/1"
        assert what in {printed.get("rule"), printed.get("column")}
        assert [source["key"] for source in printed["sources"]] == list(
            RULES[what].sources if what in RULES else school.fields[what].sources
        )


def test_small_letters_are_understood(root: Path) -> None:
    assert graduand(root, "explain", "gr302") == graduand(root, "explain", "GR302")


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("GR3O2", ["GR3O2", "GR302"]),
        ("first name", ["first name", "first_name"]),
        ("disable", ["disable", "disabled"]),
        ("email_adress", ["email_adress", "email_address"]),
        ("qwertz", ["qwertz"]),
        ("\x1b[2J", ["<U+001B>[2J"]),
    ],
)
def test_a_wrong_word_gets_a_hint(root: Path, what: str, words: list[str]) -> None:
    ran = graduand(root, "explain", what)

    assert (ran.code, ran.out) == (2, "")
    assert quoted(ran.err) == words
    assert ran.err.removesuffix("\n").isprintable()


def test_without_a_word_the_usage_is_told(root: Path) -> None:
    ran = graduand(root, "explain")

    assert (ran.code, ran.out) == (2, "")
    assert "GR301|COLUMN" in ran.err


@pytest.mark.parametrize(
    ("short", "key"),
    [("end_date", "primary_education:end_date"), ("left:on", "transition:left:on"), ("GR302", "GR302")],
)
def test_a_key_is_understood_as_the_chart_of_transitions_shows_it(root: Path, short: str, key: str) -> None:
    ran = graduand(root, "explain", short)

    assert (ran.code, ran.out) == (0, graduand(root, "explain", key).out)
    assert ran.out.startswith(f"{key}  ")
