"""A file among records that is no record stops whatever counts people, unless git ignores it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.repository import GRADUATE, begin, commit, git, graduand, graduate, put

if TYPE_CHECKING:
    from pathlib import Path

SECOND = graduate("00418333").replace("Dupont", "Lefèvre")


@pytest.fixture
def one(root: Path) -> Path:
    """A committed repository of one person."""
    put(begin(root), GRADUATE)
    commit(root)
    return root


@pytest.mark.parametrize(
    "path",
    [
        *("2026-spring/00418333.yml", "2026-spring/00418333.YAML", "00418333.yaml", "a/b/c/00418333.yaml"),
        *("2026-spring/00418333.csv", ".2026/00418333.yaml", "2026-spring/00418333", "2026-spring/sub/d/README.txt"),
        "2026-spring/.00418333.yaml",
    ],
)
def test_a_committed_file_that_is_passed_over_stops_check_plan_and_compile(one: Path, path: str) -> None:
    put(one, SECOND, path)
    commit(one)

    for words in (("check",), ("plan",), ("compile",)):
        ran = graduand(one, *words)
        assert ran.code == 1, words
        assert "GR018" in ran.out + ran.err, words
        assert "or delete it." in ran.out + ran.err, words
    assert not (one / "build").exists()


@pytest.mark.parametrize("path", ["README.md", "2026-spring/.gitkeep", "2026-spring/.DS_Store", "2026-spring/x.yaml~"])
def test_known_files_may_be_committed_among_records(one: Path, path: str) -> None:
    put(one, "x", path)
    commit(one)

    assert "GR018" not in graduand(one, "check").out
    assert graduand(one, "compile").code == 0


@pytest.mark.parametrize("path", ["2026-spring/00418333.yml", "archive/b/c/00418333.yaml", "2026-spring/notes.txt"])
def test_what_git_ignores_stops_nothing(one: Path, path: str) -> None:
    (one / ".gitignore").write_text("/build/\n*.yml\n/records/archive/\n*.txt\n", encoding="utf-8")
    commit(one)
    put(one, SECOND, path)

    ran = graduand(one, "check")

    assert ran.code == 0
    assert "GR014" in ran.out


def test_a_file_that_is_not_committed_and_no_yaml_is_a_warning(one: Path) -> None:
    put(one, "-", "2026-spring/liste [1].txt")

    assert "GR014" in graduand(one, "check").out
    assert graduand(one, "check").code == 0
    git(one, "add", "--all")
    assert graduand(one, "check").code == 1


def test_the_history_counts_the_same_people_as_the_upload(one: Path) -> None:
    for path in ("2026-spring/0041\u00a08333.yaml", "a/b/c/00418333.yaml", "b.yaml/00418333.yaml"):
        put(one, SECOND, path)
    commit(one)

    assert "00418333" not in graduand(one, "log").out
    told = graduand(one, "audit").out.splitlines()
    assert (told[0][:11], "8333" in "".join(told[1:])) == ("! 3 paths o", False)
