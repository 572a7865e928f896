"""A school's data repository, and graduand run in it, for tests of whole commands."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from graduand.__main__ import run
from tests.output_schema import require_its_schema

HOUSE = Path(__file__).parent.parent
TODAY = "2026-11-23"
"""The day of the shipped records."""

PERSON = """\
username: "00412345"
email_address: chloe.dupont@valmont.example
first_name: Chloé
last_name: Dupont
"""
GRADUATE = f"{PERSON}primary_education:\n  end_date: 2026-06-15\ntransition:\n  kind: graduated\n"
FAULTY = GRADUATE.replace("2026-06-15", "2026-02-30")


class Ran(NamedTuple):
    """What a command came to."""

    code: int
    out: str
    err: str


def graduand(root: Path, *words: str, lang: str = "en") -> Ran:
    """Run a command on the repository at `root`."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run(["--root", str(root), "--lang", lang, *words])
    require_its_schema(out.getvalue())
    return Ran(code, out.getvalue(), err.getvalue())


def git(root: Path, *words: str) -> str:
    """Run git in `root` and return what it says."""
    return subprocess.run(["git", *words], cwd=root, check=True, capture_output=True, text=True).stdout


def begin(root: Path) -> Path:
    """Make `root` a repository that ignores its build, as `graduand init` does."""
    for path, content in _empty_repository().items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if content is None:
            target.mkdir(exist_ok=True)
        else:
            target.write_bytes(content)
    (root / ".gitignore").write_text("/build/\n", encoding="utf-8")
    return root


@cache
def _empty_repository() -> dict[str, bytes | None]:
    """Return the files of an empty repository as git makes it, and None for its folders."""
    with TemporaryDirectory() as folder:
        git(Path(folder), "init", "--quiet", "--initial-branch=main")
        paths = sorted(Path(folder).rglob("*"))
        return {str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None for path in paths}


def commit(root: Path) -> str:
    """Commit all that lies in `root` and return the commit."""
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--allow-empty", "--message", "Records")
    return head(root)


def head(root: Path) -> str:
    """Return the commit that is checked out, without asking git where its branch is a file."""
    branch = root / ".git" / "HEAD"
    if branch.is_file():
        branch = branch.parent / branch.read_text(encoding="utf-8").removeprefix("ref: ").strip()
    return (branch.read_text(encoding="utf-8") if branch.is_file() else git(root, "rev-parse", "HEAD")).strip()


def put(root: Path, record: str, path: str = "2026-spring/00412345.yaml") -> Path:
    """Write the text of a record below `records/` and return where."""
    target = root / "records" / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(record, encoding="utf-8")
    return target


def settle(root: Path, file: str = "institution.yaml", **values: str) -> None:
    """Give keys of a file of `schema/` other values, in place of all that stands below them."""
    path = root / "schema" / file
    text = path.read_text(encoding="utf-8")
    for key, value in values.items():
        text, times = re.subn(rf"^{key}:.*\n(?:(?: .*)?\n)*", f"{key}: {value}\n", text, flags=re.MULTILINE)
        assert times == 1, key
    path.write_text(text, encoding="utf-8")


def graduate(username: str) -> str:
    """Return the text of a sound record of another person."""
    return GRADUATE.replace("00412345", username).replace("chloe.dupont", f"p{username}")


def shipped(root: Path) -> Path:
    """Make `root` a repository of the records that lie beside the code, committed."""
    for folder in ("records", "schema"):
        shutil.copytree(HOUSE / folder, root / folder, dirs_exist_ok=True)
    begin(root)
    commit(root)
    return root


def built(root: Path) -> dict[str, bytes]:
    """Return the files of `build/` by name, without the ledger that begins with a dot."""
    return {path.name: path.read_bytes() for path in (root / "build").iterdir() if path.name[0] != "."}


def noted(root: Path, kind: str = "upload") -> list[str]:
    """Return the ids of the ledger's entries of a kind, oldest first."""
    if not git(root, "for-each-ref", "refs/heads/graduand/ledger"):
        return []
    subjects = git(root, "log", "--reverse", "--format=%s", "graduand/ledger").splitlines()
    return [words[1].removesuffix(":") for words in map(str.split, subjects) if words[0] == kind]
