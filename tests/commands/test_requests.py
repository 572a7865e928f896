"""Requests for an address in the audit, codes in words, and groups of keys that an edit removes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.handshake.test_article import CLOSED
from tests.repository import GRADUATE, begin, commit, git, graduand, put

if TYPE_CHECKING:
    from pathlib import Path

PERSON = "00412345"
PATH = f"records/2026-spring/{PERSON}.yaml"
KEYS = ("transition:personal_email:answer_by", "transition:personal_email:requested_on")


def test_a_request_and_its_reminder_are_events_of_their_own(root: Path) -> None:
    put(begin(root), GRADUATE + "  keeps_school_email: false\n")
    commit(root)
    for words in (("--on", "2026-07-01"), ("--on", "2026-07-20", "--remind")):
        assert graduand(root, "outreach", "email", *words, "--apply").code == 0

    found = [
        json.loads(one) for one in graduand(root, "audit", "--kind", "address-requested", "--json").out.splitlines()
    ]

    assert [(one["event"], one["old"], one["new"]) for one in found] == [
        ("address-requested", {}, dict(zip(KEYS, ("2026-07-29", "2026-07-01"), strict=True))),
        ("address-requested", {KEYS[1]: "2026-07-01"}, {KEYS[1]: "2026-07-20"}),
    ]
    said = graduand(root, "log", PERSON, lang="fr").out
    assert "2 × adresse demandée" in said
    assert "corrigé" not in said


def test_codes_are_words_in_the_text_that_git_compares(root: Path) -> None:
    record = CLOSED.replace("requested_by: student", "requested_by: career-services")
    answer = "  personal_email:\n    answered_on: 2026-07-01\n    how: in-handshake\n"
    there = put(begin(root), record.replace("  account:", f"{answer}  account:"))

    said = graduand(root, "text", str(there), lang="fr").out.replace("\u00a0", " ")

    assert "Forme de la réponse : dans Handshake" in said
    assert "demandé par le service carrières" in said
    assert not {"in-handshake", "career-services", "requested-by-student"} & set(said.replace(",", " ").split())


def test_an_edit_removes_a_group_of_keys_and_never_the_whole_transition(root: Path) -> None:
    put(begin(root), CLOSED)
    commit(root)

    ran = graduand(root, "edit", PERSON, "disabled=", "transition:account=")

    assert ran.code == 0, ran.err
    assert git(root, "show", f"HEAD:{PATH}") == GRADUATE
    refused = graduand(root, "edit", PERSON, "transition=")
    assert refused.code == 2
    assert git(root, "show", f"HEAD:{PATH}") == GRADUATE
    assert graduand(root, "edit", PERSON, "transition:account=x").code == 2
