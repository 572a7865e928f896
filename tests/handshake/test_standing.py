"""Rows held as lines against what was sent come to the plan and the files to which they would come one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from graduand.handshake.effect import Effect
from graduand.handshake.job import with_band
from graduand.handshake.lines import Band, KnownLines, Lines, cells, line_of
from graduand.handshake.plan import breaches, plan_of
from graduand.handshake.row import row_of
from graduand.handshake.standing import plan_of_many, standing_of
from graduand.handshake.state import Sent
from graduand.handshake.upload import files_of
from graduand.index.index_page import is_ordinary
from graduand.rules import judgement
from graduand.uploads.replay import jobs_from
from tests.people import DAY, SCHOOL, sound_people

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from graduand.handshake.row import Row
    from graduand.records.record import Record


def band_of(rows: Iterable[Row]) -> Band:
    """Return rows as lines below the headers that they use."""
    listed = list(rows)
    used = set().union(*(row.cells for row in listed))
    columns = tuple(header for header in SCHOOL.columns if header in used)
    lines = [line_of([row.cells.get(header, "") for header in columns]) for row in listed]
    return Band([row.username for row in listed], Lines(columns, lines))


@st.composite
def sent_before(draw: st.DrawFn, rows: tuple[Row, ...]) -> Sent:
    """Return what some of the people may have been sent: the same, another cell, one more, one less."""
    known: dict[str, Mapping[str, str]] = {}
    for row in rows:
        before = dict(row.cells)
        match draw(st.sampled_from(["same", "same", "new", "other", "more", "less", "closed"])):
            case "new":
                continue
            case "other":
                before[draw(st.sampled_from(sorted(before)))] = "other"
            case "more":
                before[draw(st.sampled_from(sorted(SCHOOL.columns)))] = "more"
            case "less":
                del before[draw(st.sampled_from(sorted(before)))]
            case "closed":
                before["disabled"] = "TRUE"
            case _:
                pass
        known[row.username] = before
    failed = frozenset(draw(st.sets(st.sampled_from([row.username for row in rows]), max_size=2)))
    return Sent(known, failed, frozenset(name for name in failed if draw(st.booleans())))


FEW = settings(max_examples=settings().max_examples // 2)


@given(sound_people(SCHOOL, 1, 4), st.data())
@FEW
def test_the_plan_and_the_files_are_the_same_by_both_roads(people: tuple[Record, ...], data: st.DataObject) -> None:
    rows = tuple(row_of(one, SCHOOL, DAY) for one in judgement.sound(people, ()))
    sent = data.draw(sent_before(rows))
    ordinary = [row for row in rows if is_ordinary(row)]
    apart = tuple(row for row in rows if not is_ordinary(row))
    slow = plan_of(rows, sent, SCHOOL.year)

    band = band_of(ordinary)
    standing = standing_of(band, [row.cells.get("disabled") == "TRUE" for row in ordinary], sent)
    told = (*apart, *standing.differing)
    plan = plan_of_many(told, standing, sent, SCHOOL.year)

    assert plan.people == len(rows)
    assert plan.outstanding == slow.outstanding
    assert breaches(plan, SCHOOL.institution) == breaches(slow, SCHOOL.institution)
    assert [plan.number(effect) for effect in Effect] == [len(slow.having(effect)) for effect in Effect]
    assert plan.changes == slow.changes
    assert plan.counts() == slow.counts()
    jobs = with_band(jobs_from(told, SCHOOL, sent), standing.alike, SCHOOL)
    assert files_of(jobs, SCHOOL, DAY, rehearsal=False) == files_of(
        jobs_from(rows, SCHOOL, sent), SCHOOL, DAY, rehearsal=False
    )


@given(sound_people(SCHOOL, 1, 3))
@FEW
def test_lines_are_the_rows_that_they_were_made_of_below_any_headers(people: tuple[Record, ...]) -> None:
    rows = [row_of(one, SCHOOL, DAY) for one in judgement.sound(people, ())]
    lines = band_of(rows).lines
    everything = tuple(SCHOOL.columns)

    assert [*lines] == [row.cells for row in rows]
    assert [*Lines(everything, lines.below(everything))] == [row.cells for row in rows]
    assert [cells(line) for line in lines.below(everything)] == [
        [row.cells.get(header, "") for header in everything] for row in rows
    ]
    known = KnownLines.of({row.username: row.cells for row in rows}, lines.columns)
    assert dict(known) == {row.username: row.cells for row in rows}


def test_no_column_stays_that_only_rows_used_which_are_gone() -> None:
    lines = Lines(("username", "email_address", "gender", "campus_name"), [b"1,a,x,", b"2,b,,", b"", b"3,c,,y"])

    assert lines.without([0]).columns == ("username", "email_address", "campus_name")
    assert [*lines.without([0])] == [
        {},
        {"username": "2", "email_address": "b"},
        {},
        {"username": "3", "email_address": "c", "campus_name": "y"},
    ]
    assert Band(["1", "2", "3", "4"], lines).picked([False, True, True, True], ["gender"]).perhaps == {"gender"}
