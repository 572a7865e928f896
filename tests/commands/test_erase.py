"""The guide's page on erasing, done as it is written: nothing of the person is left, and nobody else has changed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from graduand.git.program import Program
from graduand.language import LANGUAGES
from graduand.ledger.ledger import read_ledger
from graduand.ledger.sync import SyncState, fetch, share
from tests.ledger.clones import entry, note, sound
from tests.repository import HOUSE, begin, commit, git, graduand, graduate, put
from tests.test_guide import BLOCK, GUIDE, masked

if TYPE_CHECKING:
    from graduand.ledger.fold import LedgerState

USERNAME: Final = "30001712"
TRACES: Final = (USERNAME, "zelie.quimper", "Zélie", "Quimper")
NAMES: Final = {"p30001712@": "zelie.quimper@", "Chloé": "Zélie", "Dupont": "Quimper"}
ADDRESS: Final = "git@forge.example:school/alumni.git"
"""The page's remote."""
MARK: Final = "\x1e\n"
"""Before and after what a command of the page prints."""


def traces(root: Path) -> list[str]:
    """Return what all objects of a repository say of the person, whether anything refers to them or not."""
    command = ["git", "cat-file", "--batch", "--batch-all-objects", "--unordered"]
    raw = subprocess.run(command, cwd=root, check=True, capture_output=True).stdout
    return [trace for trace in TRACES if trace.encode() in raw]


def collect(root: Path) -> None:
    git(root, "reflog", "expire", "--expire=now", "--all")
    git(root, "gc", "--quiet", "--prune=now")


def told(state: LedgerState) -> dict[str, dict[str, tuple[str, str]]]:
    return {
        name: {header: (value, state.since_of(name, header)) for header, value in state.cells(name).items()}
        for name in state.rows
    }


@pytest.fixture
def school(root: Path) -> Path:
    """A folder with a remote, a clone that has uploaded two people, and a colleague's."""
    one = root / "one"
    one.mkdir()
    for folder in ("records", "schema"):
        shutil.move(root / folder, one / folder)
    put(begin(one), graduate("00412815"), "2026-spring/00412815.yaml")
    commit(one)
    record = graduate(USERNAME)
    for plain, name in NAMES.items():
        record = record.replace(plain, name)
    put(one, record, f"2026-spring/{USERNAME}.yaml")
    git(one, "add", "--all")
    git(one, "commit", "--quiet", "--message", f"Add {USERNAME}, zelie.quimper@valmont.example")
    assert graduand(one, "fmt").code == 0
    commit(one)
    git(root, "init", "--quiet", "--bare", "--initial-branch=main", "remote.git")
    git(one, "remote", "add", "origin", str(root / "remote.git"))
    git(one, "push", "--quiet", "--set-upstream", "origin", "main", "HEAD:refs/heads/side")
    for words in (("compile", "--on", "2026-07-02"), ("uploaded", str(one / "build/manifest.json"))):
        ran = graduand(one, *words)
        assert ran.code == 0, ran.err
    share(Program(one))
    git(root, "clone", "--quiet", "remote.git", "two")
    return root


def rehearse(school: Path, page: str, language: str) -> str:
    """Run the page's commands, in order and in one shell, from an ordinary clone; return it with what they print."""
    lines = [f"cd {school / 'one'}"]
    for script, console in re.findall(r"^```sh\n(.*?)^```$|^```console\n(.*?)^```$", page, re.MULTILINE | re.DOTALL):
        lines.append(script)
        commands = re.findall(r"^\$ (.*)$", console, re.MULTILINE)
        lines += [f"printf '\\036\\n'; {command} 2>&1; printf '\\036\\n'" for command in commands]
    settings = school / "gitconfig"
    settings.write_text(f'[url "{school / "remote.git"}"]\n\tinsteadOf = {ADDRESS}\n', encoding="utf-8")
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(HOUSE / "tui"),
        "GIT_CONFIG_GLOBAL": str(settings),
        "GRADUAND_LANG": language,
        "COLUMNS": "100",
    }
    command = ["bash", "-o", "pipefail", "-e", "-u", "-c", "\n".join(lines)]
    ran = subprocess.run(command, cwd=school, env=environment, check=False, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    printed = iter(ran.stdout.split(MARK)[1::2])

    def shown(block: re.Match[str]) -> str:
        commands = re.findall(r"^\$ .*\n", block.group(), re.MULTILINE)
        return "".join(command + masked(next(printed), school) for command in commands)

    return BLOCK.sub(shown, page)


def takes_over(clone: Path, remote: Path) -> None:
    """Let a clone from before share the entry that nobody has yet, and follow the remote's main."""
    assert share(Program(clone)).state is SyncState.SHARED
    git(clone, "fetch", "--quiet", "origin")
    git(clone, "reset", "--quiet", "--hard", "origin/main")
    assert traces(remote) != []
    collect(remote)
    assert traces(remote) == []
    collect(clone)
    assert traces(clone) == []


@pytest.mark.skipif(not Path(sys.executable).with_name("git-filter-repo").exists(), reason="no git-filter-repo")
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_rehearsed_on_a_copy(school: Path, language: str, request: pytest.FixtureRequest) -> None:
    one, two, remote = (school / name for name in ("one", "two", "remote.git"))
    page = GUIDE / language / "erasure.md"
    git(one, "pull", "--quiet", "--rebase")
    before = read_ledger(Program(one))
    mine = entry("mine", {"result.tsv": "students.csv\t00412815\tsent\t\t\n"})
    fetch(Program(two))
    note(two, mine)
    assert traces(remote) == [*TRACES]

    real = rehearse(school, page.read_text(encoding="utf-8"), language)

    if request.config.getoption("--golden-update"):
        page.write_text(real, encoding="utf-8")
    assert real == page.read_text(encoding="utf-8")
    assert sound(remote)
    takes_over(two, remote)
    assert git(two, "rev-parse", "main:records", "main:schema") == git(one, "rev-parse", "main:records", "main:schema")
    assert git(two, "log", "--format=%s", "main").splitlines()[-2:] == ["Add erased, erased", "Records"]
    assert graduand(two, "check").code == 0
    ledger = read_ledger(Program(two))
    assert [found.raw for found in ledger.stored[: len(before.stored)]] == [found.raw for found in before.stored]
    assert ledger.stored[-1].raw == mine.raw
    expected = {name: cells for name, cells in told(before.state()).items() if name != USERNAME}
    assert told(ledger.state(no_cache=True)) == expected != {}
    renamed = ledger.entries[len(before.stored)].facts["commits"]
    assert before.uploads[0].text("commit") in renamed
    assert {*renamed.values()} <= {*git(two, "rev-list", "main").split()}
