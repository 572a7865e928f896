"""Who is confidential, excluded from sync, or dead: no job touches them, and every command says so."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.repository import GRADUATE, begin, built, commit, graduand, graduate, put, settle
from tests.uploads.test_graduations import BEFORE, YEAR, compiled, due, noted, planned, school, someone

if TYPE_CHECKING:
    from pathlib import Path

CONFIDENTIAL = GRADUATE + "  confidential: true\n"
EXCLUDED = GRADUATE + "  excluded_from_sync: true\n"
DIED = GRADUATE + "  account:\n    reason: deceased\n    requested_by: family\n"
CLOSED_AS_DEAD = DIED.replace("transition:", "disabled: true\ntransition:")
DUPLICATE = GRADUATE.replace("transition:", "disabled: true\ntransition:") + (
    '  account:\n    reason: duplicate-account\n    requested_by: registrar\n    stays: "4"\n'
)


@pytest.fixture
def kept_out(root: Path) -> Path:
    """A school of one person of each kind, and two who graduate."""
    settle(begin(root), keeps_school_email="false", keeps_sso="false")
    return school(root, _1=CONFIDENTIAL, _2=EXCLUDED, _3=DIED, _4=GRADUATE, _5=CLOSED_AS_DEAD)


def test_no_row_is_made_and_plan_card_and_compile_name_who_is_left_out(kept_out: Path) -> None:
    says, rows = compiled(kept_out, BEFORE)

    assert sorted(rows) == ["4", "5"]
    assert says["records"] == 2
    assert not any(
        b",p1@" in content or b",p2@" in content or b",p3@" in content for content in built(kept_out).values()
    )
    assert "- Held back: `1`, `2`, `3`" in built(kept_out)["upload.md"].decode()
    assert [(one["username"], one["why"]) for one in planned(kept_out, BEFORE)["held"]] == [
        ("1", "confidential"),
        ("2", "excluded-from-sync"),
        ("3", "deceased"),
    ]
    said = graduand(kept_out, "plan", "--on", BEFORE).err
    assert "no row: the record says that the person is confidential (1)\n  1\n" in said
    assert "la personne est confidentielle" in graduand(kept_out, "compile", "--on", BEFORE, lang="fr").err
    noted(kept_out)
    assert graduand(kept_out, "audit", "verify").code == 0


def test_nobody_of_them_gets_a_letter_who_must_get_none(kept_out: Path) -> None:
    for campaign in ("email", "sso"):
        ran = graduand(kept_out, "outreach", campaign, "--on", BEFORE, "--json")
        told = [json.loads(line) for line in ran.out.splitlines()]
        left_out = {one["username"]: one.get("left_out") or one.get("why") for one in told}
        assert (left_out["1"], left_out["3"], left_out["5"]) == ("confidential", "deceased", "deceased")


def test_the_calendar_asks_nothing_of_them_and_proposes_for_the_dead_what_the_sources_say(kept_out: Path) -> None:
    found = due(kept_out, BEFORE)

    assert {username for _kind, _day, username in found} == {"3", "4", "5"}
    assert [(kind, username) for kind, _day, username in found if username in {"3", "5"}] == [
        ("deceased", "3"),
        ("deceased", "5"),
    ]
    assert "2 people are confidential or cared for by hand, and were not looked at: 1, 2." in (
        graduand(kept_out, "due", "--on", BEFORE).out
    )
    ran = graduand(kept_out, "due", "--on", BEFORE, "--apply", "--only", "deceased")
    assert ran.code == 0, ran.err
    for username in ("3", "5"):
        text = (kept_out / f"records/2027/{username}.yaml").read_text(encoding="utf-8")
        assert "excluded_from_sync: true" in text
        assert "disabled" not in text
    assert sorted(compiled(kept_out, BEFORE)[1]) == ["4"]


def test_the_sync_file_must_not_hold_them_and_nothing_is_laid_over_them(kept_out: Path, tmp_path: Path) -> None:
    feed = tmp_path / "users.csv"
    rows = "".join(f"{name},p{name}@valmont.example,Chloé,Dupont,Licence 3\n" for name in "123")
    feed.write_text(f"username,email_address,first_name,last_name,{YEAR}\n{rows}", encoding="utf-8")

    lines = graduand(kept_out, "feed", "check", str(feed), "--on", BEFORE, "--json").out.splitlines()

    assert [(one["line"], one["rule"]) for one in map(json.loads, lines)] == [(2, "GR806"), (3, "GR807"), (4, "GR806")]
    laid = graduand(kept_out, "feed", "overlay", str(feed), "--on", BEFORE, "--out", str(tmp_path / "out.csv"))
    assert laid.code == 0, laid.err
    assert (tmp_path / "out.csv").read_bytes() == feed.read_bytes()


def test_drift_says_of_each_in_which_situation_the_account_is(root: Path) -> None:
    school(root, _1=GRADUATE, _2=GRADUATE)
    compiled(root, BEFORE)
    noted(root)
    put(root, someone(CONFIDENTIAL, "1"), "2027/1.yaml")
    put(root, someone(EXCLUDED.replace("2026-06-15", "2026-06-30"), "2"), "2027/2.yaml")
    commit(root)

    found = [json.loads(line) for line in graduand(root, "drift", "--json", "--on", BEFORE).out.splitlines()]

    assert {(one["username"], one["why"]) for one in found if one["why"] != "as-recorded"} >= {("2", "by-hand")}
    assert not any(one["username"] == "1" and one["field"] for one in found)


def test_a_rollback_touches_nobody_who_is_kept_out_by_now(root: Path) -> None:
    closed = GRADUATE.replace("transition:", "disabled: true\ntransition:") + (
        "  account:\n    reason: requested-by-student\n    requested_by: student\n"
    )
    school(root, _1=closed, _4=closed)
    compiled(root, BEFORE)
    noted(root)
    put(root, someone(CONFIDENTIAL, "1"), "2027/1.yaml")
    commit(root)

    ran = graduand(root, "rollback", "--on", BEFORE, "--again")

    assert ran.code == 0, ran.err
    assert "the person is confidential (1)\n  1\n" in ran.err
    rows = b"".join(content for name, content in built(root).items() if name.endswith(".csv"))
    assert (b"\n1," in rows, b"\n4," in rows) == (False, True)
    noted(root)
    assert graduand(root, "audit", "verify").code == 0


def test_a_rollback_of_nobody_else_says_why_nothing_is_taken_back(root: Path) -> None:
    closed = GRADUATE.replace("transition:", "disabled: true\ntransition:") + (
        "  account:\n    reason: requested-by-student\n    requested_by: student\n"
    )
    school(root, _1=closed)
    compiled(root, BEFORE)
    noted(root)
    put(root, someone(CONFIDENTIAL, "1"), "2027/1.yaml")
    commit(root)

    ran = graduand(root, "rollback", "--on", BEFORE, "--again")

    assert (ran.code, "their records say now, no row may be sent of 1." in ran.err) == (1, True), ran.err


def test_a_sheet_for_colleagues_leaves_out_who_is_confidential_and_says_so(kept_out: Path, tmp_path: Path) -> None:
    ran = graduand(kept_out, "sheet", "out", "--out", str(tmp_path / "sheet.csv"))

    assert "1 person is confidential and not in the sheet: 1" in ran.err
    assert "p1@" not in (tmp_path / "sheet.csv").read_text(encoding="utf-8-sig")
    assert graduand(kept_out, "sheet", "out", "1", "--out", str(tmp_path / "other.csv")).code == 2


def test_closing_a_confidential_account_is_an_error_whose_cure_is_by_hand(root: Path) -> None:
    put(
        begin(root),
        CONFIDENTIAL.replace("transition:", "disabled: true\ntransition:")
        + ("  account:\n    reason: requested-by-student\n    requested_by: student\n"),
    )

    ran = graduand(root, "check")

    assert ran.code == 1
    assert "GR511" in ran.out
    assert "graduand observe --person" in ran.out


def test_a_duplicate_says_which_account_stays_and_every_form_shows_its_label(root: Path) -> None:
    school(root, _6=DUPLICATE, _7=DUPLICATE.replace('"4"', '"7"'))
    put(root, graduate("4"), "2027/4.yaml")

    found = [json.loads(one) for one in graduand(root, "check", "--json").out.splitlines()]

    assert {(one["rule"], one["username"]) for one in found if one["rule"] > "GR51"} == {("GR513", "7")}
    put(root, someone(DUPLICATE.replace('"4"', '"44"'), "7"), "2027/7.yaml")
    found = [json.loads(one) for one in graduand(root, "check", "--json").out.splitlines()]
    assert {(one["rule"], one["username"]) for one in found if one["rule"] > "GR51"} == {("GR515", "7")}
    assert "Compte qui reste" in graduand(root, "explain", "transition:account:stays", lang="fr").out
    assert "Confidentiel" in graduand(root, "explain", "transition:confidential", lang="fr").out
    commit(root)
    put(root, someone(CONFIDENTIAL, "4"), "2027/4.yaml")
    commit(root)
    assert "Confidential" in graduand(root, "diff", "HEAD~1", "HEAD").out


def test_an_intake_with_logins_says_that_they_are_kept_and_not_sent(root: Path, tmp_path: Path) -> None:
    begin(root)
    commit(root)
    table = tmp_path / "class.csv"
    table.write_text(
        "username,email_address,first_name,last_name,Login\n9,p9@valmont.example,Ana,Roux,aroux\n", encoding="utf-8"
    )
    words = ("intake", str(table), "--cohort", "2027", "--kind", "graduated", "--end-date", "2026-06-15")

    assert "The login is kept in the records" in graduand(root, *words).out
    settle(root, send_auth_identifier="always")
    assert "The login is kept in the records" not in graduand(root, *words).out
