"""Cutting a person's lines: they alone go, whatever stands in the cells, and every other byte stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graduand.errors import LedgerNewer
from graduand.ledger.entry import PEOPLE, RESULT, PersonLine, ResultLine, RowStatus, people_tsv, result_tsv
from graduand.ledger.line_cuts import ERASED, Cut, cut, without_mentions
from tests.ledger.chains import Chain, plain_fold, table
from tests.ledger.test_fold import NAMES, random_chain, told

ROWS = b"username,email_address\namy,a@x.example\nbob,b@x.example\nbobby,bob@x.example\n"


def test_the_rows_of_a_person_go_and_no_others() -> None:
    left = b"username,email_address\namy,a@x.example\nbobby,bob@x.example\n"
    assert cut("students.csv", ROWS, ["bob"]) == Cut(left, 1, frozenset({"b@x.example"}))
    assert cut("students.csv", ROWS, ["username"]) == Cut(ROWS, 0, frozenset())
    assert cut("students.csv", ROWS, ["nobody"]).raw is ROWS


@pytest.mark.parametrize("name", ["dee, jr", 'e"e', "a\nb", "é", "x"])
def test_names_and_cells_that_need_quotes(name: str) -> None:
    others = [{"username": f"{name}{more}", "last_name": f'{name}, "{name}"\n{name}'} for more in ("1", "2")]
    whole = table(("username", "last_name"), [*others, {"username": name, "last_name": "N\no"}])

    left = cut("students.csv", whole, [name])

    assert (left.raw, left.lines) == (table(("username", "last_name"), others), 1)


def test_addresses_and_logins_are_told() -> None:
    row = {"username": "bob", "email_address": "b@x", "additional_email_addresses": "c@x;d@x", "auth_identifier": "bo"}
    raw = table(tuple(row), [row, {"username": "amy", "email_address": "a@x"}])

    assert cut("students.csv", raw, ["bob"]).contacts == {"b@x", "c@x", "d@x", "bo"}


def test_a_person_is_cut_by_the_name_before_and_the_name_after() -> None:
    people = [PersonLine(name, before, "", "", "", ()) for name, before in (("amy", ""), ("rob", "bob"), ("bob2", ""))]

    assert cut(PEOPLE, people_tsv(people), ["bob"]).raw == people_tsv([people[0], people[2]])


def test_results_are_cut_by_the_username_as_it_was_sent() -> None:
    lines = [ResultLine("students.csv", name, RowStatus.FAILED, "bob", "\tbob\n") for name in ("a\tb", "bob", "amy")]

    assert cut(RESULT, result_tsv(lines), ["bob"]).raw == result_tsv([lines[0], lines[2]])
    assert cut(RESULT, result_tsv(lines), ["a\tb"]).raw == result_tsv(lines[1:])


def test_an_answer_to_somebody_else_names_the_person_no_more() -> None:
    text = "Taken by Bob@x.example (bob, not bobby, not rob-bob)."
    raw = result_tsv([ResultLine("students.csv", "amy", RowStatus.FAILED, "bob", text)])

    left = without_mentions(raw, ["bob", "bob@x.example"])

    said = f"Taken by {ERASED} ({ERASED}, not bobby, not rob-{ERASED})."
    assert left == result_tsv([ResultLine("students.csv", "amy", RowStatus.FAILED, "bob", said)])
    assert without_mentions(raw, ["nobody", "a"]) is raw


def test_a_file_of_a_later_version_is_cut_by_its_cells_or_not_at_all() -> None:
    assert cut("approved.tsv", b"amy\tx\nbob\ty\n", ["bob"]).raw == b"amy\tx\n"
    assert cut("later.csv", b"name,x\namy,bob\namy,no\n", ["bob"]).raw == b"name,x\namy,no\n"
    with pytest.raises(LedgerNewer, match=r"later\.bin"):
        cut("later.bin", b"\0bob\0", ["bob"])
    assert cut("later.bin", b"\0amy\0", ["bob"]).raw == b"\0amy\0"


@given(st.integers(0, 1_000_000), st.sampled_from(NAMES))
def test_an_erased_person_is_unknown_and_nobody_else_changes(seed: int, name: str) -> None:
    chain = random_chain(seed)
    names = {"ada": {"ada", "ann"}, "bob": {"bob", "rob", "cy"}, "cy": {"bob", "rob", "cy"}}.get(name, {name})

    left = Chain(chain.entries, {key: cut(key[1], raw, names).raw for key, raw in chain.files.items()})

    assert told(left.fold()) == tuple(
        {who: value for who, value in part.items() if who not in names} for part in plain_fold(chain)
    )
