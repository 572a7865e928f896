"""A graduation waits for its day, who stays never left, and no job touches who is confidential, excluded or dead."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from graduand.handshake.plan import plan_of
from graduand.handshake.row_table import RowTable
from graduand.handshake.state import State
from graduand.index.people_list import SentStatus, people_list_of
from graduand.index.query import query_of
from graduand.workspace import Workspace
from tests.importer import CLEAR, END, Importer, Settings
from tests.people import SCHOOL
from tests.repository import GRADUATE, begin, built, commit, git, graduand, put, settle
from tests.repository import noted as noted_uploads

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.importer import Account

BEFORE, DAY, AFTER = "2026-12-15", "2027-06-15", "2027-06-16"
YEAR = "institution_year_name"
ATTENDING = "primary_education:currently_attending"
AHEAD = GRADUATE.replace("2026-06-15", DAY)
CLOSES = AHEAD.replace("transition:", "disabled: true\ntransition:") + (
    "  account:\n    reason: requested-by-student\n    requested_by: student\n    effective_on: 2026-12-01\n"
)
STAYS = AHEAD.replace("  end_date", "  currently_attending: true\n  end_date")
RETURNS = AHEAD.replace(
    "primary_education:", f"{YEAR}: Master 1\nprimary_education:\n  start_date: 2026-09-07"
).replace("graduated", "returned")
STUDENT: Account = {
    "email_address": "x@valmont.example",
    "first_name": "Chloé",
    "last_name": "Dupont",
    "auth_identifier": "known",
    YEAR: "Licence 3",
    END: "2027-09-30",
    ATTENDING: "TRUE",
}


def someone(record: str, username: str) -> str:
    """Return the record as another person's."""
    return record.replace("00412345", username).replace("chloe.dupont", f"p{username}")


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Let it be a day after all others, and another one for a test that says so."""

    def become(day: str) -> None:
        for module in ("uploads.compiler.today", "deliveries.package.today"):
            monkeypatch.setattr(f"graduand.{module}", lambda: day)
        monkeypatch.setattr("graduand.uploads.note_upload.day_of", lambda _moment: day)

    become("2099-12-31")
    return become


def school(root: Path, **people: str) -> Path:
    """Make a committed repository of these people, whose usernames follow an underscore."""
    begin(root)
    for name, record in people.items():
        put(root, someone(record, name[1:]), f"2027/{name[1:]}.yaml")
    commit(root)
    return root


def compiled(root: Path, on: str, *words: str) -> tuple[dict[str, Any], dict[str, dict[str, str]]]:
    """Compile, and return the manifest and the rows by username, each with the cells that are not blank."""
    ran = graduand(root, "compile", "--on", on, *words)
    assert ran.code == 0, ran.err
    files = built(root)
    says = json.loads(files["manifest.json"])
    rows: dict[str, dict[str, str]] = {}
    for job in says["jobs"]:
        header, *lines = (line.split(",") for line in files[job["file"]].decode().splitlines())
        for line in lines:
            cells = {name: cell for name, cell in zip(header, line, strict=True) if cell}
            rows[cells["username"]] = cells
    return says, rows


def noted(root: Path) -> None:
    ran = graduand(root, "uploaded", str(root / "build/manifest.json"))
    assert ran.code == 0, ran.err


def due(root: Path, on: str, *words: str) -> list[tuple[str, str, str]]:
    """Return kind, day and person of what is due."""
    lines = graduand(root, "due", "--json", "--on", on, *words).out.splitlines()
    return [(one["kind"], one["day"], one["username"]) for one in map(json.loads, lines)]


def planned(root: Path, on: str, *words: str) -> dict[str, Any]:
    ran = graduand(root, "plan", "--json", "--on", on, *words)
    assert ran.code in {0, 3}, ran.err
    return dict(json.loads(ran.out))


def test_a_graduation_ahead_is_held_back_until_its_day_and_nobody_else_is(root: Path) -> None:
    open_end = GRADUATE.replace("  end_date: 2026-06-15\n", f'  end_date: "{CLEAR}"\n')
    school(root, _1=AHEAD, _2=STAYS, _3=RETURNS, _4=GRADUATE, _5=CLOSES, _6=open_end)

    says, rows = compiled(root, BEFORE)

    assert sorted(rows) == ["2", "3", "4", "5", "6"]
    assert rows["5"] == {
        "username": "5",
        "email_address": "p5@valmont.example",
        "first_name": "Chloé",
        "last_name": "Dupont",
        "disabled": "TRUE",
    }, "the closing whose day has come goes alone"
    assert says["overrides"] == []
    assert sorted(compiled(root, "2027-06-14")[1]) == sorted(rows)
    _says, later = compiled(root, DAY)
    assert sorted(later) == ["1", "2", "3", "4", "5", "6"]
    assert (later["1"][YEAR], later["5"][YEAR]) == ("Alumni", "Alumni")


def test_a_closing_alone_leaves_the_address_that_handshake_has(root: Path) -> None:
    school(root, _5=RETURNS)
    compiled(root, BEFORE)
    noted(root)
    put(root, someone(CLOSES.replace("valmont", "courriel"), "5"), "2027/5.yaml")
    commit(root)

    assert compiled(root, BEFORE, "--changed")[1]["5"]["email_address"] == "p5@valmont.example"
    assert compiled(root, DAY, "--again", "--changed")[1]["5"]["email_address"] == "p5@courriel.example"


def test_what_is_held_back_is_counted_in_plan_card_and_due_and_found_in_the_list(root: Path) -> None:
    school(root, _1=AHEAD, _2=AHEAD.replace(DAY, "2027-02-01"), _4=GRADUATE)

    text = graduand(root, "plan", "--on", BEFORE).out
    assert "2 graduations wait for their day; the first is on 2027-02-01." in text
    assert "2  held back until 2027-02-01" in text
    assert text.splitlines()[-2].endswith("2 graduations wait.")
    assert "2 diplômes attendent leur jour" in graduand(root, "plan", "--on", BEFORE, lang="fr").out
    says = planned(root, BEFORE)
    assert says["held"] == [
        {"username": "1", "why": "graduation", "until": DAY},
        {"username": "2", "why": "graduation", "until": "2027-02-01"},
    ]
    assert says["counts"]["waiting"] == 2
    compiled(root, BEFORE)
    assert "- 2 graduations wait for their day; the first is on 2027-02-01." in built(root)["upload.md"].decode()
    waiting = [("graduation", "2027-02-01", "2"), ("graduation", DAY, "1")]
    assert due(root, BEFORE) == waiting
    assert "2 graduations wait." in graduand(root, "due", "--on", BEFORE).out
    assert "Nothing is outstanding" in graduand(root, "compile", "--on", BEFORE, "--only", "deactivate").err


def test_the_list_finds_who_waits_in_both_languages(root: Path) -> None:
    confidential = GRADUATE + "  confidential: true\n"
    held = GRADUATE.replace("transition:", "disabled: true\ntransition:") + CLOSES.partition("graduated\n")[2].replace(
        "2026-12-01", "2027-01-01"
    )
    school(root, _1=AHEAD, _4=GRADUATE, _5=held, _6=confidential)
    workspace = Workspace(root)
    people = people_list_of(workspace.read_index(BEFORE), None)

    def found(text: str) -> list[str]:
        return [people.entries[place].username for place in people.find(query_of(text))]

    assert found("state:upcoming") == found("état:à-venir") == ["1"]
    assert found("state:held") == found("état:retenu") == ["1", "5"]
    assert found("state:confidential") == found("état:confidentiel") == ["6"]
    early = people.with_outstanding({"1": SentStatus("unchanged")})
    assert early.find(query_of("state:upcoming")) == [], "it was sent before its day"


def test_from_its_day_on_a_graduation_is_ready_until_it_is_sent_or_refused(root: Path) -> None:
    school(root, _1=AHEAD, _2=AHEAD)
    assert due(root, "2027-06-14") == [("graduation", DAY, "1"), ("graduation", DAY, "2")]
    assert due(root, DAY) == due(root, AFTER) == [("ready", DAY, "1"), ("ready", DAY, "2")]

    put(root, someone(GRADUATE, "3"), "2027/3.yaml")
    commit(root)
    assert due(root, AFTER)[0] == ("ready", DAY, "1"), "of what lies far back nothing is said before anything is noted"
    compiled(root, DAY, "--cohort", "2027")
    noted(root)
    put(root, someone(GRADUATE, "4"), "2027/4.yaml")
    commit(root)

    assert due(root, AFTER) == [("ready", "2026-06-15", "4")]


def test_a_school_may_send_graduations_some_days_before(root: Path) -> None:
    school(root, _1=AHEAD)
    settle(root, graduations="{send_days_before: 10}")
    commit(root)

    assert graduand(root, "compile", "--on", "2027-06-04").code == 1
    assert compiled(root, "2027-06-05")[1]["1"][YEAR] == "Alumni"
    assert due(root, "2027-06-04") == [("graduation", "2027-06-05", "1")]
    settle(root, graduations="{send_days_before: 1000}")
    assert "it can be 366 at most" in graduand(root, "check").err


def test_sending_early_is_a_decision_that_the_manifest_and_the_ledger_keep_and_verify_repeats(root: Path) -> None:
    school(root, _1=AHEAD, _2=CLOSES, _4=GRADUATE)
    assert planned(root, BEFORE, "--early")["early"] == [
        {"username": "1", "why": "graduation", "until": DAY},
        {"username": "2", "why": "graduation", "until": DAY},
    ]

    says, rows = compiled(root, BEFORE, "--early")

    assert (rows["1"][YEAR], rows["2"][YEAR]) == ("Alumni", "Alumni")
    (override,) = says["overrides"]
    assert (override["what"], override["number"]) == ("early", 2)
    assert "2 graduations are sent before their day, the first of which is 2027-06-15." in override["reason"]
    assert override["by"]
    assert override["reason"] in built(root)["upload.md"].decode()
    noted(root)
    entry = json.loads(git(root, "show", "graduand/ledger:entry.json"))
    assert entry["overrides"] == [override]
    assert graduand(root, "audit", "verify").code == 0
    assert due(root, BEFORE) == []
    assert planned(root, BEFORE)["held"] == [], "they are alumni already"
    assert planned(root, BEFORE)["conflicts"] == []


def test_uploads_that_held_graduations_back_compile_again_as_they_were(root: Path) -> None:
    school(root, _1=AHEAD, _2=CLOSES, _4=GRADUATE)
    compiled(root, BEFORE)
    noted(root)

    assert graduand(root, "audit", "verify").code == 0


def test_resits_move_the_day_of_an_alumnus_which_is_a_warning_and_holds_nothing_back(root: Path) -> None:
    school(root, _1=GRADUATE)
    compiled(root, BEFORE)
    noted(root)
    put(root, someone(GRADUATE.replace("2026-06-15", "2027-02-01"), "1"), "2027/1.yaml")
    commit(root)

    says = planned(root, BEFORE)

    assert [one["rule"] for one in says["conflicts"]] == ["GR712"]
    assert says["held"] == []
    assert [one["header"] for one in says["changes"][0]["fields"]] == [END]
    assert due(root, BEFORE) == []


def test_rollback_drift_and_the_sync_file_honour_the_day(root: Path, tmp_path: Path) -> None:
    school(root, _1=RETURNS, _4=GRADUATE)
    compiled(root, BEFORE)
    noted(root)
    put(root, someone(AHEAD.replace("valmont", "courriel"), "1"), "2027/1.yaml")
    commit(root)

    found = graduand(root, "drift", "--json", "--on", BEFORE, "--exit-code")
    assert (found.code, found.out) == (0, "")
    later = graduand(root, "drift", "--json", "--on", DAY).out
    assert {json.loads(one)["username"] for one in later.splitlines()} == {"1"}
    feed = tmp_path / "users.csv"
    feed.write_text(
        f"username,email_address,first_name,last_name,{YEAR},{ATTENDING}\n"
        f"1,p1@valmont.example,Chloé,Dupont,Master 1,TRUE\n",
        encoding="utf-8",
    )
    assert graduand(root, "feed", "check", str(feed), "--on", BEFORE, "--json").out == ""
    laid = graduand(root, "feed", "overlay", str(feed), "--on", BEFORE, "--out", str(tmp_path / "out.csv"))
    assert laid.code == 0, laid.err
    assert (tmp_path / "out.csv").read_bytes() == feed.read_bytes()
    target = tmp_path / "test_later.csv"
    laid = graduand(root, "feed", "overlay", str(feed), "--on", DAY, "--rehearse", "--out", str(target))
    assert laid.code == 0, laid.err
    assert "Alumni" in target.read_text(encoding="utf-8")
    feed.write_text(feed.read_text(encoding="utf-8").replace("Master 1,TRUE", "Alumni,FALSE"), encoding="utf-8")
    (line,) = graduand(root, "feed", "check", str(feed), "--on", BEFORE, "--json").out.splitlines()
    assert json.loads(line)["rule"] == "GR807"


def test_who_stays_for_another_programme_never_left(root: Path) -> None:
    school(root, _2=STAYS, _3=RETURNS)

    changes = {one["username"]: one for one in planned(root, BEFORE)["changes"]}

    assert changes["2"]["effects"] == ["update"]
    assert changes["2"]["keeps_year"] is True
    assert (
        "2  never sent, stays, and Handshake keeps the year that it has" in graduand(root, "plan", "--on", BEFORE).out
    )
    assert changes["3"]["effects"] == ["return", "update"]


@pytest.mark.parametrize(
    ("held", "year", "effects"),
    [
        ({YEAR: "Licence 3", ATTENDING: "TRUE"}, "Master 1", ["update"]),
        ({YEAR: "Licence 3", ATTENDING: ""}, "Master 1", ["update"]),
        ({YEAR: "Alumni", ATTENDING: "FALSE"}, "Master 1", ["return", "update"]),
        ({YEAR: "Licence 3", ATTENDING: "FALSE"}, "Alumni", ["graduate", "update"]),
    ],
    ids=["a student", "a student, attending unknown", "an alumnus by mistake", "two words of one row"],
)
def test_the_plan_says_of_a_stayer_what_really_happens(held: Account, year: str, effects: list[str]) -> None:
    columns = ("username", "email_address", YEAR, END, ATTENDING)
    table = RowTable(columns, [("1", "p@valmont.example", year, "2028-06-30", "TRUE")], kinds=["graduated"])
    before = {"username": "1", "email_address": "p@valmont.example", END: "2026-06-15", **held}
    state = State(columns, {"1": tuple(before[header] for header in columns)})

    (change,) = plan_of(table, state, SCHOOL).changes

    assert [*change.effects] == effects


LOGIN = GRADUATE.replace("primary_education:", "auth_identifier: wanted\nprimary_education:")
RETURNS_LOGIN = RETURNS.replace(f"{YEAR}:", f"auth_identifier: again\n{YEAR}:")


def test_a_login_goes_up_only_where_somebody_needs_it_and_by_the_identifiers_job(root: Path) -> None:
    school(root, _3=RETURNS_LOGIN, _4=LOGIN)
    says, rows = compiled(root, BEFORE)
    assert "auth_identifier" not in rows["4"]
    assert rows["3"]["auth_identifier"] == "again"
    assert [(job["changes_identifier_data"], job["rows"]) for job in says["jobs"]] == [(False, 1), (True, 1)]
    noted(root)
    importer = Importer(
        {"3": STUDENT | {"email_address": "p3@valmont.example"}, "4": STUDENT | {"auth_identifier": "x"}}
    )
    for job in says["jobs"]:
        boxes = Settings(job["identifier_column"], job["changes_identifier_data"])
        assert importer.take(job["file"], built(root)[job["file"]], boxes).failed == b""
    assert (importer.accounts["3"]["auth_identifier"], importer.accounts["4"]["auth_identifier"]) == ("again", "x")

    says, rows = compiled(root, BEFORE, "--again")
    assert [job["changes_identifier_data"] for job in says["jobs"]] == [False], "Handshake has the login by now"
    assert not any("auth_identifier" in row for row in rows.values())

    settle(root, send_auth_identifier="always")
    commit(root)
    says, rows = compiled(root, BEFORE, "--again")
    assert (rows["3"]["auth_identifier"], rows["4"]["auth_identifier"]) == ("again", "wanted")
    noted(root)
    settle(root, send_auth_identifier="changed")
    put(root, someone(LOGIN.replace("wanted", "another"), "4"), "2027/4.yaml")
    commit(root)
    says, rows = compiled(root, BEFORE, "--changed")
    assert rows["4"]["auth_identifier"] == "another", "the ledger shows that it differs"
    assert [job["changes_identifier_data"] for job in says["jobs"]] == [True]


def test_who_has_no_account_as_a_complete_export_shows_gets_the_login(root: Path, tmp_path: Path) -> None:
    school(root, _4=LOGIN, _5=LOGIN.replace("wanted", "fifth"))
    export = tmp_path / "export.csv"
    export.write_text(f"username,email_address,{YEAR}\n5,p5@valmont.example,Licence 3\n", encoding="utf-8")
    seen = graduand(root, "observe", str(export), "--complete", "--seen", "2026-12-01", "--apply")
    assert seen.code == 0, seen.err

    _says, rows = compiled(root, BEFORE)

    assert ("auth_identifier" in rows["5"], rows["4"].get("auth_identifier")) == (False, "wanted")


def told(root: Path) -> list[tuple[str, list[str], str | None]]:
    """Return the events of person 5, the uploads that carried them, and how that is known; sorted."""
    events = map(json.loads, graduand(root, "log", "5", "--json").out.splitlines())
    return sorted((one["event"], one["uploads"], one["linked"]) for one in events)


@pytest.mark.parametrize("squashed", [False, True])
def test_an_upload_that_closed_the_account_alone_did_not_carry_the_graduation(root: Path, *, squashed: bool) -> None:
    school(root, _4=GRADUATE)
    git(root, "switch", "--quiet", "--create", "side")
    put(root, someone(CLOSES, "5"), "2027/5.yaml")
    commit(root)
    compiled(root, BEFORE)
    noted(root)
    if squashed:
        git(root, "switch", "--quiet", "main")
        git(root, "merge", "--quiet", "--squash", "side")
        git(root, "commit", "--quiet", "--message", "Close the account (#7)")
    ((_sent, (first,), how),) = [one for one in told(root) if one[0] == "sent"]
    put(root, someone(CLOSES.replace("valmont", "courriel"), "5"), "2027/5.yaml")
    commit(root)

    assert how == ("record" if squashed else "ancestry")
    carried = [("deactivated", [first], how), ("sent", [first], how)]
    assert told(root) == [carried[0], ("email-changed", [], None), ("graduated", [], None), carried[1]]
    assert "the account alone" in graduand(root, "log", "5").out

    compiled(root, DAY, "--again")
    noted(root)

    (later,) = {sent for _kind, uploads, _how in told(root) for sent in uploads} - {first}
    assert told(root) == [
        carried[0],
        ("email-changed", [later], "ancestry"),
        ("graduated", [later], "ancestry"),
        carried[1],
        ("sent", [later], "ancestry"),
    ]


def test_an_upload_for_a_day_to_come_says_so_and_is_not_delivered_before(
    root: Path, today: Callable[[str], None]
) -> None:
    settle(root, delivery="s3")
    school(root, _1=AHEAD, _4=GRADUATE, _5=CLOSES, _6=CLOSES.replace("2026-12-01", "2026-12-10"))
    today("2026-12-05")

    says, rows = compiled(root, BEFORE)

    assert sorted(rows) == ["4", "5", "6"]
    (override,) = says["overrides"]
    assert (override["what"], override["number"]) == ("ahead", 1)
    told = f"Not before {BEFORE}, for which it is compiled: 1 row says what holds from 2026-12-10 on."
    assert override["reason"] == told
    assert told in built(root)["upload.md"].decode()
    assert (compiled(root, DAY)[0]["overrides"][0]["number"], compiled(root, "2026-12-09")[0]["overrides"]) == (3, [])
    compiled(root, BEFORE)
    refused = graduand(root, "deliver", str(root / "build/manifest.json"), "--dry-run")
    assert refused.code == 5
    assert f"it was compiled for {BEFORE}, and some rows wait for that day" in refused.err

    noted(root)

    assert json.loads(git(root, "show", "graduand/ledger:entry.json"))["overrides"] == [override]
    assert f"a day to come: {told}" in graduand(root, "audit", "verify").out
    (upload,) = noted_uploads(root)
    assert graduand(root, "uploads", "--undo", upload, "Not so").code == 0
    today(BEFORE)
    noted(root)
    assert "overrides" not in json.loads(git(root, "show", "graduand/ledger:entry.json")), "it ran on its day"


LEAVES = AHEAD.replace("kind: graduated", f'kind: left\n  left:\n    "on": {DAY}').replace(
    f"  end_date: {DAY}", "  start_date: 2025-09-01"
)


def test_a_departure_ahead_waits_like_a_graduation(root: Path) -> None:
    closes = LEAVES.replace("transition:", "disabled: true\ntransition:") + CLOSES.partition("graduated\n")[2]
    school(root, _1=AHEAD, _2=LEAVES, _3=closes, _4=GRADUATE)

    says, rows = compiled(root, BEFORE)

    assert (sorted(rows), says["overrides"]) == (["3", "4"], [])
    assert ATTENDING not in rows["3"], "the closing goes alone"
    assert planned(root, BEFORE)["held"] == [
        {"username": "1", "why": "graduation", "until": DAY},
        {"username": "2", "why": "departure", "until": DAY},
        {"username": "3", "why": "departure", "until": DAY},
    ]
    said = graduand(root, "plan", "--on", BEFORE).out
    assert f"3 graduations and departures wait for their day; the first is on {DAY}." in said
    assert said.splitlines()[-2].endswith("3 rows wait for their day.")
    assert due(root, BEFORE) == [
        ("graduation", DAY, "1"),
        ("departure", DAY, "2"),
        ("departure", DAY, "3"),
        ("account", "2026-12-01", "3"),
    ]
    assert "2 départs attendent." in graduand(root, "due", "--on", BEFORE, lang="fr").out
    workspace = Workspace(root)
    people = people_list_of(workspace.read_index(BEFORE), None)
    assert [people.entries[place].username for place in people.find(query_of("state:upcoming"))] == ["1", "2", "3"]
    says, rows = compiled(root, BEFORE, "--early", "--again")
    assert "3 graduations and departures are sent before their day" in says["overrides"][0]["reason"]
    noted(root)
    assert planned(root, BEFORE)["held"] == [], "Handshake has it already"
    assert graduand(root, "audit", "verify").code == 0
    assert compiled(root, DAY, "--again")[1]["2"][ATTENDING] == "FALSE"


def test_a_departure_whose_day_has_come_is_ready_until_it_is_sent(root: Path) -> None:
    school(root, _2=LEAVES)
    assert due(root, DAY) == [("ready", DAY, "2")]
    compiled(root, DAY)
    noted(root)

    assert due(root, AFTER) == []
