"""Entries: their ids, and what is said of one that graduand did not write."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graduand.errors import LedgerBroken, LedgerNewer, Trouble
from graduand.ledger.entry import (
    EntryKind,
    Noting,
    PersonLine,
    ResultLine,
    RowStatus,
    SentFile,
    entry_json,
    id_of,
    is_id,
    now_after,
    people_tsv,
    read_entry,
    read_people,
    read_results,
    result_tsv,
    stored_names,
)

STAMP = Noting("2026-12-01T01:47:53Z", "2026-11-30T08:00:00Z", "Renee <renee@valmont.example>", "0.2", "c" * 40)
FILE = SentFile("students.csv", "a" * 64, 3, "20261201_1_students.csv", "students", "username", columns=("username",))

TEXTS = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("\t\n\r\\"), max_size=12)


def test_an_entry_is_read_back() -> None:
    raw = entry_json(EntryKind.UPLOAD, STAMP, [FILE], {"commit": "b" * 40, "branch": ""})

    entry = read_entry(raw)

    assert (entry.kind, entry.noted, entry.at) == (EntryKind.UPLOAD, STAMP.noted, STAMP.at)
    assert (entry.by, entry.main, entry.jobs) == (STAMP.by, STAMP.main, (FILE,))
    assert (entry.text("commit"), entry.text("branch"), "branch" in entry.facts) == ("b" * 40, "", False)
    assert entry.id == id_of(raw)
    assert is_id(entry.id)
    assert entry.id.startswith("20261201T014753Z-")


def test_the_same_facts_are_the_same_bytes() -> None:
    one, other = ({"of": "x", "reason": "y"}, {"reason": "y", "of": "x"})

    assert entry_json(EntryKind.WITHDRAWN, STAMP, (), one) == entry_json(EntryKind.WITHDRAWN, STAMP, (), other)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"noted": "yesterday"}, "noted"),
        ({"at": "2027-01-01T00:00:00Z"}, "at"),
        ({"files": {}}, "files"),
        ({"files": ["x"]}, "files"),
        ({"files": [{"name": "../x", "sha256": "", "rows": 1}]}, "files"),
        ({"files": [{"name": ".github", "sha256": "", "rows": 1}]}, "files"),
        ({"files": [{"name": "x", "sha256": "", "rows": "1"}]}, "files"),
        ({"files": [{"name": "x"}]}, "files"),
        ({"by": 7}, "by"),
        ({"by": "\ud800"}, "JSON"),
        ({"noted": "0999-01-01T00:00:00Z", "at": "0999-01-01T00:00:00Z"}, "noted"),
        ({"noted": "2027-1-1T1:1:1Z"}, "noted"),
    ],
)
def test_an_entry_that_graduand_did_not_write_is_refused(change: dict[str, object], named: str) -> None:
    facts = json.loads(entry_json(EntryKind.UPLOAD, STAMP, [FILE], {}))

    with pytest.raises(LedgerBroken, match=named):
        read_entry(json.dumps(facts | change).encode())


@pytest.mark.parametrize("raw", [b"", b"[]", b"{", b"[" * 100_000, b"\xff", b"{}"])
def test_bytes_that_are_no_entry_are_refused(raw: bytes) -> None:
    with pytest.raises(Trouble):
        read_entry(raw)


@pytest.mark.parametrize("change", [{"kind": "delivered-by-owl"}, {"schema": "graduand/entry/2"}])
def test_a_newer_entry_is_not_passed_over(change: dict[str, str]) -> None:
    facts = json.loads(entry_json(EntryKind.OPENED, STAMP, (), {}))

    with pytest.raises(LedgerNewer, match="newer graduand"):
        read_entry(json.dumps(facts | change).encode())


@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS), unique=True, max_size=5))
def test_people_are_read_back_whatever_they_are_called(names: list[tuple[str, str, str]]) -> None:
    people = [PersonLine(*name, "b" * 40, "m" * 64, ("students.csv", "identifiers.csv")) for name in names]

    raw = people_tsv(people)

    assert sorted(read_people(raw, "id")) == sorted(people)
    assert raw.count(b"\n") == len(people)


@given(st.lists(st.tuples(TEXTS, st.sampled_from(RowStatus), TEXTS), unique=True, max_size=5))
def test_results_are_read_back_whatever_was_answered(rows: list[tuple[str, RowStatus, str]]) -> None:
    results = [ResultLine("students.csv", name, status, "", text) for name, status, text in rows]

    assert sorted(read_results(result_tsv(results), "id")) == sorted(results)


def test_a_line_with_another_number_of_cells_is_refused() -> None:
    with pytest.raises(LedgerBroken, match=r"people\.tsv"):
        [*read_people(b"ada\tbob\n", "id")]
    with pytest.raises(LedgerBroken, match=r"result\.tsv"):
        [*read_results(b"ada\tbob\n", "id")]
    with pytest.raises(LedgerNewer, match="lost"):
        [*read_results(b"students.csv\tada\tlost\t\t\n", "id")]


def test_files_are_stored_without_date_and_number() -> None:
    sent = [
        "20261201_1_students.csv",
        "20261201_2_students.csv",
        "20261201_3_identifiers.csv",
        ".x y.csv",
        "people.tsv",
    ]

    assert stored_names(sent) == ["students.csv", "students_2.csv", "identifiers.csv", "x_y.csv", "people_2.tsv"]


@pytest.mark.parametrize("earlier", ["9999-12-31T23:59:58Z", "9999-12-31T23:59:59Z"])
def test_after_the_last_moment_comes_none(earlier: str) -> None:
    assert now_after(earlier) == "9999-12-31T23:59:59Z"


def test_lines_that_another_program_ended_are_read() -> None:
    people = [PersonLine("ada", "", "a.yaml", "b" * 40, "m" * 64, ("students.csv",))]

    assert [*read_people(people_tsv(people).replace(b"\n", b"\r\n"), "id")] == people
