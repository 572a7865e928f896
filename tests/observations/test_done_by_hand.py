"""A return that is done by hand on the profile, and noted: nothing is sent of it any more."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.handshake.test_article import UNARCHIVED
from tests.repository import begin, commit, graduand, put

if TYPE_CHECKING:
    from pathlib import Path

PERSON = "00412345"
DONE = {
    "disabled": "FALSE",
    "primary_education:start_date": "2026-09-07",
    "primary_education:end_date": "2028-06-30",
}


def planned(root: Path) -> dict[str, str]:
    """Return the cells that the next upload would change of the one person."""
    ran = graduand(root, "plan", "--on", "2026-09-10", "--json")
    assert ran.code == 0, ran.err
    return {
        cell["header"]: cell["after"]
        for change in json.loads(ran.out)["changes"]
        if change["status"] != "unchanged"
        for cell in change["fields"]
    }


def test_what_was_done_by_hand_and_noted_is_not_sent(root: Path) -> None:
    put(begin(root), UNARCHIVED)
    commit(root)
    before = planned(root)
    assert before["disabled"] == "FALSE"

    words = ("observe", "--person", PERSON, *(f"{key}={cell}" for key, cell in DONE.items()), "--seen", "2026-09-08")
    shown = graduand(root, *words)
    assert planned(root) == before, "without --apply nothing is noted"
    assert graduand(root, *words, "--apply").code == 0

    assert shown.code == 0, shown.err
    after = planned(root)
    assert not DONE.keys() & after.keys()
    rest = [f"{column}={cell}" for column, cell in after.items() if cell]
    noted = graduand(root, "observe", "--person", PERSON, *rest, "--seen", "2026-09-09", "--apply")
    assert noted.code == 0, noted.err
    assert planned(root) == {}
    assert graduand(root, "compile", "--changed", "--on", "2026-09-10").code == 1
