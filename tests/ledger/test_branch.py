"""The branch of the ledger: entries are appended whole or not at all, and read as they were appended."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from graduand.errors import ForeignCommit, LedgerCut, LedgerIncomplete, LedgerInUse, Trouble
from graduand.git.program import Program
from graduand.ledger import branch
from graduand.ledger.branch import LEDGER, SEEN, append, contents, head, is_whole, position, read_chain, require_whole
from tests.killing import killed, killed_everywhere
from tests.ledger.clones import chain, copy, entry, file_at, hook, local, name_of, names, note, repository, sign, sound
from tests.repository import HOUSE, git

UPLOAD = entry("one", {"students.csv": "username\n00412345\n", "people.tsv": "00412345\n"})


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = repository(tmp_path_factory.mktemp("ledger") / "root", "opened")
    note(root, UPLOAD)
    return root


@pytest.fixture
def opened(template: Path, tmp_path: Path) -> Path:
    """A repository with a ledger of two entries."""
    return copy(template, tmp_path / "root")


def cloned(root: Path, *options: str, name: str = "clone") -> Path:
    target = root.with_name(name)
    git(root.parent, "clone", "--quiet", *options, f"file://{root}", str(target))
    return target


def refused(root: Path) -> str:
    """Return the sentence with which an entry is refused; nothing is noted."""
    before = git(root, "for-each-ref")
    with pytest.raises(Trouble) as caught:
        note(root, "refused")
    assert git(root, "for-each-ref") == before
    assert caught.value.exit_code == 5
    return str(caught.value)


def calls_of(method: str, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Return a list that grows with every call of a method of the git program."""
    calls: list[object] = []
    real = getattr(Program, method)

    def call(*words: object, **options: object) -> object:
        calls.append(words)
        return real(*words, **options)

    monkeypatch.setattr(Program, method, call)
    return calls


# Appended and read


def test_the_first_entry_begins_the_ledger(tmp_path: Path) -> None:
    root = repository(tmp_path / "root")
    assert head(Program(root)) == ""
    assert read_chain(Program(root), "") == ()

    commit = note(root, "opened")

    assert head(Program(root)) == commit == local(root)
    assert git(root, "ls-tree", "--name-only", commit) == "entry.json\n"
    assert git(root, "status", "--porcelain", "--ignored") == "?? .gitignore\n"
    assert is_whole(chain(root))


def test_entries_are_read_as_they_were_appended(opened: Path) -> None:
    new = [entry("two", {"result.tsv": "a\n"}), entry("é", {"students.csv": "b\n"})]

    commit = append(Program(opened), new)

    stored = chain(opened)
    assert [name_of(one) for one in stored] == ["opened", "one", "two", "é"]
    assert [one.raw for one in stored[2:]] == [one.raw for one in new]
    assert [one.parent for one in stored] == ["", *(one.commit for one in stored[:-1])]
    assert stored[-1].commit == commit
    assert stored[0].author == "Camille Renard <camille.renard@valmont.example>"
    assert stored[0].date.startswith("2026-07-01T09:00:00")


def test_the_newest_file_of_each_name_is_carried_over(opened: Path) -> None:
    commit = note(opened, entry("two", {"students.csv": "new\n"}))

    assert git(opened, "ls-tree", "--name-only", commit).split() == ["entry.json", "people.tsv", "students.csv"]
    assert [file_at(opened, commit, name) for name in ("people.tsv", "students.csv")] == ["00412345\n", "new\n"]
    assert git(opened, "log", "-1", "--format=%B", commit) == "upload two\n\nFiles: students.csv\n\n"
    assert git(opened, "reflog", "-1", "--format=%gs", LEDGER) == "graduand: upload two\n"


def test_contents_come_in_the_order_in_which_they_are_asked(opened: Path) -> None:
    first = head(Program(opened))
    second = note(opened, entry("two", {"students.csv": "new\n"}))
    asked = [(second, "students.csv"), (first, "people.tsv"), (first, "students.csv")]

    assert list(contents(Program(opened), asked)) == [b"new\n", b"00412345\n", b"username\n00412345\n"]
    with pytest.raises(LedgerIncomplete, match=r"observed\.csv"):
        list(contents(Program(opened), [(first, "observed.csv")]))


def test_a_filter_or_an_encoding_of_the_user_leaves_the_bytes(
    opened: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    attributes, settings = tmp_path / "attributes", tmp_path / "settings"
    attributes.write_text("*.csv filter=large text eol=crlf\n*.json filter=large\n", encoding="utf-8")
    settings.write_text(
        f"[core]\n attributesFile = {attributes}\n autocrlf = true\n"
        '[filter "large"]\n clean = tr a-z A-Z\n smudge = cat\n required = true\n'
        "[i18n]\n commitEncoding = ISO-8859-1\n logOutputEncoding = ISO-8859-1\n[log]\n showSignature = true\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Zoé")
    new = entry("small", {"students.csv": "a\r\nb\nŒ"})._replace(message="upload é")

    commit = append(Program(opened), [new])

    assert next(contents(Program(opened), [(commit, "students.csv")])) == "a\r\nb\nŒ".encode()
    assert chain(opened)[-1].raw == new.raw
    assert chain(opened)[-1].author.startswith("Zoé <")
    assert (
        "upload é".encode()
        in subprocess.run(["git", "cat-file", "commit", commit], cwd=opened, check=True, capture_output=True).stdout
    )


@pytest.mark.parametrize("name", [".gitlab-ci.yml", "a/b", "", "a b", "a\nb", "-é"])
def test_no_file_has_a_name_that_a_forge_would_obey(opened: Path, name: str) -> None:
    with pytest.raises(ValueError, match="name="):
        note(opened, entry("two", {name: ""}))

    assert names(opened) == ["opened", "one"]


def test_a_long_ledger_is_read_by_few_processes(opened: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    note(opened, *(str(number) for number in range(8)))
    program = Program(opened)
    started = calls_of("_started", monkeypatch)

    commit = head(program)
    assert len(started) == 1

    assert len(read_chain(program, commit)) == 10
    assert len(started) <= 1 + 4


# Wherever the repository lies, and whatever it is like


def test_data_in_a_folder_of_the_repository(opened: Path) -> None:
    (opened / "data").mkdir()

    note(opened / "data", entry("two", {"students.csv": "new\n"}))

    assert names(opened / "data") == names(opened) == ["opened", "one", "two"]
    assert list(contents(Program(opened / "data"), [(local(opened), "people.tsv")])) == [b"00412345\n"]


def test_a_linked_worktree_shares_the_ledger(opened: Path) -> None:
    linked = opened.with_name("linked")
    git(opened, "worktree", "add", "--quiet", "-b", "other", str(linked))

    note(linked, "two")

    assert names(opened) == names(linked) == ["opened", "one", "two"]


def test_a_repository_of_sha_256(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    git(root, "init", "--quiet", "--object-format=sha256")

    commit = note(root, "opened", UPLOAD)

    assert len(commit) == 64
    assert names(root) == ["opened", "one"]
    assert sound(root)


def test_a_clone_reads_what_came_with_it_and_gets_the_branch_with_the_first_entry(opened: Path) -> None:
    clone = cloned(opened)
    assert local(clone) == ""
    assert names(clone) == ["opened", "one"]

    note(clone, "two")

    assert local(clone) == head(Program(clone))
    assert names(clone) == ["opened", "one", "two"]


def test_the_further_of_the_two_is_read_and_continued(opened: Path) -> None:
    clone = cloned(opened)
    note(clone, "two")
    git(clone, "push", "--quiet", "origin", LEDGER)
    git(clone, "branch", "--quiet", "--force", "graduand/ledger", "graduand/ledger~1")
    assert names(clone) == ["opened", "one", "two"]

    note(clone, "three")

    assert names(clone) == ["opened", "one", "two", "three"]
    assert position(Program(clone))[4:] == (1, 0)


def test_where_each_has_what_the_other_lacks_the_local_one_is_read(opened: Path) -> None:
    clone = cloned(opened)
    note(clone, "two")
    note(opened, "three")
    git(clone, "fetch", "--quiet")

    assert position(Program(clone)).is_diverged
    assert names(clone) == ["opened", "one", "two"]


def test_of_several_remotes_the_one_that_is_set_counts(opened: Path) -> None:
    clone = cloned(opened)
    other = cloned(opened, "--bare", name="other.git")
    git(clone, "remote", "add", "team/other", str(other))
    note(clone, "two")
    git(clone, "push", "--quiet", "team/other", LEDGER)
    git(clone, "branch", "--quiet", "-D", "graduand/ledger")
    assert names(clone) == ["opened", "one"]

    git(clone, "config", "graduand.remote", "team/other")
    assert names(clone) == ["opened", "one", "two"]

    git(clone, "config", "graduand.remote", "nobody")
    with pytest.raises(LedgerInUse, match="names nobody, which is no remote"):
        head(Program(clone))


# Whole, cut, or not ours


@pytest.mark.parametrize("options", [("--depth=1", "--no-single-branch"), ("--depth=2", "--no-single-branch")])
def test_a_shallow_clone_is_not_whole(opened: Path, options: tuple[str, ...]) -> None:
    note(opened, "two")
    clone = cloned(opened, *options)
    program = Program(clone)

    stored = chain(clone)

    assert not is_whole(stored)
    assert stored[0].parent
    with pytest.raises(LedgerCut, match="git fetch --unshallow origin"):
        require_whole(program, stored)

    git(clone, "fetch", "--quiet", "--unshallow", "origin")
    require_whole(Program(clone), chain(clone))
    assert is_whole(chain(clone))


def test_a_ledger_that_nobody_opened_is_not_whole(tmp_path: Path) -> None:
    root = repository(tmp_path / "root", "one")

    assert not is_whole(chain(root))
    with pytest.raises(ForeignCommit, match="it opens none"):
        require_whole(Program(root), chain(root))
    assert not is_whole(())


def tampered(root: Path, listing: str, *parents: str) -> str:
    """Make a commit as another program might, and return it."""
    tree = subprocess.run(
        ["git", "mktree"], cwd=root, input=listing, check=True, capture_output=True, text=True
    ).stdout.strip()
    words = [word for parent in parents for word in ("-p", parent)]
    return git(root, "commit-tree", "-m", "by hand", *words, tree).strip()


def test_a_commit_of_another_program_is_named_with_the_cure(opened: Path) -> None:
    good = local(opened)
    there = git(opened, "ls-tree", good)
    blob = git(opened, "rev-parse", f"{good}:entry.json").strip()
    other = git(opened, "rev-parse", "main").strip()
    broken = {
        tampered(opened, there, good, other): "joins two lines of history",
        tampered(opened, f"100644 blob {blob}\tREADME\n", good): "holds no entry.json",
        tampered(opened, f"{there}100644 blob {blob}\t.gitlab-ci.yml\n", good): "holds .gitlab-ci.yml",
    }

    for commit, reason in broken.items():
        with pytest.raises(ForeignCommit, match=reason) as caught:
            read_chain(Program(opened), commit)
        assert caught.value.exit_code == 5
        assert f"git branch --force graduand/ledger {good[:12]}" in str(caught.value)


def test_a_branch_of_the_name_that_is_no_ledger_is_left_alone(tmp_path: Path) -> None:
    root = repository(tmp_path / "root")
    git(root, "branch", "graduand/ledger")

    assert "git branch --move graduand/ledger another-name" in refused(root)


# What is refused leaves all as it was


def test_a_branch_called_graduand(tmp_path: Path) -> None:
    root = repository(tmp_path / "root")
    git(root, "branch", "graduand")
    assert "git branch -m graduand another-name" in refused(root)

    clone = cloned(root)
    assert "rename it there, then: git fetch --prune origin" in refused(clone)


def test_a_ledger_that_is_checked_out(opened: Path) -> None:
    linked = opened.with_name("linked\nhere")
    git(opened, "worktree", "add", "--quiet", str(linked), "graduand/ledger")
    assert "linked⏎here; go to another branch there" in refused(opened)
    git(opened, "worktree", "remove", str(linked))

    git(opened, "switch", "--quiet", "graduand/ledger")
    assert "it is checked out in" in refused(opened)


def test_a_ledger_that_is_checked_out_before_it_has_a_commit(tmp_path: Path) -> None:
    root = repository(tmp_path / "root")
    git(root, "switch", "--quiet", "--orphan", "graduand/ledger")

    assert "it is checked out in" in refused(root)


def test_somebody_without_a_name(opened: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.delenv(f"GIT_{who}_NAME")
        monkeypatch.delenv(f"GIT_{who}_EMAIL")
    git(opened, "config", "user.useConfigOnly", "true")

    assert "git does not know who commits" in refused(opened)


def test_a_hook_that_refuses_is_quoted(opened: Path) -> None:
    hook(opened, "reference-transaction", 'test "$1" != prepared || { echo "Not on a Friday." >&2; exit 1; }')

    assert "Not on a Friday." in refused(opened)


def test_a_lock_that_a_killed_git_left(opened: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(branch, "_WAIT", 0.1)
    left = opened / ".git/refs/heads/graduand/ledger.lock"
    left.touch()

    assert f"rm {left}" in refused(opened)


# Signed


def test_where_commits_are_signed_so_are_entries(opened: Path, key: Path) -> None:
    sign(opened, key)

    commit = note(opened, "two")

    assert "\ngpgsig -----BEGIN SSH SIGNATURE" in git(opened, "cat-file", "commit", commit)

    key.unlink()
    key.with_suffix(".pub").unlink()
    assert "git refused" in refused(opened)
    assert names(opened) == ["opened", "one", "two"]


# Two at once


def test_an_entry_goes_on_top_of_one_that_was_faster(opened: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, faster = branch.lay_on, [entry("faster")]

    def lay_on(*words: object) -> str:
        made = real(*words)  # type: ignore[arg-type]
        if faster:
            other = branch.addition_of(Program(opened), faster.pop())
            git(opened, "update-ref", LEDGER, real(Program(opened), local(opened), [other]))
        return made

    monkeypatch.setattr(branch, "lay_on", lay_on)

    note(opened, entry("two", {"result.tsv": "x\n"}))

    assert names(opened) == ["opened", "one", "faster", "two"]


def test_one_that_is_always_slower_gives_up(opened: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = branch.lay_on

    def lay_on(program: Program, base: str, additions: list[branch.Addition]) -> str:
        git(opened, "update-ref", LEDGER, real(program, base, [branch.addition_of(program, entry(base))]))
        return real(program, base, additions)

    monkeypatch.setattr(branch, "lay_on", lay_on)

    with pytest.raises(LedgerInUse, match="kept writing"):
        note(opened, "two")
    assert "two" not in names(opened)


def test_processes_that_append_at_once_lose_nothing(opened: Path) -> None:
    linked = opened.with_name("linked")
    git(opened, "worktree", "add", "--quiet", "-b", "other", str(linked))
    program = [sys.executable, __file__, "five"]
    environment = {"PYTHONPATH": f"{HOUSE / 'tui'}:{HOUSE}"}

    with run(program, opened, environment) as one, run(program, linked, environment) as other:
        assert [one.wait(), other.wait()] == [0, 0]

    assert sorted(names(opened)[2:]) == sorted(f"{root}{number}" for root in (opened, linked) for number in range(5))
    assert sound(opened)


def run(program: list[str], root: Path, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen([*program, str(root), ""], env=os.environ | environment)


# A partial clone


@pytest.fixture
def partial_clone(opened: Path) -> Path:
    for number in range(3):
        note(opened, entry(f"more {number}", {"students.csv": f"{number}\n"}))
    for name in ("allowFilter", "allowAnySHA1InWant"):
        git(opened, "config", f"uploadpack.{name}", "true")
    return cloned(opened, "--filter=blob:none")


def missing(root: Path) -> int:
    return git(root, "rev-list", "--objects", "--missing=print", "--all").count("?")


def test_a_partial_clone_fetches_what_it_lacks_at_once(partial_clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = Program(partial_clone)
    fetched = calls_of("fetch_objects", monkeypatch)
    assert missing(partial_clone) > 5

    stored = chain(partial_clone)

    assert [name_of(one) for one in stored] == ["opened", "one", "more 0", "more 1", "more 2"]
    assert len(fetched) == 1
    assert missing(partial_clone) == 5  # the other files
    asked = [(one.commit, "students.csv") for one in stored[1:]]
    assert list(contents(program, asked)) == [b"username\n00412345\n", b"0\n", b"1\n", b"2\n"]
    assert len(fetched) == 2
    list(contents(program, asked))
    assert len(fetched) == 2


def test_a_partial_clone_appends_without_fetching(partial_clone: Path) -> None:
    lacking = missing(partial_clone)

    note(partial_clone, entry("two", {"result.tsv": "x\n"}))

    assert missing(partial_clone) == lacking


def test_a_partial_clone_without_its_remote_says_so(partial_clone: Path) -> None:
    git(partial_clone, "remote", "set-url", "origin", f"file://{partial_clone}/nowhere")

    with pytest.raises(LedgerIncomplete, match=r"nowhere.* Repeat when the remote can be reached") as caught:
        chain(partial_clone)
    assert caught.value.exit_code == 5


# Killed


def test_a_kill_at_any_moment_leaves_the_entry_or_nothing(opened: Path) -> None:
    folders = killed(opened, __file__, "two")

    outcomes = []
    for folder in folders:
        found = names(folder)
        assert found in (["opened", "one"], ["opened", "one", "two"])
        assert sound(folder)
        outcomes.append(len(found))
        note(folder, "next")
        assert names(folder) == [*found, "next"]
    assert outcomes == sorted(outcomes)
    assert set(outcomes) == {2, 3}
    assert git(opened, "for-each-ref", SEEN) == ""


# What runs as a program of its own


def _append(root: Path, count: int) -> int:
    for number in range(count):
        note(root, f"{root}{number}")
    return 0


def _append_two(root: Path) -> int:
    note(root, entry("two", {"students.csv": "new\n"}))
    return 0


if __name__ == "__main__":
    _job, _root, _base = sys.argv[1:]
    if _job == "five":
        sys.exit(_append(Path(_root), 5))
    killed_everywhere(partial(_append_two), Path(_root), Path(_base))
