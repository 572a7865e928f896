from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given, settings

from graduand.handshake.job import jobs_of
from graduand.handshake.row import row_of, withheld
from graduand.handshake.row_table import table_of
from graduand.handshake.sendable import sendable
from graduand.handshake.state import NOTHING
from graduand.handshake.upload import files_of
from graduand.records.record import LOGIN
from graduand.rules import judgement
from tests.bench.generator import school_repository
from tests.importer import Importer, Settings
from tests.inspection import complaints
from tests.people import DAY, SCHOOL, sound_people
from tests.repository import HOUSE, TODAY, begin, built, commit, graduand, settle, shipped

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from graduand.handshake.upload import File
    from graduand.records.record import Record
    from graduand.records.school import School
    from tests.importer import Account


def compiled(people: tuple[Record, ...], school: School) -> tuple[File, ...]:
    """Return the files of people who have never been uploaded before."""
    rows = table_of((row_of(one, school, DAY) for one in judgement.sound(people, ())), [*school.columns])
    may_go = sendable(rows, NOTHING, school, early=True).table
    return files_of(jobs_of(may_go, school, NOTHING), school, DAY, rehearsal=False)


def inspected(root: Path, region: str = "eu", *, rehearsal: bool = False) -> list[str]:
    """Return what is wrong with any file of the build."""
    build = root / "build"
    found = [f"{path.name} is open to others" for path in build.iterdir() if path.stat().st_mode & 0o777 != 0o600]
    for job in json.loads((build / "manifest.json").read_bytes())["jobs"]:
        found += complaints(job["file"], (build / job["file"]).read_bytes(), region, rehearsal=rehearsal)
    return found


def test_the_shipped_records_give_these_bytes(tmp_path: Path, golden: Callable[[str, bytes], None]) -> None:
    head = commit(shipped(tmp_path)).encode()
    files: dict[str, bytes] = {}
    for language in ("en", "fr"):
        assert graduand(tmp_path, "compile", "--on", TODAY, lang=language).code == 0
        files |= built(tmp_path)
        files[f"upload.{language}.md"] = files.pop("upload.md")

    checksum = json.loads(files["manifest.json"])["checksum"].encode()  # of the commit too
    for name, content in files.items():
        golden(f"compile/{name}", content.replace(head, b"0" * 40).replace(checksum, b"0" * 64))
    assert {path.name for path in (HOUSE / "tests/golden/compile").iterdir()} == files.keys()


def test_the_shipped_records_give_files_that_the_importer_takes_whole(tmp_path: Path) -> None:
    assert graduand(shipped(tmp_path), "compile", "--on", TODAY).code == 0

    assert inspected(tmp_path) == []


def test_a_rehearsal_differs_in_the_names_only(tmp_path: Path) -> None:
    shipped(tmp_path)
    graduand(tmp_path, "compile", "--on", TODAY)
    real = built(tmp_path)

    assert graduand(tmp_path, "compile", "--on", TODAY, "--rehearse").code == 0

    assert inspected(tmp_path, rehearsal=True) == []
    rehearsed = {name.replace("test_", ""): content for name, content in built(tmp_path).items()}
    assert rehearsed.keys() == real.keys()
    assert all(rehearsed[name] == real[name] for name in real if name.endswith(".csv"))


@pytest.mark.parametrize("region", ["eu", "us"])
def test_a_school_of_invented_people_gives_files_that_the_importer_takes_whole(
    tmp_path: Path, school: School, region: str
) -> None:
    root = school_repository(tmp_path / "school", 600, school, commit=False)
    settle(root, region=region, limits="{deactivations: null}")
    commit(begin(root))

    ran = graduand(root, "compile", "--on", TODAY, "--json")

    assert ran.code == 0
    assert json.loads(ran.out)["records"] == 600
    assert inspected(root, region) == []


@given(sound_people(SCHOOL, 1, 4))
@settings(max_examples=settings().max_examples * 3 // 5)
def test_whatever_check_calls_sound_gives_files_that_the_importer_takes_whole(people: tuple[Record, ...]) -> None:
    files = compiled(people, SCHOOL)

    assert [complaint for file in files for complaint in complaints(file.name, file.content)] == []
    assert sum(file.rows for file in files) >= sum(withheld(person) is None for person in people)


@given(sound_people(SCHOOL, 1, 3))
@settings(max_examples=settings().max_examples * 3 // 5)
def test_whatever_check_calls_sound_arrives_without_a_failed_row(people: tuple[Record, ...]) -> None:
    """Where the login is the one that Handshake has, and the phone number one that it takes in every reading."""
    assume(not any(person.text("mobile_number").startswith("+") for person in people))
    accounts: dict[str, Account] = {}
    for number, person in enumerate(people):
        was = {"email_address": f"before{number}@valmont.example", "first_name": "Before", "disabled": "FALSE"}
        known = person.text("transition:previous_username") or person.username
        accounts[known] = was | ({LOGIN: person.text(LOGIN)} if LOGIN in person.values else {})
    importer = Importer(accounts)

    for file in compiled(people, SCHOOL):
        boxes = Settings(file.setting.identifier_column, file.setting.changes_identifier_data)
        outcome = importer.take(file.name, file.content, boxes)
        assert (outcome.ran, outcome.said, outcome.skipped, outcome.failed) == (True, (), {}, b"")

    sent = [person for person in people if withheld(person) is None]
    assert {person.username: person.text("email_address") for person in sent}.items() <= {
        username: account["email_address"] for username, account in importer.accounts.items()
    }.items()
    assert len(importer.accounts) == len(people)
