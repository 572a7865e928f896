"""What is judged is what is committed, whatever line ends an editor of Windows leaves in the folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.repository import GRADUATE, TODAY, begin, built, commit, git, graduand, head, put

if TYPE_CHECKING:
    from pathlib import Path

ASKING = """\
#!/bin/sh
grep -q ^Ticket: "$1" && exit 0
echo Which ticket?
echo See the handbook. >&2
exit 1
"""
PATH = "records/2026-spring/00412345.yaml"


@pytest.fixture
def windows(root: Path) -> Path:
    """A repository as init makes it, in which a record was committed whose lines end as on Windows in the folder."""
    begin(root)
    (root / ".gitattributes").write_text("* text=auto eol=lf\nrecords/**/*.yaml text eol=lf\n", encoding="utf-8")
    (put(root, GRADUATE)).write_bytes(GRADUATE.replace("\n", "\r\n").encode())
    commit(root)
    return root


def changes(root: Path) -> str:
    return git(root, "diff") + git(root, "diff", "--cached") + git(root, "status", "--porcelain")


def test_line_ends_that_git_converts_are_no_error_and_are_compiled(windows: Path) -> None:
    assert "\r" not in git(windows, "show", f"HEAD:{PATH}")

    checked = graduand(windows, "check", "--on", TODAY)
    compiled = graduand(windows, "compile", "--on", TODAY)

    assert (checked.code, compiled.code) == (0, 0)
    assert b"\r" not in b"".join(built(windows).values())
    assert not changes(windows)


def test_an_edit_changes_only_its_line_for_git(windows: Path) -> None:
    assert graduand(windows, "edit", "00412345", "last_name=Martin").code == 0

    assert git(windows, "diff", "--numstat", "HEAD~1", "HEAD") == f"1\t1\t{PATH}\n"
    assert (windows / PATH).read_bytes() == GRADUATE.replace("Dupont", "Martin").encode()
    assert not changes(windows)


def test_a_cure_names_no_commit_that_it_did_not_make(windows: Path) -> None:
    before = head(windows)

    none = graduand(windows, "cure", "GR004", "--apply")
    put(windows, GRADUATE.replace("2026-06-15", "15/06/2026"))
    back = graduand(windows, "cure", "--apply")

    assert none.err == "There is nothing to cure.\n"
    assert back.err == "Saved; there was nothing to commit, for the last commit holds it already.\n"
    assert head(windows) == before
    assert (windows / PATH).read_text(encoding="utf-8") == GRADUATE
    assert not changes(windows)


def test_a_file_that_an_editor_saved_with_other_line_ends_alone_is_not_changed(windows: Path) -> None:
    """git calls it changed, shows no difference, and has nothing to commit."""
    put(windows, GRADUATE)
    assert git(windows, "status", "--porcelain") != ""
    assert git(windows, "diff") == ""

    assert graduand(windows, "compile", "--on", TODAY).code == 0
    assert "not committed" not in graduand(windows, "doctor").out


def test_line_ends_that_are_committed_stay_an_error_with_its_cure(windows: Path) -> None:
    (windows / ".gitattributes").write_text("* -text\n", encoding="utf-8")
    (windows / PATH).write_bytes(GRADUATE.replace("\n", "\r\n").encode() + b"# x\r\n")
    commit(windows)
    before = head(windows)

    checked = graduand(windows, "check", "--on", TODAY)
    cured = graduand(windows, "cure", "GR004", "--apply")

    assert checked.code == 1
    assert "GR004" in checked.out
    assert cured.err == f"Saved and committed: {head(windows)[:12]}\n"
    assert head(windows) != before
    assert b"\r" not in (windows / PATH).read_bytes()
    assert not changes(windows)


def test_all_that_a_refusing_hook_says_is_shown(windows: Path) -> None:
    hook = windows / ".git/hooks/commit-msg"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(
        '#!/bin/sh\ngrep -q ^Ticket: "$1" && exit 0\necho Which ticket?\necho See the handbook. >&2\nexit 1\n'
    )
    hook.chmod(0o755)

    refused = graduand(windows, "edit", "00412345", "last_name=Martin")
    told = graduand(
        windows, "edit", "00412345", "last_name=Martin", "--trailer", "Ticket: 4411", "--message", "As asked"
    )

    assert refused.code == 5
    assert refused.err == (
        "graduand: Saved, not committed:\n  Which ticket?\n  See the handbook.\n"
        "The files are as you left them; commit them when this is cured.\n"
    )
    assert told.code == 0
    assert git(windows, "log", "-1", "--format=%B") == "As asked\n\nGraduand-Kind: corrected\nTicket: 4411\n\n"
