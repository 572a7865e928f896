"""Sharing in the interface: commit, receive, publish, propose, finish a merge, against a remote of one's own."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from graduand.editing.sharing import fetch_quietly, pull
from graduand.errors import NotShared
from graduand.patience import Watcher, watched
from graduand.screens.app import GraduandApp
from graduand.screens.committer import CommitterScreen
from graduand.screens.share import ShareScreen
from graduand.workspace import Workspace
from tests.repository import TODAY, begin, commit, git, graduand, graduate, noted, put
from tests.screens.stage import Stage, shows, told
from tests.screens.terminal import press, screen_text, settled, story, type_in

if TYPE_CHECKING:
    from textual.pilot import Pilot

RECORD = "2026-spring/00412345.yaml"


@pytest.fixture
def shared(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone with one record, whose branch follows a bare remote."""
    put(begin(root), graduate("00412345"), RECORD)
    commit(root)
    remote = str(tmp_path_factory.mktemp("remote") / "remote.git")
    git(root, "init", "--quiet", "--bare", "--initial-branch=main", remote)
    git(root, "remote", "add", "origin", remote)
    git(root, "push", "--quiet", "--set-upstream", "origin", "HEAD")
    return root


def remote_of(root: Path) -> Path:
    return Path(git(root, "remote", "get-url", "origin").strip())


def on_stage(root: Path) -> Stage:
    screen = ShareScreen(Workspace(root))
    screen.day = TODAY
    return Stage(screen)


def colleague(root: Path, *changes: tuple[str, str], path: str = RECORD) -> None:
    """Let a colleague change a record and push."""
    other = remote_of(root).parent / "colleague"
    git(root, "clone", "--quiet", str(remote_of(root)), str(other))
    file = other / "records" / path
    text = file.read_text(encoding="utf-8") if file.exists() else graduate("00412346")
    for old, new in changes:
        text = text.replace(old, new)
    put(other, text, path)
    git(other, "add", "--all")
    git(other, "-c", "user.name=Aude", "-c", "user.email=aude@valmont.example", "commit", "--quiet", "-m", "Corrected")
    git(other, "push", "--quiet")


def change(root: Path, old: str, new: str) -> None:
    file = root / "records" / RECORD
    file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def test_what_was_saved_is_committed_and_published(shared: Path) -> None:
    change(shared, "Dupont", "Durand")
    app = on_stage(shared)

    async def tell(pilot: Pilot[Any]) -> None:
        assert "Saved here and not committed" in screen_text(app)
        await press(pilot, "ctrl+s")
        await settled(pilot)
        assert "colleagues do not have it yet" in screen_text(app)
        await press(pilot, "P")
        await settled(pilot)
        assert "1 commit is with colleagues now." in told(app)
        assert "All is committed" in screen_text(app)

    story(app, tell)
    assert git(shared, "rev-parse", "HEAD") == git(remote_of(shared), "rev-parse", "main")
    assert git(shared, "log", "-1", "--format=%s").strip() == "Corrected: 00412345"


def test_colleagues_commits_come_in_and_those_that_are_ahead_are_merged(shared: Path) -> None:
    colleague(shared, path="2026-spring/00412346.yaml")
    change(shared, "Dupont", "Durand")
    git(shared, "commit", "--quiet", "--all", "--message", "Mine")
    app = on_stage(shared)

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "P")
        await settled(pilot)
        assert "colleagues were faster" in " ".join(told(app))
        await press(pilot, "p")
        await settled(pilot)
        assert "1 commit came in." in told(app)
        await press(pilot, "P")
        await settled(pilot)

    story(app, tell)
    assert (shared / "records/2026-spring/00412346.yaml").exists()
    assert git(shared, "rev-parse", "HEAD") == git(remote_of(shared), "rev-parse", "main")


def test_a_conflict_leads_to_the_record_and_is_finished_here(shared: Path) -> None:
    colleague(shared, ("Dupont", "Dumas"))
    change(shared, "Dupont", "Durand")
    git(shared, "commit", "--quiet", "--all", "--message", "Mine")
    app = on_stage(shared)

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "p")
        await settled(pilot)
        assert "Begun in git and not finished" in screen_text(app)
        await press(pilot, "j")
        await settled(pilot)
        assert "00412345  Last name" in screen_text(app)
        await press(pilot, "enter")
        assert app.opened == [(f"records/{RECORD}", "")]
        await press(pilot, "j", "m")
        await settled(pilot)
        assert "The merge is finished." in told(app)

    story(app, tell)
    assert git(shared, "status", "--porcelain") == ""
    assert "last_name: Durand" in (shared / "records" / RECORD).read_text(encoding="utf-8")
    assert len(git(shared, "log", "-1", "--format=%P").split()) == 2


def test_a_protected_branch_leads_to_a_proposal(shared: Path) -> None:
    hook = remote_of(shared) / "hooks/update"
    hook.parent.mkdir()
    hook.write_text(
        '#!/bin/sh\ncase "$1" in refs/heads/main) echo "protected branch hook declined" >&2; exit 1;; esac\n'
    )
    hook.chmod(0o755)
    change(shared, "Dupont", "Durand")
    app = on_stage(shared)

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "ctrl+s", "P")
        await settled(pilot)
        assert "the branch is protected: propose your changes instead" in " ".join(told(app))
        await press(pilot, "R")
        await settled(pilot)
        assert "pull request" in " ".join(told(app))

    story(app, tell, (120, 40))
    branches = git(remote_of(shared), "branch", "--format=%(refname:short)").split()
    assert "main" in branches
    assert len([name for name in branches if name.startswith("records")]) == 1


def test_who_commits_is_asked_where_git_does_not_know(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change(shared, "Dupont", "Durand")
    for name in ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL", "EMAIL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", "/dev/null")
    git(shared, "config", "--local", "user.useConfigOnly", "true")
    app = on_stage(shared)

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "ctrl+s")
        assert shows(app, CommitterScreen)
        await type_in(pilot, "Aude Martin")
        await press(pilot, "enter")
        await type_in(pilot, "aude@valmont.example")
        await press(pilot, "enter")
        await settled(pilot)
        assert "All is committed" in screen_text(app) or "do not have it yet" in screen_text(app)

    story(app, tell)
    assert git(shared, "log", "-1", "--format=%an <%ae>").strip() == "Aude Martin <aude@valmont.example>"


def test_a_remote_that_does_not_answer_changes_nothing(shared: Path) -> None:
    git(shared, "remote", "set-url", "origin", str(remote_of(shared) / "nowhere.git"))
    before = git(shared, "rev-parse", "HEAD")
    app = on_stage(shared)

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "p")
        await settled(pilot)
        assert "was not reached" in " ".join(told(app))

    story(app, tell)
    assert git(shared, "rev-parse", "HEAD") == before


def test_what_colleagues_push_is_seen_without_a_key(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(shared.parent / "config"))
    app = GraduandApp(Workspace(shared), TODAY)

    async def tell(pilot: Pilot[Any]) -> None:
        colleague(shared, ("Dupont", "Durand"))
        before = git(shared, "rev-parse", "HEAD")
        app.look_at_the_remote()
        await settled(pilot)
        app.look_around()
        await settled(pilot)
        assert "↓1" in screen_text(app)
        assert (git(shared, "rev-parse", "HEAD"), git(shared, "status", "--porcelain")) == (before, "")
        await press(pilot, "g", "7")
        assert "From colleagues, not here yet" in screen_text(app)
        remote_of(shared).rename(remote_of(shared).with_suffix(".gone"))
        app.look_at_the_remote()
        await settled(pilot)
        assert "The remote was not reached, so what colleagues pushed since is not seen" in screen_text(app)
        assert not app._notifications

    story(app, tell)


def test_a_remote_that_does_not_answer_is_left_as_soon_as_somebody_stops(shared: Path) -> None:
    silent = shared.parent / "bin" / "ssh"
    silent.parent.mkdir()
    silent.write_text("#!/bin/sh\nsleep 20\n", encoding="utf-8")
    silent.chmod(0o755)
    git(shared, "remote", "set-url", "origin", "ssh://git@valmont.example/records.git")
    stop = threading.Event()
    with pytest.MonkeyPatch.context() as patch, watched(Watcher(lambda *_: None, stop.is_set, lambda: None)):
        patch.setenv("PATH", str(silent.parent), prepend=":")
        threading.Timer(0.1, stop.set).start()
        began = time.monotonic()
        assert fetch_quietly(Workspace(shared)) == ""
        with pytest.raises(NotShared, match="it was stopped"):
            pull(Workspace(shared))
    assert time.monotonic() - began < 15


def test_the_ledger_is_begun_only_where_a_remote_may_hold_one_and_holds_none(shared: Path) -> None:
    app = on_stage(shared)

    async def tell(pilot: Pilot[Any]) -> None:
        await press(pilot, "l")
        assert "Begin the ledger?" in screen_text(app)
        await press(pilot, "escape")
        assert not git(remote_of(shared), "for-each-ref", "refs/heads/graduand/ledger")
        await press(pilot, "l", "b")
        assert "The ledger is begun." in told(app)
        await press(pilot, "l")
        assert "Begin the ledger?" not in screen_text(app)

    story(app, tell)
    assert git(remote_of(shared), "for-each-ref", "refs/heads/graduand/ledger")


def test_what_colleagues_do_not_know_of_the_ledger_is_said_in_words_and_the_id_at_the_foot(shared: Path) -> None:
    for words in (
        ["compile", "--on", TODAY],
        ["uploaded", str(shared / "build/manifest.json"), "--ran-at", f"{TODAY}T10:15", "--first", "--no-push"],
    ):
        assert graduand(shared, *words).code == 0
    (name,) = noted(shared)
    app = on_stage(shared)

    async def tell(pilot: Pilot[Any]) -> None:
        seen = []
        for key in ("end", "up"):  # what is noted in one second stands in either order
            await press(pilot, key)
            seen.append(screen_text(app))
        assert f"{TODAY} 10:15  an upload, 1 person" in seen[0]
        assert sorted(text.count(name) for text in seen) == [0, 1]
        assert "the ledger is begun" in screen_text(app)

    story(app, tell)
