"""graduand feed overlay: the school's own sync file, with the cells of outstanding rows laid over it."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.handshake.test_article import DAY, RETURNED
from tests.importer import Importer, Settings
from tests.observations.exports import person
from tests.repository import begin, commit, graduand, graduate, put
from tests.uploads.test_loop import ACCOUNT, Desk

if TYPE_CHECKING:
    from pathlib import Path

    from tests.repository import Ran

YEAR, END = "institution_year_name", "primary_education:end_date"
ATTENDING, START = "primary_education:currently_attending", "primary_education:start_date"
HEADERS = ("email_address", "username", "auth_identifier", "first_name", "last_name", YEAR)
REST = ("primary_education:major_names", "primary_education:education_level_name", START, END)
ONE, TWO = "00000001", "00000002"
AUTOMATIC = Settings(automatic=True)


def close(record: str) -> str:
    return record.replace("transition:", "disabled: true\ntransition:") + ACCOUNT


@pytest.fixture
def school(root: Path) -> Path:
    """Twenty students, of whom one graduates and one is closed."""
    begin(root)
    put(root, graduate(ONE), f"2026-spring/{ONE}.yaml")
    put(root, close(graduate(TWO)), f"2026-spring/{TWO}.yaml")
    commit(root)
    return root


def students(count: int = 20) -> dict[str, dict[str, str]]:
    return {name: person(name) for name in (f"{number:08}" for number in range(1, count + 1))}


def feed_of(accounts: dict[str, dict[str, str]], *, headers: tuple[str, ...] = (*HEADERS, *REST)) -> str:
    rows = [",".join(account.get(header, "") for header in headers) for account in accounts.values()]
    return "\n".join([",".join(headers), *rows, ""])


def overlay(root: Path, content: str | bytes, *words: str, lang: str = "en") -> Ran:
    """Lay what is outstanding over a file, into build/out.csv, or where `words` say."""
    path = root / "build" / "sync.csv"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    where = () if "--out" in words else ("--out", str(root / "build" / "out.csv"), "--force")
    return graduand(root, "feed", "overlay", str(path), "--on", DAY, *where, *words, lang=lang)


def made(root: Path) -> str:
    return (root / "build" / "out.csv").read_bytes().decode()


def test_only_the_cells_of_outstanding_rows_differ(school: Path) -> None:
    before = feed_of(students())
    ran = overlay(school, before)

    assert (ran.code, ran.out) == (0, ""), ran.err
    lines, after = before.splitlines(), made(school).splitlines()
    assert after[0] == f"{lines[0]},{ATTENDING},disabled"
    assert after[1] == lines[1].replace("Licence 3", "Alumni").replace("2026-09-30", "2026-06-15") + ",FALSE,"
    assert after[2] == lines[2].replace("Licence 3", "Alumni").replace("2026-09-30", "2026-06-15") + ",FALSE,TRUE"
    assert after[3:] == [f"{line},," for line in lines[3:]]
    assert f"Laid over: 7 cells in 2 rows.\nAdded columns: {ATTENDING}, disabled.\n" in ran.err
    assert (school / "build" / "out.csv").stat().st_mode & 0o777 == 0o600
    assert "Posé par-dessus" in overlay(school, before, lang="fr").err


def test_it_runs_by_itself_and_the_next_night_stays_right(school: Path) -> None:
    desk = Desk(school, Importer(students()))
    for _night in range(3):
        overlay(school, feed_of(students()))
        outcome = desk.handshake.take("20260701_users.csv", (school / "build" / "out.csv").read_bytes(), AUTOMATIC)
        assert (outcome.ran, outcome.failed) == (True, b""), outcome.said
        accounts = desk.handshake.accounts
        assert (accounts[ONE][YEAR], accounts[ONE][ATTENDING], accounts[TWO]["disabled"]) == ("Alumni", "FALSE", "TRUE")
        assert accounts["00000003"] == students()["00000003"]


def test_what_handshake_holds_is_laid_over_a_file_that_would_undo_it(school: Path) -> None:
    desk = Desk(school, Importer(students()))
    desk.send()
    assert desk.plan() == {} or set(desk.plan().values()) == {"unchanged"}

    overlay(school, feed_of(students()))
    line = made(school).splitlines()[1]
    assert ",Alumni," in line
    assert "disabled" not in made(school), "Handshake has it, and a file that is silent leaves it"


def test_login_username_and_labels_are_never_touched(school: Path) -> None:
    changed = graduate(ONE).replace(
        "primary_education:", "auth_identifier: new\nsystem_label_names: [A]\nprimary_education:"
    )
    put(school, changed, f"2026-spring/{ONE}.yaml")
    put(school, graduate("00000099").rstrip() + f"\n  previous_username: '{TWO}'\n", "2026-spring/00000099.yaml")
    (school / "records/2026-spring" / f"{TWO}.yaml").unlink()
    commit(school)
    ran = overlay(school, feed_of(students()))

    assert ran.code == 1
    assert "sso00000001" in made(school)
    assert "system_label_names" not in made(school)
    assert "1 person needs an upload for a login or labels" in ran.err
    assert f"line 3  {TWO}  Handshake or the record has another username: “00000099”." in ran.err.replace(
        ": 00000099.", ": “00000099”."
    )
    assert made(school).splitlines()[2].startswith(feed_of(students()).splitlines()[2])


def test_a_row_that_is_newer_than_the_record_is_named_and_left(school: Path) -> None:
    people = students()
    people[ONE][START] = "2026-09-01"
    ran = overlay(school, feed_of(people))

    assert ran.code == 1
    assert (
        f"line 2  {ONE}  The file has the start date 2026-09-01, after the {END} 2026-06-15 of the record." in ran.err
    )
    assert made(school).splitlines()[1] == feed_of(people).splitlines()[1] + ",,"


def test_a_returner_keeps_an_end_date_that_only_the_file_knows(school: Path) -> None:
    record = RETURNED.replace("00412345", ONE).replace("chloe.dupont", f"p{ONE}")
    record = "".join(line for line in record.splitlines(keepends=True) if "end_date" not in line)
    put(school, record, f"2026-spring/{ONE}.yaml")
    commit(school)
    start = next(line.split(": ")[1] for line in record.splitlines() if "start_date" in line)
    people = students()
    people[ONE] |= {START: start, END: "2030-06-30"}
    overlay(school, feed_of(people))
    assert ",2030-06-30," in made(school).splitlines()[1]

    people[ONE] |= {END: "2020-06-30"}
    overlay(school, feed_of(people))
    assert ",2020-06-30," not in made(school).splitlines()[1]


def test_people_who_are_held_or_kept_out_stay_as_they_are(school: Path) -> None:
    path = school / "schema" / "intake" / "confidential.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(f'usernames:\n  - "{TWO}"\n', encoding="utf-8")
    commit(school)
    desk = Desk(school, Importer(students(), excluded=[ONE]))
    desk.run("compile", "--on", DAY)
    outcomes = desk.handshake.upload(school / "build")
    desk.run("uploaded", str(school / "build/manifest.json"))
    (failed,) = [one.failed for one in outcomes if one.failed]
    (school / "build" / "failed.csv").write_bytes(failed)
    desk.run("reconcile", str(school / "build" / "failed.csv"))
    ran = overlay(school, feed_of(students()))

    assert (ran.code, made(school)) == (0, feed_of(students())), ran.err
    assert "2 rows stay as they are" in ran.err


def test_who_is_not_in_the_file_is_counted_and_goes_into_a_job_only_if_asked(school: Path) -> None:
    people = students()
    del people[ONE]
    ran = overlay(school, feed_of(people))
    assert "1 person with something outstanding is not in the file." in ran.err
    assert not (school / "build" / "manifest.json").exists()

    assert overlay(school, feed_of(people), "--spill").code == 0
    told = json.loads((school / "build" / "manifest.json").read_text(encoding="utf-8"))
    assert [(job["rows"], job["delivery"]) for job in told["jobs"]] == [(1, "manual")]


@pytest.mark.parametrize("what", ["address", "closing"])
def test_what_would_stop_the_sync_is_not_written_unless_it_goes_into_a_job(school: Path, what: str) -> None:
    people = students(20 if what == "address" else 2)
    for username in (ONE, TWO):
        record = graduate(username)
        moved = record.replace(f"p{username}@valmont.example", f"p{username}@alumni.valmont.example")
        put(school, moved if what == "address" else close(record), f"2026-spring/{username}.yaml")
    commit(school)
    ran = overlay(school, feed_of(people))
    said = "2 addresses would change, of 20 rows" if what == "address" else "2 accounts would be closed, of 2 rows"
    assert (ran.code, said in ran.err, (school / "build" / "out.csv").exists()) == (3, True, False), ran.err

    ran = overlay(school, feed_of(people), "--spill")
    assert (ran.code, "2 people go beyond what the sync takes." in ran.err) == (0, True), ran.err
    told = json.loads((school / "build" / "manifest.json").read_text(encoding="utf-8"))
    assert sum(job["rows"] for job in told["jobs"]) == 2
    assert made(school) == feed_of(people)
    assert overlay(school, feed_of(people), "--rehearse", "--out", str(school / "build/test_1.csv")).code == 0


def test_the_limits_of_the_school_hold_too(school: Path) -> None:
    settings = school / "schema" / "institution.yaml"
    text = settings.read_text(encoding="utf-8").partition("limits:")[0]
    settings.write_text(f"{text}limits: {{deactivations: {{count: 0}}}}\n", encoding="utf-8")
    commit(school)
    ran = overlay(school, feed_of(students()))

    assert (ran.code, "1 account would be closed" in ran.err) == (3, True)


def test_a_file_is_replaced_only_on_demand_and_its_name_says_whether_it_runs(school: Path) -> None:
    out = school / "build" / "users.csv"
    assert overlay(school, feed_of(students()), "--out", str(out)).code == 0
    ran = overlay(school, feed_of(students()), "--out", str(out))
    assert (ran.code, "is there already; replace it with --force." in ran.err) == (2, True)
    assert overlay(school, feed_of(students()), "--out", str(out), "--force").code == 0
    assert overlay(school, feed_of(students()), "--rehearse", "--out", str(out), "--force").code == 2
    assert overlay(school, feed_of(students()), "--out", str(school / "build" / "latest.csv")).code == 2
    assert graduand(school, "feed", "check", str(out), "--spill").code == 2


def test_records_that_are_not_committed_are_refused(school: Path) -> None:
    put(school, graduate("00000003"), "2026-spring/00000003.yaml")

    assert overlay(school, feed_of(students())).code == 5


def test_a_cell_that_the_encoding_cannot_write_is_named(school: Path) -> None:
    put(school, graduate(ONE).replace("first_name: Chloé", "first_name: Łucja"), f"2026-spring/{ONE}.yaml")
    commit(school)
    raw = feed_of(students()).encode("cp1252")
    ran = overlay(school, raw, "--encoding", "cp1252")

    assert ran.code == 1
    assert f"line 2  {ONE}  The encoding of the file cannot write first_name." in ran.err


def test_standard_output_gets_the_bytes(school: Path) -> None:
    raw = feed_of(students()).replace("\n", "\r\n").encode("utf-16")
    ran = subprocess.run(
        [sys.executable, "-m", "graduand", "--root", str(school), "feed", "overlay", "-", "--on", DAY],
        input=raw,
        capture_output=True,
        check=True,
    )

    assert ran.stdout.startswith(raw[:2])
    assert [line.count(",") for line in ran.stdout.decode("utf-16").split("\r\n")] == [11] * 21 + [0]


def test_rows_that_handshake_is_known_to_hold_are_not_counted(school: Path) -> None:
    moved = graduate(ONE).replace(f"p{ONE}@valmont.example", f"p{ONE}@alumni.valmont.example")
    for number in range(3, 21):
        put(school, graduate(f"{number:08}"), f"2026-spring/{number:08}.yaml")
    commit(school)
    desk = Desk(school, Importer(students()))
    desk.send()
    put(school, moved, f"2026-spring/{ONE}.yaml")
    commit(school)
    people = {name: {**account, YEAR: "Alumni", END: "2026-06-15"} for name, account in students().items()}
    headers = ("email_address", "username", "first_name", "last_name", YEAR, END)
    ran = overlay(school, feed_of(people, headers=headers))

    assert (ran.code, "1 address would change, of 1 row;" in ran.err) == (3, True), ran.err
