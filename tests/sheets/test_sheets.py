"""Sheets: what goes out, what a spreadsheet does to it, and what comes back of it."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings

from graduand.language import speak
from graduand.records.writing import canonical
from graduand.sheets.sheet_cells import cell_of, parse_cell
from graduand.sheets.sheet_export import as_text, sheet_of
from graduand.sheets.sheet_import import read_patch
from graduand.tables.cell_text import is_null
from graduand.workspace import Workspace
from tests.people import DAY, SCHOOL, sound_people
from tests.repository import GRADUATE, begin, commit, git, graduand, graduate, put, settle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from graduand.records.record import Record

PATH = "records/2026-spring/00412345.yaml"
FIRST = GRADUATE.replace("primary_education:", "mobile_number: +33612345678\nprimary_education:").replace(
    "  end_date", "  major_names:\n    - Économie\n    - Droit\n  start_date: 2023-09-04\n  end_date"
)
OTHERS = ("00412346", "00412347", "00499999")


@pytest.fixture
def school(root: Path) -> Path:
    """A committed repository of four people."""
    put(begin(root), FIRST)
    for username in OTHERS:
        put(root, graduate(username), f"2026-spring/{username}.yaml")
    graduand(root, "fmt")
    commit(root)
    return root


def out(root: Path, *words: str, lang: str = "en") -> list[dict[str, str]]:
    """Make a sheet and return its rows."""
    ran = graduand(root, "sheet", "out", "--out", "-", *words, lang=lang)
    assert ran.code == 0, ran.err
    separator = ";" if lang == "fr" else ","
    return list(csv.DictReader(io.StringIO(ran.out.removeprefix("\ufeff"), newline=""), delimiter=separator))


def saved(root: Path, rows: list[dict[str, str]], separator: str = ",", *, encoding: str = "utf-8-sig") -> str:
    """Save rows as a spreadsheet does and return where."""
    page = io.StringIO(newline="")
    writer = csv.DictWriter(page, [*dict.fromkeys(key for row in rows for key in row)], delimiter=separator)
    writer.writeheader()
    writer.writerows(rows)
    path = root.parent / f"{root.name}-sheet.csv"
    path.write_bytes(page.getvalue().encode(encoding))
    return str(path)


def changes(root: Path, file: str, *words: str) -> dict[str, dict[str, object]]:
    """Return what a sheet would change, by username and field."""
    ran = graduand(root, "sheet", "in", file, "--json", "--show", *words)
    rows = [json.loads(line) for line in ran.out.splitlines()]
    assert {row["schema"] for row in rows} <= {"graduand/patch/1"}
    return {
        row["username"]: {one["field"]: one["after"] for one in row["changes"]}
        for row in rows
        if row["refused"] is None and row["changes"]
    }


def refused(root: Path, file: str, *words: str) -> dict[str, str]:
    ran = graduand(root, "sheet", "in", file, "--json", *words)
    assert ran.code == 1
    return {row["username"]: row["refused"] for row in map(json.loads, ran.out.splitlines()) if row["refused"]}


def text(root: Path) -> str:
    return (root / PATH).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A folder with the shipped schema, for records that come and go."""
    with TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "schema").symlink_to(Path(__file__).parents[2] / "schema")
        yield root


def workspace_of(root: Path, people: tuple[Record, ...]) -> Workspace:
    for old in (root / "records").rglob("*.yaml"):
        old.unlink()
    for record in people:
        path = root / record.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(canonical(record, SCHOOL.fields, {}), encoding="utf-8")
    workspace = Workspace(root)
    vars(workspace)["school"] = SCHOOL
    return workspace


@given(people=sound_people(SCHOOL, 1, 3))
@settings(max_examples=settings().max_examples * 3 // 5)
def test_taking_back_what_went_out_changes_nothing(place: Path, people: tuple[Record, ...]) -> None:
    workspace = workspace_of(place, people)
    for language in ("en", "fr"):
        speak(language)
        raw = as_text(sheet_of(people, SCHOOL)).encode()

        patch = read_patch(workspace, raw, "sheet.csv", DAY)

        assert (patch.rows, patch.refused, patch.ignored) == ((), (), ())
        assert patch.unchanged == len(people)


@given(people=sound_people(SCHOOL))
@settings(max_examples=settings().max_examples * 3 // 5)
def test_a_value_comes_back_even_where_the_record_holds_another(people: tuple[Record, ...]) -> None:
    for key, value in people[0].values.items():
        field = SCHOOL.fields[key]

        found = parse_cell(cell_of(field, value), field, None, None)

        wanted = value.strip() if isinstance(value, str) else value
        no_value = isinstance(wanted, str) and is_null(wanted, field.kind)
        assert (found.value, found.refused) == (None if no_value else wanted, "")


def test_a_sheet_is_private_safe_and_written_as_the_language_asks(school: Path) -> None:
    ran = graduand(school, "sheet", "out", "--out", str(school / "build/s.csv"), lang="fr")

    assert ran.code == 0
    path = school / "build/s.csv"
    assert path.stat().st_mode & 0o777 == 0o600
    lines = path.read_bytes().decode().splitlines()
    assert lines[0] == (
        "\ufeffusername;email_address;first_name;last_name;primary_education:major_names;primary_education:start_date;"
        "primary_education:end_date;mobile_number;transition:kind;graduand:version"
    )
    assert lines[1].startswith(
        "'00412345;chloe.dupont@valmont.example;Chloé;Dupont;\"Économie;Droit\";2023-09-04;2026-06-15;'+33612345678;graduated;"
    )
    as_json = graduand(school, "sheet", "out", "--out", str(school / "build/t.csv"), "--json")
    assert json.loads(as_json.out) == {
        "schema": "graduand/sheet/1",
        "path": str(school / "build/t.csv"),
        "records": 4,
    }
    again = graduand(school, "sheet", "out", "--out", str(path))
    assert again.code == 2
    assert "somebody may have worked in it" in again.err
    assert git(school, "status", "--porcelain") == ""


def test_who_goes_into_a_sheet_can_be_said(school: Path) -> None:
    put(school, graduate("00400001").replace("graduated", "returned"), "2025-autumn/00400001.yaml")

    assert [row["username"] for row in out(school, "00412346", "00412345")] == ["'00412345", "'00412346"]
    assert [row["username"] for row in out(school, "--cohort", "2025-autumn")] == ["'00400001"]
    assert [row["username"] for row in out(school, "--kind", "returned")] == ["'00400001"]
    assert graduand(school, "sheet", "out", "--kind", "returned", "--cohort", "2026-spring").code == 1
    assert graduand(school, "sheet", "out", "9").code == 2
    assert not graduand(school, "sheet", "out", "--out", "-", "--no-bom").out.startswith("\ufeff")
    assert "username\temail_address" in graduand(school, "sheet", "out", "--out", "-", "--separator", "tab").out


def excel_french(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Do to rows what a French Excel does that was not told about apostrophes."""
    return [
        {
            key: "/".join(reversed(cell.split("-")))
            if key.endswith("_date") and cell
            else {"true": "VRAI", "false": "FAUX"}.get(cell, cell)
            for key, cell in row.items()
        }
        | {"username": row["username"].lstrip("'0"), "mobile_number": row["mobile_number"].lstrip("'+")}
        for row in rows
    ]


def reordered(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    return [dict(reversed([*row.items()])) for row in reversed(rows)]


def added(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    return [{"Remarque": "vu", **row, "": ""} for row in rows]


HABITS: dict[str, Callable[[list[dict[str, str]]], list[dict[str, str]]]] = {
    "as it is": lambda rows: rows,
    "French Excel": excel_french,
    "rows and columns in another order": reordered,
    "columns added": added,
    "rows taken out": lambda rows: rows[:1],
    "columns taken out": lambda rows: [{key: row[key] for key in ("last_name", "username")} for row in rows],
    "apostrophes taken out": lambda rows: [{key: cell.lstrip("'") for key, cell in row.items()} for row in rows],
}


@pytest.mark.parametrize("habit", HABITS.values(), ids=HABITS)
def test_the_habits_of_spreadsheets_change_nothing(
    school: Path, habit: Callable[[list[dict[str, str]]], list[dict[str, str]]]
) -> None:
    rows = habit(out(school))
    for separator in ",;\t":
        ran = graduand(school, "sheet", "in", saved(school, rows, separator), "--apply")

        assert ran.code == 0, ran.out
        assert "0 records would change" in ran.out


def test_an_edited_cell_is_found_through_all_habits_and_nothing_else(school: Path) -> None:
    rows = excel_french(out(school))
    rows[0] |= {"last_name": "Martin", "primary_education:end_date": "26/06/2026"}
    rows[1] |= {"email_address": "p6@courriel.example"}
    file = saved(school, rows, ";", encoding="cp1252")

    ran = graduand(school, "sheet", "in", file)

    assert changes(school, file) == {
        "00412345": {"last_name": "Martin", "primary_education:end_date": "2026-06-26"},
        "00412346": {"email_address": "p6@courriel.example"},
    }
    assert "End date: 2026-06-15 → 2026-06-26" in ran.out
    assert "p•••@valmont.example → p•••@courriel.example" in ran.out
    assert "A spreadsheet has made “412345” of the username “00412345”." in ran.out
    assert "mobile_number: A spreadsheet has made “33612345678” of “+33612345678”; it stays as it was." in ran.out
    assert "2 records would change, 2 stay as they are, 0 not taken." in ran.out
    assert "Nothing was written; write it with --apply." in ran.err
    assert git(school, "status", "--porcelain") == ""


def test_what_is_applied_is_one_commit_and_the_same_sheet_again_changes_nothing(school: Path) -> None:
    rows = out(school)
    for row in rows:
        row["middle_name"] = "Anne"
    rows[0]["mobile_number"] = "**REMOVE**"
    file = saved(school, rows)
    head = git(school, "rev-parse", "HEAD").strip()

    ran = graduand(school, "sheet", "in", file, "--apply")

    assert "Changed 4 records: " in ran.err
    assert git(school, "rev-list", "--count", f"{head}..HEAD").strip() == "1"
    assert git(school, "log", "-1", "--format=%B").strip() == "Corrected: 4 records\n\nGraduand-Kind: corrected"
    assert "mobile_number" not in text(school)
    assert "middle_name: Anne" in text(school)
    again = graduand(school, "sheet", "in", file, "--apply")
    assert (again.code, "0 records would change, 4 stay" in again.out) == (0, True)


def test_a_change_that_somebody_made_meanwhile_is_not_undone(school: Path) -> None:
    rows = out(school)
    graduand(school, "edit", "00412345", "last_name=Martin")
    rows[1]["last_name"] = "Petit"
    file = saved(school, rows)

    why = refused(school, file)
    assert list(why) == ["00412345"]
    assert "has changed since the sheet was made" in why["00412345"]
    assert changes(school, file) == {"00412346": {"last_name": "Petit"}}

    without = saved(school, [{key: cell for key, cell in row.items() if key != "graduand:version"} for row in rows])
    assert changes(school, without)["00412345"] == {"last_name": "Dupont"}


def test_rows_that_are_nobodys_stand_twice_or_cannot_be_read_are_told_with_their_reason(school: Path) -> None:
    rows = out(school)
    rows[1]["primary_education:end_date"] = "soon"
    rows += [{"username": "S9", "last_name": "Nouveau"}, rows[2], {"username": "", "last_name": "x"}]
    file = saved(school, rows)

    why = refused(school, file)

    assert "“soon” is no date; write it as yyyy-mm-dd, such as 2026-06-30." in why["00412346"]
    assert "No record has the username “S9”" in why["S9"]
    assert "graduand intake" in why["S9"]
    assert why["00412347"] == "This person stands in line 4 already."
    assert set(why) == {"00412346", "S9", "00412347", ""}


def test_a_day_that_could_be_two_waits_for_a_word(school: Path) -> None:
    rows = [{"username": "00412345", "primary_education:end_date": "05/06/2026"}]
    file = saved(school, rows)

    assert "say with --dates dmy or --dates mdy" in refused(school, file)["00412345"]
    assert changes(school, file, "--dates", "dmy") == {"00412345": {"primary_education:end_date": "2026-06-05"}}
    rows.append({"username": "00412346", "primary_education:end_date": "15/06/2026"})
    assert changes(school, saved(school, rows)) == {"00412345": {"primary_education:end_date": "2026-06-05"}}


def test_an_error_that_a_change_brings_is_shown_before_it_is_written(school: Path) -> None:
    file = saved(school, [{"username": "00412345", "email_address": "chloe@univ-aiguebelle.fr"}])

    ran = graduand(school, "sheet", "in", file)

    assert "belongs to another institution" in ran.out
    assert "1 of them would have an error" in ran.out


def test_one_address_for_two_people_is_shown_before_it_is_written(school: Path) -> None:
    rows = [{"username": one, "email_address": "Same@courriel.example"} for one in OTHERS[:2]]
    rows.append({"username": OTHERS[2], "email_address": "other@courriel.example"})

    ran = graduand(school, "sheet", "in", saved(school, rows), "--show")

    assert ran.out.count("“Same@courriel.example” also appears in records/2026-spring/0041234") == 2
    assert "2 of them would have errors" in ran.out


def test_closings_are_shown_first_and_stop_at_the_limit(school: Path) -> None:
    settle(school, limits="{deactivations: {count: 1}}")
    commit(school)
    closing = {"disabled": "VRAI", "transition:account:reason": "required-by-policy"}
    rows = [{"username": "00412345", "last_name": "Martin"}] + [{"username": one, **closing} for one in OTHERS[:2]]
    file = saved(school, rows)

    ran = graduand(school, "sheet", "in", file, "--apply")

    assert ran.code == 3
    assert ran.out.splitlines()[0] == "  00412346  closes the account"
    assert "2 accounts would be closed, of 4 people; the limit in institution.yaml is 1." in ran.err
    assert git(school, "status", "--porcelain") == ""
    checksum = ran.err.partition("--approve ")[2].split(",")[0]
    assert f"Checksum: {checksum}" in ran.out
    assert graduand(school, "sheet", "in", file, "--apply", "--approve", "1").code == 4
    assert graduand(school, "sheet", "in", file, "--apply", "--approve", checksum).code == 0
    assert git(school, "log", "-1", "--format=%s").strip() == "Corrected: 3 records"


STRANGE = {
    "a workbook": (b"PK\x03\x04xxxx", "it is an Excel workbook or an archive"),
    "nothing": (b"", "it is empty"),
    "no usernames": (b"name,mail\r\nx,y\r\n", "it has no column"),
    "a column twice": (b"username,last_name,Last name\r\n1,2,3\r\n", "two columns of “last_name”"),
    "a torn end": (b'username,last_name\r\n00412345,"x\r\n', "never closed"),
}


@pytest.mark.parametrize(("raw", "said"), STRANGE.values(), ids=STRANGE)
def test_what_is_no_sheet_is_one_sentence(school: Path, raw: bytes, said: str) -> None:
    path = school / "strange.csv"
    path.write_bytes(raw)

    ran = graduand(school, "sheet", "in", str(path))

    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert graduand(school, "sheet", "in").code == 2
    assert graduand(school, "sheet", "in", "nowhere.csv").code == 5


def test_upload_files_are_as_ever_whatever_sheets_do(school: Path) -> None:
    assert graduand(school, "compile", "--on", DAY).code == 0
    before = {path.name: path.read_bytes() for path in (school / "build").glob("*.csv")}
    graduand(school, "sheet", "out")

    assert graduand(school, "compile", "--on", DAY).code == 0

    after = {path.name: path.read_bytes() for path in (school / "build").glob("[0-9]*.csv")}
    assert after == before
    assert b",+33612345678" in b"".join(after.values())
