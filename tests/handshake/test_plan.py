"""A plan says of each person what the cells say, and jobs bring the same cells in, however many people there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from graduand.handshake.effect import Effect, Status
from graduand.handshake.job import Setting, jobs_of, refused_by_sync
from graduand.handshake.plan import breaches, plan_of
from graduand.handshake.row import row_of
from graduand.handshake.row_table import RowTable, table_of, table_of_cells, used_columns
from graduand.handshake.state import Retry, RowRetry, State
from graduand.records.columns import mover
from graduand.rules import judgement
from tests.people import DAY, SCHOOL, sound_people

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graduand.handshake.row import Cells
    from graduand.records.record import Record

COLUMNS = tuple(SCHOOL.columns)


def table_from(people: tuple[Record, ...]) -> RowTable:
    return table_of((row_of(one, SCHOOL, DAY) for one in judgement.sound(people, ())), COLUMNS)


def named(columns: tuple[str, ...], row: Cells) -> dict[str, str]:
    """Return the cells of a row that are not blank, by header."""
    return {header: cell for header, cell in zip(columns, row, strict=True) if cell}


@st.composite
def sent_before(draw: st.DrawFn, table: RowTable) -> State:
    """Return what some of the people may have been sent: the same, another cell, one more, one less."""
    known: list[Mapping[str, str]] = []
    for row in table.rows:
        before = named(table.columns, row)
        match draw(st.sampled_from(["same", "same", "new", "other", "more", "less", "closed"])):
            case "new":
                continue
            case "other":
                before[draw(st.sampled_from(sorted(before.keys() - {"username"})))] = "other"
            case "more":
                before[draw(st.sampled_from(sorted(set(COLUMNS) - {"username"})))] = "more"
            case "less":
                del before[draw(st.sampled_from(sorted(before.keys() - {"username"})))]
            case "closed":
                before["disabled"] = "TRUE"
            case _:
                pass
        known.append(before)
    failed = frozenset(draw(st.sets(st.sampled_from(table.usernames), max_size=2)))
    sent = table_of_cells(known, reversed(COLUMNS))
    retries = {name: RowRetry(Retry.IDENTIFIERS, "") for name in failed if draw(st.booleans())}
    return State(sent.columns, dict(zip(sent.usernames, sent.rows, strict=True)), failed, retries)


FEW = settings(max_examples=settings().max_examples // 2)


@given(sound_people(SCHOOL, 1, 4), st.data())
@FEW
def test_a_plan_says_of_each_person_what_the_cells_say(people: tuple[Record, ...], data: st.DataObject) -> None:
    table = table_from(people)
    sent = data.draw(sent_before(table))

    plan = plan_of(table, sent, SCHOOL)

    assert plan.people == len(people)
    assert sorted(change.username for change in plan.changes) == sorted(table.usernames)
    by_username = dict(zip(table.usernames, table.rows, strict=True))
    for change in plan.changes:
        previous = table.previous_usernames.get(change.username, "")
        before = sent.cells(change.username) or sent.cells(previous)
        now = named(table.columns, by_username[change.username])
        assert [(cell.header, cell.before, cell.after) for cell in change.cells] == [
            (header, before.get(header, ""), cell) for header, cell in now.items() if before.get(header) != cell
        ]
        failed = {change.username, previous} & sent.failed
        status = Status.CHANGED if change.cells else Status.UNCHANGED
        assert change.status is (Status.FAILED if failed else status if before else Status.NEW)
    assert plan.outstanding == {one.username for one in plan.changes if one.status is not Status.UNCHANGED}
    assert [plan.number(effect) for effect in Effect] == [len(plan.having(effect)) for effect in Effect]
    assert sum(plan.counts()[status] for status in Status) == len(people)
    assert breaches(plan, SCHOOL.institution) == ()


@given(sound_people(SCHOOL, 1, 4), st.data())
@FEW
def test_what_is_chosen_of_a_plan_is_planned_and_sent_alike(people: tuple[Record, ...], data: st.DataObject) -> None:
    table = table_from(people)
    sent = data.draw(sent_before(table))
    plan = plan_of(table, sent, SCHOOL)
    only = data.draw(st.sets(st.sampled_from(Effect), max_size=3))

    chosen = plan_of(table.picked(plan.places(only, changed=True)), sent, SCHOOL)

    assert chosen.changes == tuple(
        one for one in plan.changes if one.username in plan.outstanding and (not only or {*one.effects[:1]} & only)
    )


@given(sound_people(SCHOOL, 1, 4), st.data())
@FEW
def test_jobs_of_many_are_the_jobs_of_each(people: tuple[Record, ...], data: st.DataObject) -> None:
    table = table_from(people)
    sent = data.draw(sent_before(table))
    alone: dict[Setting, list[dict[str, str]]] = {}
    for place in range(len(table.rows)):
        for job in jobs_of(table.picked([place]), SCHOOL, sent):
            alone.setdefault(job.setting, []).extend(named(job.columns, row) for row in job.rows)

    jobs = jobs_of(table, SCHOOL, sent)

    assert [job.setting for job in jobs] == sorted(alone)
    for job in jobs:
        rows = [named(job.columns, row) for row in job.rows]
        assert rows == sorted(alone[job.setting], key=lambda row: row["username"])
        assert set(job.columns) == set().union(*rows, SCHOOL.required_columns)


@given(sound_people(SCHOOL, 1, 3))
@FEW
def test_a_table_has_the_rows_that_it_was_made_of_below_any_headers(people: tuple[Record, ...]) -> None:
    rows = [row_of(one, SCHOOL, DAY) for one in judgement.sound(people, ())]
    table = table_of(rows, COLUMNS)

    assert [named(table.columns, row) for row in table.rows] == [named(COLUMNS, row.cells) for row in rows]
    assert [*map(mover(table.columns, COLUMNS), table.rows)] == [row.cells for row in rows]
    assert used_columns(table.columns, table.rows) == set(table.columns)
    assert table_of_cells([named(COLUMNS, row.cells) for row in rows], COLUMNS)[:2] == table[:2]


def test_cells_below_other_columns_lose_what_has_no_place_there() -> None:
    assert mover(("a", "b", "c"), ("c", "x", "a"))(("1", "2", "3")) == ("3", "", "1")
    assert mover(("a", "b"), ("b",))(("1", "2")) == ("2",)
    assert mover(("a", "b"), ())(("1", "2")) == ()


def test_an_empty_table_has_nothing_to_plan_or_to_send() -> None:
    sent = State(("username",), {"1": ("1",)})

    assert plan_of(RowTable((), []), sent, SCHOOL).changes == ()
    assert jobs_of(RowTable((), []), SCHOOL, sent) == ()


def test_rows_that_would_stop_the_sync_are_taken_out_until_it_goes_on() -> None:
    columns = ("username", "email_address", "disabled")
    rows = [(str(number), f"{number}@school.example", "") for number in range(20)]
    sent = State(columns, {row[0]: (row[0], row[1], "FALSE") for row in rows})
    changed = [("0", "new@mail.example", ""), *((name, email, "TRUE") for name, email, _blank in rows[1:8])]

    def refused(*more: Cells) -> frozenset[str]:
        return refused_by_sync([*changed, *rows[8:], *more], columns, sent, frozenset({"school.example"}))

    # Of eight rows that say something new, one address is more than a tenth; then all seven others archive.
    assert refused() == {str(number) for number in range(8)}
    new = [(f"n{number}", f"n{number}@school.example", "") for number in range(10)]
    assert refused(*new) == frozenset()
    assert refused(*new, ("m", "m@mail.example", "")) == {"0", "m"}
