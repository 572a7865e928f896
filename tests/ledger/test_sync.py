"""The ledger and its remote: whatever happens to either, no entry is lost, sent twice or changed without a word."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from graduand.errors import GitRefused, LedgerInUse, LedgerLost, LedgerOfOthers, LedgerOutOfReach, LedgerRewound
from graduand.git.program import Program
from graduand.ledger import sync
from graduand.ledger.branch import LEDGER, SEEN, contents, head, is_whole, position
from graduand.ledger.sync import BEFORE, SyncState, accept_remote, fetch, share, unshared
from tests.killing import killed, killed_everywhere, state
from tests.ledger.clones import chain, copy, entry, file_at, hook, local, names, note, person, repository, sign, sound
from tests.repository import git

if TYPE_CHECKING:
    from collections.abc import Callable

TRACKING: Final = "refs/remotes/origin/graduand/ledger"
REMOTE: Final = ("opened", "first")
"""The entries that the remote holds at first."""


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a remote and two clones of it."""
    base = tmp_path_factory.mktemp("shared") / "base"
    base.mkdir()
    git(base, "init", "--quiet", "--bare", "--initial-branch=main", "remote.git")
    one = repository(base / "one", "opened")
    note(one, entry("first", {"students.csv": "amy\nbob\n", "people.tsv": "amy\nbob\n"}))
    git(one, "remote", "add", "origin", "../remote.git")
    git(one, "push", "--quiet", "origin", "main", LEDGER)
    share(Program(one))
    git(base, "clone", "--quiet", "remote.git", "two")
    git(base / "two", "remote", "set-url", "origin", "../remote.git")
    return base


@pytest.fixture
def base(template: Path, tmp_path: Path) -> Path:
    return copy(template, tmp_path / "base")


@pytest.fixture
def one(base: Path) -> Path:
    """A clone that has shared its ledger."""
    return base / "one"


@pytest.fixture
def two(base: Path) -> Path:
    """A clone that was just made."""
    return base / "two"


@pytest.fixture
def remote(base: Path) -> Path:
    return base / "remote.git"


def there(remote: Path) -> list[str]:
    """Return the names of the entries that the remote holds."""
    commits = git(remote, "log", "--reverse", "--format=%H", LEDGER).split()
    return [str(json.loads(file_at(remote, commit, "entry.json"))["name"]) for commit in commits]


def shared(root: Path) -> sync.Synced:
    return share(Program(root))


def fetched(root: Path) -> sync.Synced:
    return fetch(Program(root))


def seen(root: Path) -> str:
    return git(root, "for-each-ref", "--format=%(objectname)", SEEN).strip()


# Shared, and fetched


def test_an_entry_is_shared_and_comes_to_the_others(one: Path, two: Path, remote: Path) -> None:
    note(one, "a", "b")
    assert [json.loads(stored.raw)["name"] for stored in unshared(Program(one))] == ["a", "b"]

    pushed = shared(one)

    assert (pushed.state, pushed.remote, pushed.entries) == (SyncState.SHARED, "origin", 2)
    assert pushed.sentence == "2 entries shared with origin."
    assert unshared(Program(one)) == ()
    assert there(remote) == [*REMOTE, "a", "b"]
    assert shared(one) == (SyncState.SHARED, "origin", 0, "", "")

    came = fetched(two)

    assert (came.state, came.entries, came.sentence) == (SyncState.FETCHED, 2, "")
    assert names(two) == [*REMOTE, "a", "b"]
    assert local(two) == ""
    assert fetched(two).entries == 0
    assert seen(one) == seen(two) == local(one)


def test_the_local_branch_follows(one: Path, two: Path) -> None:
    note(two, "a")
    shared(two)

    fetched(one)

    assert local(one) == head(Program(two))


def test_a_remote_that_never_held_a_ledger_gets_it_with_the_first_entry(base: Path) -> None:
    git(base, "init", "--quiet", "--bare", "empty.git")
    root = repository(base / "three")
    git(root, "remote", "add", "school", "../empty.git")

    came = fetched(root)

    assert (came.state, came.remote) == (SyncState.NONE_THERE, "school")
    assert came.sentence == "school holds no ledger yet; the first entry brings it there."
    assert shared(root).entries == 0
    note(root, "opened", "a")
    assert fetched(root).state is SyncState.NONE_THERE
    assert shared(root).entries == 2
    assert there(base / "empty.git") == ["opened", "a"]


def test_without_a_remote_there_is_nothing_to_do(tmp_path: Path) -> None:
    root = repository(tmp_path / "root", "opened")

    assert fetched(root) == shared(root) == (SyncState.NO_REMOTE, "", 0, "", "")
    assert fetched(root).sentence == ""
    with pytest.raises(LedgerInUse, match="no remote to take it from"):
        accept_remote(Program(root))


def test_offline_says_how_old_the_ledger_is(one: Path, remote: Path, tmp_path: Path) -> None:
    note(one, "a")

    offline = fetch(Program(one), offline=True)

    assert (offline.state, offline.newest) == (SyncState.OFFLINE, "2026-07-01 09:00 UTC")
    assert offline.sentence == "The ledger was not fetched (--offline). This clone's is of 2026-07-01 09:00 UTC."
    assert share(Program(one), offline=True)[:3] == (SyncState.OFFLINE, "origin", 1)
    assert there(remote) == [*REMOTE]
    root = repository(tmp_path / "root")
    git(root, "remote", "add", "origin", "../remote.git")
    assert fetch(Program(root), offline=True).sentence.endswith("This clone has none.")


def test_the_remote_is_the_one_that_is_set_else_that_holds_it_else_of_the_branch(one: Path, base: Path) -> None:
    git(base, "init", "--quiet", "--bare", "other.git")
    git(one, "remote", "add", "fork", "../other.git")
    git(one, "config", "branch.main.remote", "fork")
    assert fetched(one).remote == "origin", "a branch of a fork does not lead to a second ledger"

    git(one, "config", "graduand.remote", "fork")
    with pytest.raises(LedgerLost, match="fork does not hold the ledger"):
        fetched(one)

    git(one, "config", "--unset", "graduand.remote")
    for ref in (TRACKING, SEEN):
        git(one, "update-ref", "-d", ref)
    assert fetched(one)[:2] == (SyncState.NONE_THERE, "fork")
    git(one, "switch", "--quiet", "--detach")
    assert fetched(one)[:2] == (SyncState.FETCHED, "origin")


# Two at once


@pytest.mark.parametrize("order", [("one", "two"), ("two", "one")])
def test_entries_that_were_noted_at_once_are_all_shared(base: Path, remote: Path, order: tuple[str, str]) -> None:
    for name in order:
        note(base / name, entry(name, {"students.csv": f"{name}\n"}))

    assert [shared(base / name).entries for name in order] == [1, 1]

    assert there(remote) == [*REMOTE, *order]
    for name in order:
        fetched(base / name)
        assert names(base / name) == [*REMOTE, *order]
        assert sound(base / name)
    commits = [stored.commit for stored in chain(base / order[0])[2:]]
    assert [file_at(remote, commit, "students.csv").strip() for commit in commits] == [*order]


def test_three_clones_share_in_turn(base: Path, one: Path, two: Path, remote: Path) -> None:
    three = copy(two, base / "three")
    for root in (one, two, three):
        note(root, root.name)
    for root in (three, one, two):
        assert shared(root).state is SyncState.SHARED

    assert there(remote) == [*REMOTE, "three", "one", "two"]
    for root in (one, two, three):
        fetched(root)
        assert names(root) == there(remote)


def test_author_and_date_stay_when_an_entry_is_laid_on_top(
    one: Path, two: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    note(two, entry("é", {"result.tsv": "x\n"})._replace(message="upload é"))
    before = chain(two)[-1]
    note(one, "a")
    shared(one)
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-12-24T18:00:00Z")
    monkeypatch.setenv("GIT_AUTHOR_DATE", "2026-12-24T18:00:00Z")

    shared(two)

    after = chain(two)[-1]
    assert (after.raw, after.author, after.date) == (before.raw, before.author, before.date)
    assert after.commit != before.commit
    assert git(two, "log", "-1", "--format=%s|%cI|%b", after.commit).strip() == (
        "upload é|2026-12-24T18:00:00+00:00|Files: result.tsv"
    )


def test_an_entry_that_is_laid_on_top_is_signed_anew_or_not_at_all(one: Path, two: Path, key: Path) -> None:
    sign(two, key)
    note(two, "mine")
    note(one, "a")
    shared(one)
    before, there_before = local(two), key.with_name("elsewhere")
    key.rename(there_before)
    with pytest.raises(GitRefused):
        shared(two)
    assert local(two) == before

    there_before.rename(key)
    shared(two)

    assert "\ngpgsig -----BEGIN SSH SIGNATURE" in git(two, "cat-file", "commit", local(two))
    assert names(two) == [*REMOTE, "a", "mine"]


def test_an_entry_takes_along_a_file_that_was_the_same_as_before(one: Path, two: Path) -> None:
    """Its diff does not name it, but on top of another upload it would be that one's."""
    note(two, entry("again", {"students.csv": "amy\nbob\n"}))
    assert "students.csv" not in git(two, "diff", "--name-only", "graduand/ledger~1", "graduand/ledger")
    note(one, entry("between", {"students.csv": "changed\n", "observed.csv": "seen\n"}))
    shared(one)

    shared(two)

    stored = chain(two)
    program = Program(two)
    assert names(two) == [*REMOTE, "between", "again"]
    assert list(contents(program, [(one.commit, "students.csv") for one in stored[1:]])) == [
        b"amy\nbob\n",
        b"changed\n",
        b"amy\nbob\n",
    ]
    assert file_at(two, stored[-1].commit, "observed.csv") == "seen\n"


def test_two_ledgers_that_were_opened_apart_become_one(base: Path, remote: Path) -> None:
    root = repository(base / "three", "opened")
    note(root, entry("mine", {"students.csv": "x\n"}))
    git(root, "remote", "add", "origin", "../remote.git")

    assert shared(root).entries == 1

    assert there(remote) == [*REMOTE, "mine"]
    assert is_whole(chain(root))


def test_unshared_entries_of_somebody_else_are_not_made_ones_own(one: Path, two: Path, remote: Path) -> None:
    with person("Renee"):
        note(two, "hers")
    note(two, "mine")
    note(one, "a")
    shared(one)
    before = local(two)

    for call in (fetched, shared):
        with pytest.raises(LedgerOfOthers, match=r"20261201T014753Z-[0-9a-f]{8} \(Renee <renee@valmont.example>\)"):
            call(two)

    assert local(two) == before
    assert there(remote) == [*REMOTE, "a"]


def test_unshared_entries_of_somebody_else_go_along_where_nothing_is_to_be_written_anew(
    two: Path, remote: Path
) -> None:
    with person("Renee"):
        note(two, "hers")
    note(two, "mine")

    assert shared(two).entries == 2
    assert there(remote) == [*REMOTE, "hers", "mine"]


def faster(monkeypatch: pytest.MonkeyPatch, root: Path, times: int) -> None:
    """Let another clone push just before each of the first pushes."""
    real, left = sync._push, [f"faster {number}" for number in range(times)]

    def push(program: Program, *words: object) -> object:
        if left and program.root != root:
            note(root, left.pop())
            monkeypatch.setattr(sync, "_push", real)
            shared(root)
            monkeypatch.setattr(sync, "_push", push)
        return real(program, *words)  # type: ignore[arg-type]

    monkeypatch.setattr(sync, "_push", push)


@pytest.mark.parametrize("times", [1, 4])
def test_a_push_is_repeated_on_top_of_one_that_was_faster(
    one: Path, two: Path, remote: Path, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    note(two, "slow")
    faster(monkeypatch, one, times)

    assert shared(two).state is SyncState.SHARED

    assert there(remote)[-1] == "slow"
    assert len(there(remote)) == 3 + times


def test_one_that_is_always_slower_gives_up(
    one: Path, two: Path, remote: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    note(two, "slow")
    faster(monkeypatch, one, 9)

    ended = shared(two)

    assert (ended.state, ended.entries) == (SyncState.NOT_SHARED, 1)
    assert ended.words == "others were faster each time"
    assert "slow" not in there(remote)
    assert "slow" in names(two)


# However the clone was made


@pytest.mark.parametrize(
    "options", [("--single-branch",), ("--depth=1",), ("--filter=blob:none",), ("--filter=blob:none", "--depth=1")]
)
def test_a_clone_without_the_ledger_gets_it_whole(base: Path, remote: Path, options: tuple[str, ...]) -> None:
    for name in ("allowFilter", "allowAnySHA1InWant"):
        git(remote, "config", f"uploadpack.{name}", "true")
    git(base, "clone", "--quiet", *options, f"file://{remote}", "three")
    root = base / "three"

    fetched(root)

    assert names(root) == [*REMOTE]
    assert is_whole(chain(root))
    note(root, "a")
    assert shared(root).state is SyncState.SHARED
    assert fetched(root).entries == 0
    assert position(Program(root))[4:] == (0, 0)


@pytest.mark.parametrize("depth", [0, 1])
def test_a_checkout_of_a_forge_for_a_job(base: Path, remote: Path, depth: int) -> None:
    """As actions/checkout does it: no clone, one commit without a branch, or all branches as tracking refs."""
    root = base / "job"
    root.mkdir()
    git(root, "init", "--quiet")
    git(root, "remote", "add", "origin", f"file://{remote}")
    tip = git(remote, "rev-parse", "main").strip()
    if depth:
        git(root, "fetch", "--quiet", "--no-tags", "--depth=1", "origin", f"+{tip}:refs/remotes/origin/main")
    else:
        git(root, "fetch", "--quiet", "origin", "+refs/heads/*:refs/remotes/origin/*")
        assert names(root) == [*REMOTE]
    git(root, "checkout", "--quiet", "--detach", tip)

    fetched(root)

    assert names(root) == [*REMOTE]
    assert is_whole(chain(root))


# The remote lost something


def rewind(root: Path, commits: int = 1) -> None:
    """Set the ledger of the remote back, as somebody with the right to force may."""
    git(root, "push", "--quiet", "--force", "origin", f"graduand/ledger~{commits}:{LEDGER}")


def command_of(error: BaseException, verb: str = "git push") -> list[str]:
    """Return the command that an error names."""
    found = str(error)[str(error).index(verb) :].partition(";")[0]
    return shlex.split(found)


def test_a_remote_that_was_set_back_is_noticed_and_can_be_put_right(
    base: Path, one: Path, two: Path, remote: Path
) -> None:
    note(one, "a", "b")
    shared(one)
    fetched(two)
    held = seen(two)
    rewind(one, 2)
    three = copy(two, base / "three")

    for root, call in ((two, fetched), (two, shared), (one, fetched), (one, shared), (three, fetched)):
        if call is shared:
            note(root, f"unshared of {root.name}")
        with pytest.raises(LedgerRewound, match="origin no longer holds 2 entries") as caught:
            call(root)
        assert caught.value.exit_code == 5
        assert "graduand setup --accept-ledger" in str(caught.value)

    assert there(remote) == [*REMOTE]
    assert seen(two) == seen(three) == held
    assert names(three) == [*REMOTE, "a", "b"], "what was sent is known all the same"
    with pytest.raises(LedgerRewound) as caught:
        fetched(three)
    subprocess.run(command_of(caught.value), cwd=three, check=True, capture_output=True)
    assert there(remote) == [*REMOTE, "a", "b"]
    assert shared(two).state is SyncState.SHARED
    assert shared(one).state is SyncState.SHARED
    assert there(remote) == [*REMOTE, "a", "b", "unshared of two", "unshared of one"]


def test_a_remote_that_was_set_back_is_noticed_without_the_network(one: Path, two: Path) -> None:
    note(one, "a")
    shared(one)
    fetched(two)
    rewind(one)
    git(two, "fetch", "--quiet", "origin")

    with pytest.raises(LedgerRewound):
        fetch(Program(two), offline=True)
    assert names(two) == [*REMOTE, "a"]


def test_a_remote_that_was_set_back_can_be_taken_over(one: Path, two: Path, remote: Path) -> None:
    note(one, "a", "b")
    shared(one)
    fetched(two)
    held = seen(two)
    note(two, entry("mine", {"result.tsv": "x\n"}))
    mine = local(two)
    rewind(one, 2)
    git(one, "branch", "--force", "graduand/ledger", "graduand/ledger~2")
    git(one, "update-ref", "-d", SEEN)
    note(one, "c")
    shared(one)

    accepted = accept_remote(Program(two))

    assert (accepted.remote, accepted.lost, accepted.laid) == ("origin", 2, 1)
    assert accepted.given_up == (f"{BEFORE}{mine[:12]}",)
    assert names(two) == [*REMOTE, "c", "mine"]
    assert names(two, mine) == [*REMOTE, "a", "b", "mine"]
    git(two, "merge-base", "--is-ancestor", held, mine)
    assert shared(two).entries == 1
    assert there(remote) == [*REMOTE, "c", "mine"]
    assert fetched(two).state is SyncState.FETCHED
    assert sound(two)

    git(two, "update-ref", LEDGER, mine)
    git(two, "update-ref", SEEN, held)
    assert accept_remote(Program(two))[2:] == (2, 0), "the second time"


def test_a_clone_without_a_branch_of_its_own_takes_over(one: Path, two: Path) -> None:
    note(one, "a")
    shared(one)
    fetched(two)
    held = seen(two)
    rewind(one)

    accepted = accept_remote(Program(two))

    assert accepted == ("origin", (f"{BEFORE}{held[:12]}",), 1, 0)
    assert names(two) == [*REMOTE]
    assert local(two) == ""


def test_taking_over_what_is_no_other_changes_nothing(one: Path, two: Path) -> None:
    note(one, "a")
    before = local(one)

    assert accept_remote(Program(one)) == ("origin", (), 0, 0)
    assert local(one) == before
    assert accept_remote(Program(two)) == ("origin", (), 0, 0)


@pytest.mark.parametrize("prune", [False, True])
def test_a_remote_that_lost_the_ledger_is_noticed_and_can_be_put_right(
    one: Path, two: Path, remote: Path, *, prune: bool
) -> None:
    fetched(two)
    git(remote, "update-ref", "-d", LEDGER)
    if prune:
        git(two, "fetch", "--quiet", "--prune", "origin")
        assert git(two, "for-each-ref", TRACKING) == ""

    note(one, "a")
    note(two, "b")
    for root, call in ((one, fetched), (one, shared), (two, fetched), (two, shared)):
        with pytest.raises(LedgerLost, match="origin does not hold the ledger"):
            call(root)
    with pytest.raises(LedgerLost) as caught:
        accept_remote(Program(two))
    assert caught.value.exit_code == 5

    assert names(two) == [*REMOTE, "b"]
    subprocess.run(command_of(caught.value), cwd=two, check=True, capture_output=True)
    assert shared(one).entries == 1
    assert there(remote) == [*REMOTE, "b", "a"]


def test_a_ledger_that_came_with_the_clone_counts_as_seen(two: Path, remote: Path) -> None:
    git(remote, "update-ref", "-d", LEDGER)

    with pytest.raises(LedgerLost):
        fetched(two)


def erase(root: Path, was: str = "", without: str = "") -> None:
    """Write the ledger of the remote anew without bob, as an erasure does; entries keep their `entry.json`."""
    fetched(root)
    old = head(Program(root))
    git(root, "update-ref", LEDGER, old)
    begun, new = "", []
    for stored in chain(root, old):
        name = str(json.loads(stored.raw)["name"])
        files = git(root, "ls-tree", "--name-only", stored.commit).split()
        kept = {file: file_at(root, stored.commit, file).replace("bob\n", "") for file in files if file != "entry.json"}
        facts = {"was": json.loads(stored.raw)["was"]} if name == "erased" else {}
        if name != without:
            new.append(entry(name, kept, **facts))
    git(root, "update-ref", "-d", LEDGER)
    git(root, "update-ref", "-d", TRACKING)
    git(root, "update-ref", "-d", SEEN)
    begun = note(root, *new, entry("erased", was=was or old))
    git(root, "push", "--quiet", "--force", "origin", f"{begun}:{LEDGER}")
    git(root, "update-ref", SEEN, begun)


def test_an_erasure_is_followed_unasked(one: Path, two: Path) -> None:
    fetched(two)
    erase(one)

    came = fetched(two)

    assert came.state is SyncState.FETCHED
    assert names(two) == [*REMOTE, "erased"]
    assert "bob" not in file_at(two, head(Program(two)), "students.csv")


@pytest.mark.parametrize("is_stale", [False, True])
def test_after_an_erasure_a_clone_brings_back_its_own_entries_only(
    base: Path, one: Path, two: Path, remote: Path, *, is_stale: bool
) -> None:
    fetched(two)
    three = copy(two, base / "three")
    note(three, entry("later", {"students.csv": "amy\nbob\ncy\n"}))
    shared(three)
    if not is_stale:
        fetched(two)
    note(two, entry("mine", {"result.tsv": "x\n"}))
    erase(one)

    assert shared(two).entries == 1

    assert there(remote) == [*REMOTE, "later", "erased", "mine"]
    assert "bob" not in file_at(remote, LEDGER, "students.csv")
    assert names(two) == there(remote)
    objects = git(remote, "rev-list", "--objects", LEDGER)
    blobs = [line.split()[0] for line in objects.splitlines() if "students.csv" in line]
    assert not any("bob" in git(remote, "cat-file", "blob", blob) for blob in blobs)


@pytest.mark.parametrize("fault", [{"without": "first"}, {"was": "0" * 39}, {"was": "HEAD"}, {"was": "older"}])
def test_an_erasure_that_loses_an_entry_or_names_another_state_is_not_followed(
    one: Path, two: Path, fault: dict[str, str]
) -> None:
    fetched(two)
    if fault.get("was") == "older":
        fault = {"was": chain(two)[0].commit}
    erase(one, **fault)

    with pytest.raises(LedgerRewound, match="an erasure is noted there"):
        fetched(two)
    assert names(two) == [*REMOTE]


# The remote refuses, or does not answer


REFUSALS = {
    "remote: error: GH006: Protected branch update failed for refs/heads/graduand/ledger.\n"
    "remote: error: Changes must be made through a pull request.": True,
    "remote: error: GH013: Repository rule violations found for refs/heads/graduand/ledger.\n"
    "remote: Review all repository rules at https://github.example/rules": True,
    "remote: GitLab: You are not allowed to push code to protected branches on this project.": True,
    "remote: Branch refs/heads/graduand/ledger can only be modified through pull requests.": True,
    "remote: Gitea: Not allowed to push to protected branch main": True,
    "remote: TF402455: Pushes to this branch are not permitted; you must use a pull request.": True,
    "remote: Commits must be signed.": False,
}


@pytest.mark.parametrize(("said", "is_rule"), REFUSALS.items())
def test_a_server_that_refuses_is_quoted_and_the_entry_stands(
    one: Path, remote: Path, said: str, *, is_rule: bool
) -> None:
    lines = said.replace("remote: ", "").splitlines()
    hook(remote, "pre-receive", "\n".join(f"echo '{line}' >&2" for line in lines) + "\nexit 1")
    note(one, "a")

    ended = shared(one)

    assert (ended.state, ended.entries) == (SyncState.NOT_SHARED, 1)
    plain = " ".join(line.removeprefix("error: ") for line in lines)
    assert ended.words == plain
    assert ended.sentence.startswith(f"Noted here, not shared with origin: {plain.rstrip('.')}.")
    assert ("only blocks force pushes and deletions" in ended.sentence) == is_rule
    assert ("git push origin graduand/ledger" in ended.sentence) != is_rule
    assert names(one) == [*REMOTE, "a"]
    (remote / "hooks/pre-receive").unlink()
    assert shared(one).entries == 1


def test_a_hook_of_the_clone_that_refuses_the_push_is_quoted(one: Path, remote: Path) -> None:
    hook(one, "pre-push", 'read -r ref _rest; echo "Not $ref."; exit 1')
    note(one, "a")

    ended = shared(one)

    assert ended.state is SyncState.NOT_SHARED
    assert there(remote) == [*REMOTE]


def test_a_branch_of_the_remote_that_is_in_the_way(base: Path) -> None:
    git(base, "init", "--quiet", "--bare", "other.git")
    root = repository(base / "three", "opened")
    git(root, "remote", "add", "origin", "../other.git")
    git(root, "push", "--quiet", "origin", "main:graduand")
    git(root, "update-ref", "-d", "refs/remotes/origin/graduand")

    ended = shared(root)

    assert ended.state is SyncState.NOT_SHARED
    assert "refs/heads/graduand" in ended.words
    git(root, "fetch", "--quiet", "origin")
    with pytest.raises(LedgerInUse, match="a branch of origin is called graduand"):
        fetched(root)


def test_push_options_are_sent_where_the_remote_knows_them(one: Path, remote: Path) -> None:
    hook(remote, "post-receive", 'echo "$GIT_PUSH_OPTION_0" > options')
    note(one, "a")
    shared(one)
    assert (remote / "options").read_text(encoding="utf-8") == "\n"
    assert git(one, "config", "--get-regexp", "pushoptions") == "remote.origin.graduandpushoptions false\n"

    git(one, "config", "--unset", "remote.origin.graduandPushOptions")
    git(remote, "config", "receive.advertisePushOptions", "true")
    note(one, "b")
    shared(one)

    assert (remote / "options").read_text(encoding="utf-8") == "ci.skip\n"
    assert there(remote) == [*REMOTE, "a", "b"]


def test_a_remote_that_is_gone_is_no_error(one: Path, two: Path) -> None:
    note(one, "a")
    for root in (one, two):
        git(root, "remote", "set-url", "origin", "../nowhere.git")

    ended, came = shared(one), fetched(two)

    assert (ended.state, came.state) == (SyncState.NOT_SHARED, SyncState.NOT_FETCHED)
    assert "nowhere.git" in ended.words
    git(one, "remote", "set-url", "origin", "../remote.git")
    assert share(Program(one), after=came)[:4] == (SyncState.NOT_SHARED, "origin", 1, came.words)
    assert came.sentence == (
        "The ledger was not fetched: '../nowhere.git' does not appear to be a git repository. "
        "This clone's is of 2026-07-01 09:00 UTC."
    )
    with pytest.raises(LedgerOutOfReach, match="does not appear"):
        accept_remote(Program(two))


@pytest.fixture
def ssh(tmp_path: Path, one: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Let origin be reached by a program in place of ssh, which is a shell script; returns what that leaves."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    git(one, "remote", "set-url", "origin", "ssh://git@forge.example/records.git")

    def script(text: str) -> Path:
        program = folder / "ssh"
        program.write_text(f'#!/bin/sh\nleft="{tmp_path}/left"\n{text}\n', encoding="utf-8")
        program.chmod(0o755)
        return tmp_path / "left"

    return script


def test_a_remote_that_hangs_is_left_and_nothing_of_it_stays(one: Path, ssh: Callable[[str], Path]) -> None:
    left = ssh('sleep 60 & echo "$! $$" > "$left"; wait')
    note(one, "a")
    begun = time.monotonic()

    came = fetch(Program(one), silence=0.3)
    ended = share(Program(one), silence=0.3)

    assert time.monotonic() - begun < 5
    assert (came.state, came.words) == (SyncState.NOT_FETCHED, "no answer in time")
    assert (ended.state, ended.words) == (SyncState.NOT_SHARED, "no answer in time")
    for number in left.read_text(encoding="utf-8").split():
        found = subprocess.run(["ps", "-o", "stat=", "-p", number], check=False, capture_output=True, text=True).stdout
        assert found.strip()[:1] in {"", "Z"}
    assert names(one) == [*REMOTE, "a"]


def test_a_remote_that_goes_on_speaking_is_waited_for(one: Path, remote: Path, ssh: Callable[[str], Path]) -> None:
    ssh(f'for _ in 1 2 3 4; do echo "Still here." >&2; sleep 0.2; done; exec git-upload-pack "{remote}"')

    assert fetch(Program(one), silence=0.5).state is SyncState.FETCHED


def test_nobody_is_asked_for_a_password(one: Path, ssh: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    left = ssh(
        'env > "$left"; if (: < /dev/tty) 2>&-; then echo tty >> "$left"; fi; echo Permission denied >&2; exit 255'
    )
    monkeypatch.setenv("SSH_ASKPASS", "/bin/ask")
    monkeypatch.setenv("DISPLAY", ":0")
    note(one, "a")

    for call in (fetched, shared):
        assert call(one).words == "Permission denied"
        lines = left.read_text(encoding="utf-8").splitlines()
        assert {"GIT_ASKPASS=", "GIT_TERMINAL_PROMPT=0", "SSH_ASKPASS=false", "SSH_ASKPASS_REQUIRE=never"} <= {*lines}
        assert "tty" not in lines


def test_a_fetch_runs_no_program_that_the_clone_names_itself_and_a_push_does(
    one: Path, tmp_path: Path, ssh: Callable[[str], Path]
) -> None:
    left = ssh('echo ssh >> "$left"; exit 255')
    program = tmp_path / "own"
    program.write_text(f"#!/bin/sh\necho own >> {left}\nexit 255\n", encoding="utf-8")
    program.chmod(0o755)
    git(one, "config", "core.sshCommand", str(program))
    note(one, "a")

    fetched(one)
    assert set(left.read_text(encoding="utf-8").split()) == {"ssh"}

    shared(one)
    assert set(left.read_text(encoding="utf-8").split()) == {"ssh", "own"}


def test_a_fetch_runs_no_hook_and_an_entry_on_top_asks_it(one: Path, two: Path, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    note(two, "mine")
    note(one, "a")
    shared(one)
    git(two, "branch", "--quiet", "other", "graduand/ledger")
    git(two, "branch", "--quiet", "--force", "graduand/ledger", "origin/graduand/ledger")
    hook(two, "reference-transaction", f'touch "{ran}"; echo "Not on a Friday." >&2; test "$1" != prepared')

    fetched(two)

    assert not ran.exists()
    assert local(two) == local(one)
    note_refused(two)
    (two / ".git/hooks/reference-transaction").unlink()
    git(two, "branch", "--quiet", "--force", "graduand/ledger", "other")
    hook(two, "reference-transaction", 'echo "Not on a Friday." >&2; test "$1" != prepared')

    with pytest.raises(GitRefused, match="Not on a Friday"):
        fetched(two)
    assert names(two) == [*REMOTE, "mine"]


def note_refused(root: Path) -> None:
    with pytest.raises(GitRefused, match="Not on a Friday"):
        note(root, "refused")


def test_a_ledger_that_is_checked_out_stays_as_it_is(one: Path, two: Path) -> None:
    git(two, "branch", "--quiet", "graduand/ledger", "origin/graduand/ledger")
    git(two, "switch", "--quiet", "graduand/ledger")
    before = local(two)
    note(one, "a")
    shared(one)

    assert fetched(two).entries == 1

    assert local(two) == before
    assert git(two, "status", "--porcelain") == ""
    assert names(two) == [*REMOTE, "a"]


# Killed


def test_a_kill_while_sharing_loses_nothing(base: Path, one: Path, two: Path) -> None:
    note(two, entry("mine", {"result.tsv": "x\n"}))
    note(one, "a")
    shared(one)
    shutil.rmtree(one)

    outcomes = set()
    for folder in killed(base, __file__, "share"):
        if (left := state(folder)) in outcomes:
            continue
        outcomes.add(left)
        held = there(folder / "remote.git")
        assert held in ([*REMOTE, "a"], [*REMOTE, "a", "mine"])
        assert sound(folder / "two")
        assert sound(folder / "remote.git")

        note(folder / "two", "next")
        assert shared(folder / "two").state is SyncState.SHARED
        assert there(folder / "remote.git") == [*REMOTE, "a", "mine", "next"]
        assert names(folder / "two") == there(folder / "remote.git")


def _share(base: Path) -> int:
    return int(shared(base / "two").state is not SyncState.SHARED)


if __name__ == "__main__":
    _job, _root, _base = sys.argv[1:]
    killed_everywhere(_share, Path(_root), Path(_base))
