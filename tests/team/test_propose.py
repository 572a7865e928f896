"""Changes are proposed: on a branch of their own, pushed, with a pull request; and nothing is lost where that fails."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from graduand.git.forge import page_of
from tests.repository import FAULTY, GRADUATE, begin, commit, git, graduand, graduate, head, put

if TYPE_CHECKING:
    from pathlib import Path


PROTECTED = """\
#!/bin/sh
while read -r old new ref; do
    if test "$ref" = refs/heads/main; then
        echo "GH006: Protected branch update failed for refs/heads/main." >&2
        exit 1
    fi
done
"""
ASKED = "merge_request%5Bsource_branch%5D=x/y&merge_request%5Btarget_branch%5D=main"
FORGE = """\
#!/bin/sh
printf '%s\\n' "$@" > "$0.words"
cat > "$0.body"
echo https://github.com/valmont/records/pull/7
"""


@pytest.fixture
def remote(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bare repository that takes no push to main, below the address of a forge."""
    return tmp_path_factory.mktemp("forge") / "valmont/records.git"


@pytest.fixture
def clone(root: Path, remote: Path) -> Path:
    """A clone of it with one record, which `gh` knows nothing of."""
    begin(root)
    put(root, GRADUATE)
    commit(root)
    git(root, "clone", "--quiet", "--bare", str(root), str(remote))
    (remote / "hooks").mkdir(exist_ok=True)
    (remote / "hooks/pre-receive").write_text(PROTECTED, encoding="utf-8")
    (remote / "hooks/pre-receive").chmod(0o755)
    git(root, "config", f"url.file://{remote.parent.parent}/.insteadOf", "https://github.com/")
    git(root, "remote", "add", "origin", "https://camille:secret@github.com/valmont/records.git")
    git(root, "config", f"url.file://{remote.parent.parent}/.insteadOf", "https://camille:secret@github.com/")
    git(root, "fetch", "--quiet", "origin")
    return root


@pytest.fixture
def forge(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program that stands in for that of a forge and notes what it was asked."""
    program = tmp_path_factory.mktemp("bin") / "gh"
    program.write_text(FORGE, encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    return program


@pytest.fixture(autouse=True)
def _without_forges(monkeypatch: pytest.MonkeyPatch) -> None:
    there = [
        folder
        for folder in os.get_exec_path()
        if not any(os.access(f"{folder}/{one}", os.X_OK) for one in ("gh", "glab"))
    ]
    monkeypatch.setenv("PATH", os.pathsep.join(there))


def where(root: Path) -> tuple[str, str, str]:
    """Return the branch that is checked out, and the commits of main here and on the remote."""
    main, remote = git(root, "rev-parse", "main", "origin/main").split()
    return git(root, "branch", "--show-current").strip(), main, remote


def test_what_lies_on_main_by_mistake_goes_to_a_branch(clone: Path, remote: Path, forge: Path) -> None:
    before = head(clone)
    assert graduand(clone, "edit", "00412345", "last_name=Martin").code == 0
    assert graduand(clone, "edit", "00412345", "disabled=true", "transition:account:reason=deceased").code == 0
    mine = head(clone)
    (clone / "notes.txt").write_text("mine\n", encoding="utf-8")
    put(clone, graduate("00400001"), "2026-spring/00400001.yaml")
    git(clone, "add", "--intent-to-add", "notes.txt")

    ran = graduand(clone, "propose", "closing", "--message", "Take one more in", "--trailer", "Ticket: 4411")

    assert (ran.code, ran.out) == (0, "https://github.com/valmont/records/pull/7\n")
    assert where(clone) == ("closing", before, before)
    tip = head(clone)
    assert git(remote, "rev-parse", "closing", "main").split() == [tip, before]
    assert git(clone, "log", "--format=%H", "-2").split()[1] == mine
    assert git(clone, "log", "-1", "--format=%B").startswith("Take one more in\n\nGraduand-Kind: corrected\n")
    assert "Ticket: 4411\n" in git(clone, "log", "-1", "--format=%B")
    assert git(clone, "status", "--porcelain") == " A notes.txt\n"
    words = forge.with_name("gh.words").read_text(encoding="utf-8").splitlines()
    assert words[:7] == ["pr", "create", "--base", "main", "--head", "closing", "--title"]
    body = forge.with_name("gh.body").read_text(encoding="utf-8")
    assert "### Accounts that close" in body
    assert not [word for word in ("Martin", "Dupont", "chloe.dupont", "Camille") if word in body + "".join(words)]


def test_a_branch_that_a_kill_left_without_a_commit_is_taken(clone: Path) -> None:
    put(clone, GRADUATE.replace("Dupont", "Martin"))
    git(clone, "branch", "--no-track", "closing")
    git(clone, "branch", "--no-track", "records-00412345")

    assert graduand(clone, "propose").code == 0

    assert where(clone)[0] == "records-00412345"
    git(clone, "branch", "--force", "closing")
    git(clone, "switch", "--quiet", "main")
    put(clone, graduate("00400001"), "2026-spring/00400001.yaml")
    assert "there is a branch closing already" in graduand(clone, "propose", "closing").err


def test_without_the_forges_program_the_address_is_said(clone: Path) -> None:
    graduand(clone, "edit", "00412345", "last_name=Martin")

    ran = graduand(clone, "propose")
    again = graduand(clone, "propose", "--json")

    assert ran.out == "https://github.com/valmont/records/compare/main...records-00412345?expand=1\n"
    assert "secret" not in ran.err + again.out
    assert json.loads(again.out)["branch"] == "records-00412345"
    assert where(clone)[0] == "records-00412345"


@pytest.mark.parametrize(
    ("url", "page"),
    [
        ("git@github.com:a/b.git", "https://github.com/a/b/compare/main...x/y?expand=1"),
        ("ssh://git@github.a.example:22/a/b.git", "https://github.a.example/a/b/compare/main...x/y?expand=1"),
        (
            "https://me:secret@gitlab.example/g/h/b.git",
            f"https://gitlab.example/g/h/b/-/merge_requests/new?{ASKED}",
        ),
        ("https://bitbucket.org/a/b", "https://bitbucket.org/a/b/pull-requests/new?source=x/y&dest=main"),
        (
            "https://dev.azure.com/a/b/_git/c",
            "https://dev.azure.com/a/b/_git/c/pullrequestcreate?sourceRef=x/y&targetRef=main",
        ),
        ("git@codeberg.org:a/b.git", "https://codeberg.org/a/b/compare/main...x/y"),
        ("https://git.example/a/b", ""),
        ("/srv/records.git", ""),
        ("../records.git", ""),
    ],
)
def test_the_address_follows_from_the_remotes(url: str, page: str) -> None:
    assert page_of(url, "x/y", "main") == page


def test_a_push_that_is_refused_loses_nothing(clone: Path, remote: Path) -> None:
    graduand(clone, "edit", "00412345", "last_name=Martin")
    mine, hook = head(clone), remote / "hooks/pre-receive"
    hook.write_text("#!/bin/sh\necho 'no new branches today' >&2\nexit 1\n", encoding="utf-8")

    ran = graduand(clone, "propose", "name")

    assert ran.code == 5
    assert "no new branches today" in ran.err
    assert "on the branch name of this clone" in ran.err
    assert (where(clone)[:2], head(clone)) == (("name", mine), mine)
    hook.write_text(PROTECTED, encoding="utf-8")
    assert graduand(clone, "propose").code == 0
    assert where(clone) == ("name", *git(remote, "rev-parse", "main", "main").split())


def test_a_hook_that_refuses_leaves_all_as_it_was(clone: Path) -> None:
    put(clone, GRADUATE.replace("Dupont", "Martin"))
    (clone / ".git/hooks").mkdir(exist_ok=True)
    (clone / ".git/hooks/pre-commit").write_text("#!/bin/sh\necho no ticket >&2\nexit 1\n", encoding="utf-8")
    (clone / ".git/hooks/pre-commit").chmod(0o755)
    before = where(clone)

    ran = graduand(clone, "propose", "name")

    assert ran.code == 5
    assert "no ticket" in ran.err
    assert where(clone) == before
    assert git(clone, "branch", "--format=%(refname:short)").split() == ["main"]
    assert "Martin" in git(clone, "diff")


def nothing_new(root: Path) -> None:
    assert (root / "records").is_dir()


def gone(root: Path) -> None:
    git(root, "remote", "set-url", "origin", str(root / "nowhere.git"))
    put(root, graduate("00400001"), "2026-spring/00400001.yaml")


def detached(root: Path) -> None:
    git(root, "switch", "--quiet", "--detach")


def taken(root: Path) -> None:
    other = git(root, "commit-tree", "-p", "HEAD", "-m", "Somebody's", "HEAD^{tree}").strip()
    git(root, "branch", "name", other)
    put(root, graduate("00400001"), "2026-spring/00400001.yaml")


def alone(root: Path) -> None:
    git(root, "remote", "remove", "origin")


def faulty(root: Path) -> None:
    put(root, FAULTY)


@pytest.mark.parametrize(
    ("state", "code", "said"),
    [
        (nothing_new, 1, "Nothing to propose: origin/main has all that is here"),
        (gone, 5, "Nothing was proposed: origin was not reached: "),
        (detached, 5, "no branch is checked out"),
        (taken, 5, "there is a branch name already; go to it (git switch name)"),
        (alone, 5, "this clone has no remote to propose to"),
        (faulty, 1, "Nothing was proposed: correct these first"),
    ],
)
def test_what_stands_in_the_way_is_said_and_nothing_changes(clone: Path, state: object, code: int, said: str) -> None:
    assert callable(state)
    state(clone)
    before = (git(clone, "status", "--porcelain", "--branch"), git(clone, "for-each-ref"))

    ran = graduand(clone, "propose", "name")

    assert (ran.code, ran.out) == (code, "")
    assert said in ran.err
    assert (git(clone, "status", "--porcelain", "--branch"), git(clone, "for-each-ref")) == before


def test_no_branch_is_called_as_one_cannot_be(clone: Path) -> None:
    put(clone, graduate("00400001"), "2026-spring/00400001.yaml")

    assert graduand(clone, "propose", "a..b").code == 2
    assert graduand(clone, "propose", "main").code == 2
    assert graduand(clone, "propose", "name", "--trailer", "nonsense").code == 2
    assert where(clone)[0] == "main"


@pytest.mark.parametrize("name", ["graduand", "graduand/ledger", "Graduand/Ledger", "graduand/ledger/x"])
def test_no_branch_takes_the_place_of_the_ledger(clone: Path, remote: Path, name: str) -> None:
    """Else everybody would fetch it for the ledger, and could not send any more."""
    put(clone, graduate("00400000"), "2026-spring/00400000.yaml")

    ran = graduand(clone, "propose", name)

    assert (ran.code, "ledger" in ran.err) == (2, True)
    assert git(remote, "for-each-ref", "--format=%(refname)").split() == ["refs/heads/main"]
    assert git(clone, "status", "--porcelain").split() == ["??", "records/2026-spring/00400000.yaml"]


def test_a_forge_that_refuses_is_quoted_and_the_push_stands(clone: Path, remote: Path, forge: Path) -> None:
    forge.write_text("#!/bin/sh\necho 'To get started, run: gh auth login' >&2\nexit 4\n", encoding="utf-8")
    graduand(clone, "edit", "00412345", "last_name=Martin")

    ran = graduand(clone, "propose", "name")

    assert ran.code == 0
    assert "opened no pull request: To get started, run: gh auth login" in ran.err
    assert ran.out == "https://github.com/valmont/records/compare/main...name?expand=1\n"
    assert git(remote, "rev-parse", "name").strip() == head(clone)


def test_a_request_that_is_open_already_is_brought_up_to_date(clone: Path, remote: Path, forge: Path) -> None:
    said = (
        'a pull request for branch "name" into branch "main" already exists: https://github.com/valmont/records/pull/7'
    )
    forge.write_text(f"#!/bin/sh\necho '{said}' >&2\nexit 1\n", encoding="utf-8")
    graduand(clone, "edit", "00412345", "last_name=Martin")

    ran = graduand(clone, "propose", "name")

    assert (ran.code, ran.out) == (0, "https://github.com/valmont/records/pull/7\n")
    assert git(remote, "rev-parse", "name").strip() == head(clone)


def test_without_a_name_for_commits_nothing_is_begun(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(clone, graduate("00400001"), "2026-spring/00400001.yaml")
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.delenv(f"GIT_{who}_NAME")
        monkeypatch.delenv(f"GIT_{who}_EMAIL")
    git(clone, "config", "user.useConfigOnly", "true")
    before = git(clone, "for-each-ref")

    ran = graduand(clone, "propose", "name")

    assert ran.code == 5
    assert "git does not know who commits" in ran.err
    assert (where(clone)[0], git(clone, "for-each-ref")) == ("main", before)


def test_a_main_that_went_on_elsewhere_is_put_where_the_remote_has_it(clone: Path, remote: Path) -> None:
    graduand(clone, "edit", "00412345", "last_name=Martin")
    tree = git(remote, "rev-parse", "main^{tree}").strip()
    theirs = git(remote, "commit-tree", "-p", "main", "-m", "Elsewhere", tree).strip()
    git(remote, "update-ref", "refs/heads/main", theirs)

    ran = graduand(clone, "propose", "name")

    assert ran.code == 0
    assert where(clone) == ("name", theirs, theirs)
    assert "main of this clone is where origin has it." in ran.err
