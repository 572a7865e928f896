"""An entry that nobody can read: what only reads goes on without it and says so, what sends or notes refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from graduand.errors import LedgerNewer
from graduand.git.program import Program
from graduand.ledger.branch import NewEntry, append
from graduand.ledger.entry import read_entry
from tests.handshake.test_article import DAY
from tests.importer import Importer
from tests.observations.exports import person
from tests.repository import begin, commit, git, graduand, graduate, noted, put
from tests.uploads.test_loop import Desk

if TYPE_CHECKING:
    from pathlib import Path

ONE = "00000001"


@pytest.fixture
def sent(root: Path) -> Path:
    """One graduate, sent and noted; then a commit that holds no entry, and a second upload on top."""
    begin(root)
    put(root, graduate(ONE), f"2026-spring/{ONE}.yaml")
    commit(root)
    desk = Desk(root, Importer({ONE: person(ONE)}))
    desk.send()
    append(Program(root), [NewEntry(b'{"schema": "graduand/entry/1", "kind": "upload"', {}, "upload by hand")])
    return root


def test_what_only_reads_goes_on_and_names_the_entry_and_the_cure(sent: Path) -> None:
    broken, before = git(sent, "rev-parse", "graduand/ledger", "graduand/ledger~1").split()
    words = f"! 1 entry of the ledger cannot be read, and what it noted does not count: the one of commit {broken[:12]}"
    cure = f"git branch --force graduand/ledger {before[:12]}"
    for _time in range(2):
        for command in (
            ("plan", "--on", DAY),
            ("check", "--on", DAY),
            ("log", ONE),
            ("audit",),
            ("uploads",),
            ("drift", "--on", DAY),
        ):
            ran = graduand(sent, *command)
            assert ran.code == 0, (command, ran.err)
            said = ran.out + ran.err
            assert (command, words in said, "by Camille Renard (JSON)" in said) == (command, True, True)
            assert cure in said
    assert "Nothing is outstanding." in graduand(sent, "plan", "--on", DAY).out
    assert "sent with" in graduand(sent, "log", ONE).out
    assert "entrée du registre ne peut être lue" in graduand(sent, "plan", "--on", DAY, lang="fr").err
    verified = graduand(sent, "audit", "verify")
    assert (verified.code, broken[:12] in verified.out + verified.err) == (1, True)


def test_what_sends_or_notes_refuses_until_it_is_cured(sent: Path) -> None:
    put(sent, graduate("00000002"), "2026-spring/00000002.yaml")
    commit(sent)
    feed = sent / "sync.csv"
    feed.write_text(f"username\n{ONE}\n", encoding="utf-8")
    before = git(sent, "rev-parse", "graduand/ledger")
    for command in (
        ("compile", "--on", DAY),
        ("rollback",),
        ("uploaded", str(sent / "build" / "manifest.json")),
        ("feed", "overlay", str(feed)),
        ("deliver", str(feed)),
        ("observe", "--person", ONE, "disabled=true", "--apply"),
        ("uploads", "--undo", noted(sent)[0], "by mistake"),
    ):
        ran = graduand(sent, *command)
        assert (command, ran.code, "1 entry of the ledger cannot be read" in ran.err) == (command, 5, True), ran.err
    assert git(sent, "rev-parse", "graduand/ledger") == before
    git(sent, "branch", "--force", "graduand/ledger", "graduand/ledger~1")
    assert graduand(sent, "compile", "--on", DAY).code == 0


def test_what_a_newer_graduand_wrote_is_never_passed_over(sent: Path) -> None:
    for raw in (b'{"schema": "graduand/entry/2", "kind": "upload"}', b'{"schema": "graduand/entry/1", "kind": "new"}'):
        with pytest.raises(LedgerNewer):
            read_entry(raw)
    append(Program(sent), [NewEntry(b'{"schema": "graduand/entry/1", "kind": "new"}', {}, "new")])
    ran = graduand(sent, "plan", "--on", DAY)
    assert (ran.code, "made by a newer graduand" in ran.err) == (5, True)
