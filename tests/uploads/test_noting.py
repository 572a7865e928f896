from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Final

import pytest

from graduand.git import upload_tags
from graduand.git.checkout import Checkout
from graduand.uploads.replay import differing, replay_uploads
from graduand.uploads.status import upload_statuses
from graduand.workspace import Workspace
from tests.handshake.test_article import CLOSED, DAY, renamed
from tests.repository import GRADUATE, HOUSE, begin, commit, git, graduand, graduate, put, settle

if TYPE_CHECKING:
    from collections.abc import Callable
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
    """Give keys of the manifest other values."""
    path = root / "build/manifest.json"
    path.write_text(json.dumps(json.loads(path.read_bytes()) | values), encoding="utf-8")


def doctor(root: Path, name: str, **values: object) -> None:
    """Put in the place of a tag one whose message says something else."""
    says = json.loads(git(root, "tag", "--list", "--format=%(contents)", name)) | values
    git(root, "tag", "--force", "--annotate", "--message", json.dumps(says), name)


def test_a_tag_whose_numbers_are_none_stops_no_list_of_uploads(compiled: Path) -> None:
    name = note(compiled).out.strip()
    doctor(compiled, name, jobs=[{"file": "x.csv", "rows": "many"}, {"file": "y.csv", "rows": None}])

    assert [one.files for one in upload_statuses(Workspace(compiled))] == [(("x.csv", 0), ("y.csv", 0))]


def test_the_tag_stands_on_the_commit_and_its_message_is_the_manifest(compiled: Path) -> None:
    manifest = (compiled / "build/manifest.json").read_text(encoding="utf-8")
    (compiled / "README.md").write_text("Later\n", encoding="utf-8")
    head = git(compiled, "rev-parse", "HEAD").strip()
    commit(compiled)

    ran = note(compiled)

    name = ran.out.strip()
    assert f"git push origin {name}" in ran.err
    assert git(compiled, "cat-file", "-t", name) == "tag\n"
    assert git(compiled, "rev-parse", f"{name}^{{commit}}").strip() == head
    assert git(compiled, "cat-file", "tag", name).partition("\n\n")[2] == manifest
    assert list((compiled / ".git/graduand").glob("tag-*")) == []
    assert note(compiled).out.strip() == name
    assert git(compiled, "tag") == f"{name}\n"


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
        {"usernames": 5},
        {"usernames": [{}]},
        {"since": [1]},
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
    assert git(compiled, "tag") == ""


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
    git(compiled, "config", "tag.gpgSign", "true")
    git(compiled, "config", "gpg.format", form)
    git(compiled, "config", "gpg.program", "/nonexistent/gpg")

    ran = note(compiled)

    assert (ran.code, ran.out) == (5, "")
    assert ran.err.startswith("graduand: git refused: fatal: ")
    assert "gpg" in ran.err
    assert git(compiled, "tag") == ""
    assert list((compiled / ".git/graduand").glob("tag-*")) == []
    git(compiled, "config", "tag.gpgSign", "false")
    assert note(compiled).code == 0


@pytest.mark.parametrize("state", ["prepared", "committed"])
def test_a_git_that_is_killed_while_it_notes_leaves_a_sound_repository_and_one_tag_in_the_end(
    compiled: Path, state: str
) -> None:
    hook = compiled / ".git/hooks/reference-transaction"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f'#!/bin/sh\n[ "$1" = {state} ] || exit 0\nkill -9 $PPID; sleep 0.2\n', encoding="utf-8")
    hook.chmod(0o755)

    killed = note(compiled)

    assert (killed.code, killed.out) == (5, "")
    assert killed.err == "graduand: git refused: git was killed (9)\n"
    assert git(compiled, "fsck", "--strict", "--no-dangling") == ""
    assert list((compiled / ".git/graduand").glob("tag-*")) == []
    hook.unlink()
    for lock in (compiled / ".git/refs").rglob("*.lock"):
        again = note(compiled)
        assert again.code in {0, 5}  # the next second has another name
        lock.unlink()
    assert note(compiled).code == 0
    assert len(git(compiled, "tag").split()) == 1
    assert graduand(compiled, "plan", "--on", DAY, "--changed").code == 1


def test_uploads_of_one_second_and_of_a_clock_that_goes_back_keep_their_order(
    compiled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = [datetime(2026, 7, 1, 9, 0, second, tzinfo=UTC) for second in [5] * 3 + [1, 6]]
    clock = SimpleNamespace(now=lambda _zone: moments.pop(0))
    monkeypatch.setattr(upload_tags, "datetime", clock)

    made = [note(compiled).out.strip()]
    made += [another(compiled, GRADUATE.replace("06-15", f"06-{day:02}")) for day in range(1, 5)]

    assert made[:2] == ["upload/20260701T090005Z", "upload/20260701T090005Z.001"]
    assert made[-2:] == ["upload/20260701T090005Z.003", "upload/20260701T090006Z"]
    assert [step.tag.name for step in replay_uploads(Checkout(compiled).program).replayed] == made
    assert graduand(compiled, "plan", "--on", DAY, "--changed").code == 1


def test_tags_of_other_people_are_nobodys_upload(compiled: Path) -> None:
    git(compiled, "tag", "upload/next-week")
    git(compiled, "tag", "--annotate", "--message", "Hello", "upload/zzz")
    git(compiled, "tag", "--annotate", "--message", '{"version": 2}', "result/zzz")

    name = note(compiled).out.strip()

    assert name < "upload/n"
    assert graduand(compiled, "plan", "--on", DAY, "--changed").code == 1
    taken_back = graduand(compiled, "rollback", "next-week")
    assert taken_back.code == 2
    assert f"No upload “next-week” is noted; the last ones: {name}." in taken_back.err


FORGED: Final[list[dict[str, object]]] = [
    {"usernames": 5},
    {"usernames": [{}, None]},
    {"jobs": 7},
    {"jobs": [7]},
    {"jobs": None},
    {"since": [[]]},
    {"commit": {}},
    {"commit": "--output=x"},
    {"commit": "HEAD\nHEAD"},
    {"on": {}},
    {"rollback_of": [1]},
    {"schema": ["graduand/"]},
    {"schema": 1},
    {"failed": 3},
    {"failed": [3]},
    {"failed": None},
    {"upload": {}},
]


@pytest.mark.parametrize("values", FORGED, ids=str)
@pytest.mark.parametrize("kind", ["upload", "result"])
def test_a_message_that_is_not_of_our_form_is_nobodys(compiled: Path, values: dict[str, object], kind: str) -> None:
    """Whoever may push a tag may write into it whatever they like."""
    name = note(compiled).out.strip()
    says = json.loads(git(compiled, "tag", "--list", "--format=%(contents)", name))
    says |= {"schema": "graduand/result/1", "upload": name, "failed": []} if kind == "result" else {}
    git(compiled, "tag", "--annotate", "--message", json.dumps(says | values), f"{kind}/20990101T000000Z")
    ran = [
        graduand(compiled, *words)
        for words in (("plan", "--on", DAY, "--changed"), ("log", "00412345"), ("audit", "verify"), ("rollback",))
    ]

    assert [one.code for one in ran] == [1, 0, 1 if kind == "upload" else 0, 1]
    assert f"sent with {name}" in ran[1].out


def test_the_same_files_sent_again_after_they_failed_are_another_upload(compiled: Path, tmp_path: Path) -> None:
    """As when the cure was in Handshake, not in the record."""
    first = note(compiled).out.strip()
    failed = tmp_path / "build/failed.csv"
    answer = '{"exclude_from_sync":true,"errors":["User is marked as excluded from sync and cannot be updated."]}'
    failed.write_text(f"username,response\n00412345,'{answer}'\n", encoding="utf-8")
    assert graduand(compiled, "reconcile", str(failed)).code == 0
    files = {path.name: path.read_bytes() for path in (compiled / "build").glob("2026*.csv")}

    assert graduand(compiled, "compile", "--on", DAY, "--changed").code == 0
    second = note(compiled).out.strip()

    assert {path.name: path.read_bytes() for path in (compiled / "build").glob("2026*.csv")} == files
    assert second > first
    assert graduand(compiled, "plan", "--on", DAY, "--changed").code == 1


def test_many_processes_that_note_at_once_make_one_tag_each(compiled: Path) -> None:
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
    assert len(git(compiled, "tag").split()) == 6


def test_processes_that_note_the_same_upload_at_once_make_one_tag(compiled: Path) -> None:
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
    assert told == {git(compiled, "tag")}


# What compiles again


def replace_the_record(root: Path) -> None:
    put(root, GRADUATE.replace("06-15", "06-16"))


def replace_the_schema(root: Path) -> None:
    settle(root, required_columns="[email_address, username, first_name, auth_identifier]")


@pytest.mark.parametrize("change", [replace_the_record, replace_the_schema])
def test_a_tag_that_leads_to_another_commit_names_the_file_that_is_not_from_there(
    compiled: Path, change: Callable[[Path], None]
) -> None:
    name = note(compiled).out.strip()
    program = Checkout(compiled).program
    assert [differing(step) for step in replay_uploads(program).replayed] == [()]
    change(compiled)
    head = commit(compiled)

    doctor(compiled, name, commit=head)

    assert [differing(step) for step in replay_uploads(program).replayed] == [("20260701_1_students.csv",)]


def test_an_upload_without_one_of_its_files_differs_in_all_of_them(compiled: Path) -> None:
    name = note(compiled).out.strip()

    doctor(compiled, name, jobs=[])

    assert [differing(step) for step in replay_uploads(Checkout(compiled).program).replayed] == [(name,)]


def rename(root: Path) -> None:
    """Commit the same person with the same address and another username."""
    (root / "records/2026-spring/00412345.yaml").unlink()
    put(root, renamed(GRADUATE), "2026-spring/00499999.yaml")
    commit(root)


def test_a_result_that_comes_late_changes_what_is_outstanding_and_not_what_was_sent(
    compiled: Path, tmp_path: Path
) -> None:
    first = note(compiled).out.strip()
    rename(compiled)
    assert graduand(compiled, "compile", "--on", DAY).code == 0
    second = note(compiled).out.strip()
    failed = tmp_path / "build/failed.csv"
    failed.write_text('username,response\n00412345,"{""errors"":""No""}"\n', encoding="utf-8")
    program = Checkout(compiled).program
    sent = replay_uploads(program).replayed[1].jobs

    assert graduand(compiled, "reconcile", str(failed), "--upload", first).code == 0

    assert replay_uploads(program).replayed[1].jobs == sent
    assert [differing(step) for step in replay_uploads(program).replayed] == [(), ()]
    failed.write_text('username,response\n00499999,"{""errors"":""No""}"\n', encoding="utf-8")
    assert graduand(compiled, "reconcile", str(failed), "--upload", second).code == 0
    assert graduand(compiled, "compile", "--on", DAY, "--changed", "--json").out.count('"rows": 1') == 2


def test_an_upload_that_was_compiled_before_another_was_noted_compiles_again_so(compiled: Path) -> None:
    early = compiled / "build/early"
    rename(compiled)
    assert graduand(compiled, "compile", "--on", DAY, "--out", str(early)).code == 0

    assert note(compiled).code == 0
    assert graduand(compiled, "uploaded", str(early / "manifest.json")).code == 0

    assert [differing(step) for step in replay_uploads(Checkout(compiled).program).replayed] == [(), ()]
    assert [len(step.jobs) for step in replay_uploads(Checkout(compiled).program).replayed] == [1, 2]


@pytest.mark.parametrize("values", [{"identifier_column": "email_address"}, {"rows": 2}, {"delivery": "s3"}])
def test_a_tag_that_says_something_else_of_a_file_names_it(compiled: Path, values: dict[str, object]) -> None:
    name = note(compiled).out.strip()
    (job,) = json.loads((compiled / "build/manifest.json").read_bytes())["jobs"]

    doctor(compiled, name, jobs=[job | values])

    assert [differing(step) for step in replay_uploads(Checkout(compiled).program).replayed] == [
        ("20260701_1_students.csv",)
    ]


def test_a_rollback_compiles_again_also_when_more_has_happened_since(compiled: Path) -> None:
    note(compiled)
    closing = another(compiled, CLOSED)
    another(compiled, CLOSED.replace("06-15", "06-16"))

    assert graduand(compiled, "rollback", closing, "--on", DAY).code == 0
    assert note(compiled).code == 0

    assert [differing(step) for step in replay_uploads(Checkout(compiled).program).replayed] == [()] * 4
    changes = json.loads(graduand(compiled, "plan", "--on", DAY, "--json").out)["changes"]
    assert [change["effects"][0] for change in changes] == ["deactivate"]


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
    assert json.loads(ran.out)["usernames"] == ["00412815"]
    assert "00412345" not in ran.err


def test_in_a_shallow_clone_the_sentence_says_what_is_missing(compiled: Path, tmp_path: Path) -> None:
    note(compiled)
    put(compiled, GRADUATE.replace("06-15", "06-16"))
    commit(compiled)
    clone = tmp_path / "build/clone"
    git(compiled, "clone", "--quiet", "--depth", "1", f"file://{compiled}", str(clone))
    name = git(compiled, "tag").strip()
    says = git(compiled, "tag", "--list", "--format=%(contents)", name)
    git(clone, "tag", "--annotate", "--message", says, name)

    for words in (("plan",), ("compile",), ("rollback",)):
        ran = graduand(clone, *words)
        assert (ran.code, ran.out) == (5, "")
        assert "its commit is not in this clone (a shallow one?); fetch the whole history" in ran.err
    edited = graduand(clone, "edit", "00412345", "middle_name=Rose")
    assert edited.code == 5
    assert "this clone is shallow" in edited.err
    assert git(clone, "status", "--porcelain") == ""
