"""The fold: what Handshake holds after any sequence of uploads, failures, withdrawals and observations."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from graduand.errors import LedgerBroken
from graduand.ledger.entry import EntryKind, PersonLine, ResultLine, RowStatus
from graduand.ledger.fold import NOTHING, can_go_on, fold
from tests.ledger.chains import CLEAR, Chain, at, plain_fold, table

if TYPE_CHECKING:
    from graduand.ledger.fold import LedgerState

NAMES = ("ada", "bob", "cy", "dee, jr", 'e"e')
COLUMNS = ("disabled", "end", "system_label_names")
VALUES = ("", "", "TRUE", "FALSE", "2026", CLEAR, "a,b", 'q"q', "two\nlines")


def random_chain(seed: int, *, entries: int = 8) -> Chain:  # noqa: PLR0915 - one plain loop
    """Return a chain of uploads with renames, results, withdrawals and observations, in any order of happening."""
    rng = random.Random(seed)
    chain = Chain()
    minutes = rng.sample(range(1, 50), entries)
    for number in range(entries):
        uploads = [entry for entry in chain.entries if entry.kind is EntryKind.UPLOAD]
        what = rng.random()
        people = rng.sample(NAMES, rng.randint(1, len(NAMES)))
        rows = [{"username": name, **{header: rng.choice(VALUES) for header in COLUMNS}} for name in people]
        minute = minutes[number]
        if what < 0.5 or not uploads:
            columns = ("username", *rng.sample(COLUMNS, rng.randint(1, 3)))
            jobs = [("students.csv", table(columns, rows), False)]
            lines = [PersonLine(name, "", "", "", "", ("students.csv",)) for name in people]
            if rng.random() < 0.4:
                name, former = rng.choice([("ann", "ada"), ("ada", "ann"), ("rob", "bob"), ("bob", "cy")])
                jobs.append(("identifiers.csv", table(columns, [{**rows[0], "username": name}]), True))
                lines = [line for line in lines if line.username != name]
                lines.append(PersonLine(name, former, "", "", "", ("students.csv", "identifiers.csv")))
            chain.upload(minute, jobs, lines, noted=50 + number)
        elif what < 0.7:
            upload = rng.choice(uploads)
            statuses = [*RowStatus]
            chain.result(
                upload.id,
                *(
                    ResultLine(file.name, name, rng.choice(statuses), "", "")
                    for file in upload.jobs
                    for name in rng.sample((*NAMES, "ann", "rob"), 3)
                ),
                minute=50 + number,
            )
        elif what < 0.85:
            chain.observe(minute, *rows)
        elif what < 0.9:
            chain.deliver(minute, *rows, noted=50 + number)
        elif what < 0.92 and (sent := [entry.id for entry in chain.entries if entry.kind is EntryKind.DELIVERED]):
            chain.ran(rng.choice(sent), 50 + number)
        else:
            chain.withdraw(rng.choice(chain.entries).id, 50 + number)
    return chain


def told(state: LedgerState) -> tuple[object, ...]:
    """Return all that a state says, by the ids of entries."""
    cells = {name: state.cells(name) for name in state.rows}
    since = {name: {header: state.since_of(name, header) for header in known} for name, known in cells.items()}
    outcomes = {name: outcome.upload for name, outcome in state.outcomes.items()}
    return cells, outcomes, since, {name: one.delivery for name, one in state.pending.items()}


@settings(max_examples=400)
@given(st.integers(0, 1_000_000))
@example(1495)  # the row that changes the username repeats the line of the row before
def test_lines_that_are_said_again_may_be_passed_over(seed: int) -> None:
    chain = random_chain(seed)

    assert told(chain.fold()) == plain_fold(chain)


@settings(max_examples=150)
@given(st.integers(0, 1_000_000), st.integers(0, 8))
def test_going_on_from_a_prefix_is_folding_from_the_start(seed: int, length: int) -> None:
    chain = random_chain(seed)
    first = fold(chain.entries[:length], chain.read)
    later = chain.entries[length:]

    if can_go_on(first, later):
        assert told(fold(later, chain.read, start=first)) == told(chain.fold())


@settings(max_examples=150)
@given(st.integers(0, 1_000_000), st.randoms())
def test_the_order_of_noting_changes_nothing(seed: int, order: random.Random) -> None:
    chain = random_chain(seed)
    kinds = {EntryKind.UPLOAD, EntryKind.DELIVERED, EntryKind.OBSERVATION}
    happened = [entry for entry in chain.entries if entry.kind in kinds]
    others = [entry for entry in chain.entries if entry.kind not in kinds]
    before = told(chain.fold())

    order.shuffle(happened)
    chain.entries = [*happened, *others]

    assert told(chain.fold()) == before


@settings(max_examples=150)
@given(st.integers(0, 1_000_000))
def test_a_withdrawn_upload_was_never_noted(seed: int) -> None:
    chain = random_chain(seed)
    uploads = [entry for entry in chain.entries if entry.kind is EntryKind.UPLOAD]
    gone = uploads[seed % len(uploads)].id
    without = Chain([entry for entry in chain.entries if gone not in {entry.id, entry.facts.get("of")}], chain.files)
    chain.entries = [entry for entry in chain.entries if entry.kind is not EntryKind.WITHDRAWN]
    without.entries = [entry for entry in without.entries if entry.kind is not EntryKind.WITHDRAWN]

    chain.withdraw(gone, 59)

    assert told(chain.fold()) == told(without.fold())


@settings(max_examples=100)
@given(st.integers(0, 1_000_000))
def test_an_upload_of_which_every_row_failed_changes_no_cell(seed: int) -> None:
    chain = random_chain(seed)
    uploads = [entry for entry in chain.entries if entry.kind is EntryKind.UPLOAD]
    upload = uploads[seed % len(uploads)]
    names = (*NAMES, "ann", "rob")
    chain.result(
        upload.id,
        *(ResultLine(file.name, name, RowStatus.FAILED, "", "") for file in upload.jobs for name in names),
        minute=59,
    )
    withdrawn = Chain([*chain.entries], chain.files)
    withdrawn.withdraw(upload.id, 59)

    assert chain.known() == withdrawn.known()


def test_two_entries_of_one_job_are_one_entry_of_two() -> None:
    first, second = (
        ("students.csv", table(("username", "end"), [{"username": "ada", "end": "1"}]), False),
        (
            "identifiers.csv",
            table(("username", "end"), [{"username": "ann", "end": "2"}]),
            True,
        ),
    )
    person = PersonLine("ann", "ada", "", "", "", ("students.csv", "identifiers.csv"))
    together, apart = Chain(), Chain()
    together.upload(1, [first, second], [person])
    apart.upload(1, [first], [person])
    apart.upload(2, [second], [person])

    assert together.known() == apart.known() == {"ann": {"username": "ann", "end": "2"}}


def test_a_value_said_again_keeps_its_age() -> None:
    chain = Chain()
    first = chain.rows(1, {"username": "ada", "end": "2026", "disabled": "TRUE"})
    second = chain.rows(2, {"username": "ada", "end": "2027", "disabled": "TRUE"})
    state = chain.fold()

    assert (state.since_of("ada", "disabled"), state.since_of("ada", "end")) == (first, second)
    assert state.since_of("ada", "first_name") == state.since_of("bob", "end") == ""


def test_a_value_that_goes_and_comes_back_is_not_lost() -> None:
    chain = Chain()
    for minute, value in enumerate(("A", "B", "A"), 1):
        chain.rows(minute, {"username": "ada", "end": value})

    assert chain.known()["ada"]["end"] == "A"


def test_a_row_sent_again_after_a_failure_has_not_failed_any_more() -> None:
    chain = Chain()
    chain.rows(1, {"username": "ada", "end": "A"})
    chain.failed(chain.rows(2, {"username": "ada", "end": "B"}), "ada", minute=2)
    chain.rows(3, {"username": "ada", "end": "A"})

    assert chain.fold().outcomes == {}


def test_a_row_that_says_what_is_known_may_fail_too() -> None:
    chain = Chain()
    row = {"username": "ann", "end": "1"}
    chain.rows(1, row, {"username": "cy", "end": "1"})
    second = chain.rows(2, row, {"username": "cy", "end": "1"})
    chain.failed(second, "ann")

    state = chain.fold()

    assert {name: outcome.upload for name, outcome in state.outcomes.items()} == {"ann": second}
    assert told(state) == plain_fold(chain)
    chain.rows(3, row)
    assert chain.fold().outcomes == {}


def test_a_failed_change_of_username_leaves_the_old_one() -> None:
    chain = Chain()
    chain.rows(1, {"username": "ada", "end": "A"})
    moved = [("identifiers.csv", table(("username", "end"), [{"username": "ann", "end": "B"}]), True)]
    upload = chain.upload(2, moved, [PersonLine("ann", "ada", "", "", "", ("identifiers.csv",))])
    chain.failed(upload, "ann", minute=2, file="identifiers.csv")
    state = chain.fold()

    assert (chain.known(), {*state.outcomes}, state.aliases) == ({"ada": {"username": "ada", "end": "A"}}, {"ada"}, {})


def test_a_changed_username_is_an_alias_of_the_present_one() -> None:
    chain = Chain()
    chain.rows(1, {"username": "ada", "end": "A"})
    for minute, (former, name) in enumerate((("ada", "ann"), ("ann", "amy")), 2):
        job = ("identifiers.csv", table(("username", "end"), [{"username": name, "end": ""}]), True)
        chain.upload(minute, [job], [PersonLine(name, former, "", "", "", ("identifiers.csv",))])

    assert chain.fold().aliases == {"ada": "amy", "ann": "amy"}
    assert {*chain.fold().rows} == {"amy"}


def test_an_account_does_not_move_onto_another() -> None:
    chain = Chain()
    chain.rows(1, {"username": "ada", "end": "A"}, {"username": "bob", "end": "B"})
    job = ("identifiers.csv", table(("username", "end"), [{"username": "bob", "end": "C"}]), True)
    chain.upload(2, [job], [PersonLine("bob", "ada", "", "", "", ("identifiers.csv",))])
    state = chain.fold()

    assert state.ambiguous == {"bob"}
    assert {*state.rows} == {"ada", "bob"}


@pytest.mark.parametrize(("address", "same"), [("ADA@x.example", True), ("other@x.example", False), ("", False)])
def test_an_account_seen_under_its_new_username_before_the_change_is_noted_is_one(address: str, *, same: bool) -> None:
    chain = Chain()
    chain.rows(1, {"username": "old", "email_address": "ada@x.example", "end": "A", "name": "Ada"})
    chain.observe(2, {"username": "new", "email_address": address, "end": "B"})
    row = {"username": "new", "email_address": "ada@x.example"}
    people = [PersonLine("new", "old", "", "", "", ("identifiers.csv",))]
    upload = chain.upload(3, [("identifiers.csv", table([*row], [row]), True)], people)

    state = chain.fold()

    assert (state.ambiguous == frozenset()) is same
    assert ("old" not in state.rows) is same
    if same:
        assert (state.cells("new")["end"], state.cells("new")["name"]) == ("B", "Ada")
        assert state.aliases == {"old": "new"}
        assert [state.since_of("new", header) for header in ("end", "name", "email_address")] == [
            chain.entries[1].id,
            chain.entries[0].id,
            upload,
        ]
    chain.failed(upload, "new", file="identifiers.csv")
    assert {"old", "new"} <= chain.fold().rows.keys()


def test_a_rollback_is_remembered_until_the_person_is_sent_again() -> None:
    chain = Chain()
    chain.rows(1, {"username": "ada", "disabled": "FALSE"}, {"username": "bob", "disabled": "FALSE"})
    closing = chain.upload(
        2,
        [
            (
                "students.csv",
                table(("username", "disabled"), [{"username": n, "disabled": "TRUE"} for n in ("ada", "bob")]),
                False,
            )
        ],
        [PersonLine(name, "", "", "", f"meaning of {name}", ("students.csv",)) for name in ("ada", "bob")],
    )
    back = chain.upload(
        3,
        [
            (
                "students.csv",
                table(("username", "disabled"), [{"username": n, "disabled": "FALSE"} for n in ("ada", "bob")]),
                False,
            )
        ],
        [PersonLine(name, "", "", "", "", ("students.csv",)) for name in ("ada", "bob")],
        takes_back=closing,
    )
    chain.failed(back, "bob", minute=3)

    assert {name: one.meaning for name, one in chain.fold().taken_back.items()} == {"ada": "meaning of ada"}

    chain.rows(4, {"username": "ada", "disabled": "TRUE"})

    assert chain.fold().taken_back == {}


def test_what_happened_before_a_moment_is_all_that_counts() -> None:
    chain = Chain()
    chain.rows(1, {"username": "ada", "end": "A"})
    second = chain.rows(2, {"username": "ada", "end": "B"})

    state = chain.fold(before=(at(2), second))

    assert state.cells("ada") == {"username": "ada", "end": "A"}


def test_a_late_entry_changes_the_past_and_is_folded_anew() -> None:
    chain = Chain()
    chain.rows(5, {"username": "ada", "end": "A"})
    first = chain.fold()
    chain.rows(1, {"username": "ada", "end": "B"}, noted=6)

    assert not can_go_on(first, chain.entries[1:])
    assert chain.known()["ada"]["end"] == "A"


@pytest.mark.parametrize(
    "raw",
    [
        b"name,end\nada,1\n",
        b"username,end\nada\n",
        b"username,other\nada,1\n",
        b"",
        b'username,"' + b"A" * 200_000 + b'"\nada,1\n',
        b'username,end\n"ada",1\r2\n',
    ],
)
def test_a_file_that_is_not_what_its_entry_says_is_named(raw: bytes) -> None:
    chain = Chain()
    upload = chain.rows(1, {"username": "ada", "end": "A"})
    chain.files[upload, "students.csv"] = raw

    with pytest.raises(LedgerBroken, match=upload):
        chain.fold()


def test_lines_that_another_program_ended_are_read() -> None:
    chain = Chain()
    upload = chain.rows(1, {"username": "ada", "end": "A"}, {"username": "bob", "end": "B"})
    chain.files[upload, "students.csv"] = b'username,end\r\nada,A\r\n"bob",B\r\n'

    assert chain.known() == {"ada": {"username": "ada", "end": "A"}, "bob": {"username": "bob", "end": "B"}}


def test_of_nothing_nothing_is_known() -> None:
    assert fold([], Chain().read) == NOTHING


A, B, C = ({"username": "ada", "email_address": f"{name}@valmont.example"} for name in "abc")


def test_an_address_that_was_never_sent_is_remembered_beside_the_last_one_sent() -> None:
    chain = Chain()
    chain.observe(1, C)
    assert chain.fold().sent_addresses == {}, "nothing was sent"
    chain.rows(2, A)
    chain.observe(3, A)
    assert chain.fold().sent_addresses == {}, "it is the same"
    chain.observe(4, A | {"email_address": "A@VALMONT.example"})
    chain.observe(5, A)
    first = chain.observe(6, B)
    chain.observe(7, C)
    assert chain.fold().sent_addresses == {"ada": "a@valmont.example"}
    part = chain.fold(before=(at(7), ""))
    rest = [entry for entry in chain.entries if entry.at == at(7)]
    assert fold(rest, chain.read, start=part) == chain.fold(), "the rest can be laid on what was folded before"
    chain.failed(chain.rows(8, A, number="1"), "ada")
    assert chain.fold().sent_addresses == {"ada": "a@valmont.example"}, "the row did not take effect"
    last = chain.rows(11, A, number="2")
    assert chain.fold().sent_addresses == {}, "it was said anew"
    chain.withdraw(first)
    chain.withdraw(last)
    assert chain.fold().sent_addresses == {"ada": "a@valmont.example"}


def test_what_is_delivered_is_pending_until_something_says_that_it_ran() -> None:
    chain = Chain()
    chain.rows(1, {"username": "ada", "end": "A", "email_address": "a@x.example"})
    sent = chain.deliver(5, {"username": "ada", "end": "B", "email_address": "A@x.example"}, noted=6)

    state = chain.fold()
    assert (state.cells("ada")["end"], state.pending["ada"].delivery) == ("A", sent)
    assert dict(zip(state.columns, state.expected("ada"), strict=True))["end"] == "B"

    for says, end in (("upload", "B"), ("shown", "B"), ("shown otherwise", "A"), ("shown in part", "A")):
        more = Chain([*chain.entries], {**chain.files})
        if says == "upload":
            more.ran(sent, 9)
        else:
            column = "email_address" if says == "shown in part" else "end"
            more.observe(
                8, {"username": "ada", column: {"shown": "b", "shown otherwise": "A"}.get(says, "a@x.example")}
            )
        folded = more.fold()
        assert (folded.cells("ada")["end"].upper(), "ada" in folded.pending) == (end, says == "shown in part"), says

    chain.observe(4, {"username": "ada", "end": "A"})
    assert "ada" in chain.fold().pending, "it was seen before the delivery"
    chain.withdraw(sent, 9)
    assert chain.fold().pending == {}


def test_an_account_that_shows_again_what_it_showed_before_a_delivery_says_that_it_did_not_run() -> None:
    chain = Chain()
    row = {"username": "ada", "end": "A"}
    chain.observe(1, row)
    chain.deliver(2, {"username": "ada", "end": "B"}, noted=2)
    chain.observe(3, row)

    state = chain.fold()
    assert (state.pending, state.cells("ada")["end"]) == ({}, "A")
