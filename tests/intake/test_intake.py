"""graduand intake: previews, accepted and refused rows, and limits."""

from __future__ import annotations

import io
import json
import re
import stat
import zipfile
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import openpyxl  # type: ignore[import-untyped]
import pytest

from graduand.editing.exclusion_lists import TOMBSTONES, Tombstone, Tombstones, tombstones_text
from graduand.editing.transaction import undo
from graduand.intake import apply as apply_intake
from graduand.intake.preview import IntakeOptions, preview_file
from graduand.intake.refused_rows import folder_of, waiting_files
from graduand.rules import judgement
from graduand.rules.rule import Flaw
from graduand.storage import swap
from graduand.workspace import Workspace
from tests.intake.registrars import book, french, keep
from tests.repository import TODAY, Ran, begin, commit, git, graduand, put, settle

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from graduand.records.record import Record
    from graduand.records.school import School

CLASS: Final = ("--cohort", "2026-spring", "--kind", "graduated", "--end-date", "2026-05-31")
HEAD: Final = "username,email_address,first_name,last_name"
CHLOE: Final = "00412345,chloe.dupont@valmont.example,Chloé,Dupont"
RECORD: Final = "records/2026-spring/00412345.yaml"


@pytest.fixture
def school(root: Path) -> Path:
    """A repository in which nobody is yet."""
    commit(begin(root))
    return root


def sent(root: Path, *lines: str, name: str = "class.csv", encoding: str = "utf-8") -> str:
    return keep(root, name, ("\n".join(lines) + "\n").encode(encoding))


def intake(root: Path, *lines: str, words: tuple[str, ...] = CLASS, more: tuple[str, ...] = ()) -> Ran:
    return graduand(root, "intake", sent(root, *lines), *words, *more)


def taken(root: Path, *lines: str, more: tuple[str, ...] = ()) -> Ran:
    ran = intake(root, *lines, more=("--apply", *more))
    assert ran.code == 0, ran.out + ran.err
    return ran


def printed(root: Path, *lines: str, more: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return what a preview says, as JSON."""
    found: dict[str, Any] = json.loads(intake(root, *lines, more=("--json", *more)).out)
    return found


def reasons(root: Path, *lines: str, more: tuple[str, ...] = ()) -> list[str]:
    return [refused["reason"] for refused in printed(root, *lines, more=("--show", *more))["refused"]]


def text(root: Path, path: str = RECORD) -> str:
    return (root / path).read_text(encoding="utf-8")


def state(root: Path) -> dict[str, bytes]:
    """Return what every file holds, but for what graduand remembers in git's own folder."""
    remembered = root / ".git/graduand"
    files = (path for path in root.rglob("*") if path.is_file() and not path.is_relative_to(remembered))
    return {str(path): path.read_bytes() for path in files}


# Looking first


def test_a_preview_writes_nothing_and_says_how_to_go_on(school: Path) -> None:
    before = state(school)

    ran = intake(school, HEAD, CHLOE)

    assert ran.code == 0
    assert "1 new, 0 changed, 0 identical, 0 refused." in ran.out
    assert "Nothing was written. Take them in with --apply." in ran.err
    assert state(school) == before


def test_at_a_terminal_it_asks(school: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for answer, wanted in (("\n", False), ("n\n", False), ("o\n", True)):
        monkeypatch.setattr("sys.stdin", Terminal(answer))
        monkeypatch.setattr("graduand.commands.intake._at_a_terminal", lambda: True)
        ran = intake(school, HEAD, CHLOE)
        assert "Take 1 person in? [y/N]" in ran.err
        assert (school / RECORD).exists() is wanted


class Terminal(io.StringIO):
    """Somebody who answers."""

    def isatty(self) -> bool:
        return True


def test_a_record_is_made_and_the_commit_names_nobody(school: Path) -> None:
    taken(school, HEAD, CHLOE)

    assert text(school) == (
        "# yaml-language-server: $schema=../../schema/transition.schema.json\n"
        'username: "00412345"\nemail_address: chloe.dupont@valmont.example\nfirst_name: Chloé\nlast_name: Dupont\n'
        "primary_education:\n  end_date: 2026-05-31\ntransition:\n  kind: graduated\n"
    )
    assert git(school, "log", "-1", "--format=%B").strip() == (
        "Intake: class, 1 new, 0 changed\n\nGraduand-Kind: intake\nGraduand-Cohort: 2026-spring"
    )
    assert git(school, "show", "--format=", "--name-only").split() == [RECORD, "schema/intake/class.yaml"]


def test_standard_input_is_read(school: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Pipe:
        buffer = io.BytesIO(f"{HEAD}\n{CHLOE}\n".encode())

        @staticmethod
        def isatty() -> bool:
            return False

    monkeypatch.setattr("sys.stdin", Pipe())

    ran = graduand(school, "intake", "-", *CLASS, "--apply")

    assert (ran.code, ran.out.splitlines()[0]) == (0, "standard input: 1 row, utf-8, separator “,”")
    assert "schema/intake/registrar.yaml" in git(school, "show", "--format=", "--name-only")


def test_it_speaks_french(school: Path) -> None:
    path = sent(school, "Matricule;Nom;Prénom;Courriel;Groupe", "00412345;Dupont;Chloé;chloe@valmont.example;B2")

    ran = graduand(school, "intake", path, *CLASS, lang="fr")

    assert "Groupe" in ran.out
    assert "Rien n’a été écrit" in ran.err
    assert "1 nouvelle" in ran.out


# What is what


def test_a_column_that_nobody_knows_is_named_and_can_be_mapped(school: Path) -> None:
    lines = (f"{HEAD},Ville", f"{CHLOE},Paris")
    assert "! Ville  not taken: no column of Handshake. Say what it is with --map" in intake(school, *lines).out

    taken(school, *lines, more=("--map", "Ville=hometown_location_attributes:name"))

    assert "hometown_location_attributes:\n  name: Paris\n" in text(school)
    kept = (school / "schema/intake/class.yaml").read_text(encoding="utf-8")
    assert "  Ville: hometown_location_attributes:name\n" in kept


def test_the_answer_is_kept_and_used_for_the_next_file_with_these_columns(school: Path) -> None:
    taken(school, f"{HEAD},Ville", f"{CHLOE},Paris", more=("--map", "Ville=hometown_location_attributes:name"))
    next_one = sent(school, f"{HEAD},Ville", f"{CHLOE},Lyon", name="other name.csv")

    ran = graduand(school, "intake", next_one, *CLASS)

    assert "· Ville  → Hometown [hometown_location_attributes:name] (as somebody said)" in ran.out
    assert "Hometown: “Paris” → “Lyon”" in ran.out


def test_a_header_that_holds_what_nobody_sees_is_named_with_its_code(school: Path) -> None:
    ran = intake(school, HEAD.replace("email_address", "email\u200b_address\u00a0"), CHLOE)

    assert "The header holds characters that nobody sees (U+200B, U+00A0); it is read as “email_address”." in ran.out


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ("Username", "username"),
        ("Matricule", "username"),
        ("N° étudiant", "username"),
        ("STUDENT ID", "username"),
        ("Numéro étudiant (8 chiffres)", "username"),
    ],
)
def test_a_known_word_for_a_column_is_understood(school: Path, header: str, key: str) -> None:
    columns = printed(school, HEAD.replace("username", header), CHLOE)["columns"]

    assert columns[0]["key"] == key


def test_two_columns_of_one_kind_must_be_told_apart(school: Path) -> None:
    ran = intake(school, f"{HEAD},Courriel", f"{CHLOE},c@valmont.example")
    assert ran.code == 2
    assert "“email_address” (column 2) and “Courriel” (column 5)" in ran.err

    assert intake(school, f"{HEAD},Courriel", f"{CHLOE},c@valmont.example", more=("--map", "Courriel=")).code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--map", "Vile=campus_name"), "The file has no column “Vile”."),
        (("--map", "last_name=campus"), "“campus” is no key of a record that a column could fill."),
        (("--where", "yaer=Senior"), "names no column of the file"),
        (("--where", "last_name=Martin"), "Nobody fits --where last_name; it holds: “Dupont” (1)."),
        (("--pad", "many"), "“many” does not say how many figures there are"),
        (("--dates", "end_date=yy"), "“yy” is no form of dates"),
        (("--dates", "Naissance=dd/mm/yyyy"), "The file has no column “Naissance”."),
        (("--value", "prenom:Chloe=Chloé"), "“prenom” is no key of a record that a column could fill."),
        (("--dates", "end_date=dd/mm/yyyy"), "The file has no column “end_date”."),
        (("--dates", "Last name=dd/mm/yyyy"), "--dates is not about the column “last_name”."),
        (("--pad", "card_id=7"), "The file has no column “card_id”."),
        (("--pad", "first_name=7"), "--pad is not about the column “first_name”."),
        (("--value", "gendre:F=Female"), "“gendre” is no key of a record"),
        (("--value", "campus_name:N=Nord"), "The file has no column “campus_name”."),
        (("--latest", "Timestamp"), "The file has no column “Timestamp”."),
        (("--header", "7"), "There is no row 7 near the top"),
        (("--value", "Licence"), "“Licence” does not say what a text stands for"),
        (("--source", "Scolarité 2"), "cannot name a source"),
        (("--encoding", "klingon"), "cannot be read as “klingon”"),
        (("--separator", "ab"), "“ab” is no separator"),
        (("--sheet", "Classe"), "--sheet names a sheet of a spreadsheet"),
        (("--end-date", "31/05/2026"), "is no date; write it as yyyy-mm-dd"),
        (("--kind", "gone"), "“gone” is none of the values"),
        (("--set", "campus=Nord"), "“campus=Nord” does not say what to change"),
    ],
)
def test_a_word_that_does_not_fit_is_one_sentence(school: Path, words: tuple[str, ...], said: str) -> None:
    ran = intake(school, HEAD, CHLOE, more=words)

    assert ran.code == 2
    assert said in ran.err
    assert len(ran.err.splitlines()) == 1


@pytest.mark.parametrize("name", ["../x", "a/b", "", "-x", "x.", "con", "x.yaml"])
def test_a_cohort_is_called_so_that_every_disk_can_bear_it(school: Path, name: str) -> None:
    ran = graduand(school, "intake", sent(school, HEAD, CHLOE), *CLASS[2:], "--cohort", name)

    assert ran.code == 2
    assert "cohort" in ran.err


def test_a_cohort_has_one_name_however_its_accents_are_typed(school: Path) -> None:
    ran = graduand(
        school, "intake", sent(school, HEAD, CHLOE), *CLASS[2:], "--cohort", "2026-e\u0301te\u0301", "--apply"
    )

    assert ran.code == 0, ran.err
    assert [path.name for path in (school / "records").iterdir() if path.is_dir()] == ["2026-été"]


def test_of_two_columns_that_say_the_same_or_nothing_one_is_taken(school: Path) -> None:
    lines = (f"Courriel,{HEAD},username,last_name", f",{CHLOE},00412345,Dupond")
    ran = intake(school, *lines)
    assert ran.code == 2
    assert "“last_name” (column 5) and “last_name” (column 7). Rename one in the file." in ran.err

    columns = printed(school, *(line.rpartition(",")[0] for line in lines))["columns"]

    assert [column["key"] for column in columns] == ["", *HEAD.split(","), ""]
    assert columns[0]["remark"] == "It says no more than column 3, “email_address”."


def test_what_happens_to_new_people_must_be_said(school: Path) -> None:
    assert "such as: --kind graduated" in intake(school, HEAD, CHLOE, words=CLASS[:2]).err


# Values


def test_values_are_understood_as_offices_write_them(school: Path) -> None:
    head = f"{HEAD},veteran,athlete,mobile_number,primary_education:cumulative_gpa,Niveau,major_names,start_date"
    row = f'{CHLOE},VRAI,0,(512) 555-0123,"3,257",Licence,Chimie ; Droit;;Chimie,01/09/2023 00:00'

    taken(school, head, row, more=("--dates", "start_date=jj/mm/aaaa"))

    record = text(school)
    for line in ("veteran: true", "athlete: false", 'mobile_number: "5125550123"', "cumulative_gpa: 3.26"):
        assert f"{line}\n" in record
    assert "education_level_name: Undergraduate\n  major_names:\n    - Chimie\n    - Droit\n" in record
    assert "start_date: 2023-09-01\n" in record


def test_a_value_of_a_closed_list_that_nobody_knows_can_be_named(school: Path) -> None:
    settle(school, region="us")
    commit(school)
    lines = (f"{HEAD},Niveau", f"{CHLOE},L3")
    (said,) = reasons(school, *lines)
    assert "“L3” is none of the values of “primary_education:education_level_name”" in said
    option = ("--value", "primary_education:education_level_name:L3=Bachelors")

    taken(school, *lines, more=option)

    assert "education_level_name: Bachelors" in text(school)
    assert "    L3: Bachelors\n" in (school / "schema/intake/class.yaml").read_text(encoding="utf-8")
    assert reasons(school, *lines) == []


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (",chloe@valmont.example,Chloé,Dupont", "The row has no username."),
        ("00412345,,Chloé,Dupont", "“email_address” is missing; every row needs it."),
        ("00412345,chloe@valmont.example,,Dupont", "“first_name” is missing; every row needs it."),
        ("00412345,chloe@valmont,Chloé,Dupont", "has no complete domain"),
        ("00412345,chloe@harvard.edu,Chloé,Dupont", "belongs to another institution"),
        ("00412345,chloe@valmont.example,Chl0é,Dupont", "holds figures, which Handshake refuses in a name"),
        ("00412345,chloe@valmont.example,=1+1,Dupont", "begins with “=”; a spreadsheet"),
        ("00412345,chloe@valmont.example,Chl\x07oé,Dupont", "U+0007"),
        ("00412345,chloe@valmont.example,Chl\0oé,Dupont", "U+0000"),
        ("00412345,chloe@valmont.example,ChloÃ©,Dupont", "It may have been “Chloé”."),
        ("00412345,chloe@valmont.example,Chlo\ufffd,Dupont", "has lost a letter on its way"),
        ("00412345,#REF!,Chloé,Dupont", "is an error of a spreadsheet"),
        ("4.12E+05,chloe@valmont.example,Chloé,Dupont", "was an identifier before a spreadsheet"),
        ("00412345,chloe@valmont.example,Chloé", "The row has 3 cells, and the header 4"),
        ("00412345,chloe@valmont.example,Chloé,Dupont,Martin", "The row has 5 cells, and the header 4"),
        ("00412345,chloe@valmont.example," + "x" * 51 + ",Dupont", "has 51 characters"),
    ],
)
def test_a_row_that_no_record_can_hold_is_refused_with_its_reason(school: Path, cells: str, said: str) -> None:
    found = printed(school, HEAD, cells, "00412815,a@valmont.example,Anne,Petit", more=("--show",))

    assert [(refused["line"], said in refused["reason"]) for refused in found["refused"]] == [(2, True)]
    assert found["new"] == ["00412815"]


def test_what_a_study_cannot_be_is_refused(school: Path) -> None:
    (said,) = reasons(school, f"{HEAD},start_date", f"{CHLOE},2026-09-01")

    assert said == "The study ends on “2026-05-31”, before it starts on “2026-09-01”."


# Days


def test_a_day_that_could_be_two_is_asked_for_once_for_each_column(school: Path) -> None:
    lines = (f"{HEAD},start_date", f"{CHLOE},03/04/2023")

    ran = intake(school, *lines)

    assert ran.code == 2
    assert ran.err == (
        "graduand: In “start_date”, “03/04/2023” may be 2023-04-03 or 2023-03-04, and no other date of this column "
        "tells which; say it with --dates 'start_date=dd/mm/yyyy' or --dates 'start_date=mm/dd/yyyy'.\n"
    )
    french = graduand(school, "intake", sent(school, *lines), *CLASS, lang="fr").err
    assert "--dates 'start_date=jj/mm/aaaa' ou --dates 'start_date=mm/jj/aaaa'" in french
    taken(school, *lines, more=("--dates", "start_date=mm/dd/yyyy"))
    assert "start_date: 2023-03-04\n" in text(school)
    assert intake(school, *lines).code == 0, "the answer is kept"


def test_at_a_terminal_the_form_of_a_day_is_asked(school: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", Terminal("2\ny\n"))
    monkeypatch.setattr("graduand.commands.intake._at_a_terminal", lambda: True)

    ran = intake(school, f"{HEAD},start_date", f"{CHLOE},03/04/2023")

    assert "How are the dates in “start_date” written, such as “03/04/2023”?" in ran.err
    assert "start_date: 2023-03-04\n" in text(school)


def test_one_day_tells_the_form_of_its_column_and_of_no_other(school: Path) -> None:
    other = "00412815,a@valmont.example,Anne,Petit"
    head = f"{HEAD},start_date,end_date"

    one = intake(school, head, f"{CHLOE},03/04/2023,05/06/2026", f"{other},25/09/2022,05/06/2026")

    assert "In “end_date”" in one.err
    assert "start_date" not in one.err


# Zeros


def test_a_username_that_has_lost_its_zeros_is_noticed_by_its_length(school: Path) -> None:
    others = [f"004128{number},p{number}@valmont.example,Anne,Petit" for number in range(10, 15)]
    lines = (HEAD, "412345,chloe@valmont.example,Chloé,Dupont", *others)

    (said,) = reasons(school, *lines)
    assert said.startswith("“412345” has 6 figures and the others 8: its zeros in front may be lost.")

    assert printed(school, *lines, more=("--pad", "8"))["new"][0] == "00412345"
    assert printed(school, *lines, more=("--pad", "0"))["new"][0] == "412345"


def test_usernames_are_held_against_those_of_the_records(school: Path) -> None:
    others = [f"004128{number},p{number}@valmont.example,Anne,Petit" for number in range(10, 15)]
    taken(school, HEAD, *others)

    assert "the others 8" in reasons(school, HEAD, "412345,chloe@valmont.example,Chloé,Dupont")[0]


# Who is meant


def test_only_those_who_fit_are_taken(school: Path) -> None:
    rows = [
        f"0000000{n},p{n}@valmont.example,Anne,Petit,{year}" for n, year in enumerate(["Senior", "Junior", "senior "])
    ]

    found = printed(school, f"{HEAD},school_year_name", *rows, more=("--where", "year=SENIOR"))

    assert found["new"] == ["00000000", "00000002"]
    assert found["counts"]["not_meant"] == 1


def test_somebody_with_another_active_programme_is_no_alumnus(school: Path) -> None:
    head = f"{HEAD},school_year_name,education_level_name,currently_attending,end_date"
    rows = (
        f"{CHLOE},Senior,Bachelors,FALSE,2026-05-31",
        f"{CHLOE},Masters,Masters,TRUE,2028-05-31",
        "00412815,a@valmont.example,Anne,Petit,Senior,Bachelors,FALSE,2026-05-31",
    )
    for words in ((), ("--where", "year=Senior")):
        found = printed(school, head, *rows, more=words)
        assert found["new"] == ["00412815"]
        assert {left["username"] for left in found["left_out"]} == {"00412345"}
        assert "Another active programme stands in line 3: no alumnus yet." in found["left_out"][0]["reason"]


def test_rows_of_one_person_that_differ_in_lists_only_are_joined(school: Path) -> None:
    taken(school, f"{HEAD},major_names", f"{CHLOE},Chimie", f"{CHLOE},Droit", f"{CHLOE},Chimie")

    assert "    - Chimie\n    - Droit\n" in text(school)


def test_rows_of_one_person_that_contradict_each_other_are_refused(school: Path) -> None:
    found = reasons(school, HEAD, CHLOE, CHLOE.replace("Dupont", "Martin"))

    assert found == ["The rows of lines 2, 3 are of one username and differ in last_name; keep one."] * 2


def test_whoever_has_enrolled_again_is_no_alumnus(school: Path) -> None:
    found = printed(school, f"{HEAD},end_date", f"{CHLOE},**CLEAR**")

    assert found["new"] == []
    assert "has enrolled again" in found["left_out"][0]["reason"]


def test_a_returner_keeps_what_a_graduate_would_not(school: Path) -> None:
    head = f"{HEAD},institution_year_name,start_date,end_date,currently_attending,disabled"
    words = ("--cohort", "2026-autumn", "--kind", "returned", "--apply")

    ran = graduand(school, "intake", sent(school, head, f"{CHLOE},M1,2026-09-01,**CLEAR**,TRUE,FALSE"), *words)

    assert ran.code == 0, ran.out
    record = text(school, "records/2026-autumn/00412345.yaml")
    for line in ("institution_year_name: M1", 'end_date: "**CLEAR**"', "currently_attending: true", "disabled: false"):
        assert line in record
    assert "account:\n    reason: returned\n" in record


def test_no_account_is_closed_by_a_column(school: Path) -> None:
    (said,) = reasons(school, f"{HEAD},disabled", f"{CHLOE},TRUE")
    assert "no column says why" in said

    taken(school, f"{HEAD},disabled", f"{CHLOE},FALSE")
    assert "disabled" not in text(school)


def test_confidential_people_are_kept_out_and_not_named(school: Path) -> None:
    path = school / "schema/intake/confidential.yaml"
    path.parent.mkdir()
    path.write_text('usernames:\n  - "00412345"\n', encoding="utf-8")

    ran = intake(school, HEAD, CHLOE, "00412815,a@valmont.example,Anne,Petit")

    assert "1 new, 0 changed, 0 identical, 0 refused, 1 kept out as confidential." in ran.out
    assert "00412345" not in ran.out


def test_a_deleted_person_does_not_come_back_with_the_next_file(school: Path) -> None:
    taken(school, HEAD, CHLOE, "00412815,a@valmont.example,Anne,Petit")

    gone = graduand(school, "forget", "00412345", "--basis", "GDPR art. 17")

    assert (gone.code, gone.out) == (0, f"{RECORD}\n")
    assert not (school / RECORD).exists()
    assert git(school, "status", "--porcelain") == ""
    assert "00412345" not in (school / "schema/intake/tombstones.yaml").read_text(encoding="utf-8")
    (left,) = printed(school, HEAD, CHLOE)["left_out"]
    assert (left["username"], left["reason"].startswith("Deleted on ")) == ("00412345", True)
    assert "(GDPR art. 17), and must not come back." in left["reason"]
    assert graduand(school, "forget", "00412345", "--basis", "x").code == 2


def test_each_deleted_person_is_kept_apart(school: Path) -> None:
    taken(school, HEAD, CHLOE, "00412815,a@valmont.example,Anne,Petit")
    for username in ("00412345", "00412815"):
        assert graduand(school, "forget", username, "--basis", "no: 1").code == 0

    assert printed(school, HEAD, CHLOE, "00412815,a@valmont.example,Anne,Petit")["counts"]["left_out"] == 2


def test_whoever_has_two_records_is_deleted_from_both(school: Path) -> None:
    taken(school, HEAD, CHLOE)
    again = put(school, text(school), "2025-spring/00412345.yaml")
    commit(school)

    gone = graduand(school, "forget", "00412345", "--basis", "GDPR art. 17")

    assert (gone.code, gone.out) == (0, f"records/2025-spring/00412345.yaml\n{RECORD}\n")
    assert not again.exists()
    assert not (school / RECORD).exists()


def test_a_long_list_of_deleted_people_grows_by_one_more(school: Path) -> None:
    taken(school, HEAD, CHLOE)
    stones = Tombstones("0" * 32, tuple(Tombstone(f"{number:032}", "2026-01-01", "x") for number in range(1000)))
    (school / TOMBSTONES).write_text(tombstones_text(stones), encoding="utf-8")
    commit(school)

    gone = graduand(school, "forget", "00412345", "--basis", "GDPR art. 17")

    assert gone.code == 0, gone.err
    assert git(school, "status", "--porcelain") == ""


def test_refused_rows_that_were_put_right_outlive_an_intake_that_could_not_be(school: Path) -> None:
    intake(school, HEAD, CHLOE, "00412815,nowhere,Anne,Petit", more=("--apply",))
    refused = refused_file(school)
    mended = refused.read_bytes().replace(b"nowhere", b"anne@valmont.example")
    refused.write_bytes(mended)
    (school / ".git" / "MERGE_HEAD").write_text(git(school, "rev-parse", "HEAD"), encoding="utf-8")

    stopped = graduand(school, "intake", str(refused), *CLASS, "--apply")

    assert stopped.code == 5, stopped.err
    assert refused.read_bytes() == mended
    (school / ".git" / "MERGE_HEAD").unlink()
    assert graduand(school, "intake", str(refused), *CLASS, "--apply").code == 0
    assert not refused.exists()


def test_refused_rows_outlive_a_killed_save_that_git_refuses_first(
    school: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_words: object) -> None:
        raise swap.HalfWritten(school)

    intake(school, HEAD, CHLOE, "00412815,nowhere,Anne,Petit", more=("--apply",))
    refused = refused_file(school)
    mended = refused.read_bytes().replace(b"nowhere", b"anne@valmont.example")
    refused.write_bytes(mended)
    with monkeypatch.context() as patch:
        patch.setattr(swap, "swap_files", stop)
        assert graduand(school, "edit", "00412345", "middle_name=Rose").code == 5
    hook = school / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    hook.chmod(0o755)

    assert graduand(school, "intake", str(refused), *CLASS, "--apply").code == 5

    assert refused.read_bytes() == mended


def test_what_git_refused_to_record_leaves_its_refused_rows_all_the_same(school: Path) -> None:
    hook = school / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    hook.chmod(0o755)

    ran = intake(school, HEAD, CHLOE, "00412815,nowhere,Anne,Petit", more=("--apply",))

    assert ran.code == 5
    assert (school / RECORD).exists()
    assert refused_file(school).exists()


def test_an_intake_is_taken_back_with_what_was_learnt_of_its_columns(school: Path) -> None:
    taken(school, HEAD, CHLOE)
    workspace, before = Workspace(school), state(school / "schema")
    raw = f"{HEAD},Remarque\n00412815,a@valmont.example,Anne,Petit,x\n".encode()
    common = {"transition:kind": "graduated", "primary_education:end_date": "2026-05-31"}
    order = IntakeOptions("class.csv", TODAY, "2026-spring", common, columns={"Remarque": ""})
    took = apply_intake.apply_intake(workspace, preview_file(workspace, raw, order), folder_of(workspace))
    assert {one.path.partition("/")[0] for one in took.saved} == {"records", "schema"}

    undo(workspace, took.saved, commit=True)

    assert not (school / "records/2026-spring/00412815.yaml").exists()
    assert state(school / "schema") == before
    assert git(school, "log", "-1", "--format=%s").strip() == "Undone: 00412815"


def test_a_killed_intake_is_finished_by_the_next_and_both_say_so(school: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_words: object) -> None:
        raise swap.HalfWritten(school)

    with monkeypatch.context() as patch:
        patch.setattr(swap, "swap_files", stop)
        killed = intake(school, HEAD, CHLOE, more=("--apply",))
    assert killed.code == 5
    assert "finish with: graduand doctor" in killed.err

    ran = intake(school, HEAD, CHLOE, more=("--apply",))

    assert "A save that was interrupted is finished now: “Intake: class, 1 new, 0 changed”, 2 files." in ran.err
    assert (school / RECORD).is_file()
    assert git(school, "status", "--porcelain") == ""
    assert git(school, "rev-list", "--count", "HEAD").strip() == "2"


def test_what_git_refused_is_committed_by_the_same_again(school: Path) -> None:
    hook = school / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    hook.chmod(0o755)
    refused = intake(school, HEAD, CHLOE, more=("--apply",))
    assert refused.code == 5
    assert "Saved, not committed" in refused.err
    hook.unlink()

    ran = intake(school, HEAD, CHLOE, more=("--apply",))

    assert "Taken in and committed" in ran.err
    assert RECORD in git(school, "show", "--format=", "--name-only")


# People who have a record


def test_a_later_file_changes_only_what_it_holds_and_erases_nothing(school: Path) -> None:
    taken(school, f"{HEAD},campus_name,gender", f"{CHLOE},Nord,Female")
    path = school / RECORD
    path.write_text(text(school).replace("Dupont\n", "Dupont  # née Martin\n"), encoding="utf-8")
    commit(school)

    ran = taken(school, "username,last_name,campus_name,gender", "00412345,Durand,Sud,")

    assert "0 new, 1 changed, 0 identical, 0 refused." in ran.out
    assert "Campus: “Nord” → “Sud”" in ran.out
    record = text(school)
    assert "last_name: Durand  # née Martin\n" in record
    assert "campus_name: Sud\ngender: Female\n" in record


def test_an_address_that_belongs_to_somebody_else_is_refused(school: Path) -> None:
    taken(school, HEAD, CHLOE)

    (said,) = reasons(school, HEAD, "00500000,CHLOE.dupont@valmont.example,Chloé,Martin")

    assert said == (
        "“CHLOE.dupont@valmont.example” belongs to “00412345”, who has a record; was it given to somebody else?"
    )


def test_an_address_that_two_rows_share_is_refused_in_both(school: Path) -> None:
    found = reasons(school, HEAD, CHLOE, CHLOE.replace("00412345", "00412346"))

    assert [reason.partition(" also stands in line ")[2] for reason in found] == [
        *("3, for somebody else.", "2, for somebody else.")
    ]


def test_a_username_in_other_capitals_is_refused(school: Path) -> None:
    taken(school, HEAD, CHLOE.replace("00412345", "cdupont"))

    (said,) = reasons(school, HEAD, "CDupont,c@valmont.example,Chloé,Dupont")

    assert "differs only in capitals from “cdupont”" in said


def test_the_personal_address_of_a_graduate_is_not_taken_back(school: Path) -> None:
    taken(school, HEAD, CHLOE)
    answer = ("username,email_address", "00412345,chloe@courriel.example")
    assert intake(school, *answer, words=("--patch", "--apply")).code == 0

    ran = taken(school, HEAD, CHLOE)

    assert "1 graduate keeps the personal address of the record" in ran.out
    assert "email_address: chloe@courriel.example\n" in text(school)


def test_answers_change_addresses_and_nothing_else(school: Path) -> None:
    taken(school, HEAD, CHLOE)
    lines = ("Matricule,Courriel,Nom", "00412345,chloe@courriel.example,Martin", "00999999,x@courriel.example,Nobody")

    ran = intake(school, *lines, words=("--patch", "--apply"))

    assert ran.code == 1
    assert "0 new, 1 changed, 0 identical, 1 refused." in ran.out
    assert "There is no record of “00999999”." in ran.out
    assert "Of answers, nothing but the address is taken; not: “Nom”." in ran.out
    assert "chloe@courriel.example" not in ran.out, "addresses are masked"
    assert "email_address: chloe@courriel.example\nfirst_name: Chloé\nlast_name: Dupont\n" in text(school)


def test_a_returner_who_graduates_is_a_graduate(school: Path) -> None:
    record = (
        'username: "00412345"\nemail_address: chloe.dupont@valmont.example\nfirst_name: Chloé\n'
        "institution_year_name: M1\nprimary_education:\n  start_date: 2024-09-01\n  currently_attending: true\n"
        "transition:\n  kind: returned\n"
    )
    put(school, record, "2024-autumn/00412345.yaml")
    commit(school)

    taken(school, HEAD, CHLOE)

    record = text(school, "records/2024-autumn/00412345.yaml")
    assert "kind: graduated" in record
    assert "institution_year_name" not in record
    assert "currently_attending" not in record


def test_a_record_that_cannot_be_read_is_not_written_over(school: Path) -> None:
    put(school, "username: [\n")
    commit(school)

    assert reasons(school, HEAD, CHLOE) == ["The record of this person cannot be read; see: graduand check"]


ORDINARY: Final = {
    "Diplôme préparé": "primary_education:education_level_name",
    "Mention": "primary_education:major_names",
    "Date d'inscription": "primary_education:start_date",
    "Adresse personnelle": "email_address",
    "Prénom usuel": "first_name",
    "Nom d'usage": "last_name",
    "Nom de naissance": "",
}


def test_ordinary_french_heads_are_known(school: Path) -> None:
    columns = printed(school, "Numéro étudiant;" + ";".join(ORDINARY), "00412345" + ";" * len(ORDINARY))["columns"]

    assert {column["header"]: column["key"] for column in columns[1:]} == ORDINARY


def test_a_head_stands_in_only_for_a_column_that_is_not_there(school: Path) -> None:
    heads = "Matricule;Courriel;Prénom;Prénom usuel;Nom;Spécialité;Mention;Adresse personnelle"
    columns = printed(school, heads, "00412345" + ";" * 7)["columns"]

    assert {column["header"]: column["key"] for column in columns} == {
        "Matricule": "username",
        "Courriel": "email_address",
        "Prénom": "first_name",
        "Nom": "last_name",
        "Prénom usuel": "preferred_name",
        "Spécialité": "primary_education:major_names",
        "Mention": "",
        "Adresse personnelle": "",
    }


# Refused rows


def refused_file(root: Path) -> Path:
    """Return the only file of refused rows."""
    [one] = waiting_files(root / "build" / "intake")
    return one.path


def test_refused_rows_come_back_with_their_reasons_and_can_be_taken_in_again(school: Path) -> None:
    lines = ("Matricule;Courriel;Prénom;Téléphone", "00412345;chloe@valmont.example;Chl0é;+33639981207")

    ran = intake(school, *lines, more=("--apply",))

    assert ran.code == 1
    refused = refused_file(school)
    assert str(refused) in ran.err
    assert stat.S_IMODE(refused.stat().st_mode) == 0o600
    content = refused.read_bytes().decode("utf-8-sig")
    assert content.splitlines()[0] == "Matricule;Courriel;Prénom;Téléphone;graduand_reason"
    assert "'+33639981207" in content, "no spreadsheet shall run it"
    assert "“Chl0é” holds figures" in content
    refused.write_text(content.replace("Chl0é", "Chloé"), encoding="utf-8")
    again = graduand(school, "intake", str(refused), *CLASS, "--apply")

    assert again.code == 0, again.out
    assert "first_name: Chloé\n" in text(school)
    assert 'mobile_number: "+33639981207"\n' in text(school)
    assert "schema/intake/class.yaml" in git(school, "show", "--format=", "--name-only")


def test_what_a_spreadsheet_would_alter_in_refused_rows_is_guarded_once(school: Path) -> None:
    intake(school, HEAD, CHLOE.replace("Chloé", "Chl0é"), more=("--apply",))
    refused = refused_file(school)
    first = refused.read_bytes()
    graduand(school, "intake", str(refused), *CLASS, "--apply")

    assert b"\r\n'00412345,chloe" in first, "a spreadsheet would take the zeros away"
    assert refused.read_bytes() == first
    refused.write_bytes(first.replace(b"Chl0", b"Chlo"))
    assert graduand(school, "intake", str(refused), *CLASS, "--apply").code == 0
    assert 'username: "00412345"\n' in text(school)


def test_refused_rows_of_another_file_stay_until_they_are_taken_in(school: Path) -> None:
    folder = school / "build/intake"
    intake(school, HEAD, CHLOE.replace("Chloé", "Chl0é"), more=("--apply",))
    first = refused_file(school)
    mended = first.read_bytes().replace(b"Chl0", b"Chlo") + b"00412817,b@valmont.example,Bea,Obi,\r\n"
    first.write_bytes(mended)

    taken(school, HEAD, "00412815,a@valmont.example,Anne,Petit")
    intake(school, HEAD, "00412816,nowhere,Lee,Petit", more=("--apply",))
    intake(school, HEAD, "00412816,nowhere,Lee,Petit", more=("--apply",))

    assert first.read_bytes() == mended, "somebody worked in it"
    assert [one.path.name for one in waiting_files(folder)][::-1] == [first.name, f"{first.stem}-2.csv"]
    part = graduand(school, "intake", str(first), *CLASS, "--where", "first_name=Bea", "--apply")
    assert (part.code, first.exists()) == (0, True), "the other row was not meant, and stays"
    assert graduand(school, "intake", str(first), *CLASS, "--apply").code == 0
    assert not first.exists()
    assert "first_name: Chlo" in text(school)


def test_a_ragged_row_keeps_its_cells_and_is_refused_again(school: Path) -> None:
    intake(school, HEAD, CHLOE.replace("Dupont", "Du,pont"), CHLOE.replace(",Dupont", ""), more=("--apply",))
    refused = refused_file(school)
    assert 'Du,pont,"The row has 5 cells' in refused.read_bytes().decode("utf-8-sig")

    again = graduand(school, "intake", str(refused), *CLASS)

    assert "0 new, 0 changed, 0 identical, 2 refused." in again.out


# Files that are none


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "it is empty"),
        (b"\xef\xbb\xbf\r\n;;\r\n", "it is empty"),
        (HEAD.encode(), "Below the header there is no row"),
        (b"%PDF-1.7", "it is a PDF"),
        (b"<!DOCTYPE html><title>Login</title>", "it is a web page"),
        (b'{"people": []}', "it is JSON"),
        (b"\xd0\xcf\x11\xe0rest", "The workbook cannot be read"),
        (b"PK\x03\x04rest", "The workbook cannot be read"),
        (f'{HEAD}\n00412345,"chloe\n00412346,anne\n'.encode(), "a quotation mark in the row of line 2 is never closed"),
        (b"Nom\nDupont\n", "No column is username; there are: “Nom”"),
        (b"just text\nand more\n", "No column is username"),
    ],
)
def test_what_is_no_table_of_people_is_said_in_one_sentence(school: Path, content: bytes, said: str) -> None:
    ran = graduand(school, "intake", keep(school, "class.csv", content), *CLASS)

    assert ran.code == 2
    assert said in ran.err
    assert len(ran.err.splitlines()) == 1


def test_a_file_that_is_too_large_is_not_read(school: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graduand.tables.table_reader.SIZE", 30)

    assert "larger than 0 MB" in intake(school, HEAD, CHLOE).err


def test_a_file_that_is_not_there_is_said(school: Path) -> None:
    ran = graduand(school, "intake", str(school / "nothing.csv"), *CLASS)

    assert ran.code == 5
    assert "cannot be read: it is not there" in ran.err


def test_hostile_text_is_shown_and_never_obeyed(school: Path) -> None:
    ran = intake(school, f"{HEAD},[bold]x[/bold]\x1b[2J", f"{CHLOE},\x1b]0;title\x07")

    assert "\x1b" not in ran.out + ran.err
    assert "[bold]x[/bold]" in ran.out


def test_hostile_text_is_no_less_harmless_in_json(school: Path) -> None:
    name = "cl\u202eass\u0085\x7f.csv"

    ran = graduand(school, "intake", sent(school, HEAD, CHLOE, name=name), *CLASS, "--json")

    assert all(map(str.isprintable, ran.out.splitlines())), ran.out
    assert json.loads(ran.out)["file"] == name


def every_fault_at_once() -> bytes:
    """Return a French office's file in which everything that offices do wrong is done."""
    good = french(8).decode("cp1252").splitlines()
    lines = [
        "Export du 12/06/2026;;;;;;;;;;;;;",
        "",
        good[0].replace("Nom;", "Nom\u00a0;").replace("Observations", "Observations "),
        *good[1:6],
        good[6].replace("22000005", "2200005"),
        good[7].replace("31/05/2026", "45/05/2026"),
        good[8].replace(";VRAI", ";peut-être", 1),
        good[1],
        ";" * 13,
        "22000020;Petit;Anne",
        '22000021;"Petit;suite";Anne;anne@valmont.example;Licence;Droit;UFR;01/09/2023;31/05/2026;VRAI;FAUX;;L3;x',
        "22000022;Petit;An4e;an@valmont.example;Licence;Droit;UFR;01/09/2023;31/05/2026;VRAI;FAUX;06;L3;=1+1",
        "22000023;Petit;Anne;pa@harvard.edu;Doctorat;Droit;UFR;01/09/2023;31/05/2026;VRAI;FAUX;06;L3;",
    ]
    return "\r\n".join(lines).encode("cp1252", "replace")


def test_a_file_with_every_fault_at_once_loses_nobody_silently(school: Path) -> None:
    path = keep(school, "Export.csv", every_fault_at_once())

    ran = graduand(school, "intake", path, "--cohort", "2026-spring", "--kind", "graduated", "--apply", "--show")

    assert ran.code == 1
    assert "2 rows above the header were passed over." in ran.out
    assert re.search(r"Observations +not taken", ran.out)
    for said in ("2200005", "45/05/2026", "An4e", "pa@harvard.edu", "The row has 3 cells"):
        assert said in ran.out, said
    found = json.loads(graduand(school, "intake", path, "--kind", "graduated", "--cohort", "x", "--json").out)
    counts = found["counts"]
    assert counts["identical"] + counts["refused"] + 1 == found["rows"], "one row stood there twice"
    assert (
        "6 records: 0 errors" in graduand(school, "check").out or "7 records: 0 errors" in graduand(school, "check").out
    )


# Spreadsheets


def test_a_workbook_is_taken_in_as_it_is_shown(school: Path) -> None:
    content = book(
        [
            ["Matricule", "Courriel", "Prénom", "Nom", "Date de fin", "Boursier", "veteran"],
            ["00412345", "chloe@valmont.example", "Chloé", "Dupont", datetime(2026, 5, 31), True, False],  # noqa: DTZ001
        ],
        hidden=[["old"]],
    )

    ran = graduand(school, "intake", keep(school, "Promo.xlsx", content), *CLASS[:4], "--apply")

    assert ran.code == 0, ran.out + ran.err
    assert "1 row, sheet “Classe”" in ran.out
    assert "end_date: 2026-05-31\n" in text(school)
    assert "veteran: false\n" in text(school)


@pytest.mark.parametrize(
    "damage",
    [lambda sheet: sheet[: len(sheet) // 2], lambda sheet: sheet.replace(b'r="2"', b'r="x"')],
    ids=["cut", "a row that is no number"],
)
def test_a_workbook_that_is_damaged_inside_is_said(school: Path, damage: Callable[[bytes], bytes]) -> None:
    whole = zipfile.ZipFile(io.BytesIO(book([HEAD.split(","), CHLOE.split(",")])))
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as packed:
        for name in whole.namelist():
            content = whole.read(name)
            packed.writestr(name, damage(content) if name == "xl/worksheets/sheet1.xml" else content)

    ran = graduand(school, "intake", keep(school, "class.xlsx", raw.getvalue()), *CLASS)

    assert (ran.code, "The workbook cannot be read: it is damaged" in ran.err) == (2, True)


def test_several_sheets_are_named_and_a_hidden_one_can_be_asked_for(school: Path) -> None:
    people = [HEAD.split(","), CHLOE.split(",")]
    path = keep(school, "Promo.xlsx", book(people, Autre=[["x"]], hidden=people))

    ran = graduand(school, "intake", path, *CLASS)
    assert ran.code == 2
    assert "say which with --sheet: “Classe”, “Autre”, “hidden” (hidden)." in ran.err

    assert "1 new" in graduand(school, "intake", path, *CLASS, "--sheet", "hidden").out
    assert "There is no sheet “X”" in graduand(school, "intake", path, *CLASS, "--sheet", "X").err


def test_a_formula_that_was_never_computed_is_refused(school: Path) -> None:
    people = [HEAD.split(","), ["00412345", "=CONCATENATE(A2)", "Chloé", "Dupont"]]

    ran = graduand(school, "intake", keep(school, "Promo.xlsx", book(people)), *CLASS)

    assert "The formula in row 2, column 2 of “Classe” was never computed" in ran.err


def test_numbers_of_a_workbook_keep_the_zeros_that_it_shows(school: Path) -> None:
    whole = openpyxl.load_workbook(io.BytesIO(book([HEAD.split(","), [412345, *CHLOE.split(",")[1:]]])))
    whole.active["A2"].number_format = "00000000"
    content = io.BytesIO()
    whole.save(content)

    assert graduand(school, "intake", keep(school, "Promo.xlsx", content.getvalue()), *CLASS, "--apply").code == 0

    assert (school / RECORD).is_file()


# What is kept of a source


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ("colums:\n  a: username\n", "“colums” is no key of this file"),
        ("dates:\n  a: yyyy\n", "“dates” is no key of this file, or does not hold what it should."),
        ("pad:\n  username: many\n", "“pad” is no key of this file"),
        ("columns: [\n", ""),
    ],
)
def test_a_source_that_says_nothing_sensible_is_named_with_its_line(school: Path, broken: str, said: str) -> None:
    path = school / "schema/intake/class.yaml"
    path.parent.mkdir()
    path.write_text(broken, encoding="utf-8")

    ran = intake(school, HEAD, CHLOE)

    assert ran.code == 1
    assert "schema/intake/class.yaml:" in ran.err
    assert said in ran.err


def test_a_record_that_changes_between_look_and_yes_stops_all(school: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken(school, HEAD, CHLOE)

    class Slow(Terminal):
        def readline(self, *_words: Any) -> str:  # type: ignore[override]  # noqa: ANN401 - as a terminal reads
            put(school, text(school).replace("Dupont", "Martin"))
            return "y\n"

    monkeypatch.setattr("sys.stdin", Slow())
    monkeypatch.setattr("graduand.commands.intake._at_a_terminal", lambda: True)

    ran = intake(school, "username,last_name", "00412345,Durand")

    assert ran.code == 5
    assert "has changed since it was read" in ran.err
    assert "last_name: Martin" in text(school)


# What nothing was taken in of


def test_an_intake_that_takes_nobody_in_says_why(school: Path) -> None:
    row = "00412815,a@valmont.example,Anne,Petit"
    bad = "00412816,b@valmont.example,Lee3\u200b,Petit"

    assert "Nothing was taken in: every row is refused.\n" in intake(school, HEAD, bad, more=("--apply",)).err
    where = ("--apply", "--where", "first_name=Anne")
    taken(school, HEAD, row)
    assert "Nothing changed: all is so already.\n" in intake(school, HEAD, row, more=("--apply",)).err
    said = intake(school, HEAD, row, bad, more=("--apply",)).err
    assert "Nothing changed: the rows that are not refused say what the records say already.\n" in said
    (school / "records/2026-spring/00412815.yaml").unlink()
    assert "Taken in" in intake(school, HEAD, row, bad, more=where).err


def test_what_check_refuses_is_refused_by_an_intake(school: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def judge(record: Record, _school: School, _on: str) -> list[Flaw]:
        same = record.text("first_name") == record.text("last_name")
        return [Flaw("GR201", "last_name", "First and last name are equal.")] if same else []

    lines = ("00412815,a@valmont.example,Petit,Petit", "00412816,b@valmont.example,Anne,Petit")
    monkeypatch.setattr(judgement, "judge", judge)

    assert reasons(school, HEAD, *lines) == ["First and last name are equal."]
    monkeypatch.undo()
    taken(school, HEAD, *lines)
    monkeypatch.setattr(judgement, "judge", judge)
    renamed = (lines[0], "00412816,b@valmont.example,Petit,Petit")
    assert reasons(school, HEAD, *renamed) == ["First and last name are equal."]


def test_a_card_that_is_wiped_for_several_is_nobody_elses(school: Path) -> None:
    people = ["**CLEAR**", "C1", "**CLEAR**", "c1", "C2", ""]
    rows = (f"0041235{number},p{number}@valmont.example,Zoë,Obi,{card}" for number, card in enumerate(people))

    found = printed(school, f"{HEAD},card_id", *rows)

    assert [one["line"] for one in found["refused"]] == [3, 5]
