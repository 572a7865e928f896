"""Many records are written all or none, whenever the process is killed and whatever the disk refuses."""

from __future__ import annotations

import errno
import os
import stat
import sys
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graduand.editing import journal
from graduand.editing.proposal import Proposal, ProposalState, propose_change, propose_move, propose_record
from graduand.editing.transaction import apply, resume, resumed_message
from graduand.errors import ChangedOnDisk, NotCommitted, NotNow, NotWritten
from graduand.patience import Stopped, Watcher, be_patient, watched
from graduand.records.independent_check import _SIMPLE, agrees
from graduand.records.record import Record
from graduand.records.writing import canonical, modeline
from graduand.storage import swap
from graduand.workspace import Workspace
from tests.killing import killed, killed_everywhere, state
from tests.people import SCHOOL
from tests.repository import GRADUATE, begin, commit, git, graduand, graduate, put

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from graduand.file_change import SavedFile


COHORT = "records/2026-spring"
TRAILERS = {"Graduand-Kind": "corrected"}


@pytest.fixture
def class_of_three(root: Path) -> Path:
    """A committed repository of three people."""
    put(begin(root), GRADUATE)
    for username in ("00412815", "00412816"):
        put(root, graduate(username), f"2026-spring/{username}.yaml")
    assert graduand(root, "fmt").code == 0
    commit(root)
    return root


def person(username: str, **more: str) -> Record:
    values = {
        "username": username,
        "email_address": f"p{username}@valmont.example",
        "first_name": "Chloé",
        "transition:kind": "graduated",
        **more,
    }
    return Record(f"{COHORT}/{username}.yaml", values)


def several(workspace: Workspace) -> list[Proposal]:
    """Propose two new people, a change, a removal and a move."""
    gone = propose_change(workspace, f"{COHORT}/00412815.yaml", {})
    stays = propose_change(workspace, f"{COHORT}/00412816.yaml", {"middle_name": "Rose"})
    return [
        propose_record(person("00500001"), workspace.school),
        propose_record(person("00500002"), workspace.school),
        propose_change(workspace, f"{COHORT}/00412345.yaml", {"last_name": None, "middle_name": "Rose"}),
        Proposal(gone.path, None, gone.base, "", gone.previous),
        *propose_move(stays, f"{COHORT}/16/00412816.yaml", workspace.school),
    ]


def do(root: Path) -> int:
    workspace = Workspace(root)
    return 0 if apply(workspace, several(workspace), "Corrected: 5 records", TRAILERS) else 1


def records(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted((root / "records").rglob("*"))
        if path.is_file()
    }


def left_over(root: Path) -> list[str]:
    """Return what lies about of an interrupted save, the empty folder in git's own aside."""
    places = [*(root / "records").rglob(".*"), *(root / ".git/graduand").glob("*journal*")]
    return [path.name for path in places]


def test_what_is_proposed_is_said_key_by_key(class_of_three: Path) -> None:
    new, _other, changed, gone, leaves, comes = several(Workspace(class_of_three))

    assert [one.state for one in (new, changed, gone, leaves, comes)] == [
        *(ProposalState.NEW, ProposalState.CHANGED, ProposalState.REMOVED, ProposalState.REMOVED, ProposalState.CHANGED)
    ]
    assert [tuple(one) for one in changed.alterations] == [
        ("last_name", "Dupont", None),
        ("middle_name", None, "Rose"),
    ]
    assert propose_change(Workspace(class_of_three), f"{COHORT}/00412345.yaml", {}).state is ProposalState.IDENTICAL
    assert "../../../schema/transition.schema.json" in comes.text


def test_all_is_written_and_one_commit_holds_it(class_of_three: Path) -> None:
    workspace = Workspace(class_of_three)

    saved = apply(workspace, several(workspace), "Corrected: 5 records", TRAILERS)

    head = git(class_of_three, "rev-parse", "HEAD").strip()
    assert {one.commit for one in saved} == {head}
    assert {one.path: one.after for one in saved if one.after} == records(class_of_three)
    assert git(class_of_three, "status", "--porcelain") == ""
    assert git(class_of_three, "log", "-1", "--format=%B").strip() == (
        "Corrected: 5 records\n\nGraduand-Kind: corrected"
    )
    assert left_over(class_of_three) == []


def test_killed_at_any_moment_it_left_nothing_or_everything(class_of_three: Path) -> None:
    folders = killed(class_of_three, __file__)
    nothing, everything = records(class_of_three), records(folders.pop())
    said = set()

    seen = {state(class_of_three)}
    for folder in folders:
        if (left := state(folder)) in seen:
            continue
        seen.add(left)
        half = records(folder) not in (nothing, everything)
        resumed = resume(Workspace(folder))
        said.add(resumed_message(resumed) if resumed else "")
        assert records(folder) == everything or (records(folder) == nothing and not half), folder
        assert git(folder, "status", "--porcelain") == ""
        assert git(folder, "fsck", "--strict", "--no-dangling") == ""
        assert left_over(folder) == []
        assert git(folder, "rev-list", "--count", "HEAD").strip() == ("2" if records(folder) == everything else "1")
        assert resume(Workspace(folder)) is None

    assert len(seen) > 15
    assert said - {""} == {
        "A save that was interrupted before it wrote anything was dropped; nothing had changed.",
        "A save that was interrupted is finished now: “Corrected: 5 records”, 6 files.",
    }


def interrupted(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave a journal that is whole, and no file written."""

    def stop(*_words: object) -> None:
        raise swap.HalfWritten(root)

    with monkeypatch.context() as patch:
        patch.setattr(swap, "swap_files", stop)
        with pytest.raises(swap.HalfWritten):
            do(root)


def test_the_next_save_finishes_what_was_interrupted_and_says_so(
    class_of_three: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupted(class_of_three, monkeypatch)
    workspace = Workspace(class_of_three)
    heard: list[str] = []

    apply(workspace, several(workspace), "Again", {}, on_resumed=lambda resumed: heard.append(resumed_message(resumed)))

    assert heard == ["A save that was interrupted is finished now: “Corrected: 5 records”, 6 files."]
    assert git(class_of_three, "log", "--format=%s").splitlines() == ["Corrected: 5 records", "Records"]


def test_the_doctor_finishes_it_too(class_of_three: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    interrupted(class_of_three, monkeypatch)

    assert "✓ A save that was interrupted is finished now" in graduand(class_of_three, "doctor").out
    assert "interrupted" not in graduand(class_of_three, "doctor").out


def test_what_somebody_has_changed_since_is_left_and_named(
    class_of_three: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupted(class_of_three, monkeypatch)
    theirs = class_of_three / f"{COHORT}/00412345.yaml"
    theirs.write_text(GRADUATE.replace("Dupont", "Martin"), encoding="utf-8")

    resumed = resume(Workspace(class_of_three))

    assert resumed is not None
    assert resumed.passed_over == (f"{COHORT}/00412345.yaml",)
    assert f"left as they are: {COHORT}/00412345.yaml." in resumed_message(resumed)
    assert "Martin" in theirs.read_text(encoding="utf-8")
    assert git(class_of_three, "status", "--porcelain") == f" M {COHORT}/00412345.yaml\n"


def test_what_stands_in_the_way_of_a_new_record_since_stops_no_later_save(
    class_of_three: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupted(class_of_three, monkeypatch)
    (class_of_three / f"{COHORT}/00500001.yaml").symlink_to("elsewhere.yaml")

    resumed = resume(Workspace(class_of_three))

    assert resumed is not None
    assert resumed.passed_over == (f"{COHORT}/00500001.yaml",)
    assert left_over(class_of_three) == []


def test_a_journal_is_private_and_one_that_was_spoilt_is_set_aside(
    class_of_three: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupted(class_of_three, monkeypatch)
    path = class_of_three / ".git/graduand" / journal.NAME
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = records(class_of_three)
    path.write_bytes(path.read_bytes()[:-40])

    resumed = resume(Workspace(class_of_three))

    assert resumed is not None
    assert "journal.odd" in resumed_message(resumed)
    assert records(class_of_three) == before
    assert left_over(class_of_three) == ["journal.odd"]


@pytest.mark.parametrize("path", [f"{COHORT}/00412345.yaml", f"{COHORT}/00500002.yaml", f"{COHORT}/00412815.yaml"])
def test_a_file_that_is_not_what_was_read_stops_all(class_of_three: Path, path: str) -> None:
    workspace = Workspace(class_of_three)
    proposals = several(workspace)
    (class_of_three / path).write_text("theirs\n", encoding="utf-8")
    before = records(class_of_three)

    with pytest.raises(ChangedOnDisk, match=path):
        apply(workspace, proposals, "No", {})

    assert records(class_of_three) == before
    assert left_over(class_of_three) == []


@pytest.mark.parametrize("call", ["link", "replace", "unlink", "fsync"])
def test_a_disk_that_refuses_at_any_call_leaves_all_as_it_was(
    class_of_three: Path, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = records(class_of_three)
    workspace = Workspace(class_of_three)
    proposals = several(workspace)
    said: list[str] = []
    for number in count(1):
        with monkeypatch.context() as patch:
            patch.setattr(os, call, failing_once(call, number))
            try:
                apply(workspace, proposals, "No", {}, commit=False)
            except NotWritten as error:
                said.append(str(error))
            else:
                break
        assert records(class_of_three) == before, number
        assert left_over(class_of_three) in ([], [".journal.tmp"]), number
    assert said
    assert all("the disk is full" in sentence for sentence in said)


def test_whenever_it_is_stopped_nothing_is_written_or_everything(class_of_three: Path) -> None:
    before, workspace = records(class_of_three), Workspace(class_of_three)
    proposals = several(workspace)
    told: list[str] = []
    saved: tuple[SavedFile, ...] = ()
    for number in count(1):
        asked = count(1)
        stops = Watcher(
            lambda *_words: told.append("progress"),
            lambda: next(asked) >= number,  # noqa: B023 - it is asked in this round alone
            lambda: told.append("no return"),
        )
        try:
            with watched(stops):
                saved = apply(workspace, proposals, "Corrected: 5 records", TRAILERS)
        except Stopped:
            assert (records(class_of_three), left_over(class_of_three)) == (before, []), number
            assert git(class_of_three, "status", "--porcelain") == ""
        else:
            break

    assert number > 2
    assert told.count("no return") == 1
    assert {one.path: one.after for one in saved if one.after} == records(class_of_three)
    assert git(class_of_three, "rev-list", "--count", "HEAD").strip() == "2"


def failing_once(call: str, at: int) -> Callable[..., Any]:
    real, calls = getattr(os, call), count(1)

    def fails(*words: Any, **options: Any) -> Any:  # noqa: ANN401 - whatever it is
        if "/.git/" not in str(words[0]) and next(calls) == at:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(*words, **options)

    return fails


def test_a_text_that_reads_back_otherwise_is_not_written(class_of_three: Path) -> None:
    workspace = Workspace(class_of_three)
    lies = propose_record(person("00500001"), workspace.school)._replace(text="username: other\n")

    with pytest.raises(NotWritten, match="would not read back"):
        apply(workspace, [*several(workspace)[2:], lies], "No", {})

    assert git(class_of_three, "status", "--porcelain") == ""


def test_nothing_is_written_outside_of_the_records(class_of_three: Path, tmp_path: Path) -> None:
    workspace = Workspace(class_of_three)
    (class_of_three / "records/2026-autumn").symlink_to(tmp_path)
    record = person("00500001")._replace(path="records/2026-autumn/00500001.yaml")

    with pytest.raises(NotWritten, match="it would lie outside"):
        apply(workspace, [propose_record(record, workspace.school)], "No", {})


def test_nothing_is_written_when_no_commit_can_be_made(class_of_three: Path) -> None:
    before = records(class_of_three)
    git(class_of_three, "checkout", "--quiet", "--detach")

    with pytest.raises(NotNow):
        do(class_of_three)

    assert records(class_of_three) == before


def test_what_git_refuses_is_saved_and_the_same_again_commits_it(class_of_three: Path) -> None:
    hook = class_of_three / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho not today >&2\nexit 1\n", encoding="utf-8")
    hook.chmod(0o755)
    workspace = Workspace(class_of_three)
    proposals = several(workspace)[:3]
    with pytest.raises(NotCommitted, match="not today"):
        apply(workspace, proposals, "Corrected: 3 records", TRAILERS)
    assert left_over(class_of_three) == []
    hook.unlink()

    again = [one._replace(base=one.after) for one in proposals]
    saved = apply(workspace, again, "Corrected: 3 records", TRAILERS)

    assert [one.path for one in saved] == [one.path for one in proposals]
    assert git(class_of_three, "status", "--porcelain") == ""
    assert apply(workspace, again, "Nothing", {}) == ()


@pytest.fixture
def waiting_hook(class_of_three: Path) -> Iterator[Path]:
    """A file that a hook waits for to go away."""
    hook, blocks = class_of_three / ".git/hooks/pre-commit", class_of_three / ".git/blocks"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nwhile [ -e .git/blocks ]; do sleep 0.01; done\nexit 0\n", encoding="utf-8")
    hook.chmod(0o755)
    blocks.touch()
    yield blocks
    be_patient(print)


def test_a_hook_that_is_slow_is_named_and_waited_for(class_of_three: Path, waiting_hook: Path) -> None:
    told: list[str] = []

    def tell(sentence: str) -> None:
        told.append(sentence)
        waiting_hook.unlink()

    be_patient(tell, 0.05)
    workspace = Workspace(class_of_three)
    saved = apply(workspace, several(workspace)[:1], "Corrected", TRAILERS)

    assert [one.path for one in saved] == [one.path for one in several(workspace)[:1]]
    assert git(class_of_three, "status", "--porcelain") == ""
    (sentence,) = told
    assert "it waits for a hook of this clone" in sentence
    assert "To stop it: Ctrl+C" in sentence


def test_who_stops_a_hook_has_the_files_saved_and_not_committed(class_of_three: Path, waiting_hook: Path) -> None:
    def stop(_sentence: str) -> None:
        waiting_hook.unlink()
        raise KeyboardInterrupt

    (class_of_three / ".git/hooks/pre-commit").write_text(
        "#!/bin/sh\nwhile [ -e .git/blocks ]; do sleep 0.01; done\nexit 1\n", encoding="utf-8"
    )
    be_patient(stop, 0.05)
    workspace = Workspace(class_of_three)
    (proposal,) = several(workspace)[:1]

    with pytest.raises(NotCommitted, match="Saved, not committed: it was interrupted") as caught:
        apply(workspace, [proposal], "Corrected", TRAILERS)

    assert [one.path for one in caught.value.saved] == [proposal.path]
    assert (class_of_three / proposal.path).read_bytes() == proposal.after
    assert not (class_of_three / ".git/index.lock").exists()
    assert git(class_of_three, "status", "--porcelain").split()[1:] == [proposal.path]


def test_of_hundreds_too_it_is_noticed_when_a_hook_rewrites_one(class_of_three: Path) -> None:
    hook = class_of_three / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\necho >>{COHORT}/00000007.yaml\ngit add {COHORT}/00000007.yaml\n", encoding="utf-8")
    hook.chmod(0o755)
    workspace = Workspace(class_of_three)
    proposals = [propose_record(person(f"{number:08}"), workspace.school) for number in range(300)]

    with pytest.raises(NotCommitted, match=r"the commit of \S+/00000007\.yaml does not hold"):
        apply(workspace, proposals, "Corrected: 300 records", TRAILERS)


@pytest.mark.parametrize("staged", [False, True])
def test_hundreds_are_one_commit_that_leaves_alone_what_else_is_staged(class_of_three: Path, staged: bool) -> None:  # noqa: FBT001 - a parameter
    (class_of_three / "new.txt").write_text("Theirs\n", encoding="utf-8")
    if staged:
        git(class_of_three, "add", "new.txt")
    workspace = Workspace(class_of_three)
    proposals = [propose_record(person(f"{number:08}"), workspace.school) for number in range(300)]

    saved = apply(workspace, [*proposals, *several(workspace)[2:]], "Corrected: 304 records", TRAILERS)

    assert len(git(class_of_three, "show", "--format=", "--name-only", "--no-renames", "HEAD").split()) == len(saved)
    assert git(class_of_three, "status", "--porcelain") == ("A  new.txt\n" if staged else "?? new.txt\n")


WORDS = st.sampled_from(
    ["null", "no", "Yes", "TRUE", "Off", "y", "1e5", "0x1F", "12:30", "2026-01-01", "é", "~", "a: b"]
)
SIGNS = st.text("aéÿœỹN0 -:#'\"._@&,()/+;’°%«»–—…€|>[]{}!?*=", min_size=1, max_size=8)


@given(st.lists(WORDS | SIGNS, min_size=1, max_size=3).map("".join))
def test_a_text_that_seems_simple_is_read_alike_by_the_second_reader(text: str) -> None:
    """Of many texts only the others are shown to it."""
    record = person("00412345", first_name=text)
    written = canonical(record, SCHOOL.fields, modeline(record.path))

    assert not _SIMPLE.fullmatch(written) or agrees(written, record, SCHOOL)


def test_most_texts_are_simple() -> None:
    names = ["Chloé", "O’Brien", "d'Aubigny", "Anne-Marie", "Nguyễn", "Dossier n° 12", "王", "4.25", "no"]
    texts = [canonical(person("00412345", first_name=name), SCHOOL.fields, {}) for name in names]

    assert [bool(_SIMPLE.fullmatch(text)) for text in texts] == [True, True, True, True, True, True, False, True, True]


if __name__ == "__main__":
    killed_everywhere(do, Path(sys.argv[1]), Path(sys.argv[2]))
