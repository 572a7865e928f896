from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from graduand.editing.draft import new_draft
from graduand.editing.draft_store import discard_draft, drafts_folder, orphaned_drafts, remove_draft, store_draft
from graduand.errors import NotGit
from graduand.records.record import WAIVE
from graduand.records.transition import Waiver
from graduand.workspace import Workspace
from tests.editing.drafts import PATH, draft_of, people, text_at
from tests.repository import HOUSE

if TYPE_CHECKING:
    from graduand.editing.draft import Draft


@pytest.fixture
def workspace(root: Path) -> Workspace:
    return Workspace(people(root))


def changed(workspace: Workspace) -> Draft:
    waiver = Waiver("GR304", "asked [/red]", "2026-12-31", "é")
    draft = draft_of(workspace.root).set("last_name", "Martin \x1b[31m").set(WAIVE, (waiver,))
    return draft.set("primary_education:major_names", ("Droit", "Économie"))


def orphan(folder: Path, **says: object) -> Path:
    """Make the one kept draft that of a session which has ended."""
    (file,) = folder.glob("*.json")
    whole = json.loads(file.read_bytes())
    whole |= {"pid": _gone(), **says}
    file.write_bytes(json.dumps(whole).encode())
    return file


def _gone() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def test_a_stored_draft_is_read_after_its_session_has_ended(workspace: Workspace) -> None:
    folder = drafts_folder(workspace)
    draft = changed(workspace)
    store_draft(folder, draft)
    assert orphaned_drafts(folder, workspace.school) == ()

    file = orphan(folder)

    (one,) = orphaned_drafts(folder, workspace.school)
    assert one.draft == draft
    assert (one.file, len(one.at)) == (file, 16)
    discard_draft(one)
    assert orphaned_drafts(folder, workspace.school) == ()
    assert list(folder.iterdir()) == []


def test_stored_drafts_are_private_and_outside_of_the_work_tree(workspace: Workspace) -> None:
    folder = drafts_folder(workspace)
    store_draft(folder, changed(workspace))

    (file,) = folder.iterdir()
    assert folder == workspace.root / ".git/graduand/drafts"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "00412345" not in file.name


def test_one_draft_of_a_record_is_stored_at_a_time(workspace: Workspace) -> None:
    folder = drafts_folder(workspace)
    draft = changed(workspace)
    store_draft(folder, draft)
    store_draft(folder, draft.set("last_name", "Durand"))
    orphan(folder)

    assert [one.draft.record.text("last_name") for one in orphaned_drafts(folder, workspace.school)] == ["Durand"]


def test_what_is_saved_is_forgotten(workspace: Workspace) -> None:
    folder = drafts_folder(workspace)
    store_draft(folder, changed(workspace))

    remove_draft(folder, changed(workspace))
    remove_draft(folder, changed(workspace))

    assert list(folder.iterdir()) == []


def test_the_draft_of_a_new_record_is_stored(workspace: Workspace) -> None:
    folder = drafts_folder(workspace)
    draft = new_draft(workspace, "2026-autumn", "returned", "00400001").set("first_name", "Léa")
    store_draft(folder, draft)
    orphan(folder)

    assert [one.draft for one in orphaned_drafts(folder, workspace.school)] == [draft]


def test_a_draft_outlives_a_change_of_its_file(workspace: Workspace) -> None:
    folder = drafts_folder(workspace)
    draft = changed(workspace)
    store_draft(folder, draft)
    orphan(folder)
    (workspace.root / PATH).write_text(text_at(workspace.root).replace("Chloé", "Chloe"), encoding="utf-8")

    assert [one.draft for one in orphaned_drafts(folder, workspace.school)] == [draft]


@pytest.mark.parametrize("says", [{"pid": os.getpid()}, {"host": "another.example"}, {"pid": 1}])
def test_the_draft_of_a_running_session_is_left_alone(workspace: Workspace, says: dict[str, object]) -> None:
    folder = drafts_folder(workspace)
    store_draft(folder, changed(workspace))
    if says == {"pid": 1}:
        says["began"] = _began(1)
    file = orphan(folder, **says)

    assert orphaned_drafts(folder, workspace.school) == ()
    assert file.exists()


def _began(pid: int) -> str:
    stat_of = Path(f"/proc/{pid}/stat")
    return stat_of.read_text(encoding="utf-8").rpartition(")")[2].split()[19] if stat_of.exists() else ""


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="the system does not say when a process began")
def test_a_session_that_has_ended_and_is_not_buried_is_no_running_one(workspace: Workspace) -> None:
    folder = drafts_folder(workspace)
    draft = changed(workspace)
    store_draft(folder, draft)
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        began = _began(process.pid)
        process.kill()
        while Path(f"/proc/{process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z":
            time.sleep(0.01)
        orphan(folder, pid=process.pid, began=began)

        assert [one.draft for one in orphaned_drafts(folder, workspace.school)] == [draft]


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="the system does not say when a process began")
def test_a_number_that_another_process_has_by_now_is_no_running_session(workspace: Workspace) -> None:
    folder = drafts_folder(workspace)
    store_draft(folder, changed(workspace))
    orphan(folder, pid=os.getpid(), began="1")

    assert len(orphaned_drafts(folder, workspace.school)) == 1


@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: whole[:-40],
        lambda _whole: b"",
        lambda _whole: b"[]",
        lambda _whole: b"\xff",
        lambda whole: whole.replace(b"Dupont", b"Dupond"),
        lambda whole: whole.replace(b"graduand/draft/1", b"graduand/draft/9"),
        lambda whole: whole.replace(b'"records/2026-spring/00412345.yaml"', b'"records/../../evil.yaml"'),
        lambda whole: whole.replace(b'"waivers": [{', b'"waivers": [{"x": 1, '),
    ],
    ids=["cut", "empty", "no draft", "no text", "another base", "another version", "another place", "another shape"],
)
def test_a_damaged_draft_is_set_aside_and_stops_nothing(workspace: Workspace, damage: Any) -> None:  # noqa: ANN401
    folder = drafts_folder(workspace)
    store_draft(folder, new_draft(workspace, "2026-autumn", "returned", "00400001"))
    sound = orphan(folder)
    sound = sound.rename(sound.with_name("sound.json"))
    store_draft(folder, changed(workspace))
    (file,) = set(folder.glob("*.json")) - {sound}
    whole = json.loads(file.read_bytes()) | {"pid": _gone()}
    file.write_bytes(damage(json.dumps(whole).encode()))

    assert [one.file for one in orphaned_drafts(folder, workspace.school)] == [sound]
    assert not file.exists()
    (aside,) = folder.glob("*.broken")
    assert aside.name.startswith(file.name)


def test_drafts_that_have_not_changed_for_a_month_are_removed(workspace: Workspace) -> None:
    folder = drafts_folder(workspace)
    store_draft(folder, changed(workspace))
    old, young = orphan(folder), folder / "x.broken"
    young.touch()
    os.utime(old, (time.time() - 31 * 86_400,) * 2)

    assert orphaned_drafts(folder, workspace.school) == ()
    assert list(folder.iterdir()) == [young]


def test_a_second_draft_of_the_same_record_is_offered_too(workspace: Workspace) -> None:
    folder = drafts_folder(workspace)
    store_draft(folder, changed(workspace))
    first = orphan(folder)
    first.rename(first.with_name("first.json"))
    store_draft(folder, changed(workspace).set("last_name", "Durand"))
    (second,) = set(folder.glob("*.json")) - {folder / "first.json"}
    whole = json.loads(second.read_bytes()) | {"pid": _gone()}
    second.write_bytes(json.dumps(whole).encode())

    assert len(orphaned_drafts(folder, workspace.school)) == 2


def test_a_killed_session_leaves_its_draft(workspace: Workspace) -> None:
    code = (
        "import os, sys, signal; from pathlib import Path; from graduand.workspace import Workspace;"
        "from graduand.editing.draft import open_draft;"
        "from graduand.editing.draft_store import store_draft, drafts_folder;"
        f"w = Workspace(Path(sys.argv[1])); d = open_draft(w, {PATH!r}).set('last_name', 'Martin');"
        "store_draft(drafts_folder(w), d); os.kill(os.getpid(), signal.SIGKILL)"
    )
    environment = os.environ | {"PYTHONPATH": str(HOUSE / "tui")}
    subprocess.run([sys.executable, "-c", code, str(workspace.root)], env=environment, check=False)

    (one,) = orphaned_drafts(drafts_folder(workspace), workspace.school)
    assert one.draft.changed_keys == ("last_name",)


def test_without_git_there_is_no_place(root: Path) -> None:
    with pytest.raises(NotGit):
        drafts_folder(Workspace(root))
