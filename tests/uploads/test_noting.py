from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from graduand.git.program import Program
from graduand.handshake.upload import manifest_checksum
from graduand.ledger import ledger as ledger_module
from graduand.ledger.branch import NewEntry, append
from graduand.ledger.entry import PersonLine, people_tsv
from graduand.ledger.sync import newest
from graduand.uploads.note_upload import usernames_in
from tests.handshake.test_article import CLOSED, DAY, renamed
from tests.repository import GRADUATE, HOUSE, begin, commit, git, graduand, graduate, put

if TYPE_CHECKING:
    from pathlib import Path

    from tests.repository import Ran


@pytest.fixture
def compiled(root: Path) -> Path:
    """A repository whose records are compiled and not noted yet."""
    put(begin(root), GRADUATE)
    commit(root)
    assert graduand(root, "compile", "--on", DAY).code == 0
    return root


def note(root: Path) -> Ran:
    return graduand(root, "uploaded", str(root / "build/manifest.json"))


def another(root: Path, record: str) -> str:
    """Commit, compile and note another record of the same person; return the tag."""
    put(root, record)
    commit(root)
    assert graduand(root, "compile", "--on", DAY).code == 0
    return note(root).out.strip()


def rewrite(root: Path, **values: object) -> None:
    """Give keys of the manifest other values, as if it had been compiled so."""
    path = root / "build/manifest.json"
    says = json.loads(path.read_bytes()) | values
    path.write_text(json.dumps(says | {"checksum": manifest_checksum(says)}), encoding="utf-8")


def entry_of(root: Path, commit: str = "graduand/ledger") -> dict[str, object]:
    """Return what the entry of a commit of the ledger says."""
    said: dict[str, object] = json.loads(git(root, "show", f"{commit}:entry.json"))
    return said


def entries(root: Path) -> list[str]:
    """Return the subjects of the ledger's commits, oldest first; none when there is no ledger."""
    listed = git(root, "for-each-ref", "refs/heads/graduand/ledger")
    return git(root, "log", "--reverse", "--format=%s", "graduand/ledger").splitlines() if listed else []


@pytest.mark.parametrize(
    ("branch", "kept"),
    [("close-00412345", False), ("fix/00412345_again", False), ("close-004123456", True), ("main", True)],
)
def test_a_branch_that_is_called_after_a_person_is_not_noted(root: Path, branch: str, *, kept: bool) -> None:
    put(begin(root), GRADUATE)
    commit(root)
    git(root, "branch", "--move", branch)
    assert graduand(root, "compile", "--on", DAY).code == 0

    assert note(root).code == 0

    assert entry_of(root).get("branch") == (branch if kept else None)


def test_an_upload_becomes_an_entry_of_the_ledger(compiled: Path) -> None:
    manifest = json.loads((compiled / "build/manifest.json").read_bytes())
    file = (compiled / "build/20260701_1_students.csv").read_bytes()
    (compiled / "README.md").write_text("Later\n", encoding="utf-8")
    head = git(compiled, "rev-parse", "HEAD").strip()
    commit(compiled)

    ran = note(compiled)

    name = ran.out.strip()
    assert entries(compiled)[0].startswith("opened ")
    assert entries(compiled)[1:] == [f"upload {name}: 1 people, 1 files"]
    said = entry_of(compiled)
    assert (said["schema"], said["kind"], said["commit"]) == ("graduand/entry/1", "upload", head)
    assert {key: said[key] for key in ("on", "plan", "branch")} == {
        key: manifest[key] for key in ("on", "plan", "branch")
    }
    assert [one["sent_as"] for one in said["files"]] == ["20260701_1_students.csv"]  # type: ignore[attr-defined]
    assert git(compiled, "show", "graduand/ledger:students.csv").encode() == file
    blob = git(compiled, "rev-parse", f"{head}:records/2026-spring/00412345.yaml").strip()
    (line,) = git(compiled, "show", "graduand/ledger:people.tsv").splitlines()
    username, previous, path, object_name, meaning, jobs = line.split("\t")
    assert (username, previous, path) == ("00412345", "", "records/2026-spring/00412345.yaml")
    assert (object_name, jobs, len(meaning)) == (blob, "students.csv", 64)
    assert "00412345" not in git(compiled, "show", "graduand/ledger:entry.json")
    again = note(compiled)
    assert (again.code, again.out.strip()) == (0, name)
    assert "Already noted." in again.err
    assert len(entries(compiled)) == 2


def test_only_the_jobs_that_ran_are_noted(root: Path) -> None:
    put(begin(root), renamed(GRADUATE), "2026-spring/00499999.yaml")
    commit(root)
    assert graduand(root, "compile", "--on", DAY).code == 0
    manifest = str(root / "build/manifest.json")

    second = graduand(root, "uploaded", manifest, "--job", "build/20260701_2_identifiers.csv")

    assert second.code == 0
    assert "20260701_1_students.csv comes before a file that is noted, and has not run itself." in second.err
    assert "20260701_1_students.csv: has not run yet" in graduand(root, "uploads").out
    first = graduand(root, "uploaded", manifest)
    assert first.code == 0
    assert first.out != second.out
    assert "has not run yet" not in graduand(root, "uploads").out
    assert len(entries(root)) == 3
    assert "Already noted" in graduand(root, "uploaded", manifest).err
    unknown = graduand(root, "uploaded", manifest, "--job", "other.csv")
    assert unknown.code == 2
    assert "names no file “other.csv”" in unknown.err


def test_when_it_ran_decides_what_handshake_holds(compiled: Path) -> None:
    early = compiled / "build/early"
    graduand(compiled, "compile", "--on", DAY, "--out", str(early))
    put(compiled, GRADUATE.replace("06-15", "06-16"))
    commit(compiled)
    graduand(compiled, "compile", "--on", DAY)
    late = graduand(compiled, "uploaded", str(compiled / "build/manifest.json"), "--ran-at", "2026-07-02T09:00")
    first = graduand(compiled, "uploaded", str(early / "manifest.json"), "--ran-at", "2026-07-01")

    assert (late.code, first.code) == (0, 0)
    assert "1 person was in an upload that was noted after this one was compiled" in first.err
    assert "  00412345\n" in first.err
    assert "Nothing is outstanding" in graduand(compiled, "plan", "--on", DAY, "--changed").out


@pytest.mark.parametrize("text", ["tomorrow", "2999-01-01", "2026-13-01", "25:00", ""])
def test_a_time_that_is_none_or_lies_ahead_is_refused(compiled: Path, text: str) -> None:
    ran = graduand(compiled, "uploaded", str(compiled / "build/manifest.json"), "--ran-at", text)

    assert ran.code == (2 if text else 0)
    assert entries(compiled) == [] or not text


def test_an_entry_of_a_clock_that_is_ahead_is_named(compiled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "clock" not in graduand(compiled, "uploads").err
    with monkeypatch.context() as patched:
        patched.setattr(ledger_module, "now_after", lambda _earlier: "2031-01-01T09:00:00Z")
        name = note(compiled).out.strip()

    ran = graduand(compiled, "uploads")

    assert (ran.code, name.startswith("20310101T090000Z")) == (0, True)
    assert f"! Noted with a clock that is ahead, so they count as the last ones: {name}." in ran.err
    assert graduand(compiled, "uploads", "--undo", name, "wrong clock").code == 0
    assert "clock" not in graduand(compiled, "uploads").err


def test_an_entry_noted_by_mistake_is_withdrawn_with_a_reason(compiled: Path) -> None:
    name = note(compiled).out.strip()
    assert "Nothing is outstanding" in graduand(compiled, "plan", "--on", DAY, "--changed").out

    refused = [
        graduand(compiled, "uploads", "--undo", name),
        graduand(compiled, "uploads", "--undo", name, "because of 00412345"),
        graduand(compiled, "uploads", "--undo", "2026", "never ran"),
        graduand(compiled, "uploads", "never ran"),
    ]
    assert [ran.code for ran in refused] == [2, 2, 0, 2]
    assert "names “00412345”" in refused[1].err
    assert entry_of(compiled)["of"] == name
    assert graduand(compiled, "uploads").out.startswith("In hand, not noted yet")
    assert graduand(compiled, "plan", "--on", DAY, "--changed").code == 0
    again = note(compiled)
    assert (again.code, again.out.strip() != name) == (0, True)
    assert "No entry" in graduand(compiled, "uploads", "--undo", name, "twice").err


@pytest.mark.parametrize(
    "values",
    [
        {"jobs": [["file", "sha256"]]},
        {"jobs": [{"file": "../../etc/passwd", "sha256": "0"}]},
        {"jobs": [{"file": "", "sha256": "0"}]},
        {"jobs": [{"file": 7, "sha256": "0"}]},
        {"jobs": [7]},
        {"jobs": None},
        {"schema": 1},
        {"overrides": 5},
        {"overrides": [1]},
        {"ledger": [1]},
        {"on": {}},
    ],
)
def test_a_manifest_that_somebody_else_wrote_is_refused_in_one_sentence(
    compiled: Path, values: dict[str, object]
) -> None:
    rewrite(compiled, **values)

    ran = note(compiled)

    assert (ran.code, ran.out) == (5, "")
    assert "it is no manifest" in ran.err
    assert entries(compiled) == []


@pytest.mark.parametrize(
    ("old", "new"), [('"on": "', '"on": "2'), ('"published": false', '"published": true'), ('"rows": 1', '"rows": 2')]
)
def test_a_manifest_that_was_edited_after_compile_is_refused_everywhere(compiled: Path, old: str, new: str) -> None:
    path = compiled / "build/manifest.json"
    text = path.read_text(encoding="utf-8")
    assert list(json.loads(text))[-1] == "checksum"
    path.write_text(json.dumps(json.loads(text)) + "\r\n", encoding="utf-8")
    assert "In hand, not noted yet" in graduand(compiled, "uploads").out, "another form says the same"
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")

    refused = [graduand(compiled, *words) for words in (("uploaded",), ("deliver", "--dry-run"))]

    assert [ran.code for ran in refused] == [5, 5]
    assert entries(compiled) == []
    assert all("it was changed after it was compiled" in ran.err or "it is no manifest" in ran.err for ran in refused)


@pytest.mark.parametrize("on", ["", "2026-02-30", "yesterday", None])
def test_the_day_of_a_manifest_is_a_day(compiled: Path, on: str | None) -> None:
    rewrite(compiled, on=on)

    assert "it is no manifest" in note(compiled).err


def test_a_manifest_without_end_is_no_bug(compiled: Path) -> None:
    (compiled / "build/manifest.json").write_text("[" * 200_000, encoding="utf-8")

    assert note(compiled).code == 5


@pytest.mark.parametrize("name", ["HEAD:records", "HEAD^{tree}", "HEAD", "{short}", "--help", "f" * 40])
def test_what_is_no_commit_is_refused(compiled: Path, name: str) -> None:
    rewrite(compiled, commit=name.replace("{short}", git(compiled, "rev-parse", "--short", "HEAD").strip()))

    ran = note(compiled)

    assert ran.code == 5
    assert "is not in this repository" in ran.err


@pytest.mark.parametrize("form", ["openpgp", "ssh"])
def test_without_a_key_nothing_is_noted_and_the_sentence_says_so(compiled: Path, form: str) -> None:
    git(compiled, "config", "commit.gpgSign", "true")
    git(compiled, "config", "gpg.format", form)
    git(compiled, "config", "gpg.program", "/nonexistent/gpg")

    ran = note(compiled)

    assert (ran.code, ran.out) == (5, "")
    assert ran.err.startswith("graduand: git refused: ")
    assert "gpg" in ran.err
    assert entries(compiled) == []
    git(compiled, "config", "commit.gpgSign", "false")
    assert note(compiled).code == 0


def test_the_same_files_sent_again_after_they_failed_are_another_upload(compiled: Path, tmp_path: Path) -> None:
    """As when the cure was in Handshake, not in the record."""
    first = note(compiled).out.strip()
    failed = tmp_path / "build/failed.csv"
    answer = '{"exclude_from_sync":true,"errors":["User is marked as excluded from sync and cannot be updated."]}'
    failed.write_text(f"username,response\n00412345,'{answer}'\n", encoding="utf-8")
    assert graduand(compiled, "reconcile", str(failed)).code == 0
    files = {path.name: path.read_bytes() for path in (compiled / "build").glob("2026*.csv")}

    assert graduand(compiled, "compile", "--on", DAY, "--changed").code == 1
    assert graduand(compiled, "compile", "--on", DAY, "--changed", "--retry-excluded").code == 0
    second = note(compiled).out.strip()

    assert {path.name: path.read_bytes() for path in (compiled / "build").glob("2026*.csv")} == files
    assert second > first
    assert "Nothing is outstanding" in graduand(compiled, "plan", "--on", DAY, "--changed").out


def test_many_processes_that_note_at_once_make_one_entry_each(compiled: Path) -> None:
    folders = []
    for number in range(6):
        folder = compiled / "build" / str(number)
        graduand(compiled, "compile", "--on", f"2026-07-{number + 1:02}", "--out", str(folder))
        folders.append(folder)
    environment = os.environ | {"PYTHONPATH": str(HOUSE / "tui")}
    words = [sys.executable, "-m", "graduand", "--root", str(compiled), "uploaded"]

    running = [
        subprocess.Popen([*words, str(folder / "manifest.json")], env=environment, stdout=subprocess.DEVNULL)
        for folder in folders
    ]

    assert [process.wait() for process in running] == [0] * 6
    assert len(entries(compiled)) == 7


def test_processes_that_note_the_same_upload_at_once_make_one_entry(compiled: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(HOUSE / "tui")}
    words = [
        sys.executable,
        "-m",
        "graduand",
        "--root",
        str(compiled),
        "uploaded",
        str(compiled / "build/manifest.json"),
    ]

    running = [subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, text=True) for _turn in range(4)]
    told = {process.communicate()[0] for process in running}

    assert [process.returncode for process in running] == [0] * 4
    assert told == {f"{entries(compiled)[1].split()[1].removesuffix(':')}\n"}
    assert len(entries(compiled)) == 2


def rename(root: Path) -> None:
    """Commit the same person with the same address and another username."""
    (root / "records/2026-spring/00412345.yaml").unlink()
    put(root, renamed(GRADUATE), "2026-spring/00499999.yaml")
    commit(root)


def test_a_result_that_comes_late_is_of_the_upload_whose_rows_it_repeats(compiled: Path, tmp_path: Path) -> None:
    first = note(compiled).out.strip()
    rename(compiled)
    assert graduand(compiled, "compile", "--on", DAY).code == 0
    second = note(compiled).out.strip()
    failed = tmp_path / "build/failed.csv"
    failed.write_text('username,response\n00499999,"{""errors"":""No""}"\n', encoding="utf-8")

    ran = graduand(compiled, "reconcile", str(failed))

    assert ran.code == 0
    assert entry_of(compiled)["of"] == second
    changes = json.loads(graduand(compiled, "plan", "--on", DAY, "--changed", "--json").out)["changes"]
    assert [(change["username"], change["status"]) for change in changes] == [("00499999", "failed")]
    assert "Already noted as" in graduand(compiled, "reconcile", str(failed)).err
    failed.write_text('username,response\n00412345,"{""errors"":""No""}"\n', encoding="utf-8")
    assert graduand(compiled, "reconcile", str(failed), "--upload", first).code == 0
    assert entry_of(compiled)["of"] == first
    failed.write_text('username,response\n00777777,"{""errors"":""No""}"\n', encoding="utf-8")
    nobody = graduand(compiled, "reconcile", str(failed))
    assert (nobody.code, "held any of these rows" in nobody.err) == (2, True)


def test_what_never_arrived_is_not_taken_back(compiled: Path, tmp_path: Path) -> None:
    put(
        compiled,
        graduate("00412815").replace("transition:", "disabled: true\ntransition:")
        + "  account:\n    reason: deceased\n",
        "2026-spring/00412815.yaml",
    )
    another(compiled, CLOSED)
    failed = tmp_path / "build/failed.csv"
    failed.write_text('username,response\n00412345,"{""errors"":""No""}"\n', encoding="utf-8")
    assert graduand(compiled, "reconcile", str(failed)).code == 0

    ran = graduand(compiled, "rollback", "--on", DAY, "--json")

    assert ran.code == 0
    assert json.loads(ran.out)["records"] == 1
    assert b"00412815" in (compiled / "build/20260701_1_students.csv").read_bytes()
    assert "00412345" not in ran.err


def append_by_hand(root: Path, contents: dict[str, bytes], **facts: object) -> None:
    """Append an entry that no graduand wrote."""
    moment = "2026-11-30T08:00:00Z"
    said = {"schema": "graduand/entry/1", "kind": "upload", "noted": moment, "at": moment, **facts}
    append(Program(root), [NewEntry(json.dumps(said).encode(), contents, "by hand")])


@pytest.mark.parametrize("jobs", [[], ["others.csv"]])
def test_people_whose_jobs_an_upload_does_not_have_can_fail(compiled: Path, tmp_path: Path, jobs: list[str]) -> None:
    note(compiled)
    files = [{"name": name, "sha256": "", "rows": 1, "sent_as": name, "columns": ["username"]} for name in jobs]
    people = people_tsv([PersonLine("00412345", "", "", "", "", ("students.csv",))])
    append_by_hand(compiled, {"people.tsv": people, **dict.fromkeys(jobs, b"username\n00412345\n")}, files=files)
    failed = tmp_path / "build/failed.csv"
    failed.write_text('username,response\n00412345,"{""errors"":""No""}"\n', encoding="utf-8")

    ran = graduand(compiled, "reconcile", str(failed))

    assert (ran.code, "failed" in ran.out) == (0, True)


def test_a_rollback_of_no_upload_is_a_doubt_and_no_bug(compiled: Path) -> None:
    note(compiled)
    commit = git(compiled, "rev-parse", "HEAD").strip()
    append_by_hand(compiled, {"people.tsv": b""}, commit=commit, batch="b", takes_back="nothing")

    ran = graduand(compiled, "audit", "verify")

    assert (ran.code, "takes back" in ran.out) == (1, True)


def test_an_entry_without_a_date_of_git_is_read(compiled: Path) -> None:
    note(compiled)
    raw = git(compiled, "cat-file", "commit", "graduand/ledger")
    dateless = re.sub(r"(author .*>) .*", r"\1", raw)
    words = ["git", "hash-object", "-t", "commit", "-w", "--literally", "--stdin"]
    made = subprocess.run(words, cwd=compiled, input=dateless, check=True, capture_output=True, text=True).stdout
    git(compiled, "update-ref", "refs/heads/graduand/ledger", made.strip())

    assert newest(Program(compiled)) == "?"
    assert graduand(compiled, "uploads").code == 0


@pytest.mark.parametrize("given", [False, True])
def test_a_row_that_failed_under_the_old_username_is_of_the_file_that_had_it(
    compiled: Path, tmp_path: Path, *, given: bool
) -> None:
    """Who changes username and address goes up in two jobs, which are noted one by one."""
    note(compiled)
    rename(compiled)
    path = compiled / "records/2026-spring/00499999.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("@valmont", "@courriel"), encoding="utf-8")
    commit(compiled)
    assert graduand(compiled, "compile", "--changed", "--on", DAY).code == 0
    jobs = [job["file"] for job in json.loads((compiled / "build/manifest.json").read_bytes())["jobs"]]
    manifest = str(compiled / "build/manifest.json")
    ids = [graduand(compiled, "uploaded", manifest, "--job", job).out.splitlines()[0] for job in jobs]
    header = (compiled / "build" / jobs[0]).read_text(encoding="utf-8").splitlines()[0].split(",")
    names = [usernames_in((compiled / "build" / job).read_bytes()) for job in jobs]
    assert names == [["00412345"], ["00499999"]]
    failed = tmp_path / "build/failed.csv"
    cells = ["00412345" if name == "username" else "" for name in header]
    row = ",".join([*cells, "failed", '"{""errors"":""No""}"'])
    failed.write_text(f"{','.join([*header, 'status', 'response'])}\n{row}\n", encoding="utf-8")

    wrong = graduand(compiled, "reconcile", str(failed), "--upload", ids[1])
    ran = graduand(compiled, "reconcile", str(failed), *(["--upload", ids[0]] if given else []))

    assert (wrong.code, "held any of these rows" in wrong.err) == (2, True)
    assert (ran.code, entry_of(compiled)["of"]) == (0, ids[0])


@pytest.mark.parametrize(("name", "outstanding"), [("Dupont", 0), ("Martin", 1)])
def test_who_failed_and_was_then_seen_as_the_record_says_is_not_outstanding(
    compiled: Path, tmp_path: Path, name: str, outstanding: int
) -> None:
    note(compiled)
    failed = tmp_path / "build/failed.csv"
    failed.write_text('username,response\n00412345,"{""errors"":""No""}"\n', encoding="utf-8")
    assert graduand(compiled, "reconcile", str(failed)).code == 0
    assert len(json.loads(graduand(compiled, "plan", "--on", DAY, "--json").out)["changes"]) == 1
    (sent,) = (compiled / "build").glob("2026*.csv")
    export = tmp_path / "build/export.csv"
    export.write_text(sent.read_text(encoding="utf-8").replace("Dupont", name), encoding="utf-8")
    moment = noted_at(compiled)

    assert graduand(compiled, "observe", str(export), "--seen-at", moment, "--apply").code == 0

    changes = json.loads(graduand(compiled, "plan", "--on", DAY, "--json").out)["changes"]
    assert [change["status"] for change in changes] == ["failed"] * outstanding
    ran = graduand(compiled, "compile", "--changed", "--on", DAY)
    assert ran.code == 1 - outstanding


def noted_at(root: Path) -> str:
    """Return when the newest entry was noted, as soon as that moment has passed."""
    time.sleep(2)
    return str(entry_of(root)["noted"])


def test_a_rollback_of_what_was_never_noted_is_not_noted(compiled: Path) -> None:
    rewrite(compiled, takes_back="20260101T000000Z-00000000", published=True)

    ran = note(compiled)

    assert (ran.code, "no such upload is noted" in ran.err) == (5, True)
    rewrite(compiled, takes_back=None)
    assert note(compiled).code == 0
    assert entry_of(compiled)["published"] is False
