"""No setting of a user, of a system or of an environment changes what graduand reads in a history."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Final

from tests.bench.history import invent
from tests.repository import git, graduand

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from graduand.records.school import School

SETTINGS: Final = {
    "color": {"ui": "always", "diff": "always", "status": "always"},
    "column": {"ui": "always"},
    "core": {"abbrev": "4", "quotePath": "false", "pager": "false", "untrackedCache": "true"},
    "diff": {
        "noprefix": "true",
        "renames": "copies",
        "relative": "true",
        "orderFile": "{order}",
        "external": "/bin/false",
        "wordRegex": ".",
        "ignoreSubmodules": "all",
    },
    "feature": {"manyFiles": "true"},
    "format": {"pretty": "oneline"},
    "i18n": {"logOutputEncoding": "latin1", "commitEncoding": "latin1"},
    "log": {
        "abbrevCommit": "true",
        "date": "relative",
        "decorate": "full",
        "diffMerges": "combined",
        "follow": "true",
        "mailmap": "true",
        "showRoot": "false",
        "showSignature": "true",
    },
    "safe": {"bareRepository": "explicit"},
    "status": {"branch": "true", "relativePaths": "false", "short": "true", "showUntrackedFiles": "no"},
    "tag": {"sort": "-refname"},
}
ENVIRONMENT: Final = (
    *("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE", "GIT_COMMON_DIR"),
    *("GIT_EXTERNAL_DIFF", "GIT_PAGER", "GIT_SSH_COMMAND", "GIT_DIFF_OPTS", "GIT_REPLACE_REF_BASE", "GIT_ATTR_SOURCE"),
)
QUESTIONS: Final = (
    ("audit", "--json"),
    ("audit", "verify", "--json"),
    ("diff", "HEAD~20..HEAD", "--json"),
    ("plan", "--on", "2026-07-01", "--json", "--skip-errors"),
)


def answers(root: Path) -> list[tuple[int, str]]:
    """Return all that is said of a history, when nothing of it is remembered."""
    shutil.rmtree(root / ".git/graduand", ignore_errors=True)
    return [graduand(root, *words)[:2] for words in QUESTIONS]


def test_no_setting_and_no_variable_changes_what_is_read(
    tmp_path: Path, school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "school"
    invent(root, school, commits=60, people=40, seed=7)
    git(root, "tag", "--annotate", "--message", "One", "upload/1")
    plain = answers(root)
    assert all(out for _code, out in plain)

    (tmp_path / "order").write_text("schema/*\n*.yaml\n", encoding="utf-8")
    text = "".join(
        f"[{section}]\n" + "".join(f"\t{name} = {value}\n" for name, value in values.items())
        for section, values in SETTINGS.items()
    )
    (tmp_path / "gitconfig").write_text(text.replace("{order}", str(tmp_path / "order")), encoding="utf-8")
    (root / ".mailmap").write_text("Somebody Else <clerk@valmont.example>\n", encoding="utf-8")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    set_otherwise = answers(root)
    for name in ENVIRONMENT:
        monkeypatch.setenv(name, str(tmp_path / "nowhere"))

    assert set_otherwise == plain
    assert answers(root) == plain
