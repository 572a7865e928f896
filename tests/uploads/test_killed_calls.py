"""Whatever call that writes a command, or a git of it, is killed at: nothing is lost, and the same command finishes.

GRADUAND_KILLED_CALLS=all tries every call of every job, the suite only two of one job.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from time import monotonic, sleep
from typing import TYPE_CHECKING, Final, NamedTuple

import pytest

from graduand.git.program import Program
from graduand.ledger.ledger import read_ledger
from tests.editing.test_merge_driver import BASE, EDITS, PATH, edited
from tests.handshake.test_article import DAY
from tests.ledger.clones import copy
from tests.repository import GRADUATE, HOUSE, begin, commit, git, graduand, graduate, put

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ALL: Final = os.environ.get("GRADUAND_KILLED_CALLS", "")
"""`all`, or the name of one job, to try every call; a number to try each so many calls of all; "" for two of one."""
CALLS: Final = "write,pwrite64,rename,renameat,renameat2,link,linkat,unlink,unlinkat,fsync,mkdir,ftruncate"
PEOPLE: Final = ("00400001", "00412345", "00412815")
_CALL: Final = re.compile(r"^(\d+) +(\w+)\(", re.MULTILINE)
_LONGEST: Final = 60.0
"""Seconds that a command may take under strace."""


def _may_trace() -> str:
    """Return why strace cannot be used here; "" when it can."""
    if not shutil.which("strace"):
        return "strace is missing"
    ran = subprocess.run(["strace", "-f", "-o", os.devnull, "true"], capture_output=True, text=True, check=False)
    return f"strace may not trace here: {ran.stderr.strip()}" if ran.returncode else ""


WHY_NOT: Final = _may_trace()
pytestmark = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)


class Job(NamedTuple):
    """A command, what lies ready for it, and who has a record whenever it is killed."""

    words: tuple[str, ...]
    prepare: Callable[[Path], object]
    people: tuple[str, ...] = PEOPLE


def nothing(root: Path) -> None:
    """Have the school as it is."""


def table(root: Path) -> None:
    row = "00499001,lea@valmont.example,Léa,Roy"
    (root / "class.csv").write_text(f"username,email_address,first_name,last_name\n{row}\n", encoding="utf-8")
    (root / ".gitignore").write_text("/build/\nclass.csv\n", encoding="utf-8")
    commit(root)


def compiled(root: Path) -> None:
    assert graduand(root, "compile", "--on", DAY).code == 0


def sent(root: Path) -> None:
    compiled(root)
    assert graduand(root, "uploaded", str(root / "build/manifest.json")).code == 0
    text = 'username,response\n00412345,"{""errors"":""No""}"\n'
    (root / "build/failed.csv").write_text(text, encoding="utf-8")


def with_remote(root: Path) -> None:
    compiled(root)
    remote = root / ".git/remote.git"  # so that it is copied, and compared, with the rest
    git(root, "init", "--quiet", "--bare", str(remote))
    git(root, "remote", "add", "origin", ".git/remote.git")
    git(root, "push", "--quiet", "origin", "main")


def merging(root: Path) -> None:
    put(root, BASE)
    commit(root)
    git(root, "switch", "--quiet", "--create", "other")
    for branch, text in (("other", edited(EDITS["start"])), ("main", edited(EDITS["end"]))):
        git(root, "switch", "--quiet", branch)
        (root / PATH).write_text(text, encoding="utf-8")
        commit(root)
    (root / ".gitattributes").unlink(missing_ok=True)
    with suppress(subprocess.CalledProcessError):
        git(root, "merge", "--quiet", "other")
    assert (root / ".git/MERGE_HEAD").exists()


JOBS: Final = {
    "edit": Job(("edit", "00412345", "last_name=Neuville"), nothing),
    "bulk": Job(("edit", "00412345", "00412815", "last_name=Neuville"), nothing),
    "move": Job(("edit", "00412345", "--cohort", "2030-x"), nothing),
    "intake": Job(
        ("intake", "{root}/class.csv", "--cohort", "2026-spring", "--kind", "graduated", "--end-date", DAY, "--apply"),
        table,
    ),
    "forget": Job(("forget", "00412815", "--basis", "GDPR art. 17"), nothing, PEOPLE[:2]),
    "compile": Job(("compile", "--on", "2026-07-02", "--again"), compiled),
    "uploaded": Job(("uploaded", "{root}/build/manifest.json"), compiled),
    "reconcile": Job(("reconcile", "{root}/build/failed.csv"), sent),
    "push": Job(("uploaded", "{root}/build/manifest.json"), with_remote),
    "resolve": Job(("resolve",), merging),
}


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return what gives the folder that lies ready for a job."""
    made: dict[str, Path] = {}

    def of(name: str) -> Path:
        if name not in made:
            root = tmp_path_factory.mktemp(name)
            shutil.copytree(HOUSE / "schema", root / "schema")
            put(begin(root), GRADUATE)
            for username in ("00400001", "00412815"):
                put(root, graduate(username), f"2026-spring/{username}.yaml")
            commit(root)
            assert graduand(root, "fmt").code == 0
            commit(root)
            JOBS[name].prepare(root)
            made[name] = root
        return made[name]

    return of


def words_of(name: str, root: Path) -> list[str]:
    words = [word.format(root=root) for word in JOBS[name].words]
    return [sys.executable, "-P", "-m", "graduand", "--root", str(root), "--lang", "en", *words]


def traced(name: str, root: Path, log: Path, *words: str) -> int:
    """Run a job under strace, all of it killed once the log says that it was stopped; return its exit code."""
    command = ["strace", "-f", "-o", str(log), "-e", f"trace={CALLS}", *words, *words_of(name, root)]
    environment = os.environ | {"PYTHONPATH": str(HOUSE / "tui"), "PYTHONDONTWRITEBYTECODE": "1"}
    started = subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    end = monotonic() + _LONGEST
    while started.poll() is None:
        if "--- SIGSTOP" in log.read_text(errors="replace") if log.exists() else False:
            break
        assert monotonic() < end, (name, words)
        sleep(0.02)
    with suppress(ProcessLookupError):
        os.killpg(started.pid, signal.SIGKILL)
    return started.wait()


def points(name: str, template: Path, scratch: Path) -> Iterator[tuple[str, int]]:
    """Yield each kind of call, and the number up to which some process of a job makes it."""
    log = scratch / "calls"
    root = copy(template, scratch / "counted")
    assert traced(name, root, log) == 0, log.read_text(errors="replace")[-2000:]
    made = Counter(_CALL.findall(log.read_text(errors="replace")))
    most = Counter[str]()
    for (_process, call), number in made.items():
        most[call] = max(most[call], number)
    for call, number in sorted(most.items()):
        yield from ((call, at) for at in range(1, number + 1))


def kept(root: Path) -> tuple[object, ...]:
    """Return what is to be the same in the end: files, records, commits, and what was noted."""
    ledger = read_ledger(Program(root))
    return (
        {path.name: path.read_bytes() for path in (root / "build").glob("[!.]*")},
        {str(path.relative_to(root)): path.read_bytes() for path in (root / "records").rglob("*.yaml")},
        re.sub(r"[0-9a-f]{7,}", "", git(root, "log", "--format=%s", "--name-status")),
        [(entry.kind, entry.files) for entry in ledger.entries],
        git(root, "status", "--porcelain"),
    )


def require_kept(name: str, root: Path, whole: tuple[object, ...], where: object) -> None:
    """Check what a kill left, and that the same command finishes."""
    for username in JOBS[name].people:
        assert [*root.glob(f"records/*/{username}.yaml")], (where, username)
    assert git(root, "fsck", "--strict", "--no-dangling") == "", where
    if name != "resolve" and (staged := git(root, "diff", "--cached", "--name-only")):
        beside = copy(root, root.with_name("beside"))  # as doctor finishes what was begun
        said = graduand(beside, "doctor")
        assert said.code or not git(beside, "diff", "--cached", "--name-only"), (where, staged, said.out)
        shutil.rmtree(beside)
    locks = [*(root / ".git").rglob("*.lock")]
    for lock in locks:
        lock.unlink()
    again = subprocess.run(
        words_of(name, root),
        env=os.environ | {"PYTHONPATH": str(HOUSE / "tui")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert again.returncode == 0, (where, again.stderr)
    assert kept(root) == whole, where


@pytest.mark.parametrize("name", JOBS if ALL else ("move",))
def test_a_job_is_whole_or_finished_by_the_next_try(
    name: str, templates: Callable[[str], Path], tmp_path: Path
) -> None:
    template = templates(name)
    every = [*points(name, template, tmp_path)]
    whole = kept(tmp_path / "counted")
    assert len(every) > 10
    step = 1 if ALL in {"all", name} else int(ALL) if ALL.isdecimal() else len(every) // 2
    for number, (call, at) in enumerate(every[step // 3 :: step]):
        for how in ("KILL", "STOP") if step == 1 else ("KILL", "STOP")[number % 2 :][:1]:
            root = copy(template, tmp_path / f"{call}-{at}-{how}")
            traced(name, root, tmp_path / "log", "-e", f"inject={call}:signal={how}:when={at}")
            (tmp_path / "log").unlink(missing_ok=True)
            require_kept(name, root, whole, (name, call, at, how))
            shutil.rmtree(root)
