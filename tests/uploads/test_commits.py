from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from graduand.errors import NotCommitted
from graduand.git import commit as committing
from graduand.git.commit import Recorder
from tests.repository import GRADUATE, HOUSE, begin, commit, git, graduand, graduate, put

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.repository import Ran

PATH = "records/2026-spring/00412345.yaml"
OTHER = "records/2026-spring/00412815.yaml"


@pytest.fixture
def people(root: Path) -> Path:
    """A committed repository of two people."""
    put(begin(root), GRADUATE)
    put(root, graduate("00412815"), "2026-spring/00412815.yaml")
    (root / "README.md").write_text("Ours\n", encoding="utf-8")
    commit(root)
    return root


def edit(root: Path, *words: str) -> Ran:
    return graduand(root, "edit", "00412345", *(words or ("middle_name=Rose",)))


def hook(root: Path, script: str, name: str = "pre-commit") -> None:
    path = root / ".git/hooks" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)


def head(root: Path) -> str:
    return git(root, "rev-parse", "HEAD").strip()


def saved(root: Path) -> bool:
    return "middle_name: Rose\n" in (root / PATH).read_text(encoding="utf-8")


# What is committed


def test_exactly_the_record_is_committed_and_what_is_staged_stays_staged(people: Path) -> None:
    (people / "README.md").write_text("Staged\n", encoding="utf-8")
    (people / "new.txt").write_text("Staged\n", encoding="utf-8")
    git(people, "add", "README.md", "new.txt")
    (people / "README.md").write_text("Not staged\n", encoding="utf-8")
    put(people, graduate("00412815").replace("Dupont", "Martin"), "2026-spring/00412815.yaml")
    git(people, "rm", "--quiet", "--cached", "schema/institution.yaml")

    assert edit(people).code == 0

    assert git(people, "show", "--format=", "--name-only", "HEAD").split() == [PATH]
    assert git(people, "status", "--porcelain").splitlines() == [
        "MM README.md",
        "A  new.txt",
        f" M {OTHER}",
        "D  schema/institution.yaml",
        "?? schema/institution.yaml",
    ]
    assert git(people, "show", ":README.md") == "Staged\n"


def test_a_new_record_and_one_that_is_gone_are_one_commit(people: Path) -> None:
    put(people, graduate("00400000"), "2026-spring/00400000.yaml")
    (people / OTHER).unlink()
    (people / "new.txt").write_text("Not ours\n", encoding="utf-8")

    made = Recorder(people).commit(["records/2026-spring/00400000.yaml", OTHER], "Moved", {"Graduand-Kind": "removed"})

    assert made == head(people)
    assert git(people, "show", "--format=", "--name-status", "--no-renames", "HEAD").split("\n")[:-1] == [
        "A\trecords/2026-spring/00400000.yaml",
        f"D\t{OTHER}",
    ]
    assert git(people, "status", "--porcelain") == "?? new.txt\n"


def test_records_in_a_folder_of_a_larger_repository_are_found_there(root: Path) -> None:
    school = root / "données [1]"
    school.mkdir()
    for name in ("records", "schema"):
        (root / name).rename(school / name)
    put(school, GRADUATE)
    commit(begin(root))

    assert edit(school).code == 0

    assert git(root, "show", "--format=", "--name-only", "-z", "HEAD").strip("\0") == f"données [1]/{PATH}"
    assert graduand(school, "compile").code == 0
    assert graduand(school, "uploaded", str(school / "build/manifest.json")).code == 0
    assert "Nothing is outstanding" in graduand(school, "plan", "--changed").out


def test_what_somebody_else_has_committed_meanwhile_needs_no_commit(people: Path) -> None:
    recorder = Recorder(people)
    before = commit(people)

    assert recorder.commit([PATH], "Nothing left to do", {}) == ""
    assert head(people) == before


# Hooks and keys


def test_a_hook_that_refuses_is_heard_and_the_file_kept(people: Path) -> None:
    hook(people, "echo 'Not on a Friday \033[2J' >&2; exit 1")
    before = head(people)

    ran = edit(people)

    assert (ran.code, ran.out) == (5, "")
    assert ran.err == (
        "graduand: Saved, not committed: Not on a Friday <U+001B>[2J. "
        "The files are as you left them; commit them when this is cured.\n"
    )
    assert head(people) == before
    assert saved(people)
    (people / ".git/hooks/pre-commit").unlink()
    assert edit(people).code == 0
    assert git(people, "status", "--porcelain") == ""


@pytest.mark.parametrize(
    "script",
    [
        f"sed -i s/Rose/Anne/ '{PATH}'; git add '{PATH}'",
        f"cp '{PATH}' /tmp/$$; sed -i s/Rose/Anne/ '{PATH}'; git add '{PATH}'; mv /tmp/$$ '{PATH}'",
    ],
)
def test_a_hook_that_commits_something_else_is_found_out(people: Path, script: str) -> None:
    hook(people, script)

    ran = edit(people)

    assert ran.code == 5
    assert f"the commit of {PATH} does not hold what was written" in ran.err
    assert "Anne" in git(people, "show", f"HEAD:{PATH}")


@pytest.mark.parametrize("form", ["openpgp", "ssh"])
def test_without_a_key_nothing_is_committed_and_the_sentence_says_so(people: Path, form: str) -> None:
    git(people, "config", "commit.gpgSign", "true")
    git(people, "config", "gpg.format", form)
    git(people, "config", "gpg.program", "/nonexistent/gpg")
    before = head(people)

    ran = edit(people)

    assert ran.code == 5
    assert ran.err.startswith("graduand: Saved, not committed: fatal: ")
    assert "gpg" in ran.err
    assert head(people) == before
    assert saved(people)


# States in which a commit would get lost


def merge(root: Path) -> None:
    fork(root)
    subprocess.run(["git", "merge", "other"], cwd=root, check=False, capture_output=True)


def rebase(root: Path) -> None:
    fork(root)
    subprocess.run(["git", "rebase", "other"], cwd=root, check=False, capture_output=True)


def rebase_by_patches(root: Path) -> None:
    fork(root)
    subprocess.run(["git", "rebase", "--apply", "other"], cwd=root, check=False, capture_output=True)


def cherry_pick(root: Path) -> None:
    fork(root)
    subprocess.run(["git", "cherry-pick", "other"], cwd=root, check=False, capture_output=True)


def revert(root: Path) -> None:
    fork(root)
    subprocess.run(["git", "revert", "HEAD~1"], cwd=root, check=False, capture_output=True)


def bisect(root: Path) -> None:
    fork(root)
    git(root, "bisect", "start")


def detach(root: Path) -> None:
    git(root, "switch", "--quiet", "--detach")


def lose_the_name(root: Path) -> None:
    for name in ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"):
        os.environ.pop(name)
    git(root, "config", "user.useConfigOnly", "true")


def make_bare(root: Path) -> None:
    git(root, "config", "core.bare", "true")


def fork(root: Path) -> None:
    """Change the same line on two branches."""
    readme = root / "README.md"
    git(root, "switch", "--quiet", "--create", "other")
    readme.write_text("Theirs\n", encoding="utf-8")
    commit(root)
    git(root, "switch", "--quiet", "main")
    for text in ("Mine\n", "Still mine\n"):
        readme.write_text(text, encoding="utf-8")
        commit(root)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (merge, "a merge is under way; finish it (graduand resolve) or give it up (git merge --abort)"),
        (rebase, "a rebase is under way"),
        (rebase_by_patches, "a rebase is under way"),
        (cherry_pick, "a cherry-pick is under way"),
        (revert, "a revert is under way"),
        (bisect, "a bisection is under way; end it (git bisect reset)"),
        (detach, "no branch is checked out (detached HEAD); go to one (git switch main)"),
        (lose_the_name, "git does not know who commits"),
        (make_bare, "this repository has no folder to work in (it is bare)"),
    ],
)
def test_where_a_commit_would_get_lost_nothing_is_even_saved(
    people: Path, change: Callable[[Path], None], said: str
) -> None:
    change(people)
    record, refs = (people / PATH).read_bytes(), git(people, "for-each-ref")

    ran = edit(people)

    assert (ran.code, ran.out) == (5, "")
    assert ran.err.startswith("graduand: Nothing was committed: ")
    assert said in ran.err
    assert (people / PATH).read_bytes() == record
    assert git(people, "for-each-ref") == refs


def test_without_a_name_or_a_folder_nothing_is_noted_or_compiled(people: Path) -> None:
    assert graduand(people, "compile", "--on", "2026-07-01").code == 0
    manifest = str(people / "build/manifest.json")
    lose_the_name(people)
    nameless = graduand(people, "uploaded", manifest)
    make_bare(people)
    bare = [graduand(people, *words) for words in (("plan",), ("compile",), ("compile", "--allow-dirty"))]

    assert (nameless.code, nameless.out) == (5, "")
    assert "git does not know who commits; tell it (git config --global user.name …" in nameless.err
    assert git(people, "tag") == ""
    assert {(ran.code, ran.out) for ran in bare} == {(5, "")}
    assert all("this repository has no folder to work in (it is bare)" in ran.err for ran in bare)


def test_on_a_branch_without_a_commit_the_first_one_holds_the_record_alone(root: Path) -> None:
    put(begin(root), GRADUATE)
    put(root, graduate("00412815"), "2026-spring/00412815.yaml")

    assert edit(root).code == 0

    assert git(root, "show", "--format=", "--name-only", "HEAD").split() == [PATH]
    assert OTHER in git(root, "status", "--porcelain", "--untracked-files=all")


# Others at work in the same repository


@pytest.mark.parametrize("lock", ["index.lock", "HEAD.lock", "refs/heads/main.lock"])
def test_a_lock_that_stays_is_named_and_left_alone(people: Path, monkeypatch: pytest.MonkeyPatch, lock: str) -> None:
    monkeypatch.setattr(committing, "_TIMEOUT", 0.3)
    (people / ".git" / lock).touch()
    before = head(people)

    ran = edit(people)

    assert ran.code == 5
    assert ran.err.startswith("graduand: Saved, not committed: another git holds this lock, or was killed")
    assert f"if none is running: rm {people / '.git' / lock}. " in ran.err
    assert (people / ".git" / lock).exists()
    assert head(people) == before
    assert saved(people)


def test_a_lock_that_is_let_go_only_delays(people: Path) -> None:
    lock = people / ".git/index.lock"
    lock.touch()
    timer = threading.Timer(0.5, lock.unlink)
    timer.start()

    ran = edit(people)

    timer.join()
    assert ran.code == 0
    assert git(people, "status", "--porcelain") == ""


WRITER = """
import sys
from pathlib import Path
from graduand.editing.edit import edit_records
from graduand.workspace import Workspace

root, username = sys.argv[1:]
for number in range(20):
    made = edit_records(Workspace(Path(root)), [username], {"middle_name": f"Rose{'e' * number}"}, commit=True)
    print(made.commit)
"""


def test_two_people_who_edit_at_once_lose_no_commit(people: Path) -> None:
    before = head(people)
    environment = os.environ | {"PYTHONPATH": str(HOUSE / "tui")}

    running = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(people), username], env=environment, stdout=subprocess.PIPE, text=True
        )
        for username in ("00412345", "00412815")
    ]
    told = [process.communicate()[0].split() for process in running]

    assert [process.returncode for process in running] == [0, 0]
    assert [len(commits) for commits in told] == [20, 20]
    log = git(people, "log", "--first-parent", "--format=>%H %s", "--name-only", f"{before}..HEAD")
    entries = [entry.split() for entry in log.split(">")[1:]]
    assert len(entries) == 40
    for username, commits in zip(("00412345", "00412815"), told, strict=True):
        of_this_person = [entry for entry in entries if entry[2] == username]
        assert [entry[0] for entry in of_this_person] == commits[::-1]
        assert {tuple(entry[3:]) for entry in of_this_person} == {(f"records/2026-spring/{username}.yaml",)}
    assert "commit" not in git(people, "fsck", "--unreachable", "--no-reflogs")
    assert git(people, "status", "--porcelain") == ""


def test_a_record_that_is_not_there_and_never_was_keeps_the_others_from_being_committed(people: Path) -> None:
    put(people, GRADUATE.replace("06-15", "06-16"))
    before = head(people)

    with pytest.raises(NotCommitted, match="did not match any file"):
        Recorder(people).commit([PATH, "records/2026-spring/nobody.yaml"], "Nobody", {})

    assert head(people) == before


# A git that is killed in the middle


def killing(root: Path, name: str, state: str = "") -> None:
    """Let git be killed when it runs a hook; of a change of references, in one of its states."""
    test = f'[ "$1" = {state} ] || exit 0\n' if state else ""
    hook(root, f"{test}kill -9 $PPID; sleep 0.2", name)


@pytest.mark.parametrize(
    ("name", "state"), [("pre-commit", ""), ("commit-msg", ""), ("reference-transaction", "prepared")]
)
def test_a_git_that_is_killed_while_it_commits_leaves_a_sound_repository_and_a_sentence(
    people: Path, name: str, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(committing, "_TIMEOUT", 0.3)
    killing(people, name, state)
    before = head(people)

    killed = edit(people)

    assert (killed.code, killed.out) == (5, "")
    assert killed.err == (
        "graduand: Saved, not committed: git was killed (9). "
        "The files are as you left them; commit them when this is cured.\n"
    )
    assert head(people) == before
    assert git(people, "fsck", "--strict", "--no-dangling") == ""
    (people / ".git/hooks" / name).unlink()

    # Its locks stay, and are named with the cure; then the same command finishes.
    while (again := edit(people)).code:
        assert "another git holds this lock, or was killed" in again.err
        (lock,) = re.findall(r"rm (\S+\.lock)\. ", again.err)
        Path(lock).unlink()
    assert saved(people)
    assert git(people, "show", "--format=", "--name-only", "HEAD").split() == [PATH]
    assert git(people, "status", "--porcelain") == ""
    assert git(people, "fsck", "--strict", "--no-dangling") == ""
