"""Observations: an export in any form is read as the importer would write it, shown, noted once, and held for good."""

from __future__ import annotations

import json
import os
import shutil
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graduand.git.program import Program
from graduand.ledger.entry import EntryKind
from graduand.ledger.ledger import NewFacts, note, read_ledger
from graduand.observations.export import ExportOptions, ExportProfile, read_export
from graduand.records.kinds import CLEAR
from tests.handshake.test_article import DAY
from tests.importer import Importer
from tests.observations.exports import HEADERS, export_of, person
from tests.repository import HOUSE, TODAY, begin, commit, git, graduand, graduate, noted, put, settle
from tests.tables.workbooks import saved
from tests.uploads.test_loop import ACCOUNT, Desk, failed_file, with_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from graduand.records.school import School
    from tests.importer import Account
    from tests.repository import Ran

ONE, TWO, THREE, FOUR = (f"0000000{number}" for number in range(1, 5))
DATES = ("--dates", "Start date=dd/mm/yyyy", "--dates", "Expected graduation date=dd/mm/yyyy")
SEEN = "2020-06-20T08:00"


@pytest.fixture
def school_of_three(root: Path) -> Path:
    """Three graduates, committed."""
    begin(root)
    for username in (ONE, TWO, THREE):
        put(root, graduate(username), f"2026-spring/{username}.yaml")
    commit(root)
    return root


def write(root: Path, accounts: Iterable[Account], name: str = "students.csv", **form: object) -> str:
    """Write an export of accounts, and return where."""
    path = root / "build" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(export_of(accounts, **form))  # type: ignore[arg-type]
    return str(path)


def observe(root: Path, *words: str, code: int = 0, lang: str = "en") -> Ran:
    """Run the command, which ends with `code`; the days of exports are written in the same way."""
    exports = [Path(word) for word in words if word.endswith(".csv")]
    dates = DATES if any("Start date" in path.read_text(encoding="utf-8") for path in exports if path.exists()) else ()
    ran = graduand(root, "observe", *words, *dates, lang=lang)
    assert ran.code == code, ran.err
    return ran


def told(root: Path, *words: str) -> dict[str, object]:
    """Return what the command says as JSON."""
    found = json.loads(observe(root, *words, "--json").out)
    assert isinstance(found, dict)
    return found


def held(root: Path) -> dict[str, dict[str, str]]:
    """Return what the ledger says that Handshake holds."""
    state = read_ledger(Program(root)).state(no_cache=True)
    return {username: state.cells(username) for username in state.rows}


def entry_of(root: Path) -> str:
    return git(root, "show", "graduand/ledger:entry.json")


def test_a_first_sending_shows_what_it_changes_and_all_of_it_is_taken_back(root: Path) -> None:  # noqa: PLR0915 - one story
    """An export, a plan, an upload and its rollback: the accounts are those of before, cell by cell."""
    plain = {"disabled": "FALSE"}
    people = {
        ONE: person(ONE, **plain),
        TWO: person(TWO, **plain, system_label_names="Boursière;Ambassadrice"),
        THREE: person(THREE, **plain),
        FOUR: person(FOUR, disabled="FALSE", **{"primary_education:major_names": "Économie;Droit"}),
    }
    desk = Desk(begin(root), Importer(people))
    closed = graduate(THREE).replace("transition:", "disabled: true\ntransition:") + ACCOUNT
    records = {
        ONE: graduate(ONE).replace("@valmont", "@courriel"),
        TWO: with_lines(graduate(TWO), "system_label_names:\n  - Mention Bien\n"),
        THREE: closed,
        FOUR: graduate(FOUR),
    }
    for username, record in records.items():
        put(root, record, f"2026-spring/{username}.yaml")
    commit(root)
    before = {username: dict(account) for username, account in desk.handshake.accounts.items()}
    export = write(root, desk.handshake.accounts.values(), lists=", ")

    observe(root, export, "--seen-at", SEEN, "--lists", "Labels=,", "--lists", "Majors=,", "--apply")

    plan = json.loads(desk.run("plan", "--on", DAY, "--json"))
    assert {change["status"] for change in plan["changes"]} == {"changed"}
    fields = {
        change["username"]: {cell["header"]: cell["before"] for cell in change["fields"]} for change in plan["changes"]
    }
    assert fields[ONE]["email_address"] == f"p{ONE}@valmont.example"
    assert fields[TWO]["system_label_names"] == "Boursière;Ambassadrice"
    assert all(before["primary_education:end_date"] == "2026-09-30" for before in fields.values())
    assert "first_name" not in fields[ONE]

    upload, outcomes = desk.send()
    assert {outcome.failed for outcome in outcomes} == {b""}
    assert desk.handshake.accounts != before
    assert desk.knows()
    ran = graduand(root, "rollback", upload, "--on", DAY)
    assert "cannot be taken back" not in ran.err
    desk.send("rollback", upload)

    assert desk.handshake.accounts == before
    assert desk.knows()


def test_what_an_export_shows_and_the_importer_would_not_take_is_compared_and_never_sent(root: Path) -> None:
    settle(root, year_values="[Licence 3, Master 1, Alumni]")
    desk = Desk(begin(root), Importer({ONE: person(ONE, institution_year_name="Third year", disabled="FALSE")}))
    put(root, graduate(ONE), f"2026-spring/{ONE}.yaml")
    commit(root)
    export = write(root, desk.handshake.accounts.values())

    said = observe(root, export, "--seen-at", SEEN, "--apply").out

    assert "Third year (1 row) is no value that the Importer takes; it is compared, and never sent." in said
    assert "Year: Third year → Alumni" in desk.run("plan", "--on", DAY)
    upload, _outcomes = desk.send()
    ran = graduand(root, "rollback", upload, "--on", DAY)
    assert "1 cell cannot be taken back" in ran.err
    assert "The Importer does not take what stood there before." in ran.err
    assert not any(b"Third year" in path.read_bytes() for path in (root / "build").glob("*.csv") if path.name[0] == "2")


def test_the_same_observation_is_noted_once(school_of_three: Path) -> None:
    export = write(school_of_three, [person(ONE), person(TWO)])

    first = observe(school_of_three, export, "--apply")
    again = observe(school_of_three, export, "--apply")
    only_shown = observe(school_of_three, export)

    (entry,) = noted(school_of_three, "observation")
    assert first.err == f"Noted as {entry}.\n"
    assert again.err == only_shown.err == f"Already noted as {entry}.\n"
    os.utime(export, (1_700_000_000, 1_700_000_000))
    observe(school_of_three, export, "--apply")
    assert len(noted(school_of_three, "observation")) == 2
    assert json.loads(entry_of(school_of_three))["at"] == "2023-11-14T22:13:20Z"


def test_without_apply_nothing_is_noted(school_of_three: Path) -> None:
    said = observe(school_of_three, write(school_of_three, [person(ONE)]))

    assert said.err == "Nothing was noted. Note it with --apply.\n"
    assert noted(school_of_three, "observation") == []


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ("1 person is otherwise than known:", "End date: 2026-09-30 → 2026-06-15", "Labels")),
        ("fr", ("1 personne diffère de ce que l’on savait", "2026-09-30 → 2026-06-15", "Colonnes")),
    ],
)
def test_a_second_export_shows_what_is_otherwise(school_of_three: Path, lang: str, words: tuple[str, ...]) -> None:
    observe(school_of_three, write(school_of_three, [person(ONE), person(TWO)]), "--seen-at", SEEN, "--apply")
    later = [person(ONE, **{"primary_education:end_date": "2026-06-15"}), person(TWO)]

    said = observe(school_of_three, write(school_of_three, later), lang=lang).out

    assert all(word in said for word in words), said


def test_the_mapping_of_the_last_export_is_taken_from_its_entry_and_an_option_wins(school_of_three: Path) -> None:
    more = {"Diplôme préparé": "L3", "Site web": "x", "Adviser": ""}
    export = write(school_of_three, [person(ONE)], more=more)
    maps = ("--map", "Diplôme préparé=primary_education:minor_names", "--map", "Site web=", "--map", "School year=")
    observe(school_of_three, export, *maps, "--apply")

    other = write(school_of_three, [person(TWO)], "next.csv", more=more)
    again = told(school_of_three, other)
    assert "primary_education:minor_names" in again["columns"]  # type: ignore[operator]
    assert "institution_year_name" not in again["columns"]  # type: ignore[operator]
    assert again["unknown"] == []
    won = told(school_of_three, other, "--map", "School year=institution_year_name")
    assert "institution_year_name" in won["columns"]  # type: ignore[operator]
    assert graduand(school_of_three, "observe", other).code == 0, "the form of dates is remembered too"


def test_the_meaning_of_a_label_is_remembered(school_of_three: Path) -> None:
    export = write(school_of_three, [person(ONE, institution_year_name="3rd year")])

    observe(school_of_three, export, "--values", "institution_year_name:3rd year=Licence 3", "--apply")
    observe(
        school_of_three, write(school_of_three, [person(TWO, institution_year_name="3rd year")], "b.csv"), "--apply"
    )

    assert {cells["institution_year_name"] for cells in held(school_of_three).values()} == {"Licence 3"}


REPORT = {
    "Students ID": "4711",
    "Students Username": ONE,
    "Students Email - Institution": f"p{ONE}@valmont.example",
    "Students Auth Identifier": "sso",
    "Students First Name": "Chloé",
    "School Year Name": "Licence 3",
    "Majors Name": "Économie",
    "Institution Labels Name List": "",
    "Students Disabled? (Yes / No)": "No",
}


def test_the_headers_of_handshakes_own_reports_are_known(school_of_three: Path) -> None:
    path = school_of_three / "build" / "report.csv"
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"{','.join(REPORT)}\n{','.join(REPORT.values())}\n", encoding="utf-8")

    found = told(school_of_three, str(path))

    assert found["unknown"] == ["Students ID"], "its own number is no username"
    columns = {"username", "email_address", "auth_identifier", "first_name", "institution_year_name", "disabled"}
    assert columns | {"primary_education:major_names", "system_label_names"} == {*found["columns"]}  # type: ignore[misc]


PRIVATE = {"Ethnicity": "Martian", "Gender": "Xx", "Hometown": "Brigadoon", "GPA": "3.21", "Dept GPA": "3.97"}


def test_nothing_private_and_nothing_of_ordinary_people_is_noted(school_of_three: Path) -> None:
    others = [
        person("90000001"),
        person("90000002", disabled="TRUE"),
        person("90000003", institution_year_name="Alumni"),
        person("90000004", **{"primary_education:end_date": "2019-06-30"}),
    ]
    export = write(school_of_three, [person(ONE), *others], more=PRIVATE)

    said = observe(school_of_three, export, "--seen-at", SEEN, "--complete", "--apply")

    assert "Without a record: 1 closed, 1 alumni, 1 past their end date." in said.out
    assert "1 other person without a record is only counted." in said.out
    assert "Never noted: Ethnicity, Gender, Hometown, GPA, Dept GPA" in said.out
    names = git(school_of_three, "ls-tree", "--name-only", "graduand/ledger").split()
    assert sorted(names) == ["absent.tsv", "entry.json", "observed.csv", "observed_others.csv"]
    everything = "".join(git(school_of_three, "show", f"graduand/ledger:{name}") for name in names)
    for text in (*PRIVATE.values(), "90000001", "p90000002", "sso90000003"):
        assert text not in everything, text
    assert git(school_of_three, "show", "graduand/ledger:observed_others.csv") == (
        "username,institution_year_name,primary_education:end_date,disabled\n"
        "90000002,Licence 3,2026-09-30,TRUE\n"
        "90000003,Alumni,2026-09-30,\n"
        "90000004,Licence 3,2019-06-30,\n"
    )
    assert not any(username in entry_of(school_of_three) for username in (ONE, TWO, "90000002"))


def test_who_stood_out_once_is_followed_by_the_same_few_columns(school_of_three: Path) -> None:
    observe(
        school_of_three, write(school_of_three, [person("90000002", disabled="TRUE")]), "--seen-at", SEEN, "--apply"
    )

    observe(school_of_three, write(school_of_three, [person("90000002", disabled="FALSE")]), "--apply")

    assert held(school_of_three)["90000002"] == {
        "username": "90000002",
        "institution_year_name": "Licence 3",
        "primary_education:end_date": "2026-09-30",
        "disabled": "FALSE",
    }


def test_with_complete_who_is_not_in_the_export_is_named(school_of_three: Path) -> None:
    renamed = graduate(FOUR) + '  previous_username: "00000009"\n'
    put(school_of_three, renamed, f"2026-spring/{FOUR}.yaml")
    commit(school_of_three)
    export = write(school_of_three, [person(ONE), person("00000009")])

    assert told(school_of_three, export)["absent"] == []
    assert told(school_of_three, export, "--complete")["absent"] == [TWO, THREE]
    observe(school_of_three, export, "--complete", "--apply")
    assert git(school_of_three, "show", "graduand/ledger:absent.tsv").split() == [TWO, THREE]
    assert TWO not in entry_of(school_of_three)


def test_an_upload_that_ran_later_overrules_an_observation(school_of_three: Path) -> None:
    desk = Desk(school_of_three, Importer({name: person(name) for name in (ONE, TWO, THREE)}))
    export = write(school_of_three, desk.handshake.accounts.values())
    desk.send()

    said = observe(school_of_three, export, "--seen-at", SEEN, "--apply").out

    assert "9 values stay as uploads that ran later left them" in said
    assert desk.plan() == {}
    assert held(school_of_three)[ONE]["primary_education:start_date"] == "2022-09-01"
    assert desk.knows()


def test_what_a_failed_row_was_to_change_is_as_the_observation_shows_it(school_of_three: Path) -> None:
    accounts = {name: person(name) for name in (ONE, TWO, THREE)}
    accounts[TWO]["primary_education:start_date"] = "2026-09-01"
    desk = Desk(school_of_three, Importer(accounts))
    observe(school_of_three, write(school_of_three, accounts.values()), "--seen-at", SEEN, "--apply")
    _upload, outcomes = desk.send()
    desk.run("reconcile", failed_file(school_of_three, outcomes))

    assert desk.plan() == {TWO: "failed"}
    assert held(school_of_three)[TWO]["institution_year_name"] == "Licence 3"


def test_an_address_that_the_person_chose_is_not_overwritten_unasked(school_of_three: Path) -> None:
    root = school_of_three
    desk = Desk(root, Importer({name: person(name) for name in (ONE, TWO, THREE)}))
    desk.send()
    desk.handshake.accounts[ONE]["email_address"] = "mine@mail.example"
    observe(root, "--person", ONE, "email_address=mine@mail.example", "--apply")
    for username in (ONE, TWO):
        put(root, graduate(username).replace("2026-06-15", "2026-06-16"), f"2026-spring/{username}.yaml")
    commit(root)

    planned = graduand(root, "plan", "--on", DAY)
    assert "GR708  An address of the person's own" in planned.out
    assert "Handshake shows an address that the person has probably chosen (1)" in planned.err
    assert [*desk.plan()] == [TWO]
    desk.send("compile", "--changed")
    assert desk.handshake.accounts[ONE]["email_address"] == "mine@mail.example"

    waiver = f"  waive:\n    - {{rule: GR708, reason: asked by mail, until: {TODAY}, by: registrar}}\n"
    put(root, graduate(ONE) + waiver, f"2026-spring/{ONE}.yaml")
    commit(root)
    assert [*desk.plan()] == [ONE]
    put(root, graduate(ONE).replace(f"p{ONE}@valmont", "mine@mail"), f"2026-spring/{ONE}.yaml")
    commit(root)
    assert desk.plan() == {}, "the record took it"

    put(root, graduate(ONE), f"2026-spring/{ONE}.yaml")
    commit(root)
    observe(root, "--person", ONE, f"email_address=P{ONE}@valmont.example", "--apply")
    assert "GR708" not in graduand(root, "plan", "--on", DAY).out, "it shows again what was sent"


def test_an_address_of_somebody_who_was_never_sent_is_changed_as_the_record_says(school_of_three: Path) -> None:
    observe(school_of_three, write(school_of_three, [person(ONE, email_address="old@mail.example")]), "--apply")

    assert "GR708" not in graduand(school_of_three, "plan", "--on", DAY).out
    assert "changes the login address (1)" in graduand(school_of_three, "plan", "--on", DAY).out


def test_one_profile_is_noted_by_hand(school_of_three: Path) -> None:
    seen = ("--seen", "2020-06-21")
    said = observe(school_of_three, "--person", ONE, "disabled=oui", "Mobile number=", "--apply", *seen)

    assert "Noted as" in said.err
    assert held(school_of_three) == {ONE: {"username": ONE, "disabled": "TRUE", "mobile_number": CLEAR}}
    said = observe(school_of_three, "--person", ONE, "disabled=no", "--apply")
    assert "Account state: closed → reopened" in said.out
    said = observe(school_of_three, "--person", ONE, "disabled=FALSE", "--apply")
    assert "Already noted as" in said.err
    facts = json.loads(entry_of(school_of_three))
    assert (facts["by_hand"], facts["files"][0]["columns"]) == (True, ["username", "disabled"])


REFUSED = {
    "--person 00000009 disabled=yes": "Nobody has the username “00000009” in the records, or is known by it in the "
    "ledger. Did you mean “00000003”?",
    "--person 00000001 closed": "“closed” does not say what the profile shows, such as disabled=true.",
    "--person 00000001 username=x": "A username that was changed by hand is noted in the record, as previous_username.",
    "--person 00000001 gender=x": "“gender” is never noted of what Handshake shows.",
    "--person 00000001": "Say what the profile shows, such as: disabled=true",
    "--person 00000001 disabled=yes --complete": "--complete is about an export; one profile says nothing of others.",
    "": "Name one export, such as students.csv; or one person, with --person USERNAME COLUMN=VALUE",
    "students.csv --values username:a=b": "What stands in “username” is one person's own, and stands for nothing else.",
    "students.csv --values color:a=b": "“color” is no column of the importer.",
    "students.csv --map Majors=transition:kind": "“transition:kind” is no column of the importer.",
    "students.csv --map Foo=card_id": "The file has no column “Foo”.",
    "students.csv --seen-at 2999-01-01": "“2999-01-01T00:00:00Z” lies ahead; say when it was seen.",
}


@pytest.mark.parametrize(("words", "sentence"), REFUSED.items(), ids=REFUSED)
def test_what_cannot_be_noted_is_said_in_one_sentence(
    school_of_three: Path, words: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(school_of_three, [person(ONE)])
    monkeypatch.chdir(school_of_three / "build")

    ran = graduand(school_of_three, "observe", *words.split(), "--apply")

    assert ran.code == 2
    assert ran.err.startswith(f"graduand: {sentence}"), ran.err
    assert ran.err.count("\n") == 1
    assert noted(school_of_three, "observation") == []


def test_an_export_without_usernames_is_refused_in_one_sentence(school_of_three: Path) -> None:
    path = school_of_three / "build" / "export.csv"
    path.parent.mkdir(exist_ok=True)
    path.write_text("Primary email,Archived\nx@valmont.example,No\n", encoding="utf-8")
    assert "No column is “username”" not in (ran := graduand(school_of_three, "observe", str(path))).out
    assert ran.err == (
        "graduand: No column is username; there are: “Primary email”, “Archived”. "
        "Name it, such as: --map 'HEADER=username'\n"
    )

    path.write_text("Student ID,Archived\n,No\n", encoding="utf-8")
    assert graduand(school_of_three, "observe", str(path)).err == (
        "graduand: No row of the file has a username, so nobody is known by it.\n"
    )


def test_rows_of_one_username_that_differ_are_left_out_and_named(school_of_three: Path) -> None:
    rows = [person(ONE), person(ONE, disabled="TRUE"), person(TWO), person(TWO)]

    said = observe(school_of_three, write(school_of_three, rows), "--complete", "--apply")

    assert f"! 1 username stands on several rows that differ, and is left out:\n  {ONE}\n" in said.out
    assert [*held(school_of_three)] == [TWO]
    assert git(school_of_three, "show", "graduand/ledger:absent.tsv").split() == [THREE]


def test_commas_in_lists_separate_items_where_that_is_known_and_are_asked_about_elsewhere(
    school_of_three: Path,
) -> None:
    majors = "primary_education:major_names"
    put(
        school_of_three,
        graduate(ONE).replace("  end_date", "  major_names:\n    - Droit\n    - Lettres\n  end_date"),
        f"2026-spring/{ONE}.yaml",
    )
    commit(school_of_three)
    known = [person(ONE, **{majors: "Droit;Lettres"}), person(TWO)]
    observe(school_of_three, write(school_of_three, known, lists=", "), "--apply")
    assert held(school_of_three)[ONE][majors] == "Droit;Lettres"
    export = write(school_of_three, [person(TWO, **{majors: "Sciences;santé"})], lists=", ")

    said = observe(school_of_three, export, code=2).err
    assert said == (
        "graduand: In “Majors”, “Sciences, santé” may be one item or several, and nothing tells which; say it with "
        "--lists 'Majors=,' where commas separate items, or --lists 'Majors=;' where they do not.\n"
    )
    observe(school_of_three, export, "--lists", "Majors=;", "--apply")
    assert held(school_of_three)[TWO][majors] == "Sciences, santé"
    observe(school_of_three, write(school_of_three, [person(THREE, **{majors: "a;b"})], lists=", "), "--apply")
    assert held(school_of_three)[THREE][majors] == "a, b", "what was said is remembered"


def test_usernames_that_a_spreadsheet_converted_are_restored_by_the_address(school_of_three: Path) -> None:
    rows = [person("1", email_address=f"P{ONE}@valmont.example"), person("2", email_address="new@valmont.example")]

    found = told(school_of_three, write(school_of_three, rows), "--complete", "--apply")

    assert (found["restored"], found["doubtful"], found["absent"]) == ({"1": ONE}, {"2": TWO}, [THREE])
    assert [*held(school_of_three)] == [ONE]


def test_deleted_and_confidential_people_are_not_noted(school_of_three: Path) -> None:
    assert graduand(school_of_three, "forget", THREE, "--basis", "asked").code == 0
    folder = school_of_three / "schema" / "intake"
    (folder / "confidential.yaml").write_text(f'usernames: ["{TWO}"]\n', encoding="utf-8")
    rows = [person(ONE), person(TWO), person(THREE, disabled="TRUE")]

    said = observe(school_of_three, write(school_of_three, rows), "--complete", "--apply")

    assert "2 rows are of deleted or confidential people, and are left out." in said.out
    assert [*held(school_of_three)] == [ONE]
    assert THREE not in git(school_of_three, "show", "graduand/ledger:absent.tsv")


def test_an_export_of_ordinary_strangers_is_noted_as_a_number(school_of_three: Path) -> None:
    day = {"primary_education:end_date": "2030-06-30"}
    export = write(school_of_three, [person("90000001", **day), person("90000002", **day)])

    observe(school_of_three, export, "--apply")

    facts = json.loads(entry_of(school_of_three))
    assert (facts["others"], facts["files"], held(school_of_three)) == (2, [], {})
    assert graduand(school_of_three, "drift").code == 0


def test_what_somebody_else_wrote_into_an_entry_is_not_trusted(school_of_three: Path) -> None:
    export = write(school_of_three, [person(ONE)])
    observe(school_of_three, export, "--apply")
    program = Program(school_of_three)
    strange = {
        "mapping": {"Student ID": 3, "Majors": "nonsense", "Labels": "primary_education:minor_names"},
        "dates": {"Start date": "yesterday"},
        "values": {"disabled": ["x"], "nonsense": {"a": "b"}},
        "lists": 7,
        "others": "many",
        "complete": True,
    }
    note(read_ledger(program), NewFacts(EntryKind.OBSERVATION, facts=strange))

    seen = told(school_of_three, export)

    assert "primary_education:minor_names" in seen["columns"]  # type: ignore[operator]
    assert "primary_education:major_names" in seen["columns"]  # type: ignore[operator]
    assert graduand(school_of_three, "drift").code == 0


def test_a_workbook_is_read_by_the_same_reader(school_of_three: Path) -> None:
    cells = [["Student ID", "Archived", "Expected graduation date"], [ONE, "Yes", "30 June 2026"]]
    path = school_of_three / "build" / "students.xlsx"
    path.parent.mkdir()
    path.write_bytes(saved(cells))

    assert graduand(school_of_three, "observe", str(path), "--apply").code == 0

    seen = {"username": ONE, "disabled": "TRUE", "primary_education:end_date": "2026-06-30"}
    assert held(school_of_three) == {ONE: seen}


def test_whoever_is_erased_is_in_no_observation_any_more(school_of_three: Path) -> None:
    observe(school_of_three, write(school_of_three, [person(ONE), person(TWO)]), "--complete", "--apply")
    assert git(school_of_three, "show", "graduand/ledger:absent.tsv") == f"{THREE}\n"

    for username in (TWO, THREE):
        assert graduand(school_of_three, "forget", username, "--basis", "asked").code == 0
        ran = graduand(school_of_three, "erase", username, "--by-order-of", "DPO", "--yes")
        assert ran.code == 0, ran.err

    assert [*held(school_of_three)] == [ONE]
    history = git(school_of_three, "log", "-p", "graduand/ledger")
    assert (TWO in history, THREE in history, ONE in history) == (False, False, True)


def test_an_observation_can_be_withdrawn(school_of_three: Path) -> None:
    observe(school_of_three, write(school_of_three, [person(ONE)]), "--apply")
    (entry,) = noted(school_of_three, "observation")

    assert graduand(school_of_three, "uploads", "--undo", entry, "wrong file").code == 0

    assert held(school_of_three) == {}
    observe(school_of_three, write(school_of_three, [person(ONE)]), "--apply")
    assert len(noted(school_of_three, "observation")) == 2


def test_a_hundred_thousand_accounts_stop_nobody(root: Path) -> None:
    """4,000 were archived years ago; of people without a record the ledger holds these and no more."""
    begin(root)
    for number in range(20):
        put(root, graduate(f"{number:08}"), f"2026-spring/{number:08}.yaml")
    commit(root)
    archived = {"disabled": "TRUE", "primary_education:end_date": "2019-06-30"}
    accounts = (person(f"{number:08}", **(archived if 1_000 <= number < 5_000 else {})) for number in range(100_000))
    export = write(root, accounts, more={"Gender": "Xx"})

    observe(root, export, "--seen-at", SEEN, "--complete", "--apply")

    said = graduand(root, "plan", "--on", DAY)
    assert (said.code, "20 changed" in said.out) == (0, True), said.err
    assert graduand(root, "compile", "--on", DAY, "--changed").code == 0
    assert len(held(root)) == 4_020
    sizes = git(root, "ls-tree", "-r", "-l", "graduand/ledger").splitlines()
    assert {line.split("\t")[1]: int(line.split()[3]) > 0 for line in sizes} == {
        "absent.tsv": False,
        "entry.json": True,
        "observed.csv": True,
        "observed_others.csv": True,
    }
    others = git(root, "show", "graduand/ledger:observed_others.csv").splitlines()
    assert len(others) == 4_001
    assert others[0].split(",") == ["username", "institution_year_name", "primary_education:end_date", "disabled"]


# Whatever an export looks like

CELLS = {
    "institution_year_name": st.sampled_from(["Licence 3", "Alumni", "Master, 1re année", ""]),
    "primary_education:end_date": st.dates(date(1930, 1, 1), date(2099, 12, 31)).map(str) | st.just(""),
    "primary_education:major_names": st.lists(st.sampled_from(["Droit", "Éco", "Lettres"]), unique=True).map(";".join),
    "disabled": st.sampled_from(["TRUE", "FALSE", ""]),
    "last_name": st.sampled_from(["Dupont", "d’Ormesson", "Nguyễn"]),
}


@st.composite
def accounts(draw: st.DrawFn) -> list[Account]:
    usernames = draw(
        st.lists(st.from_regex(r"[a-z][a-z0-9]{2,8}", fullmatch=True), min_size=1, max_size=6, unique=True)
    )
    return [person(username, **{key: draw(cell) for key, cell in CELLS.items()}) for username in usernames]


@given(accounts(), st.sampled_from(",;\t|"), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]))
@settings(max_examples=settings().max_examples * 2)
def test_any_export_is_read_as_the_importer_would_write_it(
    school: School, people: list[Account], separator: str, encoding: str
) -> None:
    """The separator and the encoding say nothing; neither does a header that is mapped."""
    raw = export_of(people, separator=separator, lists="\n", more={"Notes": "x"}).decode("utf-8-sig")
    headers = raw.split("\r\n")[0].split(separator)
    renamed = {header: f"Column {number}" for number, header in enumerate(headers) if number % 2}
    columns = {new: key for key, old in HEADERS.items() if (new := renamed.get(old))}
    for old, new in renamed.items():
        raw = raw.replace(old, new, 1)
    encoding = "utf-8" if "Nguyễn" in raw and encoding == "cp1252" else encoding
    options = ExportOptions(
        columns, dates=dict.fromkeys((key for key in HEADERS if key.endswith("_date")), "dd/mm/yyyy")
    )

    found = read_export(raw.encode(encoding), options, school, ExportProfile(), {})

    assert {*found.columns} == {*HEADERS}
    for account in people:
        row = dict(zip(found.columns, found.rows[account["username"]], strict=True))
        assert row == {key: account.get(key, "") for key in found.columns}
    again = read_export(
        export_of(dict(zip(found.columns, row, strict=True)) for row in found.rows.values()),
        ExportOptions(dates=options.dates),
        school,
        ExportProfile(),
        {},
    )
    assert again.rows == found.rows


@given(st.lists(accounts(), min_size=1, max_size=3), st.data())
@settings(max_examples=max(5, settings().max_examples // 6))
def test_the_state_is_what_was_seen_last_whatever_the_order_of_noting(
    tmp_path_factory: pytest.TempPathFactory, seen: list[list[Account]], data: st.DataObject
) -> None:
    root = begin(tmp_path_factory.mktemp("seen"))
    (root / "records").mkdir(exist_ok=True)
    shutil.copytree(HOUSE / "schema", root / "schema", dirs_exist_ok=True)
    everybody: dict[str, Mapping[str, str]] = {}
    for number, people in enumerate(seen):
        for account in people:
            everybody[account["username"]] = account
            put(root, graduate(account["username"]), f"2026-spring/{account['username']}.yaml")
        write(root, people, f"{number}.csv")
    commit(root)
    order = data.draw(st.permutations(range(len(seen))))
    for number in [*order, *order]:
        observe(root, str(root / "build" / f"{number}.csv"), "--seen-at", f"2020-06-{number + 1:02}", "--apply")

    assert len(noted(root, "observation")) == len(seen)
    for username, cells in held(root).items():
        known = {key: "" if cell == CLEAR else cell for key, cell in cells.items()}
        assert known == {key: everybody[username].get(key, "") for key in known}
    kinds = {entry.kind for entry in read_ledger(Program(root)).entries}
    assert kinds == {EntryKind.OPENED, EntryKind.OBSERVATION}
