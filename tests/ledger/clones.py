"""Repositories with a ledger, their clones and a remote, for tests."""

from __future__ import annotations

import json
import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

from graduand.git.program import Program
from graduand.ledger.branch import LEDGER, NewEntry, append, head, read_chain
from tests.repository import begin, git

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from graduand.ledger.branch import StoredEntry

NOTED = "2026-12-01T01:47:53Z"


def entry(name: str, files: Mapping[str, str] | None = None, **facts: object) -> NewEntry:
    """Return an entry that is told apart by its name: `opened` opens the ledger, every other one is an upload."""
    kind = name if name in {"opened", "erased"} else "upload"
    said = {"schema": "graduand/entry/1", "kind": kind, "noted": NOTED, "at": NOTED, "name": name, **facts}
    contents = {path: text.encode() for path, text in (files or {}).items()}
    return NewEntry(json.dumps(said).encode(), contents, f"upload {name}")


def note(root: Path, *entries: NewEntry | str) -> str:
    """Append entries, or such as have only a name; return the new head."""
    return append(Program(root), [entry(one) if isinstance(one, str) else one for one in entries])


def repository(root: Path, *names: str) -> Path:
    """Make `root` a repository with a commit and a ledger of entries of these names."""
    root.mkdir(parents=True, exist_ok=True)
    git(begin(root), "commit", "--quiet", "--allow-empty", "--message", "Records")
    if names:
        note(root, *names)
    return root


def chain(root: Path, commit: str = "") -> tuple[StoredEntry, ...]:
    """Return the entries that a clone knows."""
    program = Program(root)
    return read_chain(program, commit or head(program))


def name_of(stored: StoredEntry) -> str:
    return str(json.loads(stored.raw)["name"])


def names(root: Path, commit: str = "") -> list[str]:
    """Return the names of the entries that a clone knows."""
    return [name_of(stored) for stored in chain(root, commit)]


def local(root: Path) -> str:
    """Return the commit of the local branch; "" when there is none."""
    return git(root, "for-each-ref", "--format=%(objectname)", LEDGER).strip()


def file_at(root: Path, commit: str, name: str) -> str:
    return git(root, "show", f"{commit}:{name}")


def sound(root: Path) -> bool:
    """Return whether git finds nothing broken."""
    return not git(root, "fsck", "--full", "--strict", "--no-dangling", "--no-progress").strip()


def copy(template: Path, target: Path) -> Path:
    """Copy a folder of repositories, which is faster than to make it again."""
    shutil.copytree(template, target, symlinks=True)
    return target


def hook(root: Path, name: str, script: str) -> Path:
    """Give a repository a hook; of a bare one `root` is the folder of git itself."""
    folder = root / ".git" if (root / ".git").is_dir() else root
    path = folder / "hooks" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


@contextmanager
def person(name: str) -> Iterator[None]:
    """Let another person commit."""
    ours = {f"GIT_{who}_{what}" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    before = {key: os.environ[key] for key in ours}
    os.environ.update({key: f"{name.lower()}@valmont.example" if "EMAIL" in key else name for key in ours})
    try:
        yield
    finally:
        os.environ.update(before)


def sign(root: Path, key: Path) -> None:
    """Let a repository's commits be signed."""
    for name, value in {"gpg.format": "ssh", "user.signingKey": str(key), "commit.gpgSign": "yes"}.items():
        git(root, "config", name, value)
