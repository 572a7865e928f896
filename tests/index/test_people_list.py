from __future__ import annotations

import random
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graduand.index.column_store import StoredColumn
from graduand.index.people_list import (
    ORDERS,
    ListedPerson,
    PeopleList,
    SentStatus,
)
from graduand.index.query import folded, query_of
from graduand.uploads.status import sent_statuses
from graduand.workspace import Workspace
from tests.repository import FAULTY, TODAY, begin, graduate, put, shipped

if TYPE_CHECKING:
    from pathlib import Path

_NAMES = ["Dupont", "Żak", "O’Brien", "Nguyễn", "d’Aubigny", ""]


def crowd(people: int = 400) -> PeopleList:
    """Invent a roster."""
    chance = random.Random(7)
    return PeopleList(
        tuple(
            ListedPerson(
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
        {f"{number:05d}": SentStatus(chance.choice(["new", "failed", "unchanged"])) for number in range(0, people, 2)},
    )


def test_a_card_and_a_login_are_known_of_everybody(root: Path) -> None:
    put(begin(root), graduate("00412345").replace("first_name", "card_id: C1\nauth_identifier: cdupont\nfirst_name"))

    (entry,) = Workspace(root).people_list(TODAY).entries

    assert (entry.card, entry.login) == ("C1", "cdupont")


def test_the_shipped_people_are_all_there(tmp_path: Path) -> None:
    workspace = Workspace(shipped(tmp_path))
    roster = workspace.people_list(TODAY)

    assert len(roster.entries) == 45
    assert roster.cohorts == ("2025-autumn", "2026-spring")
    chloe = roster.entries[roster.find(query_of("chloe"))[0]]
    assert (chloe.username, chloe.name, chloe.disabled) == ("00412345", "Dupont, Chloé", "true")
    assert chloe.programme == "Économie; Lettres modernes"


def test_a_file_that_cannot_be_read_is_in_the_list_too(root: Path) -> None:
    put(root, "a: [", "2026-spring/00400001.yaml")
    put(root, FAULTY, "2026-spring/00412345.yaml")
    entries = Workspace(root).people_list(TODAY).entries

    assert [(one.username, one.worst) for one in entries] == [("00412345", "error"), ("00400001", "error")]
    assert entries[0].rules.split()[0] == "GR106"


@pytest.mark.parametrize(
    "typed",
    [
        *[
            "dupont",
            "chloe eco",
            "kind:returned",
            "-kind:returned",
            "-dupont email:valmont",
            "state:waiting",
            "state:closed droit",
            "problem:GR3",
            "cohort:2025",
        ],
        *[
            "x",
            "state:failed",
            "state:blocked",
            "problem:error",
            "state:reopened kind:grad",
            "p1 zak",
            "aubigny",
            "state:nothing",
        ],
    ],
)
def test_finding_agrees_with_looking_at_each_entry(typed: str) -> None:
    roster, query = crowd(), query_of(typed)

    def holds(one: ListedPerson) -> bool:
        hay = folded(f"{one.username} {one.first_name} {one.last_name} {one.first_name} {one.address} {one.programme}")
        sent = roster.outstanding.get(one.username, SentStatus("")).status
        status = "blocked" if one.worst == "error" else sent
        states = {status, "waiting" * ("GR601" in one.rules), {"true": "closed", "false": "reopened"}.get(one.disabled)}
        return (
            all(word in hay for word in query.words)
            and all(
                {
                    "kind": one.kind == value,
                    "state": value in states,
                    "problem": value.upper() in one.rules or one.worst == value,
                    "cohort": one.cohort.startswith(value),
                    "email": value in folded(one.address),
                }[key]
                is not negated
                for key, value, negated, _exact in query.filters
            )
            and not any(word in hay for word in query.without)
        )

    wanted = [number for number, one in enumerate(roster.entries) if holds(one)]
    assert list(roster.find(query)) == wanted
    assert list(roster.find(query, range(100))) == [number for number in wanted if number < 100]


@pytest.mark.parametrize("order", ["name", "programme"])
def test_people_of_one_name_are_by_username_and_equal_ones_by_name(root: Path, order: str) -> None:
    begin(root)
    for cohort, username, name in (("2025", "00400003", "Petit"), ("2026", "00400002", "Petit"), ("2027", "4", "Abel")):
        put(root, graduate(username).replace("Dupont", name), f"{cohort}-spring/{username}.yaml")
    roster = Workspace(root).people_list(TODAY)

    usernames = [roster.entries[number].username for number in roster.sort(roster.find(query_of("")), order)]
    assert usernames == ["4", "00400002", "00400003"]


@pytest.mark.parametrize("order", ORDERS)
def test_sorting_keeps_everybody(order: str) -> None:
    roster = crowd()
    assert sorted(roster.sort(range(400), order)) == list(range(400))


def test_the_worst_and_the_failed_come_first() -> None:
    roster = crowd()
    worst = [roster.entries[number].worst for number in roster.sort(range(400), "problem")]
    states = [
        "blocked" if one.worst == "error" else roster.outstanding.get(one.username, SentStatus("")).status
        for one in map(roster.entries.__getitem__, roster.sort(range(400), "state"))
    ]

    assert worst == sorted(worst, key=["error", "warning", "note", ""].index)
    assert states == sorted(states, key=["blocked", "failed", "new", "unchanged", ""].index)


def test_what_is_outstanding_is_known_though_a_record_is_faulty(tmp_path: Path) -> None:
    root = shipped(tmp_path)
    put(root, FAULTY, "2026-spring/00400001.yaml")
    put(root, graduate("00400002"), "2026-spring/00400002.yaml")
    known = sent_statuses(Workspace(root), TODAY)

    assert known["00400002"].status == "new"
    assert "00400001" not in known


@pytest.mark.parametrize("typed", ["state:blocked", "état:bloqué", 'state:"blocked"'])
def test_who_is_not_sent_because_of_an_error_is_blocked(root: Path, typed: str) -> None:
    put(begin(root), FAULTY, "2026-spring/00412345.yaml")
    put(root, graduate("00400002"), "2026-spring/00400002.yaml")
    roster = Workspace(root).people_list(TODAY)

    assert [roster.entries[number].username for number in roster.find(query_of(typed))] == ["00412345"]
    assert [*roster.texts("state")] == ["blocked" if one.username == "00412345" else "" for one in roster.entries]


def test_an_empty_school_has_an_empty_roster(root: Path) -> None:
    roster = Workspace(root).people_list(TODAY)

    assert roster.entries == ()
    assert list(roster.find(query_of("a"))) == []
    assert (root / "records").is_dir()


def test_everybody_is_known_as_they_were_the_last_time(tmp_path: Path) -> None:
    workspace = Workspace(shipped(tmp_path))
    assert workspace.last_people_list() is None
    put(tmp_path, graduate("00400001").replace("Chloé", '"two\\nlines"'), "2026-spring/00400001.yaml")
    put(tmp_path, "a: [", "2026-spring/00400002.yaml")
    roster = workspace.people_list(TODAY)

    known = Workspace(tmp_path).last_people_list()

    assert known is not None
    assert known.entries == roster.entries
    assert [*known.entries][3:6] == [*known.entries[3:6]] == [*roster.entries][3:6]
    assert known.find(query_of("dupont")) == roster.find(query_of("dupont"))
    assert (tmp_path / ".git/graduand/list").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("damage", [b"", b"x" * 500])
def test_a_list_that_is_damaged_or_from_elsewhere_is_not_shown(root: Path, tmp_path: Path, damage: bytes) -> None:
    assert Workspace(root).last_people_list() is None  # without git
    put(begin(root), graduate("00400001"))
    Workspace(root).people_list(TODAY)
    (tmp_path / "copy").mkdir()
    for folder in ("records", "schema", ".git"):
        (root / folder).rename(tmp_path / "copy" / folder)
    assert Workspace(tmp_path / "copy").last_people_list() is None
    Workspace(tmp_path / "copy").people_list(TODAY)
    (tmp_path / "copy/.git/graduand/list").write_bytes(damage)

    assert Workspace(tmp_path / "copy").last_people_list() is None


@given(st.lists(st.text(alphabet="aé \u2028\r", max_size=3), min_size=1, max_size=9))
def test_a_column_is_its_texts_whether_it_is_taken_apart_or_not(texts: list[str]) -> None:
    with patch.object(StoredColumn, "_SCREEN", 4):
        for index in range(-len(texts), len(texts)):
            assert StoredColumn("\n".join(texts))[index] == texts[index]
        column = StoredColumn("\n".join(texts))
        assert (len(column), column[1:3], list(column)) == (len(texts), texts[1:3], texts)
        with pytest.raises(IndexError):
            column[len(texts)]
