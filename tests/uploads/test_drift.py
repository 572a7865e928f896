"""Drift: records held against what Handshake holds; each account is in one situation, and the table says what to do."""

from __future__ import annotations

import json
import shutil
from datetime import datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graduand.errors import NewerSchema
from graduand.uploads.drift_table import ORDER, Cause, Situation, read_drift_table
from tests.handshake.test_article import DAY
from tests.importer import Importer
from tests.observations.exports import export_of, person
from tests.repository import HOUSE, TODAY, begin, commit, git, graduand, graduate, noted, put
from tests.uploads.test_loop import ACCOUNT, Desk, failed_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from tests.importer import Account, Outcome

ONE, TWO, THREE, FOUR, FIVE = (f"0000000{number}" for number in range(1, 6))
DATES = ("--dates", "Start date=dd/mm/yyyy", "--dates", "Expected graduation date=dd/mm/yyyy")
LISTS = ("--lists", "Majors=,", "--lists", "Labels=,")
END = "primary_education:end_date"


_minutes = count()


def tick() -> str:
    """Return a later moment each time; entries that are noted in one second would else be in any order."""
    return (datetime(2020, 1, 1) + timedelta(minutes=next(_minutes))).isoformat()  # noqa: DTZ001 - as it is typed


def send(desk: Desk, *words: str) -> tuple[str, list[Outcome]]:
    """Compile, bring every file in, and note it; return the upload and what became of each file."""
    desk.run(*(words or ("compile",)), "--on", DAY)
    outcomes = desk.handshake.upload(desk.root / "build")
    return desk.run("uploaded", str(desk.root / "build/manifest.json"), "--ran-at", tick()).strip(), outcomes


@pytest.fixture
def desk(root: Path) -> Desk:
    """Five graduates, whose rows were sent."""
    begin(root)
    for username in (ONE, TWO, THREE, FOUR, FIVE):
        put(root, graduate(username), f"2026-spring/{username}.yaml")
    commit(root)
    desk = Desk(root, Importer({name: person(name) for name in (ONE, TWO, THREE, FOUR, FIVE)}))
    send(desk)
    return desk


def observe(desk: Desk, accounts: Iterable[Account] | None = None, *words: str) -> None:
    """Note an export of the accounts that Handshake has, or of those that are given."""
    path = desk.root / "build" / "export.csv"
    shown = desk.handshake.accounts.values() if accounts is None else accounts
    path.write_bytes(export_of(shown))
    desk.run("observe", str(path), *DATES, *LISTS, *words, "--seen-at", tick(), "--apply")


def drift(desk: Desk, *words: str) -> list[Mapping[str, str]]:
    """Return the drift as JSON."""
    return [json.loads(line) for line in desk.run("drift", "--on", DAY, "--json", *words).splitlines()]


def causes(desk: Desk, *words: str) -> dict[str, str]:
    """Return why each account is not as its record says."""
    return {one["username"]: one["why"] for one in drift(desk, *words)}


def record(desk: Desk, username: str, text: str) -> None:
    put(desk.root, text, f"2026-spring/{username}.yaml")
    commit(desk.root)


def test_what_was_sent_and_is_so_is_confirmed(desk: Desk) -> None:
    assert causes(desk) == {}
    assert causes(desk, "--all") == dict.fromkeys((ONE, TWO, THREE, FOUR, FIVE), "as-recorded")
    observe(desk)
    assert causes(desk) == {}
    assert graduand(desk.root, "drift", "--on", DAY, "--exit-code").code == 0


def test_a_record_that_changed_is_to_be_sent(desk: Desk) -> None:
    record(desk, ONE, graduate(ONE).replace("2026-06-15", "2026-06-16"))
    (upload,) = noted(desk.root)

    assert drift(desk) == [
        {
            "schema": "graduand/drift/1",
            "username": ONE,
            "field": END,
            "held": "2026-06-15",
            "wanted": "2026-06-16",
            "since": upload,
            "situation": "differs",
            "why": "outstanding",
        }
    ]
    ran = graduand(desk.root, "drift", "--on", DAY, "--exit-code")
    assert (ran.code, "End date: 2026-06-15 there, 2026-06-16 in the record" in ran.out) == (10, True)


def test_the_same_row_again_may_do_nothing_and_the_cure_says_so(desk: Desk) -> None:
    desk.handshake.accounts[ONE][END] = "2026-09-30"
    desk.handshake.accounts[TWO][END] = "2026-09-30"
    record(desk, TWO, graduate(TWO).replace("Dupont", "Martin"))
    observe(desk)

    found = {(one["username"], one["field"]): one["why"] for one in drift(desk)}
    assert found == {(ONE, END): "sent-identical", (TWO, END): "changed-there", (TWO, "last_name"): "outstanding"}
    assert "skips rows that have not changed since the last upload" in desk.run("drift", "--on", DAY)

    _upload, outcomes = send(desk, "compile", "--changed")
    assert [outcome.skipped for outcome in outcomes] == [{ONE: "unchanged"}]
    observe(desk)
    assert causes(desk) == {ONE: "sent-identical"}


def test_an_account_that_was_closed_there_is_told_with_who_closed_it(desk: Desk) -> None:
    closed = graduate(TWO).replace("transition:", "disabled: true\ntransition:") + ACCOUNT
    record(desk, TWO, closed)
    send(desk, "compile", "--changed")
    record(desk, TWO, graduate(TWO))
    desk.handshake.accounts[ONE]["disabled"] = "TRUE"
    observe(desk, [desk.handshake.accounts[ONE]])

    assert causes(desk) == {ONE: "closed-seen", TWO: "closed-by-upload"}
    assert {one["situation"] for one in drift(desk)} == {"closed-there"}
    record(desk, ONE, graduate(ONE).replace("transition:", "disabled: true\ntransition:") + ACCOUNT)
    assert causes(desk) == {TWO: "closed-by-upload"}


def test_a_closing_that_is_meant_is_none_of_the_things_to_do(desk: Desk) -> None:
    desk.handshake.accounts[ONE]["disabled"] = "TRUE"
    observe(desk)
    soon = graduate(ONE).replace("transition:", "disabled: true\ntransition:") + ACCOUNT
    record(desk, ONE, soon + "    effective_on: 2030-01-01\n")
    assert causes(desk) == {}, "it is to be closed later"

    closed = graduate(TWO).replace("transition:", "disabled: true\ntransition:") + ACCOUNT
    record(desk, TWO, closed)
    send(desk, "compile", "--changed")
    record(
        desk, TWO, graduate(TWO) + f"  waive:\n    - {{rule: GR701, reason: asked, until: {TODAY}, by: registrar}}\n"
    )
    assert causes(desk) == {}, "the rule is waived"


def test_an_account_that_is_not_said_to_be_closed_is_open(desk: Desk) -> None:
    reopened = graduate(ONE).replace("transition:", "disabled: false\ntransition:")
    desk.handshake.accounts[ONE].pop("disabled", None)
    observe(desk)
    record(desk, ONE, reopened + "  account:\n    reason: returned\n    requested_by: student\n")

    assert causes(desk) == {}
    assert desk.plan() == {}


def test_only_a_complete_export_says_who_is_missing_and_who_is_gone(desk: Desk) -> None:
    record(desk, "00000006", graduate("00000006"))
    del desk.handshake.accounts[ONE]
    observe(desk)
    assert causes(desk) == {}
    assert "Of 1 record nothing was sent or seen yet" in desk.run("drift", "--on", DAY)

    observe(desk, None, "--complete")
    assert causes(desk) == {ONE: "was-there", "00000006": "not-there"}
    assert {one["situation"] for one in drift(desk)} == {"gone-there", "missing-there"}

    send(desk)
    assert causes(desk) == {}


def test_accounts_without_a_record_are_told_where_they_stand_out(desk: Desk) -> None:
    (desk.root / f"records/2026-spring/{FIVE}.yaml").unlink()
    commit(desk.root)
    others = {
        "90000001": person("90000001"),
        "90000002": person("90000002", disabled="TRUE"),
        "90000003": person("90000003", institution_year_name="Alumni"),
        "90000004": person("90000004", **{END: "2019-06-30"}),
    }
    desk.handshake.accounts.update(others)
    observe(desk, None, "--complete")

    assert causes(desk) == {
        FIVE: "sent-no-record",
        "90000002": "closed-no-record",
        "90000003": "alumni-no-record",
        "90000004": "past-end-no-record",
    }
    assert "1 other account has no record, and nothing stands out in it." in desk.run("drift", "--on", DAY)
    put(desk.root, graduate(FIVE), f"2026-spring/{FIVE}.yaml")
    assert graduand(desk.root, "drift", "--on", DAY, "--exit-code").code == 0, "they are nobody's work"
    desk.handshake.accounts["90000002"]["disabled"] = "FALSE"
    del desk.handshake.accounts["90000003"]
    observe(desk, None, "--complete")
    assert causes(desk) == {"90000004": "past-end-no-record"}
    assert "2 other accounts have no record" in desk.run("drift", "--on", DAY)


def test_a_row_that_was_refused_is_told_as_that(desk: Desk) -> None:
    record(desk, ONE, graduate(ONE).replace("@valmont", "@courriel"))
    desk.handshake.elsewhere = frozenset({f"p{ONE}@courriel.example"})
    upload, outcomes = send(desk, "compile", "--changed")
    desk.run("reconcile", failed_file(desk.root, outcomes), "--upload", upload)

    assert causes(desk) == {ONE: "failed"}


def test_an_account_that_is_excluded_from_sync_is_looked_after_by_hand(desk: Desk) -> None:
    record(desk, ONE, graduate(ONE).replace("Dupont", "Martin"))
    desk.handshake.excluded = frozenset({ONE})
    _upload, outcomes = send(desk, "compile", "--changed")
    desk.run("reconcile", failed_file(desk.root, outcomes))

    assert causes(desk) == {ONE: "excluded"}


def test_an_address_of_the_persons_own_is_held_back(desk: Desk) -> None:
    desk.run("observe", "--person", ONE, "email_address=mine@mail.example", "--seen", tick(), "--apply")

    assert causes(desk) == {ONE: "own-address"}
    assert "waive GR708" in desk.run("drift", "--on", DAY)


def test_what_was_taken_back_and_is_still_recorded_is_held_back(desk: Desk) -> None:
    record(desk, ONE, graduate(ONE).replace("transition:", "disabled: true\ntransition:") + ACCOUNT)
    send(desk, "compile", "--changed")
    send(desk, "rollback")

    assert causes(desk) == {ONE: "taken-back"}


def test_two_accounts_of_one_person_are_ambiguous(desk: Desk) -> None:
    record(desk, "00000007", graduate("00000007") + f'  previous_username: "{ONE}"\n')
    (desk.root / f"records/2026-spring/{ONE}.yaml").unlink()
    record(desk, "00000008", graduate("00000008"))
    own = f"p{'00000008'}@valmont.example"
    observe(desk, [person("00000007", email_address="x@valmont.example"), person(own, disabled="TRUE")])

    assert causes(desk) == {"00000007": "both-usernames", "00000008": "address-elsewhere"}
    assert {one["situation"] for one in drift(desk)} == {"ambiguous"}


def test_a_record_with_an_error_is_counted_and_its_account_is_not_unknown(desk: Desk) -> None:
    record(desk, ONE, graduate(ONE).replace("2026-06-15", "2026-02-30"))

    assert causes(desk) == {}
    assert "1 record with errors is not compared: graduand check" in desk.run("drift", "--on", DAY)


def test_a_clone_without_the_ledger_is_refused(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> None:
    clone = tmp_path_factory.mktemp("clone")
    git(clone, "clone", "--quiet", "--single-branch", "--branch", "main", str(desk.root), ".")
    assert graduand(clone, "drift").code == 5


# The table


def test_the_shipped_table_has_every_situation_and_every_cause() -> None:
    table = read_drift_table(HOUSE)
    assert ({*table.labels}, {*table.actions}, {*ORDER}) == ({*Situation}, {*Cause}, {*Cause})


def test_the_school_can_change_what_is_said_and_what_counts(desk: Desk) -> None:
    record(desk, ONE, graduate(ONE).replace("Dupont", "Martin"))
    table = desk.root / "schema/drift.yaml"
    table.write_text(
        "causes:\n  outstanding:\n    counts: false\n    do: {en: Ask Camille., fr: Voir Camille.}\n",
        encoding="utf-8",
    )
    ran = graduand(desk.root, "drift", "--on", DAY, "--exit-code")
    assert (ran.code, "1: Ask Camille." in ran.out) == (0, True)
    assert "Voir Camille." in graduand(desk.root, "drift", "--on", DAY, lang="fr").out
    table.unlink()
    assert "graduand compile --changed" in desk.run("drift", "--on", DAY)


def test_a_table_that_asks_for_a_later_graduand_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "schema").mkdir()
    (tmp_path / "schema/drift.yaml").write_text("format: 3\nlater: 1\n", encoding="utf-8")

    with pytest.raises(NewerSchema):
        read_drift_table(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "causes:\n  outstandin:\n    counts: false\n    do: {en: x}\n",
        "causes:\n  outstanding:\n    counts: perhaps\n    do: {en: x}\n",
        "causes:\n  outstanding:\n    counts: true\n    do: {fr: x}\n",
        "causes:\n  outstanding: x\n",
        "causes: x\n",
        "situations:\n  gone: {en: x}\n",
        "situation: {}\n",
        "causes: [\n",
    ],
)
def test_a_broken_table_is_said_in_one_sentence(desk: Desk, text: str) -> None:
    (desk.root / "schema/drift.yaml").write_text(text, encoding="utf-8")

    ran = graduand(desk.root, "drift", "--on", DAY)

    assert (ran.code, ran.err.count("\n")) == (1, 1)
    assert "schema/drift.yaml" in ran.err


# Whatever happens


def sent(desk: Desk, _name: str) -> None:
    if graduand(desk.root, "compile", "--on", DAY, "--changed", "--again").code == 0:
        desk.handshake.upload(desk.root / "build")
        desk.run("uploaded", str(desk.root / "build/manifest.json"), "--ran-at", tick())


def recorded(desk: Desk, name: str) -> None:
    put(desk.root, graduate(name), f"2026-spring/{name}.yaml")
    commit(desk.root)


def deleted(desk: Desk, name: str) -> None:
    (desk.root / f"records/2026-spring/{name}.yaml").unlink(missing_ok=True)
    put(desk.root, graduate(ONE), f"2026-spring/{ONE}.yaml")
    commit(desk.root)


def closed(desk: Desk, name: str) -> None:
    desk.handshake.accounts[name]["disabled"] = "TRUE"


def moved(desk: Desk, name: str) -> None:
    desk.handshake.accounts[name]["email_address"] = f"new{name}@mail.example"


def seen(desk: Desk, _name: str) -> None:
    observe(desk)


def all_seen(desk: Desk, _name: str) -> None:
    observe(desk, None, "--complete")


STEPS = (sent, recorded, deleted, closed, moved, seen, all_seen)


@given(st.lists(st.tuples(st.sampled_from(STEPS), st.sampled_from((ONE, TWO, THREE))), min_size=1, max_size=7))
@settings(max_examples=max(8, settings().max_examples // 3))
def test_every_account_and_every_record_is_in_exactly_one_place(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[Callable[[Desk, str], None], str]]
) -> None:
    root = begin(tmp_path_factory.mktemp("drift"))
    shutil.copytree(HOUSE / "schema", root / "schema", dirs_exist_ok=True)
    (root / "build").mkdir()
    desk = Desk(root, Importer({name: person(name) for name in (ONE, TWO, THREE)}))
    recorded(desk, ONE)
    for step, name in steps:
        step(desk, name)

    told = drift(desk, "--all")

    pairs = {(one["username"], one["situation"]) for one in told}
    assert len(pairs) == len({username for username, _situation in pairs}), "one situation each"
    situations = dict(pairs)
    records = {path.stem for path in (root / "records/2026-spring").glob("*.yaml")}
    untold = records - situations.keys()
    assert (f"Of {len(untold)} record" in desk.run("drift", "--on", DAY)) is bool(untold)
    held = desk.held()
    assert not untold & held.keys()
    assert {name for name, one in situations.items() if one == "unknown-here"} <= held.keys() - records
    for name, situation in situations.items():
        as_recorded = (held.get(name, {}).get("institution_year_name"), held.get(name, {}).get(END))
        assert (situation != "confirmed") or as_recorded == ("Alumni", "2026-06-15")
