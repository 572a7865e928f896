from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import subprocess
import sys
from datetime import date, timedelta
from itertools import count
from typing import TYPE_CHECKING

import pytest

from graduand import __version__
from tests.inspection import complaints
from tests.killing import killed_while
from tests.repository import (
    FAULTY,
    GRADUATE,
    HOUSE,
    TODAY,
    begin,
    built,
    commit,
    git,
    graduand,
    graduate,
    put,
    settle,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

COMPILE = ("compile", "--on", TODAY)


@pytest.fixture
def school_of_two(root: Path) -> Path:
    """A committed repository with two people in two cohorts, compiled once."""
    put(begin(root), GRADUATE)
    put(root, graduate("00398214"), "2025-autumn/00398214.yaml")
    commit(root)
    assert graduand(root, *COMPILE).code == 0
    return root


def manifest(root: Path) -> dict[str, object]:
    """Return the manifest of the build."""
    return json.loads((root / "build/manifest.json").read_bytes())  # type: ignore[no-any-return]


def usernames(root: Path, name: str) -> list[str]:
    """Return the first column of an import file."""
    return [line.split(",")[0] for line in (root / "build" / name).read_text(encoding="utf-8").splitlines()[1:]]


# What an upload can be answered for


def modify(root: Path) -> None:
    put(root, GRADUATE.replace("06-15", "06-16"))


def add(root: Path) -> None:
    put(root, graduate("00400000"), "2026-spring/00400000.yaml")


def ignore(root: Path) -> None:
    exclude = root / ".git/info/exclude"
    exclude.parent.mkdir(exist_ok=True)
    exclude.write_text("00400000.yaml\n", encoding="utf-8")
    add(root)


def stage(root: Path) -> None:
    modify(root)
    git(root, "add", "--all")


def delete(root: Path) -> None:
    (root / "records/2026-spring/00412345.yaml").unlink()


def link(root: Path) -> None:
    delete(root)
    (root / "records/2026-spring/00412345.yaml").symlink_to("../2025-autumn/00398214.yaml")


def change_the_schema(root: Path) -> None:
    settle(root, keeps_sso="false")


@pytest.mark.parametrize("change", [modify, add, ignore, stage, delete, link, change_the_schema])
def test_what_is_not_committed_is_not_compiled(school_of_two: Path, change: Callable[[Path], None]) -> None:
    before = built(school_of_two)
    change(school_of_two)

    ran = graduand(school_of_two, *COMPILE)

    assert ran.code == 5
    assert ran.out == ""
    assert ran.err.startswith("graduand: Not committed: ")
    assert ".yaml" in ran.err
    assert built(school_of_two) == before


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
@pytest.mark.parametrize("change", [modify, delete])
def test_what_git_was_told_not_to_look_at_is_not_compiled_either(
    school_of_two: Path, change: Callable[[Path], None], flag: str
) -> None:
    git(school_of_two, "update-index", flag, "records/2026-spring/00412345.yaml")
    change(school_of_two)

    assert graduand(school_of_two, *COMPILE).code == 5


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_what_git_was_told_not_to_look_at_is_compiled_when_it_is_as_committed(school_of_two: Path, flag: str) -> None:
    git(school_of_two, "update-index", flag, "records/2026-spring/00412345.yaml", "schema/handshake.yaml")

    assert graduand(school_of_two, *COMPILE).code == 0


def test_a_part_of_the_records_is_not_compiled_as_if_it_were_the_whole(school_of_two: Path) -> None:
    git(school_of_two, "sparse-checkout", "set", "schema", "records/2026-spring")
    assert not (school_of_two / "records/2025-autumn").exists()

    for words in ((*COMPILE,), (*COMPILE, "--allow-dirty"), ("plan", "--on", TODAY)):
        ran = graduand(school_of_two, *words)
        assert (ran.code, ran.out) == (5, "")
        assert "This checkout is sparse: 1 file of records/ and schema/ is not here (records/2025-autumn/" in ran.err

    git(school_of_two, "sparse-checkout", "disable")
    assert graduand(school_of_two, *COMPILE).code == 0


@pytest.mark.parametrize("change", [modify, add, ignore, stage, delete, change_the_schema])
def test_a_draft_says_that_it_is_one(school_of_two: Path, change: Callable[[Path], None]) -> None:
    change(school_of_two)

    ran = graduand(school_of_two, *COMPILE, "--allow-dirty")

    assert ran.code == 0
    assert "! Compiled with uncommitted changes: this upload cannot be answered for." in ran.err
    assert manifest(school_of_two)["dirty"] is True
    assert "**Compiled with uncommitted changes**" in (school_of_two / "build/upload.md").read_text(encoding="utf-8")


def test_what_lies_beside_records_and_schema_makes_no_draft(school_of_two: Path) -> None:
    (school_of_two / "README.md").write_text("Our records\n", encoding="utf-8")

    assert graduand(school_of_two, *COMPILE, "--allow-dirty").code == 0

    assert manifest(school_of_two)["dirty"] is False
    assert manifest(school_of_two)["commit"] == git(school_of_two, "rev-parse", "HEAD").strip()


def test_before_the_first_commit_there_is_only_a_draft(root: Path) -> None:
    put(begin(root), GRADUATE)

    refused = graduand(root, *COMPILE)
    draft = graduand(root, *COMPILE, "--allow-dirty")

    assert refused.code == 5
    assert "Nothing is committed here yet" in refused.err
    assert draft.code == 0
    assert manifest(root)["commit"] is None
    assert manifest(root)["dirty"] is True


def test_outside_of_git_nothing_is_compiled(root: Path) -> None:
    put(root, GRADUATE)

    ran = graduand(root, *COMPILE, "--allow-dirty")

    assert ran.code == 5
    assert "is in no git repository that can be read" in ran.err
    assert not (root / "build").exists()


def test_without_the_git_program_the_sentence_says_so(root: Path) -> None:
    put(root, GRADUATE)
    words = [sys.executable, "-m", "graduand", "--lang", "en", *COMPILE]
    environment = os.environ | {"PATH": str(root), "PYTHONPATH": str(HOUSE / "tui")}

    ran = subprocess.run(words, cwd=root, env=environment, check=False, capture_output=True, text=True)

    assert (ran.returncode, ran.stdout) == (5, "")
    assert ran.stderr == "graduand: The program git is missing on this machine; install it, then repeat.\n"


# Who is compiled


def test_only_the_cohort_that_is_asked_for_is_compiled(school_of_two: Path) -> None:
    ran = graduand(school_of_two, *COMPILE, "--cohort", "2025-autumn")

    assert ran.code == 0
    assert manifest(school_of_two)["records"] == 1
    assert usernames(school_of_two, "20261123_1_students.csv") == ["00398214"]


@pytest.mark.parametrize("cohort", ["2027-spring", "2026-spring/..", "README.md"])
def test_a_cohort_that_does_not_exist_is_a_wrong_word(school_of_two: Path, cohort: str) -> None:
    ran = graduand(school_of_two, *COMPILE, "--cohort", cohort)

    assert ran.code == 2
    assert ran.err == f"graduand: There is no cohort “{cohort}”.\n"


def test_a_cohort_of_nobody_gives_no_empty_file(school_of_two: Path) -> None:
    before = built(school_of_two)
    (school_of_two / "records/2027-spring").mkdir()

    ran = graduand(school_of_two, *COMPILE, "--cohort", "2027-spring")

    assert ran.code == 1
    assert "records/2027-spring holds nobody who could be sent" in ran.err
    assert built(school_of_two) == before


def test_an_error_in_the_scope_stops_everything(school_of_two: Path) -> None:
    before = built(school_of_two)
    put(school_of_two, FAULTY)
    commit(school_of_two)

    ran = graduand(school_of_two, *COMPILE)

    assert ran.code == 1
    assert ran.out == ""
    assert "records/2026-spring/00412345.yaml:6:13" in ran.err
    assert "“2026-02-30” is no date: that month has 28 days." in ran.err
    assert "Nothing was compiled." in ran.err
    assert built(school_of_two) == before


def test_an_error_outside_of_the_scope_stops_nobody(school_of_two: Path) -> None:
    put(school_of_two, FAULTY)
    commit(school_of_two)

    ran = graduand(school_of_two, *COMPILE, "--cohort", "2025-autumn")

    assert ran.code == 0
    assert usernames(school_of_two, "20261123_1_students.csv") == ["00398214"]


def test_a_person_in_the_scope_is_held_against_everybody(school_of_two: Path) -> None:
    put(school_of_two, GRADUATE.replace("chloe.dupont", "p00398214"))
    commit(school_of_two)

    ran = graduand(school_of_two, *COMPILE, "--cohort", "2025-autumn")

    assert ran.code == 1
    assert "GR403" in ran.err


def test_who_is_left_out_is_named(school_of_two: Path) -> None:
    put(school_of_two, "not: [a record", "2026-spring/00400000.yaml")
    put(school_of_two, FAULTY.replace("00412345", "a``b\\x1b"), "2026-spring/a%60%60b%1B.yaml")
    put(school_of_two, FAULTY)
    commit(school_of_two)

    ran = graduand(school_of_two, *COMPILE, "--skip-errors")

    assert ran.code == 0
    left_out = ["00412345", "a``b<U+001B>", "records/2026-spring/00400000.yaml"]
    assert ran.err.splitlines()[:4] == ["3 people are left out because of errors:", *(f"  {who}" for who in left_out)]
    card = (school_of_two / "build/upload.md").read_text(encoding="utf-8")
    assert f"- Left out because of errors: `{left_out[0]}`, ``` {left_out[1]} ```, `{left_out[2]}`\n" in card
    assert manifest(school_of_two)["records"] == 1
    assert usernames(school_of_two, "20261123_1_students.csv") == ["00398214"]


def test_when_everybody_is_left_out_nothing_is_compiled(root: Path) -> None:
    put(begin(root), FAULTY)
    commit(root)

    ran = graduand(root, *COMPILE, "--skip-errors")

    assert ran.code == 1
    assert "holds nobody who could be sent" in ran.err
    assert not (root / "build").exists()


@pytest.mark.parametrize("day", ["2026-7-1", "20260701", "tomorrow", "2026-13-01"])
def test_a_day_is_a_day_of_the_calendar(school_of_two: Path, day: str) -> None:
    ran = graduand(school_of_two, "compile", "--on", day)

    assert ran.code == 2
    assert ran.err == f"graduand: “{day}” is no date; write it as yyyy-mm-dd, such as 2026-06-30.\n"


# What is written, and where


def test_the_manifest_vouches_for_every_byte(school_of_two: Path) -> None:
    ran = graduand(school_of_two, *COMPILE, "--json")

    printed = manifest(school_of_two)
    assert ran.out == (school_of_two / "build/manifest.json").read_text(encoding="utf-8")
    assert printed | {"plan": "", "jobs": [], "checksum": ""} == {
        "schema": "graduand/manifest/2",
        "version": __version__,
        "commit": git(school_of_two, "rev-parse", "HEAD").strip(),
        "branch": "main",
        "published": False,
        "dirty": False,
        "on": TODAY,
        "region": "eu",
        "ledger": None,
        "plan": "",
        "overrides": [],
        "approvals": [],
        "anchor": None,
        "records": 2,
        "jobs": [],
        "checksum": "",
    }
    said = json.dumps({key: printed[key] for key in [*printed][:-1]}, separators=(",", ":"))
    assert [*printed.items()][-1] == ("checksum", hashlib.sha256(said.encode()).hexdigest())
    content = (school_of_two / "build/20261123_1_students.csv").read_bytes()
    assert printed["jobs"] == [
        {
            "file": "20261123_1_students.csv",
            "job_type": "students",
            "identifier_column": "username",
            "changes_identifier_data": False,
            "delivery": "manual",
            "rows": 2,
            "sha256": hashlib.sha256(content).hexdigest(),
            "columns": content.decode().splitlines()[0].split(","),
        }
    ]


def test_the_plan_is_another_as_soon_as_a_cell_is_and_no_sooner(school_of_two: Path) -> None:
    plan = manifest(school_of_two)["plan"]
    graduand(school_of_two, *COMPILE, "--rehearse")
    assert manifest(school_of_two)["plan"] == plan
    put(school_of_two, GRADUATE + "  notes: Vue au guichet.\n")
    commit(school_of_two)
    graduand(school_of_two, *COMPILE)
    assert manifest(school_of_two)["plan"] == plan

    put(school_of_two, GRADUATE.replace("06-15", "06-16"))
    commit(school_of_two)
    graduand(school_of_two, *COMPILE)

    assert manifest(school_of_two)["plan"] != plan


def test_a_person_reads_where_the_files_are_and_what_comes_next(school_of_two: Path) -> None:
    ran = graduand(school_of_two, *COMPILE)

    assert ran.out == f"{school_of_two}/build/20261123_1_students.csv  2 rows  an ordinary job\n"
    assert ran.err == f"How to import them: {school_of_two}/build/upload.md\n"


def test_a_rehearsal_says_so_and_bears_the_word_that_keeps_it_from_running(school_of_two: Path) -> None:
    ran = graduand(school_of_two, *COMPILE, "--rehearse")

    assert ran.code == 0
    assert "A rehearsal: Handshake analyses these files and never runs them." in ran.err
    assert built(school_of_two).keys() == {"test_20261123_1_students.csv", "manifest.json", "upload.md"}
    assert manifest(school_of_two)["rehearsal"] is True
    card = (school_of_two / "build/upload.md").read_text(encoding="utf-8")
    assert "# Rehearsal · Université de Valmont · 2026-11-23" in card
    assert "run the job" not in card


def test_the_files_go_where_they_are_wanted(school_of_two: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    out = tmp_path_factory.mktemp("usb") / "for" / "handshake"

    assert graduand(school_of_two, *COMPILE, "--out", str(out)).code == 0

    assert {path.name: path.read_bytes() for path in out.iterdir() if path.name[0] != "."} == built(school_of_two)


def test_a_file_in_the_place_of_the_folder_stays(school_of_two: Path) -> None:
    out = school_of_two / "out"
    out.write_text("mine\n", encoding="utf-8")

    ran = graduand(school_of_two, *COMPILE, "--out", str(out))

    assert ran.code == 5
    assert ran.err.startswith(f"graduand: {out} was not written: ")
    assert out.read_text(encoding="utf-8") == "mine\n"


@pytest.mark.parametrize("name", ["manifest.json", "upload.md", "20261123_1_students.csv"])
def test_a_strangers_file_is_not_overwritten(school_of_two: Path, name: str) -> None:
    out = school_of_two / "out"
    out.mkdir()
    (out / name).write_text("mine\n", encoding="utf-8")

    ran = graduand(school_of_two, *COMPILE, "--out", str(out))

    assert ran.code == 5
    assert f"{out / name} is already there and is not a file of an earlier compile" in ran.err
    assert [path.name for path in out.iterdir()] == [name]
    assert (out / name).read_text(encoding="utf-8") == "mine\n"


def test_a_strangers_file_beside_ours_stays_and_our_old_ones_go(school_of_two: Path) -> None:
    (school_of_two / "build/notes.txt").write_text("mine\n", encoding="utf-8")

    assert graduand(school_of_two, "compile", "--on", "2026-11-24").code == 0

    assert built(school_of_two).keys() == {"notes.txt", "20261124_1_students.csv", "manifest.json", "upload.md"}


@pytest.mark.parametrize(
    ("number", "why"), [(errno.EROFS, "the disk is read-only"), (errno.ENOSPC, "the disk is full")]
)
def test_a_disk_that_takes_nothing_leaves_the_earlier_build(
    school_of_two: Path, monkeypatch: pytest.MonkeyPatch, number: int, why: str
) -> None:
    before = built(school_of_two)
    opened = os.open

    def refuse(path: str, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        if flags & os.O_CREAT:
            raise OSError(number, os.strerror(number), path)
        return opened(path, flags, mode, dir_fd=dir_fd)

    monkeypatch.setattr(os, "open", refuse)

    ran = graduand(school_of_two, "compile", "--on", "2026-11-24")

    assert ran.code == 5
    assert why in ran.err
    assert built(school_of_two) == before


# Splits


def people(root: Path, number: int) -> None:
    """Commit so many people; one of them has a middle name."""
    for index in range(number):
        username = f"{index:08}"
        middle = "middle_name: Rose\n" if index == number - 1 else ""
        put(root, graduate(username).replace("last_name", f"{middle}last_name"), f"2026-spring/{username}.yaml")
    commit(root)


@pytest.mark.parametrize(
    ("limits", "fits"),
    [
        ("{file_bytes: 50000000, rows: 4}", lambda content: content.count(b"\n") <= 4 + 1),
        ("{file_bytes: 400, rows: 199999}", lambda content: len(content) < 400),
        ("{file_bytes: 10, rows: 1}", lambda content: content.count(b"\n") == 2),
    ],
)
def test_a_file_beyond_a_limit_becomes_several(root: Path, limits: str, fits: Callable[[bytes], bool]) -> None:
    settle(begin(root), "handshake.yaml", limits=limits)
    people(root, 7)

    ran = graduand(root, *COMPILE, "--json")

    assert ran.code == 0
    files = [job["file"] for job in json.loads(ran.out)["jobs"]]
    assert len(files) > 2
    assert [username for file in files for username in usernames(root, file)] == [f"{index:08}" for index in range(7)]
    assert [file for file in files if not fits((root / "build" / file).read_bytes())] == []
    assert [found for file in files for found in complaints(file, (root / "build" / file).read_bytes())] == []
    assert [job["rows"] for job in json.loads(ran.out)["jobs"]] == [len(usernames(root, file)) for file in files]


def test_a_file_stays_below_the_bytes_and_within_the_rows_to_the_last_one(root: Path) -> None:
    begin(root)
    people(root, 2)
    graduand(root, *COMPILE)
    size = (root / "build/20261123_1_students.csv").stat().st_size

    def files(limits: str) -> int:
        settle(root, "handshake.yaml", limits=limits)
        commit(root)
        assert graduand(root, *COMPILE).code == 0
        return len(list((root / "build").glob("*.csv")))

    assert files(f"{{file_bytes: {size + 1}, rows: 3}}") == 1
    assert files(f"{{file_bytes: {size}, rows: 3}}") == 2
    assert files(f"{{file_bytes: {size + 1}, rows: 2}}") == 2


def test_the_second_step_of_a_split_upload_waits_for_the_whole_first(root: Path) -> None:
    settle(begin(root), "handshake.yaml", limits="{file_bytes: 50000000, rows: 2}")
    for number in range(3):
        record = graduate(f"new{number}") + f"  previous_username: old{number}\n"
        put(root, record, f"2026-spring/new{number}.yaml")
    commit(root)

    graduand(root, *COMPILE)

    assert [job["changes_identifier_data"] for job in manifest(root)["jobs"]] == [False] * 3 + [True] * 3  # type: ignore[attr-defined]


# Whole or not at all


def whole(build: dict[str, bytes]) -> str:
    """Return the day of the set that is whole; "" when no manifest vouches for any."""
    if "manifest.json" not in build:
        return ""
    printed = json.loads(build["manifest.json"])
    for job in printed["jobs"]:
        assert hashlib.sha256(build[job["file"]]).hexdigest() == job["sha256"]
    assert printed["plan"].encode() in build["upload.md"]
    return str(printed["on"])


@pytest.mark.parametrize("operation", ["replace", "unlink", "fsync", "open"])
def test_a_disk_that_fails_on_the_way_leaves_no_half_set(
    school_of_two: Path, monkeypatch: pytest.MonkeyPatch, operation: str
) -> None:
    real = getattr(os, operation)
    for attempt in count(1):
        calls = count(1)

        def fail(*words: object, **more: object) -> object:
            if next(calls) == attempt:  # noqa: B023 - each attempt has its own
                raise OSError(errno.EIO, "fault")
            return real(*words, **more)

        with monkeypatch.context() as patched:
            patched.setattr(os, operation, fail)
            day = str(date(2026, 12, 1) + timedelta(attempt))
            ran = graduand(school_of_two, "compile", "--on", day)

        assert whole(built(school_of_two)) in {"", TODAY, day}
        assert list((school_of_two / "build").glob(".*.tmp")) == []
        if next(calls) <= attempt:
            assert ran.code == 0
            assert attempt > 2
            return
        assert graduand(school_of_two, *COMPILE).code == 0
        assert whole(built(school_of_two)) == TODAY


def test_a_process_that_is_killed_at_any_moment_leaves_no_half_set(school_of_two: Path) -> None:
    folders = killed_while(school_of_two, "compile", "--on", "2026-12-01")

    assert list(dict.fromkeys(whole(built(folder)) for folder in folders)) == [TODAY, "", "2026-12-01"]
    for folder in folders:
        assert graduand(folder, "compile", "--on", "2026-12-02").code == 0
        assert {path.name for path in (folder / "build").iterdir()} == {
            *(".graduand-files", "20261202_1_students.csv", "manifest.json", "upload.md")
        }
        assert whole(built(folder)) == "2026-12-02"


def test_two_compiles_at_once_leave_the_set_of_one_of_them(school_of_two: Path) -> None:
    words = [sys.executable, "-m", "graduand", "compile", "--on"]
    environment = os.environ | {"PYTHONPATH": str(HOUSE / "tui")}
    days = [f"2026-12-0{number}" for number in range(1, 5)]

    processes = [
        subprocess.Popen([*words, day], cwd=school_of_two, env=environment, stdout=-3, stderr=-3) for day in days
    ]

    assert [process.wait() for process in processes] == [0] * 4
    assert whole(built(school_of_two)) in days
    assert len(built(school_of_two)) == 3


# What was approved


@pytest.fixture
def many_closed(root: Path) -> Path:
    """A committed repository with thirty graduates, of whom twenty-six accounts are to be closed."""
    account = "  account:\n    reason: required-by-policy\n    requested_by: registrar\n"
    for number in range(30):
        username = f"{number:08}"
        record = graduate(username)
        closed = record.replace("transition:", "disabled: true\ntransition:") + account
        put(root, closed if number < 26 else record, f"2026-spring/{username}.yaml")
    commit(begin(root))
    return root


def test_beyond_a_limit_nothing_is_compiled_until_just_this_plan_is_approved(many_closed: Path) -> None:
    refused = graduand(many_closed, *COMPILE)

    assert refused.code == 3
    assert "26 accounts would be closed, of 30 people; the limit in institution.yaml is 25" in refused.err
    assert not (many_closed / "build").exists()
    (checksum,) = re.findall(r"--approve ([0-9a-f]{64})", refused.err)
    assert graduand(many_closed, *COMPILE, "--approve", checksum[:-1] + "x").code == 4
    assert graduand(many_closed, *COMPILE, "--approve", checksum).code == 2
    assert graduand(many_closed, *COMPILE, "--approve", checksum, "--reason", "00000001 asked").code == 2
    assert graduand(many_closed, *COMPILE, "--approve", checksum, "--reason", "Board of 4 May").code == 0
    assert manifest(many_closed)["plan"] == checksum
    assert manifest(many_closed)["overrides"] == [
        {
            "what": "limit",
            "number": 26,
            "by": "Camille Renard <camille.renard@valmont.example>",
            "reason": "Board of 4 May",
            "which": "deactivate",
        }
    ]
    card = (many_closed / "build/upload.md").read_text(encoding="utf-8")
    assert "- **Passed over** by Camille Renard: a limit, `Board of 4 May`\n" in card


def test_a_limit_of_changed_addresses_holds_too(school_of_two: Path) -> None:
    """The first upload has nothing to hold an address against."""
    settle(school_of_two, limits="{email_changes: {count: 0, percent: null}}")
    commit(school_of_two)
    assert graduand(school_of_two, *COMPILE).code == 0
    assert graduand(school_of_two, "uploaded", str(school_of_two / "build/manifest.json")).code == 0
    put(school_of_two, GRADUATE.replace("valmont", "courriel"))
    commit(school_of_two)

    ran = graduand(school_of_two, *COMPILE)

    assert ran.code == 3
    assert "1 address would change, of 2 people; the limit in institution.yaml is 0." in ran.err


def test_a_rehearsal_may_go_beyond_a_limit(many_closed: Path) -> None:
    assert graduand(many_closed, *COMPILE, "--rehearse").code == 0


def test_only_those_are_compiled_to_whom_something_is_done(many_closed: Path) -> None:
    settle(many_closed, limits="{deactivations: null}")
    commit(many_closed)

    assert graduand(many_closed, *COMPILE, "--only", "deactivate").code == 0

    assert usernames(many_closed, "20261123_1_students.csv") == [f"{number:08}" for number in range(26)]


def test_another_plan_than_the_one_that_was_looked_at_is_not_compiled(school_of_two: Path) -> None:
    before = built(school_of_two)
    plan = str(manifest(school_of_two)["plan"])
    assert graduand(school_of_two, *COMPILE, "--plan", plan).code == 0
    put(school_of_two, GRADUATE.replace("06-15", "06-16"))
    commit(school_of_two)

    ran = graduand(school_of_two, *COMPILE, "--plan", plan)

    assert ran.code == 4
    assert built(school_of_two) == before
