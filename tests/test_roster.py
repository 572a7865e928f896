from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from graduand.query import folded, query_of
from graduand.roster import ORDERS, Entry, Progress, Roster, outstanding_of, roster_of
from graduand.workspace import Workspace
from tests.repository import FAULTY, TODAY, graduate, put, shipped

if TYPE_CHECKING:
    from pathlib import Path

_NAMES = ["Dupont", "Żak", "O’Brien", "Nguyễn", "d’Aubigny", ""]


def crowd(people: int = 400) -> Roster:
    """Invent a roster."""
    chance = random.Random(7)
    return Roster(
        tuple(
            Entry(
                f"records/20{chance.randrange(24, 27)}-spring/{number:05d}.yaml",
                f"{number:05d}",
                chance.choice(_NAMES),
                chance.choice(["Chloé", "Søren", ""]),
                f"p{number}@valmont.example",
                chance.choice(["Économie", "Droit", ""]),
                chance.choice(["graduated", "returned"]),
                chance.choice(["", "true", "false"]),
                *chance.choice([("", ""), ("GR601", "note"), ("GR301 GR601", "error"), ("GR133", "warning")]),
            )
            for number in range(people)
        ),
        {f"{number:05d}": Progress(chance.choice(["new", "failed", "unchanged"])) for number in range(0, people, 2)},
    )


def test_the_shipped_people_are_all_there(tmp_path: Path) -> None:
    workspace = Workspace(shipped(tmp_path))
    roster = roster_of(workspace, TODAY)

    assert len(roster.entries) == 45
    assert roster.cohorts == ("2025-autumn", "2026-spring")
    chloe = roster.entries[roster.find(query_of("chloe"))[0]]
    assert (chloe.username, chloe.name, chloe.disabled) == ("00412345", "Dupont, Chloé", "true")
    assert chloe.programme == "Économie; Lettres modernes"


def test_a_file_that_cannot_be_read_is_in_the_list_too(root: Path) -> None:
    put(root, "a: [", "2026-spring/00400001.yaml")
    put(root, FAULTY, "2026-spring/00412345.yaml")
    entries = roster_of(Workspace(root), TODAY).entries

    assert [(one.username, one.worst) for one in entries] == [("00400001", "error"), ("00412345", "error")]
    assert entries[1].rules.split()[0] == "GR106"


@pytest.mark.parametrize(
    "typed",
    [
        *["dupont", "chloe eco", "kind:returned", "state:waiting", "state:closed droit", "problem:GR3", "cohort:2025"],
        *["x", "state:failed", "problem:error", "state:reopened kind:grad", "p1 zak", "aubigny", "state:nothing"],
    ],
)
def test_finding_agrees_with_looking_at_each_entry(typed: str) -> None:
    roster, query = crowd(), query_of(typed)

    def holds(one: Entry) -> bool:
        hay = folded(f"{one.username} {one.first_name} {one.last_name} {one.first_name} {one.address} {one.programme}")
        status = roster.outstanding.get(one.username, Progress("")).status
        states = {status, "waiting" * ("GR601" in one.rules), {"true": "closed", "false": "reopened"}.get(one.disabled)}
        return all(word in hay for word in query.words) and all(
            {
                "kind": one.kind == value,
                "state": value in states,
                "problem": value.upper() in one.rules or one.worst == value,
                "cohort": one.cohort.startswith(value),
            }[key]
            for key, value in query.filters
        )

    wanted = [number for number, one in enumerate(roster.entries) if holds(one)]
    assert list(roster.find(query)) == wanted
    assert list(roster.find(query, range(100))) == [number for number in wanted if number < 100]


@pytest.mark.parametrize("order", ORDERS)
def test_sorting_keeps_everybody(order: str) -> None:
    roster = crowd()
    assert sorted(roster.sort(range(400), order)) == list(range(400))


def test_the_worst_and_the_failed_come_first() -> None:
    roster = crowd()
    worst = [roster.entries[number].worst for number in roster.sort(range(400), "problem")]
    statuses = [
        roster.outstanding.get(roster.entries[number].username, Progress("")).status
        for number in roster.sort(range(400), "outstanding")
    ]

    assert worst == sorted(worst, key=["error", "warning", "note", ""].index)
    assert statuses == sorted(statuses, key=["failed", "new", "unchanged", ""].index)


def test_what_is_outstanding_is_known_though_a_record_is_faulty(tmp_path: Path) -> None:
    root = shipped(tmp_path)
    put(root, FAULTY, "2026-spring/00400001.yaml")
    put(root, graduate("00400002"), "2026-spring/00400002.yaml")
    known = outstanding_of(Workspace(root), TODAY)

    assert known["00400002"].status == "new"
    assert "00400001" not in known


def test_an_empty_school_has_an_empty_roster(root: Path) -> None:
    roster = roster_of(Workspace(root), TODAY)

    assert roster.entries == ()
    assert list(roster.find(query_of("a"))) == []
    assert (root / "records").is_dir()
