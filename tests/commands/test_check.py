"""graduand check: output formats, scopes and exit codes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Final
from urllib.parse import unquote
from xml.etree.ElementTree import fromstring

import pytest

from graduand.__main__ import run
from graduand.records.source import LIMIT
from graduand.rules.registry import RULES
from tests.repository import HOUSE, begin, commit, graduand, put
from tests.rules.judged import GRADUATE, RETURNER, but, other, quoted

ON: Final = ("--on", "2026-07-01")
WRONG: Final = but(GRADUATE, ("Chloé", "Chlo3"), ("2022-09-01", "2022-09-31"))
WARNED: Final = but(GRADUATE, ("last_name: Dupont\n", ""))
NOTED: Final = but(GRADUATE, ("  start_date: 2022-09-01\n", ""))
HOSTILE: Final = but(
    GRADUATE,
    ("Chloé", '"\\e[2J]]>&<x a=\\"1\\">\'\\ufffe\\u202e\\x9b%0A::error::"'),
    ("Dupont", '"[red]x[/red]"'),
    ("00412345", "\\u009b\\u202e%:,"),
    ("chloe.dupont@valmont.example", "h@mail.example"),
)


def check(root: Path, *words: str, form: str = "") -> tuple[int, str]:
    """Run the check for a fixed day; return its exit code and what it printed."""
    ran = graduand(root, "check", *ON, *(["--format", form] if form else []), *words)
    return ran.code, ran.out


def objects(root: Path, *words: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in check(root, "--json", *words)[1].splitlines()]


@pytest.fixture
def several(root: Path) -> Path:
    """A repository with one sound record, two wrong ones, one that cannot be read, and something else."""
    put(root, GRADUATE)
    put(root, but(other(WRONG), ("00412346", "b")), "2026-spring/b.yaml")
    put(root, but(other(WRONG), ("00412346", "c"), ("other@", "c@")), "2025-autumn/c.yaml")
    put(root, "\tusername: d\n", "2025-autumn/d.yaml")
    put(root, "-", "2025-autumn/list.txt")
    return root


@pytest.fixture
def hostile(root: Path) -> Path:
    """A repository whose names and values are meant to deceive readers of the report."""
    put(root, HOSTILE, "2026-spring/a b#é[1].yaml")
    put(root, "-", "2026-spring/x,y:z%0A.txt")
    put(root, "-", "2026-spring/line\n::error::.txt")
    (root / "records" / os.fsdecode(b"latin-\xe9.yaml")).touch()
    return root


# ---- how it ends


ENDS: Final = {
    "nothing is wrong": (GRADUATE, (), 0),
    "nothing is wrong, strictly": (GRADUATE, ("--strict",), 0),
    "an error": (WRONG, (), 1),
    "a warning": (WARNED, (), 0),
    "a warning, strictly": (WARNED, ("--strict",), 1),
    "a note, strictly": (NOTED, ("--strict",), 0),
    "not YAML": ("a: [", (), 1),
    "an unknown option": (GRADUATE, ("--no-such-option",), 2),
    "an unknown form": (GRADUATE, ("--format", "csv"), 2),
    "no day": (GRADUATE, ("--on", "tomorrow"), 2),
    "a day that is none": (GRADUATE, ("--on", "2026-02-30"), 2),
    "a day in another shape": (GRADUATE, ("--on", "20260701"), 2),
    "no such cohort": (GRADUATE, ("--cohort", "1999-spring"), 2),
    "a cohort elsewhere": (GRADUATE, ("--cohort", "../schema"), 2),
    "a path that is not there": (GRADUATE, ("records/2026-spring/missing.yaml",), 2),
    "a path outside": (GRADUATE, ("/etc/hosts",), 2),
}


@pytest.mark.parametrize(("text", "words", "code"), ENDS.values(), ids=ENDS)
def test_the_exit_code_says_how_it_went(root: Path, text: str, words: tuple[str, ...], code: int) -> None:
    put(root, text)
    ran = graduand(root, "check", *ON, *words)

    assert ran.code == code
    assert bool(ran.out) == (code != 2)
    assert bool(ran.err) == (code == 2)
    assert "Traceback" not in ran.err


def test_without_records_around_it_says_so_in_one_sentence(tmp_path: Path) -> None:
    ran = graduand(tmp_path, "check")

    assert (ran.code, ran.out, ran.err.count("\n")) == (5, "", 1)
    assert "--root" in ran.err


def test_a_school_without_records_has_nothing_wrong(root: Path) -> None:
    assert check(root) == (0, "0 records: 0 errors, 0 warnings, 0 notes.\n")


# ---- everything at once


def test_all_findings_of_all_files_come_at_once(several: Path) -> None:
    found = [(one["path"], one["rule"]) for one in objects(several)]

    assert found == [
        ("records/2025-autumn/c.yaml", "GR111"),
        ("records/2025-autumn/c.yaml", "GR106"),
        ("records/2025-autumn/d.yaml", "GR005"),
        ("records/2025-autumn/list.txt", "GR014"),
        ("records/2026-spring/b.yaml", "GR111"),
        ("records/2026-spring/b.yaml", "GR106"),
    ]


UNREADABLE: Final = {
    "no UTF-8": (GRADUATE.encode("latin-1"), "GR002"),
    "too long": (GRADUATE.encode() + b"#" * LIMIT, "GR001"),
    "bytes": (bytes(range(256)), "GR002"),
    "nothing": (b"", "GR013"),
    "null bytes": (b"\0" * 100, "GR005"),
    "a picture": (b"\x89PNG\r\n\x1a\n", "GR002"),
    "brackets without end": (b"[" * 60_000, "GR012"),
}


@pytest.mark.parametrize(("raw", "rule"), UNREADABLE.values(), ids=UNREADABLE)
def test_a_file_that_is_no_record_is_a_finding_among_the_others(root: Path, raw: bytes, rule: str) -> None:
    put(root, GRADUATE)
    put(root, "", "2026-spring/00412346.yaml").write_bytes(raw)
    put(root, but(other(WRONG), ("00412346", "z")), "2026-spring/z.yaml")

    assert [one["rule"] for one in objects(root)] == [rule, "GR111", "GR106"]


# ---- text


def test_text_groups_by_rule_worst_first_with_count_and_cure(several: Path) -> None:
    put(several, WARNED)
    put(several, but(NOTED, ("00412345", "n"), ("chloe", "n"), ("Dupont", "Noël")), "2026-spring/n.yaml")

    said = {(one["rule"], one["path"], one["line"], one["column"]): one["message"] for one in objects(several)}
    expected = []
    for head, rule, places in (
        ("✗ error", "GR005", [("2025-autumn/d.yaml", 1, 1)]),
        ("✗ error", "GR106", [("2025-autumn/c.yaml", 6, 15), ("2026-spring/b.yaml", 6, 15)]),
        ("✗ error", "GR111", [("2025-autumn/c.yaml", 3, 13), ("2026-spring/b.yaml", 3, 13)]),
        ("! warning", "GR014", [("2025-autumn/list.txt", 1, 1)]),
        ("! warning", "GR105", [("2026-spring/00412345.yaml", 1, 1)]),
        ("· note", "GR209", [("2026-spring/n.yaml", 6, 13)]),
    ):
        expected += [f"{head} {rule}  {RULES[rule].title}  ({len(places)})", f"  → {RULES[rule].cure}"]
        if rule == "GR106":
            expected.append("    What can mean one thing only is put right by: graduand cure GR106")
        expected += [
            f"  records/{path}:{line}:{column}  {said[rule, f'records/{path}', line, column]}"
            for path, line, column in places
        ]
        expected.append("")

    assert check(several) == (1, "\n".join([*expected, "5 records: 5 errors, 2 warnings, 1 note.\n"]))


@pytest.mark.parametrize(
    ("people", "words", "shown", "rest"),
    [
        (10, (), 10, ""),
        (11, (), 10, "  … and 1 more (--all shows it)"),
        (13, (), 10, "  … and 3 more (--all shows them)"),
        (13, ("--all",), 13, ""),
    ],
)
def test_ten_findings_of_a_rule_are_shown_unless_all_are_asked_for(
    root: Path, people: int, words: tuple[str, ...], shown: int, rest: str
) -> None:
    for number in range(people):
        figures = but(other(GRADUATE, f"p{number}", f"p{number}@mail.example"), ("Martin", f"Martin {number}"))
        put(root, figures, f"2026-spring/p{number}.yaml")
    lines = check(root, *words)[1].splitlines()

    assert f"✗ error GR111  {RULES['GR111'].title}  ({people})" in lines
    assert sum(line.startswith("  records/") for line in lines) == shown
    assert [line for line in lines if "more (" in line] == [rest] * bool(rest)


def test_what_is_said_alike_of_many_is_one_line_with_one_cure(root: Path) -> None:
    for number in range(25):
        level = "Bachelors" if number % 2 else "Masters"
        text = other(GRADUATE, f"p{number:02}", f"p{number}@mail.example")
        put(root, text.replace("  end", f"  education_level_name: {level}\n  end"), f"2026-spring/p{number:02}.yaml")
    code, out = check(root)
    lines = out.splitlines()

    assert code == 0
    said = "is a value of Handshake's other region; in yours it corresponds to"
    assert lines[2:5] == [
        "    What can mean one thing only is put right by: graduand cure GR129",
        f"  “Masters” {said} “Postgraduate”.  13 times, first in records/2026-spring/p00.yaml:7",
        f"  “Bachelors” {said} “Undergraduate”.  12 times, first in records/2026-spring/p01.yaml:7",
    ]
    assert len([line for line in check(root, "--all")[1].splitlines() if line.startswith("  records/")]) >= 25
    assert len(objects(root)) >= 25


@pytest.mark.parametrize("form", ["text", "json", "github"])
@pytest.mark.parametrize("colour", ["never", "always"])
def test_what_is_meant_to_deceive_is_shown_and_not_obeyed(hostile: Path, form: str, colour: str) -> None:
    ran = graduand(hostile, "--color", colour, "check", *ON, "--all", "--format", form)
    plain = ran.out.replace("\x1b[0m", "")
    for style in ("1", "2", "3", "33", "1;31"):
        plain = plain.replace(f"\x1b[{style}m", "")

    assert ran.code == 1
    assert all(line.isprintable() for line in plain.splitlines())
    assert ("[2J" in plain) is (form != "github")
    assert not any(line.startswith("::error::") for line in plain.splitlines())


# ---- machines


def test_json_has_the_promised_keys_in_their_order_and_nothing_else(several: Path) -> None:
    found = objects(several)

    assert {tuple(one) for one in found} == {
        ("schema", "rule", "severity", "path", "line", "column", "username", "field", "message")
    }
    assert quoted(str(found[0].pop("message"))) == ["Chlo3"]
    assert found[0] == {
        "schema": "graduand/finding/1",
        "rule": "GR111",
        "severity": "error",
        "path": "records/2025-autumn/c.yaml",
        "line": 3,
        "column": 13,
        "username": "c",
        "field": "first_name",
    }


def test_json_keeps_every_letter_though_it_escapes_what_a_terminal_would_obey(hostile: Path) -> None:
    named = {str(one["username"]) for one in objects(hostile)}

    assert "\x9b\u202e%:," in named
    assert check(hostile, "--json")[1].count("\\u009b\\u202e%:,") == len(
        [one for one in objects(hostile) if one["username"]]
    )


def test_nothing_wrong_is_no_line_of_json(root: Path) -> None:
    put(root, GRADUATE)

    assert check(root, "--json") == (0, "")


def test_github_gets_one_annotation_a_finding_with_the_cure_below(several: Path) -> None:
    put(several, "-", "2025-autumn/x,y:z%.txt")
    lines = check(several, form="github")[1].splitlines()

    assert len(lines) == 7
    assert lines[0] == (
        f"::error file=records/2025-autumn/c.yaml,line=3,col=13,title=GR111 {RULES['GR111'].title}"
        f"::“C•••”{str(objects(several)[0]['message']).removeprefix('“Chlo3”')}%0A→ {RULES['GR111'].cure}"
    )
    assert lines[4].startswith("::warning file=records/2025-autumn/x%2Cy%3Az%25.txt,line=1,col=1,title=GR014 ")


def test_github_calls_a_note_a_notice_and_lets_no_value_begin_a_command(hostile: Path) -> None:
    put(hostile, but(NOTED, ("2026-06-15", '"100%0A::error::: a, b"')))
    put(hostile, but(other(NOTED), ("other@", "y@"), ("00412346", "y")), "2026-spring/y.yaml")
    lines = check(hostile, form="github")[1].splitlines()

    assert {line.split(" ")[0] for line in lines} == {"::error", "::warning", "::notice"}
    assert all(line.count("::", 2) >= 1 and "title=GR" in line.split("::")[1] for line in lines)
    assert any("%250A::error::" in line for line in lines)


def test_junit_is_well_formed_whatever_the_files_hold(hostile: Path) -> None:
    put(hostile, GRADUATE)
    put(hostile, but(WARNED, ("00412345", "w"), ("chloe", "w")), "2026-spring/w.yaml")
    root = fromstring(check(hostile, form="junit")[1])  # noqa: S314 - our own output
    cases = {case.get("name"): case for case in root.iter("testcase")}
    suite = root.find("testsuite")

    assert suite is not None
    assert (suite.get("tests"), suite.get("failures")) == (str(len(cases)), "2")
    assert set(cases) == {one["path"] for one in objects(hostile)} | {"records/2026-spring/00412345.yaml"}
    assert [name for name, case in cases.items() if case.find("failure") is not None] == [
        "records/2026-spring/a b#é[1].yaml",
        "records/latin-<U+DCE9>.yaml",
    ]
    assert list(cases["records/2026-spring/00412345.yaml"]) == []
    warned = cases["records/2026-spring/w.yaml"].findtext("system-out")
    assert warned
    assert warned.startswith("1:1 warning GR105 ")


def test_junit_tells_every_finding_of_a_file(several: Path) -> None:
    root = fromstring(check(several, form="junit")[1])  # noqa: S314 - our own output
    failures = {case.get("name"): case.find("failure") for case in root.iter("testcase")}
    failure = failures["records/2026-spring/b.yaml"]

    assert failure is not None
    assert failure.get("type") == "GR111"
    found = (str(one["message"]) for one in objects(several) if str(one["path"]).endswith("b.yaml"))
    first, second = (message.replace("“Chlo3”", "“C•••”") for message in found)
    assert failure.get("message") == first
    assert failure.text == f"3:13 error GR111 {first}\n6:15 error GR106 {second}"


def test_sarif_places_and_explains_every_finding(hostile: Path) -> None:
    put(hostile, NOTED)
    log = json.loads(check(hostile, form="sarif")[1])
    (ran,) = log["runs"]
    rules = {rule["id"]: rule for rule in ran["tool"]["driver"]["rules"]}
    found = objects(hostile)

    assert (log["version"], ran["columnKind"]) == ("2.1.0", "unicodeCodePoints")
    assert len(ran["results"]) == len(found) > 3
    for result, one in zip(ran["results"], found, strict=True):
        (location,) = (place["physicalLocation"] for place in result["locations"])
        uri = location["artifactLocation"]["uri"]
        assert (result["ruleId"], result["level"]) == (one["rule"], one["severity"])
        shown = result["message"]["text"]
        assert re.sub("“[^”]*”", "", shown) == re.sub("“[^”]*”", "", str(one["message"]))
        assert location["region"] == {"startLine": one["line"], "startColumn": one["column"]}
        assert unquote(uri) == one["path"]
        assert uri.isascii()
        assert not set(uri) & set(' #?[]<>"^`{|}')
    assert {one["rule"] for one in found} == set(rules)
    assert rules["GR209"]["helpUri"].startswith("https://support.joinhandshake.com/")
    assert rules["GR209"]["help"]["text"] == RULES["GR209"].cure


# ---- which files


SCOPES: Final = {
    "everything": ((), {"c", "d", "list", "b"}),
    "a cohort": (("--cohort", "2026-spring"), {"b"}),
    "a file": (("records/2026-spring/b.yaml",), {"b"}),
    "a sound file": (("records/2026-spring/00412345.yaml",), set()),
    "a folder": (("records/2025-autumn",), {"c", "d", "list"}),
    "a folder, with a slash": (("records/2025-autumn/",), {"c", "d", "list"}),
    "a way round": (("records/2026-spring/../2025-autumn/d.yaml",), {"d"}),
    "two files": (("records/2026-spring/b.yaml", "records/2025-autumn/d.yaml"), {"b", "d"}),
    "a file and a cohort": (("records/2025-autumn/d.yaml", "--cohort", "2026-spring"), {"b", "d"}),
    "what is no record": (("records/2025-autumn/list.txt",), {"list"}),
    "all records": (("records",), {"c", "d", "list", "b"}),
    "here": ((".",), {"c", "d", "list", "b"}),
}


@pytest.mark.parametrize(("words", "names"), SCOPES.values(), ids=SCOPES)
def test_only_what_is_named_is_told(
    several: Path, words: tuple[str, ...], names: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(several)

    assert {Path(str(one["path"])).stem for one in objects(several, *words)} == names


def test_a_cohort_is_judged_beside_the_records_of_all_others(root: Path) -> None:
    put(root, GRADUATE)
    put(root, but(other(GRADUATE), ("other@mail.example", "chloe.dupont@valmont.example")), "2025-autumn/00412346.yaml")

    assert [(one["rule"], one["path"]) for one in objects(root, "--cohort", "2026-spring")] == [
        ("GR403", "records/2026-spring/00412345.yaml")
    ]
    assert "records/2025-autumn/00412346.yaml" in check(root, "--cohort", "2026-spring")[1]


def test_the_closing_line_counts_the_files_of_the_scope(several: Path) -> None:
    assert check(several, "--cohort", "2026-spring")[1].endswith("\n2 records: 2 errors, 0 warnings, 0 notes.\n")


def test_a_name_that_begins_like_another_is_not_in_its_scope(root: Path) -> None:
    put(root, WRONG, "2026/00412345.yaml")
    put(root, but(other(WRONG), ("00412346", "b")), "2026-spring/b.yaml")

    assert {one["path"] for one in objects(root, "--cohort", "2026")} == {"records/2026/00412345.yaml"}


# ---- language and colour


FRENCH, ENGLISH = "«\u00a0Chlo3\u00a0»", "“Chlo3”"
LANGUAGES: Final = {
    "the school says French": ("", "", "fr", FRENCH),
    "the school says English": ("", "", "en", ENGLISH),
    "the variable says English": ("", "en", "fr", ENGLISH),
    "the variable says French": ("", "fr", "en", FRENCH),
    "the command line says English": ("--lang en", "fr", "fr", ENGLISH),
    "the command line says French": ("--lang=fr", "en", "en", FRENCH),
}


@pytest.mark.parametrize("case", LANGUAGES)
def test_the_command_line_wins_over_the_variable_and_that_over_the_school(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    words, variable, settings, said = LANGUAGES[case]
    put(root, WRONG)
    institution = root / "schema" / "institution.yaml"
    institution.write_text(f"language: {settings}\nown_domains: [valmont.example]\n", encoding="utf-8")
    monkeypatch.setenv("GRADUAND_LANG", variable)

    assert run(["--root", str(root), *words.split(), "check", *ON]) == 1
    assert said in capsys.readouterr().out


def test_an_unknown_language_is_refused(root: Path) -> None:
    assert graduand(root, "check", lang="de").code == 2


@pytest.mark.parametrize(
    ("colour", "head"),
    [("auto", "✗ error GR106"), ("never", "✗ error GR106"), ("always", "\x1b[1;31m✗ error GR106\x1b[0m")],
)
def test_colour_is_for_who_asks_for_it_and_never_alone(root: Path, colour: str, head: str) -> None:
    put(root, WRONG)

    assert graduand(root, "--color", colour, "check", *ON).out.startswith(head)


def test_no_color_has_no_say_when_colour_is_asked_for(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    put(root, WRONG)

    assert "\x1b[" in graduand(root, "--color", "always", "check", *ON).out
    assert "\x1b[" not in graduand(root, "check", *ON).out


# ---- as a process of its own


def python(root: Path, *words: str, pipe: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m graduand` in `root`, its output through a shell's pipe if one is named."""
    command = [sys.executable, "-m", "graduand", *words]
    if pipe:
        command = ["bash", "-c", f'set -o pipefail; "$@" | {pipe}', "bash", *command]
    environment = {**os.environ, "PYTHONPATH": str(HOUSE / "tui"), "GRADUAND_LANG": "en"} | environment
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, encoding="utf-8", check=False)


def test_from_a_folder_within_the_records_are_found(several: Path) -> None:
    ran = python(several / "records" / "2026-spring", "check", "b.yaml", "--json", *ON)

    assert (ran.returncode, ran.stderr) == (1, "")
    assert [json.loads(line)["rule"] for line in ran.stdout.splitlines()] == ["GR111", "GR106"]


def test_who_stops_reading_hears_no_complaint(root: Path) -> None:
    for number in range(700):
        put(
            root,
            but(other(WRONG), ("00412346", f"p{number}"), ("other@", f"p{number}@")),
            f"2026-spring/p{number}.yaml",
        )
    ran = python(root, "check", "--all", *ON, pipe="head -1")

    assert (ran.returncode, ran.stderr) == (1, "")
    assert ran.stdout == f"✗ error GR106  {RULES['GR106'].title}  (700)\n"


@pytest.mark.parametrize("form", ["text", "json", "sarif", "junit"])
def test_a_terminal_of_another_encoding_is_no_bug(root: Path, form: str) -> None:
    put(root, but(GRADUATE, ("Chloé", "小梅3")))
    ran = python(root, "check", "--format", form, *ON, PYTHONIOENCODING="ascii")

    assert ran.returncode == 1
    assert ran.stderr == ""
    assert ("小梅3" if form in {"text", "json"} else "小•••") in ran.stdout


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("form", ["github", "junit", "sarif"])
def test_the_log_of_a_job_names_nobody(root: Path, form: str, lang: str) -> None:
    """The faults of the record: a name with a figure, an address of another school, a telephone number, a torn line."""
    wrong = but(WRONG, ("@valmont.example", "@other.edu"), ("last_name", "mobile_number: 06-3998\nlast_name"))
    put(root, wrong)
    put(root, "username: x\nMaud Kervella\nemail_address: maud.kervella@mail.example\n", "2026-spring/x.yaml")
    put(root, but(other(RETURNER), ("00412346", "y"), ("other@", "y@")), "2026-spring/y.yaml")
    put(root, but(other(GRADUATE), ("00412346", "z"), ("other@", "z@")), "2026-spring/z.yaml")
    text = graduand(root, "--lang", lang, "check", *ON, "--format", form).out

    assert {rule for rule in ("GR111", "GR125", "GR407", "GR301") if rule in text} >= {"GR111", "GR125", "GR407"}
    assert "c•••@other.edu" in text
    assert "2022-09-31" in text
    assert not re.search("Chlo3|Dupont|dupont|3998|Maud|Kervella|kervella", text)


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_nothing_that_goes_into_the_log_or_the_comment_of_a_job_names_anybody(root: Path, lang: str) -> None:
    """All commands of the shipped workflow that print, and the letters' list."""
    base = commit(begin(root))
    maud = but(GRADUATE, ("Chloé", "Maud"), ("Dupont", "Kervella"), ("chloe.dupont@valmont", "maud.kervella@mail"))
    said = but(
        maud,
        ("00412345", "m"),
        ("transition:", "mobile_number: '+33612345678'\ntransition:"),
        ("graduated\n", "graduated\n  notes: Maud Kervella rang\n  personal_email:\n    asked_on: 2026-01-01\n"),
    )
    put(root, said, "2026-spring/m.yaml")
    put(root, "username: x\nMaud Kervella\nemail_address: maud.kervella@mail.example\n", "2026-spring/x.yaml")
    put(root, but(maud, ("00412345", "y"), ("name: Maud", "name:   'Maud'")), "2026-spring/y.yaml")
    commit(root)
    change = f"{base}...HEAD"

    ran = {
        words: graduand(root, *words, lang=lang)
        for words in (
            ("fmt", "--check", "--format", "github"),
            ("check", "--format", "github", "--against", base),
            ("diff", change, "--format", "markdown", "--for", "comment"),
            ("diff", change, "--format", "markdown", "--for", "summary"),
            ("due", "--ahead", "0", "--all"),
            ("outreach", "email"),
        )
    }

    assert [words[0] for words, one in ran.items() if not one.out + one.err or one.code == 70] == []
    told = {words: one.out + one.err for words, one in ran.items()}
    assert "GR007" in told["fmt", "--check", "--format", "github"]
    assert [words for words, text in told.items() if re.search("Maud|[Kk]ervella|612345", text)] == []
