"""Uploads that were noted in tags, before there was a ledger: they are read into it once, the same in every clone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pytest

from graduand.errors import Unreadable
from graduand.git.program import Program
from graduand.ledger.entry import EntryKind, RowStatus
from graduand.ledger.fold import fold
from graduand.ledger.ledger import read_ledger
from graduand.uploads.former_uploads import read_former_uploads
from graduand.workspace import Workspace
from tests.repository import begin, commit, git, graduand, graduate, head, put

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from graduand.ledger.ledger import Ledger

DAY: Final = "2026-07-02"
FIRST, SECOND, RESULT = "upload/20260702T080000Z", "upload/20260710T080000Z", "result/20260703T090000Z"


def record(username: str, **values: str) -> str:
    text = graduate(username).replace("Dupont", values.pop("last_name", "Dupont"))
    return text + "".join(f"  {key}: {value}\n" for key, value in values.items())


def tag(root: Path, name: str, message: Mapping[str, Any], target: str = "HEAD") -> None:
    git(
        root, "tag", "--annotate", "--cleanup=verbatim", "--message", json.dumps(message, indent=2) + "\n", name, target
    )


def compiled(root: Path, name: str, *since: str, **facts: object) -> dict[str, Any]:
    """Compile everybody, and note it in a tag as versions before the ledger did; return the manifest."""
    ran = graduand(root, "compile", "--on", DAY)
    assert ran.code == 0, ran.err
    now = json.loads((root / "build/manifest.json").read_text(encoding="utf-8"))
    usernames = sorted(path.stem for path in (root / "records").rglob("*.yaml"))
    copied = {key: now[key] for key in ("commit", "dirty", "on", "region", "plan", "records", "jobs")}
    says = {"schema": "graduand/manifest/1", **copied, "usernames": usernames, "since": [*since], **facts}
    tag(root, name, says)
    return says


def failed(root: Path, name: str, upload: str, *rows: tuple[str, str]) -> None:
    lines = [{"username": row, "row": row, "field": "", "message": message} for row, message in rows]
    tag(root, name, {"schema": "graduand/result/1", "upload": upload, "failed": lines})


@pytest.fixture
def school(root: Path) -> Path:
    """Two uploads and a result in tags; the name of one person changed in between."""
    put(begin(root), record("00412345"))
    put(root, record("00412815"), "2026-spring/00412815.yaml")
    assert graduand(root, "fmt").code == 0
    commit(root)
    compiled(root, FIRST)
    failed(root, RESULT, FIRST, ("00412815", "excluded-from-sync"))
    put(root, record("00412345", last_name="Martin"))
    assert graduand(root, "fmt").code == 0
    commit(root)
    compiled(root, SECOND, FIRST, RESULT)
    return root


def ledger_of(root: Path) -> Ledger:
    return read_ledger(Program(root))


def test_until_they_are_read_nothing_is_said_to_be_known(school: Path) -> None:
    for words in (("plan", "--changed"), ("compile", "--changed"), ("rollback",)):
        ran = graduand(school, *words)
        assert (ran.code, ran.out) == (5, "")
        assert "3 uploads and results are noted here in tags" in ran.err
        assert "graduand upgrade" in ran.err
    assert "graduand upgrade" in graduand(school, "doctor").out
    assert graduand(school, "check").code == 0
    assert graduand(school, "uploaded", str(school / "build/manifest.json")).code == 0
    assert graduand(school, "plan", "--changed").code == 5


def test_they_are_read_into_entries_as_they_happened(school: Path) -> None:
    (first, second) = read_former_uploads(Workspace(school))

    ledger = ledger_of(school)
    opened, upload, result, later = ledger.entries
    assert [first.tag, second.tag] == [FIRST, SECOND]
    assert [first.entry, second.entry] == [upload.id, later.id]
    assert (first.differing, first.lacking, second.differing) == ((), (), ())
    assert [entry.kind for entry in ledger.entries] == [
        EntryKind.OPENED,
        EntryKind.UPLOAD,
        EntryKind.RESULT,
        EntryKind.UPLOAD,
    ]
    assert [entry.at for entry in (opened, upload, result, later)] == [
        "2026-07-02T08:00:00Z",
        "2026-07-02T08:00:00Z",
        "2026-07-03T09:00:00Z",
        "2026-07-10T08:00:00Z",
    ]
    assert [entry.text("from_tag") for entry in ledger.entries] == ["", FIRST, RESULT, SECOND]
    assert (result.text("of"), later.text("commit"), later.text("on")) == (upload.id, head(school), DAY)
    assert upload.by == "Camille Renard <camille.renard@valmont.example>"
    state = fold(ledger.entries[:3], ledger.files)
    assert state.cells("00412345")["last_name"] == "Dupont"
    assert state.outcomes["00412815"].status is RowStatus.EXCLUDED
    state = ledger.state()
    assert state.cells("00412345")["last_name"] == "Martin"
    assert state.outcomes == {}
    assert state.since_of("00412345", "last_name") == later.id
    assert graduand(school, "plan", "--changed").code == 0
    assert "Nothing is outstanding" in graduand(school, "compile", "--changed", "--on", DAY).err
    assert graduand(school, "rollback", "--again", "--on", DAY).code == 0
    assert git(school, "tag", "--list").split() == [RESULT, FIRST, SECOND]


def test_the_second_time_there_is_nothing_to_read(school: Path) -> None:
    read_former_uploads(Workspace(school))
    before = ledger_of(school).head

    assert read_former_uploads(Workspace(school)) == ()
    assert ledger_of(school).head == before

    # A colleague with an earlier version notes another result.
    failed(school, "result/20260711T080000Z", SECOND, ("00412345", "x"))
    assert graduand(school, "plan", "--changed").code == 5
    assert read_former_uploads(Workspace(school)) == ()
    assert ledger_of(school).state().outcomes["00412345"].status is RowStatus.FAILED


def test_every_clone_reads_the_same_entries(school: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    clone = tmp_path_factory.mktemp("clone") / "clone"
    git(school, "clone", "--quiet", str(school), str(clone))
    for name in ("name", "email"):
        git(clone, "config", f"user.{name}", "somebody@else")
    git(clone, "remote", "remove", "origin")

    read_former_uploads(Workspace(school))
    read_former_uploads(Workspace(clone))

    assert [one.raw for one in ledger_of(clone).stored] == [one.raw for one in ledger_of(school).stored]


def test_what_does_not_compile_as_noted_is_noted_and_told(school: Path) -> None:
    third = "upload/20260801T080000Z"
    (job,) = compiled(school, third, SECOND)["jobs"]
    git(school, "tag", "--delete", third)
    says = {
        "schema": "graduand/manifest/1",
        "commit": head(school),
        "on": DAY,
        "usernames": ["00412345", "00412815", "gone"],
        "jobs": [job | {"sha256": "0" * 64}, job | {"file": "20260702_2_students.csv"}],
        "since": [SECOND],
    }
    tag(school, third, says)

    *_others, read = read_former_uploads(Workspace(school))

    assert read.differing == (job["file"], "20260702_2_students.csv")
    assert read.lacking == ("gone",)
    entry = ledger_of(school).entries[-1]
    assert entry.facts["differs"] == {job["file"]: "0" * 64, "20260702_2_students.csv": job["sha256"]}
    assert entry.facts["lacking"] == 1
    assert b"gone" not in ledger_of(school).stored[-1].raw


def test_a_username_that_changes_and_a_rollback(root: Path) -> None:
    put(begin(root), record("00412345"))
    assert graduand(root, "fmt").code == 0
    commit(root)
    compiled(root, FIRST)
    put(root, record("00500000", previous_username='"00412345"'), "2026-spring/00500000.yaml")
    (root / "records/2026-spring/00412345.yaml").unlink()
    assert graduand(root, "fmt").code == 0
    renaming = commit(root)
    says = {"schema": "graduand/manifest/1", "commit": renaming, "on": DAY, "jobs": []}
    tag(root, SECOND, {**says, "usernames": ["00500000"], "since": [FIRST]})
    back = "upload/20260711T080000Z"
    tag(root, back, {**says, "usernames": ["00412345"], "since": [SECOND], "rollback_of": SECOND})

    _first, second, third = read_former_uploads(Workspace(root))

    ledger = ledger_of(root)
    assert ledger.entries[-1].text("takes_back") == second.entry
    before = fold(ledger.entries[:3], ledger.files)
    assert before.rows.keys() == {"00500000"}
    assert before.aliases == {"00412345": "00500000"}
    after = ledger.state()
    assert after.rows.keys() == {"00412345"}
    assert after.taken_back["00500000"].rollback == third.entry


def test_uploads_of_one_second_keep_their_order(root: Path) -> None:
    put(begin(root), record("00412345"))
    assert graduand(root, "fmt").code == 0
    commit(root)
    compiled(root, f"{FIRST}.001")
    put(root, record("00412345", last_name="Martin"))
    assert graduand(root, "fmt").code == 0
    commit(root)
    compiled(root, f"{FIRST}.002", f"{FIRST}.001")

    read_former_uploads(Workspace(root))

    uploads = ledger_of(root).uploads
    assert [entry.text("from_tag") for entry in uploads] == [f"{FIRST}.001", f"{FIRST}.002"]
    assert [entry.at for entry in uploads] == ["2026-07-02T08:00:00Z", "2026-07-02T08:00:01Z"]
    assert ledger_of(root).state().cells("00412345")["last_name"] == "Martin"


def test_tags_of_others_are_passed_over(root: Path) -> None:
    put(begin(root), record("00412345"))
    assert graduand(root, "fmt").code == 0
    commit(root)
    git(root, "tag", "upload/20260702T080001Z")
    git(root, "tag", "--annotate", "--message", "Mine", "upload/20260702T080000Z")
    git(root, "tag", "--annotate", "--message", "Mine", "upload/v1")
    tag(root, "upload/20261399T080000Z", {"schema": "graduand/manifest/1"})
    tag(root, "upload/20260703T080000Z", {"schema": "graduand/manifest/1", "usernames": "all"})
    tag(root, "upload/20260704T080000Z", {"schema": "graduand/manifest/1", "commit": "HEAD"})
    tag(root, "upload/20260705T080000Z", {"schema": "another/1"})
    failed(root, RESULT, FIRST, ("00412345", ""))

    assert read_former_uploads(Workspace(root)) == ()
    assert ledger_of(root).head == ""
    assert graduand(root, "plan", "--changed").code == 0


def test_an_upload_whose_commit_is_gone_is_named_and_nothing_is_read(school: Path) -> None:
    tag(school, "upload/20260801T080000Z", {"schema": "graduand/manifest/1", "commit": "0" * 40, "on": DAY})

    with pytest.raises(Unreadable, match="upload/20260801T080000Z"):
        read_former_uploads(Workspace(school))
    assert ledger_of(school).head == ""
