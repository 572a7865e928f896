"""schema/transition.schema.json: fresh, sound, and of one mind with our own reader and rules."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from graduand import language
from graduand.findings import Severity
from graduand.records.importer import read_importer
from graduand.records.institution import read_institution
from graduand.records.jsonschema import json_schema
from graduand.records.kinds import FieldKind
from graduand.records.paths import file_name
from graduand.records.reading import read
from graduand.records.school import School, school_of
from graduand.rules.judgement import findings, judge
from graduand.rules.registry import WAIVABLE

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).parents[2]
SCHEMA = ROOT / "schema" / "transition.schema.json"
RECORDS = sorted(ROOT.glob("records/*/**/*.yaml"))
ON = "2026-07-01"
ODD = (
    '"**CLEAR**"',
    '"*clear*"',
    "0099",
    "no",
    "true",
    "null",
    '""',
    "[Droit]",
    "[]",
    "{}",
    "{name: Lyon}",
    "2026-02-30",
)
"""What the YAML says under every field in turn."""

Changes = dict[str, str | None]
"""Keys of the root and what the YAML says after their colon; None takes the key away."""

THE_LEAST: Changes = {
    "username": '"00412345"',
    "email_address": "chloe.dupont@valmont.example",
    "first_name": "Chloé",
    "transition": "{kind: graduated}",
}
RETURNED: Changes = {
    "institution_year_name": "Licence 3",
    "primary_education": "{start_date: 2026-09-01}",
    "transition": "{kind: returned}",
}
CLOSED: Changes = {"disabled": "true", "transition": "{kind: graduated, account: {reason: deceased}}"}


def study(value: str) -> Changes:
    return {"primary_education": f"{{{value}}}"}


def why(value: str) -> Changes:
    return {"transition": f"{{kind: graduated, {value}}}"}


def exemption(value: str) -> Changes:
    return {"transition": f"{{kind: graduated, waive: [{value}]}}"}


GOOD: dict[str, Changes] = {
    "the least": {},
    "an identifier like a number": {"username": "00412345", "auth_identifier": "1e5", "card_id": "0x1F"},
    "an identifier like a truth": {"username": "true", "auth_identifier": "no"},
    "an identifier like a time": {"username": "12:30"},
    "names like words of YAML": {"first_name": "no", "last_name": '"Null"', "preferred_name": "True"},
    "names of the world": {"first_name": "小梅", "last_name": "d’Aubigny-O'Connor", "middle_name": "Анастасия"},
    "a surname that is almost the word": {"last_name": "Clear"},
    "texts like numbers": {"campus_name": "2", "gender": "1.5", "hometown_location_attributes": "{name: 75000}"},
    "a text like a date": {"campus_name": "2026-06-15"},
    "a phone number, plain": {"mobile_number": "0612345678"},
    "a phone number, quoted": {"mobile_number": '"+33612345678"'},
    "a phone number from abroad, plain": {"mobile_number": "+33612345678"},
    "dates, plain and quoted": study('start_date: 2022-09-01, end_date: "2026-06-15"'),
    "29 February of a leap year": study("end_date: 2024-02-29"),
    "booleans, plain and quoted": {"athlete": "true", "veteran": '"false"', "eu_gdpr_subject": "false"},
    "averages, plain": study("cumulative_gpa: 3.47, department_gpa: 4"),
    "averages, quoted": study('cumulative_gpa: "0", department_gpa: "4.00"'),
    "a level that the other region does not list": study("education_level_name: Licence 3"),
    "a year that nobody lists": study("currently_attending: true") | {"institution_year_name": "Master 1"},
    "a year like a number": study("currently_attending: true") | {"institution_year_name": "3"},
    "Alumni, spelt out": {"institution_year_name": "Alumni"},
    "lists": study("major_names: [Économie, Lettres modernes], minor_names: [3, yes]"),
    "a main major among the majors": study("major_names: [Droit, Histoire], primary_major_name: Droit"),
    "a main major wiped": study('primary_major_name: "**CLEAR**"'),
    "a list in block style": {"system_label_names": "\n  - Mention très bien\n  - Temps partiel"},
    "more addresses": {"additional_email_addresses": "[c@mail.example, d@mail.example]"},
    "texts wiped": {"last_name": '"**CLEAR**"', "auth_identifier": '"**CLEAR**"', "campus_name": '"**CLEAR**"'},
    "a phone number and an address wiped": {
        "mobile_number": '"**CLEAR**"',
        "assigned_to_email_address": '"**CLEAR**"',
    },
    "dates wiped": study('start_date: "**CLEAR**", end_date: "**CLEAR**"'),
    "an average and a level wiped": study('cumulative_gpa: "**CLEAR**", education_level_name: "**CLEAR**"'),
    "lists wiped": study('major_names: "**CLEAR**"') | {"additional_email_addresses": '"**CLEAR**"'},
    "a name of 50 characters": {"first_name": "é" * 50},
    "an address of 64 characters before the @": {"email_address": f"{'a' * 64}@mail.example"},
    "returned": RETURNED,
    "returned, wiping the end": RETURNED
    | study('start_date: 2026-09-01, end_date: "**CLEAR**", currently_attending: true'),
    "returned and reopened": RETURNED
    | {"disabled": "false", "transition": "{kind: returned, account: {reason: returned}}"},
    "closed": CLOSED,
    "closed, in quotes": CLOSED | {"disabled": '"true"'},
    "reopened by mistake": {
        "disabled": "false",
        "transition": "{kind: graduated, account: {reason: closed-by-mistake, effective_on: 2026-07-01}}",
    },
    "the campaign": why("keeps_school_email: false, personal_email: {requested_on: 2026-04-01, answer_by: 2026-07-31}"),
    "another name before": why("previous_username: 00187716, continues_at: Institut de Haute-Rive"),
    "notes of several lines": {"transition": "\n  kind: graduated\n  notes: |\n    Vu le 3 mai ; à suivre.\n    = 2 !"},
    "an exemption": exemption("{rule: GR202, reason: pas encore, until: 2027-06-30, by: registrar}"),
}

BAD: dict[str, tuple[str, Changes]] = {
    "an unknown key": ("GR101", {"shoe_size": "42"}),
    "an unknown key of the study": ("GR101", study("mention: Bien")),
    "an unknown key of the transition": ("GR101", why("ticket: 4411")),
    "a column without its nesting": ("GR101", {"primary_education:end_date": "2026-06-15"}),
    "a retired column": ("GR102", {"work_authorization_name": "J-1 Visa"}),
    "the year column of the other region": ("GR103", {"school_year_name": "Alumni"}),
    "no username": ("GR104", {"username": None}),
    "no address": ("GR104", {"email_address": None}),
    "no first name": ("GR104", {"first_name": None}),
    "no transition": ("GR104", {"transition": None}),
    "no kind": ("GR104", {"transition": "{keeps_sso: true}"}),
    "a date the French way": ("GR106", study("end_date: 15/06/2026")),
    "a date without hyphens": ("GR106", study("end_date: 20260615")),
    "a date with a time": ("GR106", study("end_date: 2026-06-15T10:00:00Z")),
    "30 February": ("GR106", study("end_date: 2026-02-30")),
    "30 February in a column that cannot be wiped": ("GR106", why("personal_email: {answer_by: 2026-02-30}")),
    "yes for true": ("GR107", {"athlete": "yes"}),
    "1 for true": ("GR107", {"athlete": "1"}),
    "an average of 4.5": ("GR108", study("cumulative_gpa: 4.5")),
    "an average of 4.5, quoted": ("GR108", study('cumulative_gpa: "4.5"')),
    "an average below 0": ("GR108 GR116", study("department_gpa: -1.5")),
    "an average with a comma": ("GR108", study("cumulative_gpa: '3,47'")),
    "a kind that is none": ("GR109", {"transition": "{kind: gone}"}),
    "a kind like a number": ("GR109", {"transition": "{kind: 1}"}),
    "a year known to be misspelt": ("GR109", study("currently_attending: true") | {"institution_year_name": "alumni"}),
    "a level known to be misspelt": ("GR109", study("education_level_name: PhD")),
    "a name of 51 characters": ("GR110", {"first_name": "é" * 51}),
    "an item of 256 characters": ("GR110", study(f"major_names: [{'e' * 256}]")),
    "notes of 5001 characters": ("GR110", why(f"notes: {'e' * 5001}")),
    "a boolean wiped": ("GR112", {"athlete": '"**CLEAR**"'}),
    "a first name wiped": ("GR112", {"first_name": '"**CLEAR**"'}),
    "a username wiped": ("GR112", {"username": '"**CLEAR**"'}),
    "labels wiped": ("GR112", {"system_label_names": '"**CLEAR**"'}),
    "a date of the campaign wiped": ("GR112", why('personal_email: {answer_by: "**CLEAR**"}')),
    "an item wiped": ("GR113", study('major_names: ["**CLEAR**", Droit]')),
    "almost the word": ("GR113", {"campus_name": '"*CLEAR*"'}),
    "almost the word, in small letters": ("GR113", {"auth_identifier": '"**clear**"'}),
    "almost the word, in a date": ("GR106 GR113", study('end_date: "** CLEAR **"')),
    "a blank at the edge": ("GR115", {"campus_name": '"Campus du Lac "'}),
    "a blank before a name": ("GR115", {"last_name": '" Dupont"'}),
    "a semicolon in a list": ("GR117", study("major_names: [Économie; Droit]")),
    "a blank in an identifier": ("GR119", {"auth_identifier": "c dupont"}),
    "an accent in an identifier": ("GR119", {"card_id": "é12"}),
    "two lines": ("GR120", {"campus_name": '"Campus\\ndu Lac"'}),
    "an item twice": ("GR121", study("minor_names: [Droit, Droit]")),
    "a main major and no majors": ("GR123", study("primary_major_name: Droit")),
    "a main college, and the colleges wiped": (
        "GR123",
        study('primary_college_name: Lettres, college_names: "**CLEAR**"'),
    ),
    "blanks in a phone number": ("GR125", {"mobile_number": "06 12 34 56 78"}),
    "a phone number below 0": ("GR125", {"mobile_number": "-0612345678"}),
    "half an address": ("GR301", {"email_address": "chloe.dupont"}),
    "a number for an address": ("GR301", {"email_address": "12"}),
    "half an address in a list": ("GR301", {"additional_email_addresses": "[chloe]"}),
    "65 characters before the @": ("GR301", {"email_address": f"{'a' * 65}@mail.example"}),
    "null": ("GR013", {"last_name": "null"}),
    "a tilde": ("GR013", {"last_name": "~"}),
    "nothing": ("GR013", {"last_name": ""}),
    "nothing in quotes": ("GR013", {"last_name": '""'}),
    "null for a boolean": ("GR013", {"athlete": "null"}),
    "null for a date": ("GR013", study("end_date: null")),
    "null for a list": ("GR013", study("major_names: ~")),
    "null for a block": ("GR013", {"primary_education": "null"}),
    "an empty list": ("GR013", study("major_names: []")),
    "an empty block": ("GR013", {"primary_education": "{}"}),
    "an empty block further down": ("GR013", why("personal_email: {}")),
    "an empty account": ("GR013", why("account: {}")),
    "an empty list of exemptions": ("GR012", why("waive: []")),
    "an empty exemption": ("GR012", exemption("{}")),
    "an empty item": ("GR012", study("major_names: [Droit, '']")),
    "null for an item": ("GR012", study("major_names: [Droit, null]")),
    "a text for a list": ("GR012", study("major_names: Droit")),
    "a list for a text": ("GR012", {"campus_name": "[Lac]"}),
    "a block for a text": ("GR012", {"campus_name": "{name: Lac}"}),
    "a block for an item": ("GR012", study("major_names: [{name: Droit}]")),
    "a text for a block": ("GR012", {"primary_education": "Droit"}),
    "returned without a year": ("GR204", RETURNED | {"institution_year_name": None}),
    "returned, the year wiped": ("GR204", RETURNED | {"institution_year_name": '"**CLEAR**"'}),
    "returned without a start date": ("GR205", RETURNED | study("end_date: 2027-06-30")),
    "returned without any study": ("GR205", RETURNED | {"primary_education": None}),
    "returned, the start date wiped": ("GR205", RETURNED | study('start_date: "**CLEAR**"')),
    "returned as Alumni": ("GR206", RETURNED | {"institution_year_name": "Alumni"}),
    "left as Alumni": (
        "GR221",
        {"transition": "{kind: left, left: {on: 2026-02-01}}", "institution_year_name": "Alumni"},
    ),
    "returned and not studying": ("GR208", RETURNED | study("start_date: 2026-09-01, currently_attending: false")),
    "returned and closed": (
        "GR504",
        RETURNED | {"disabled": "true", "transition": "{kind: returned, account: {reason: deceased}}"},
    ),
    "graduated in another year": ("GR203", {"institution_year_name": "Master 2"}),
    "graduated, the year wiped": ("GR203", {"institution_year_name": '"**CLEAR**"'}),
    "closed without an account": ("GR501", {"disabled": "true"}),
    "closed without a reason": ("GR501", CLOSED | why("account: {requested_by: student}")),
    "reopened without a reason": ("GR501", {"disabled": "false"}),
    "closed for no reason of the school": ("GR502", CLOSED | why("account: {reason: fancy}")),
    "closed for a reason to reopen": ("GR502", CLOSED | why("account: {reason: closed-by-mistake}")),
    "reopened for a reason to close": ("GR502", why("account: {reason: deceased}") | {"disabled": '"false"'}),
    "a reason for nothing": ("GR503", why("account: {reason: required-by-policy}")),
    "a day for nothing": ("GR503", why("account: {effective_on: 2026-07-01}")),
    "an exemption for no rule": ("GR606", exemption("{rule: GR1, reason: a, until: 2027-06-30, by: b}")),
    "an exemption without until": ("GR608", exemption("{rule: GR202, reason: a, by: b}")),
    "an exemption without a reason": ("GR608", exemption("{rule: GR202, until: 2027-06-30, by: b}")),
    "an exemption by nobody": ("GR012 GR608", exemption('{rule: GR202, reason: a, until: 2027-06-30, by: ""}')),
    "an exemption until someday": ("GR608", exemption("{rule: GR202, reason: a, until: someday, by: b}")),
    "an exemption with more to say": ("GR101", exemption("{rule: GR202, reason: a, until: 2027-06-30, by: b, to: c}")),
    "a text for an exemption": ("GR012", exemption("GR202")),
    "null in an exemption": ("GR012 GR608", exemption("{rule: GR202, reason: null, until: 2027-06-30, by: b}")),
    "a text for the exemptions": ("GR012", why("waive: GR202")),
}


def page(changes: Changes) -> str:
    lines = THE_LEAST | changes
    return "".join(f"{key}: {value}\n" for key, value in lines.items() if value is not None)


def made(region: str = "eu", more: str = "") -> School:
    """Return a school with the shipped facts and settings of its own."""
    importer = read_importer((ROOT / "schema" / "handshake.yaml").read_bytes())
    return school_of(read_institution(f"region: {region}\n{more}".encode()), importer)


def schema_of(school: School) -> dict[str, Any]:
    return dict(json.loads(json_schema(school)))


@pytest.fixture(scope="module")
def shipped() -> School:
    importer = read_importer((ROOT / "schema" / "handshake.yaml").read_bytes())
    return school_of(read_institution((ROOT / "schema" / "institution.yaml").read_bytes()), importer)


def check_jsonschema(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "check_jsonschema", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)


def refused(folder: Path, texts: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return what check-jsonschema has against each text that it refuses, by the text's name."""
    names = {}
    for number, (name, text) in enumerate(texts):
        path = folder / f"{number}.yaml"
        path.write_text(text, encoding="utf-8", newline="\n")
        names[str(path)] = name
    answer = json.loads(check_jsonschema("-o", "json", "--schemafile", SCHEMA, *names).stdout)
    assert not answer.get("parse_errors")
    return {names[error["filename"]]: f"{error['path']}: {error['message']}" for error in answer["errors"]}


@pytest.fixture(scope="module")
def good_refused(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    records = ((str(path), path.read_text(encoding="utf-8")) for path in RECORDS)
    cases = ((name, page(changes)) for name, changes in GOOD.items())
    return refused(tmp_path_factory.mktemp("good"), (*records, *cases))


@pytest.fixture(scope="module")
def bad_refused(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    cases = ((name, page(changes)) for name, (_rules, changes) in BAD.items())
    return refused(tmp_path_factory.mktemp("bad"), cases)


def our_errors(text: str, school: School) -> set[str]:
    """Return the ids of the errors that we find in a record that lies where it belongs."""
    reading = read("records/2026-spring/someone.yaml", text.encode(), school)
    found = [*reading.findings]
    if reading.record:
        record = reading.record._replace(path=f"records/2026-spring/{file_name(reading.record.username)}")
        found += findings(record, judge(record, school, ON), reading.places, ON)
    return {finding.rule for finding in found if finding.severity is Severity.ERROR}


def test_the_file_is_fresh(shipped: School) -> None:
    assert SCHEMA.read_text(encoding="utf-8") == json_schema(shipped)


def test_the_language_spoken_changes_nothing(shipped: School) -> None:
    before, spoken = json_schema(shipped), language.spoken()
    language.speak("fr")
    try:
        assert json_schema(shipped) == before
    finally:
        language.speak(spoken)


def test_the_schema_is_sound() -> None:
    answer = check_jsonschema("--check-metaschema", SCHEMA)
    assert answer.returncode == 0, answer.stdout


def test_check_jsonschema_takes_every_shipped_record(good_refused: dict[str, str]) -> None:
    assert {name: error for name, error in good_refused.items() if name not in GOOD} == {}


def test_we_take_every_shipped_record(shipped: School) -> None:
    errors = {path.name: our_errors(path.read_text(encoding="utf-8"), shipped) for path in RECORDS}
    assert {name: rules for name, rules in errors.items() if rules} == {}


@pytest.mark.parametrize("name", GOOD)
def test_check_jsonschema_takes_a_good_record(name: str, good_refused: dict[str, str]) -> None:
    assert name not in good_refused, good_refused[name]


@pytest.mark.parametrize("name", BAD)
def test_check_jsonschema_refuses_a_bad_record(name: str, bad_refused: dict[str, str]) -> None:
    assert name in bad_refused


@pytest.mark.parametrize("name", GOOD)
def test_we_take_a_good_record(name: str, shipped: School) -> None:
    assert our_errors(page(GOOD[name]), shipped) == set()


@pytest.mark.parametrize("name", BAD)
def test_we_refuse_a_bad_record(name: str, shipped: School) -> None:
    rules, changes = BAD[name]
    assert our_errors(page(changes), shipped) == set(rules.split())


def odd_page(key: str, value: str) -> str:
    """Return the least record with `value` under `key`, in flow style from the root's keys on."""
    root, _colon, below = key.partition(":")
    kind = "kind: graduated, " if root == "transition" and below != "kind" else ""
    nested = "".join(f"{{{kind if number == 0 else ''}{name}: " for number, name in enumerate(below.split(":")) if name)
    return page({root: f"{nested}{value}{'}' * nested.count('{')}"})


def test_every_field_takes_and_refuses_what_we_do(shipped: School, tmp_path: Path) -> None:
    keys = [key for key, field in shipped.fields.items() if field.kind is not FieldKind.WAIVERS]
    texts = {f"{key}: {value}": odd_page(key, value) for key in keys for value in ODD}
    ours = {name for name, text in texts.items() if our_errors(text, shipped) - WAIVABLE}
    assert set(refused(tmp_path, texts.items())) == ours


def test_an_inferred_list_is_an_example_only() -> None:
    there = schema_of(made("us"))["properties"]["primary_education"]["properties"]["education_level_name"]
    here = schema_of(made("eu"))["properties"]["primary_education"]["properties"]["education_level_name"]
    assert {"Bachelors", "**CLEAR**"} < {*there["enum"]}
    assert "Undergraduate" in here["examples"]
    assert "enum" not in here


def test_the_year_column_is_the_regions() -> None:
    there = schema_of(made("us"))
    assert "Freshman" in there["properties"]["school_year_name"]["enum"]
    assert "institution_year_name" not in there["properties"]


def test_a_schools_own_values_may_be_read_as_numbers() -> None:
    school = made(
        more="year_values: [3, 4.5, true, Alumni]\ndeactivation: {reasons: [12]}\nreactivation: {reasons: []}"
    )
    schema = schema_of(school)
    assert schema["properties"]["institution_year_name"]["enum"] == [
        *("3", 3, "4.5", 4.5, "true", True, "Alumni"),
        "**CLEAR**",
    ]
    reasons = [rule["then"] for rule in schema["allOf"] if "disabled" in rule["if"].get("required", ())]
    assert [json.dumps(then).count('"enum": ["12", 12]') for then in reasons] == [1, 0]
