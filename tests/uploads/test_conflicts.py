"""Records that contradict what Handshake holds: found, named, left out of uploads, cured, and brought in."""

from __future__ import annotations

import json
from importlib import import_module
from typing import TYPE_CHECKING

import pytest

from graduand.index import index as index_module
from graduand.workspace import Workspace
from tests import repository
from tests.handshake.test_article import DAY, EMAIL, RETURNED, STUDENT, STUDIES_AGAIN
from tests.importer import Importer
from tests.repository import TODAY, Ran, begin, commit, git, graduand, noted, put, settle

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

compile_module = import_module("graduand.commands.compile")
PERSON = "00412345"
OTHER = "00412346"
GRADUATE = repository.GRADUATE.replace("  end_date", "  start_date: 2022-09-01\n  end_date")
CLOSED = GRADUATE.replace("transition:", "disabled: true\ntransition:") + (
    "  account:\n    reason: requested-by-student\n    requested_by: student\n"
)
PLACE = f"records/2026-spring/{PERSON}.yaml"


@pytest.fixture
def handshake() -> Importer:
    return Importer({PERSON: STUDENT, OTHER: STUDENT | {EMAIL: f"p{OTHER}@valmont.example", "auth_identifier": "o"}})


@pytest.fixture
def closed(root: Path, handshake: Importer) -> Path:
    """A school that closed the account of one person and sent another."""
    put(begin(root), CLOSED)
    put(root, graduate(OTHER), f"2026-spring/{OTHER}.yaml")
    commit(root)
    send(root, handshake)
    assert handshake.accounts[PERSON]["disabled"] == "TRUE"
    return root


def graduate(username: str) -> str:
    """Return the record of another person, with nothing to remark."""
    return GRADUATE.replace(PERSON, username).replace("chloe.dupont", f"p{username}")


def done(root: Path, *words: str, code: int = 0) -> Ran:
    """Run a command that ends with `code`."""
    ran = graduand(root, *words)
    assert ran.code == code, (words, ran)
    return ran


def send(root: Path, handshake: Importer, *words: str) -> str:
    """Compile, bring every file in, and note it; return the id of the entry."""
    done(root, *(words or ("compile",)), "--on", DAY)
    outcomes = handshake.upload(root / "build")
    assert {(outcome.ran, outcome.failed) for outcome in outcomes} == {(True, b"")}
    return done(root, "uploaded", str(root / "build/manifest.json")).out.strip()


def findings(root: Path, *words: str) -> list[tuple[str, str, str, str]]:
    """Return the rule, severity, username and field of what `check` finds."""
    lines = map(json.loads, graduand(root, "check", "--on", DAY, "--json", *words).out.splitlines())
    return [(one["rule"], one["severity"], one["username"], one["field"]) for one in lines]


def rules(found: Iterable[tuple[str, str, str, str]]) -> list[str]:
    return [rule for rule, *_more in found]


def held(root: Path) -> dict[str, str]:
    """Return who is held back by the plan, and why."""
    told = json.loads(done(root, "plan", "--on", DAY, "--json").out)
    return {one["username"]: one["why"] for one in told["held"]}


# From the closing to the account that is open again


def test_a_returner_whose_account_is_closed_is_found_named_left_out_cured_and_brought_in(
    closed: Path, handshake: Importer
) -> None:
    (upload,) = noted(closed)
    put(closed, RETURNED)
    commit(closed)

    checked = done(closed, "check", "--on", DAY, code=1)
    assert f"The upload {upload} closed the account; the person returns" in checked.out
    assert findings(closed)[0] == ("GR702", "error", PERSON, "disabled")

    planned = done(closed, "plan", "--on", DAY)
    assert planned.out.startswith("✗ error GR702  A returner whose account stays closed  (1)\n")
    assert "Plan for" in planned.out
    assert f"held back: the record contradicts what Handshake holds (1)\n  {PERSON}\n" in planned.err
    assert held(closed) == {PERSON: "conflict"}

    compiled = done(closed, "compile", "--on", DAY)
    assert PERSON in compiled.err
    assert all(PERSON.encode() not in file.read_bytes() for file in (closed / "build").glob("*.csv"))

    assert "Account state: absent → reopened\n    Reason: absent → returned to study" in done(closed, "cure").out
    done(closed, "cure", "--apply")
    text = (closed / PLACE).read_text(encoding="utf-8")
    assert "disabled: false\n" in text
    assert "account:\n    reason: returned\n" in text
    assert done(closed, "check", "--on", DAY).code == 0

    send(closed, handshake, "compile", "--changed", "--again")
    account = handshake.accounts[PERSON]
    assert account["disabled"] == "FALSE"
    assert account | STUDIES_AGAIN == account
    assert "GR702" not in rules(findings(closed))


def test_a_closing_that_is_reverted_in_git_leaves_the_account_closed_and_says_so(
    closed: Path, handshake: Importer
) -> None:
    (upload,) = noted(closed)
    git(closed, "rm", "--quiet", "--cached", PLACE)
    put(closed, GRADUATE)
    commit(closed)

    checked = done(closed, "check", "--on", DAY, code=1)
    assert f"The upload {upload} closed the account, and the record says nothing of “disabled”." in checked.out
    assert done(closed, "compile", "--on", DAY, "--changed", code=1).err.endswith(f" Held back: {PERSON}.\n")

    done(closed, "cure", "GR701", "--apply")
    send(closed, handshake, "compile", "--changed")
    assert handshake.accounts[PERSON]["disabled"] == "FALSE"
    assert "reason: closed-by-mistake" in (closed / PLACE).read_text(encoding="utf-8")


@pytest.mark.parametrize("left", ["waived", "closed"])
def test_an_account_that_shall_stay_closed_stays_so_for_a_reason(closed: Path, left: str) -> None:
    waiver = f"  waive:\n    - {{rule: GR701, reason: asked by phone, until: {TODAY}, by: registrar}}\n"
    put(closed, CLOSED if left == "closed" else GRADUATE + waiver)
    commit(closed)

    assert rules(findings(closed)) == []
    assert held(closed) == {}


def test_an_exemption_that_is_not_needed_any_more_is_no_fault(closed: Path) -> None:
    put(closed, CLOSED + f"  waive:\n    - {{rule: GR701, reason: asked, until: {TODAY}, by: registrar}}\n")

    assert rules(findings(closed)) == []


# What a rollback took back


def test_a_closing_that_was_taken_back_is_not_sent_again_by_itself(closed: Path, handshake: Importer) -> None:
    back = send(closed, handshake, "rollback")
    assert handshake.accounts[PERSON]["disabled"] == "FALSE"

    checked = done(closed, "check", "--on", DAY, code=1)
    assert f"{back} took back what was sent of this record, and it still says the same." in checked.out
    assert held(closed) == {PERSON: "taken-back"}
    nothing = done(closed, "compile", "--on", DAY, "--changed", code=1)
    assert f"Held back: {PERSON}." in nothing.err
    assert rules(findings(closed)) == ["GR705"]

    done(closed, "edit", PERSON, "disabled=", "transition:account:reason=", "transition:account:requested_by=")
    assert held(closed) == {}
    assert rules(findings(closed)) == []
    send(closed, handshake)
    assert handshake.accounts[PERSON]["disabled"] == "FALSE"


@pytest.mark.parametrize(
    "same",
    [
        "# seen\n" + CLOSED,
        CLOSED.replace("Dupont\n", '"Dupont"\n'),
        "last_name: Dupont\n" + CLOSED.replace("last_name: Dupont\n", ""),
    ],
)
def test_another_way_of_writing_the_same_is_no_change(closed: Path, handshake: Importer, same: str) -> None:
    send(closed, handshake, "rollback")
    (closed / PLACE).write_bytes(same.encode())
    commit(closed)

    assert rules(findings(closed)) == ["GR705"]


# What stands apart


def test_a_column_that_was_sent_and_is_absent_is_a_note_and_kept(root: Path, handshake: Importer) -> None:
    settle(begin(root), send_auth_identifier="always")
    put(root, GRADUATE.replace("primary_", "campus_name: Nord\nauth_identifier: cdupont\nprimary_"))
    commit(root)
    send(root, handshake)
    put(root, GRADUATE)
    commit(root)

    checked = done(root, "check", "--on", DAY)

    assert "campus_name: Handshake keeps “Nord”; “**CLEAR**” wipes it." in checked.out
    assert sorted(findings(root)) == [
        ("GR704", "note", PERSON, "auth_identifier"),
        ("GR704", "note", PERSON, "campus_name"),
    ]
    assert done(root, "check", "--on", DAY, "--strict").code == 0
    assert json.loads(done(root, "plan", "--on", DAY, "--json").out)["counts"]["unchanged"] == 1
    put(root, GRADUATE.replace("primary_", 'campus_name: "**CLEAR**"\nauth_identifier: cdupont\nprimary_'))
    assert findings(root) == []


def test_a_record_that_is_deleted_while_the_account_is_closed_is_a_line_of_the_plan(closed: Path) -> None:
    (closed / PLACE).unlink()
    commit(closed)
    words = "1 account that an upload closed stays closed and has no record any more: 00412345"

    planned = done(closed, "plan", "--on", DAY)

    assert planned.out.startswith(f"! {words}\n")
    assert json.loads(done(closed, "plan", "--on", DAY, "--json").out)["closed_without_record"] == [PERSON]
    assert words in done(closed, "plan", "--on", DAY, "--format", "markdown").out
    assert words in done(closed, "diff", "HEAD~1..HEAD").out
    assert words in done(closed, "diff", "HEAD~1..HEAD", "--format", "markdown").out
    put(closed, graduate(OTHER) + f'  previous_username: "{PERSON}"\n', f"2026-spring/{OTHER}.yaml")
    commit(closed)
    assert json.loads(done(closed, "plan", "--on", DAY, "--json").out)["closed_without_record"] == []


def test_who_is_excluded_from_sync_is_a_warning_as_long_as_the_last_row_failed(root: Path, handshake: Importer) -> None:
    put(begin(root), GRADUATE)
    commit(root)
    excluded = Importer({PERSON: STUDENT}, excluded={PERSON})
    done(root, "compile", "--on", DAY)
    (outcome,) = excluded.upload(root / "build")
    done(root, "uploaded", str(root / "build/manifest.json"))
    (root / "build" / "failed.csv").write_bytes(outcome.failed)
    done(root, "reconcile", str(root / "build" / "failed.csv"))

    assert findings(root) == [("GR706", "warning", PERSON, "username")]
    assert held(root) == {PERSON: "excluded"}
    done(root, "compile", "--on", DAY, "--retry-excluded")
    handshake.upload(root / "build")
    done(root, "uploaded", str(root / "build/manifest.json"))
    assert findings(root) == []


# One road


def test_nothing_of_it_is_remembered_with_the_records(closed: Path) -> None:
    put(closed, GRADUATE)
    commit(closed)
    first = findings(closed)
    assert rules(first) == ["GR701"]
    assert findings(closed) == first == findings(closed, "--no-cache")

    (upload,) = noted(closed)
    done(closed, "uploads", "--undo", upload, "noted by mistake")

    assert findings(closed) == [] == findings(closed, "--no-cache")


def test_only_people_whose_state_matters_are_looked_at_closely(closed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(closed, GRADUATE)
    commit(closed)
    looks: list[str] = []
    look = index_module.IndexReader.evaluate_by_state

    def counted(reader: index_module.IndexReader, path: str, *more: object) -> object:
        looks.append(path)
        return look(reader, path, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(index_module.IndexReader, "evaluate_by_state", counted)
    found = Workspace(closed).check(DAY).findings

    assert looks == [PLACE]
    assert [one.rule for one in found] == ["GR701"]


def test_an_error_of_its_own_hides_nothing(closed: Path) -> None:
    put(closed, GRADUATE.replace("2026-06-15", "2026-02-30"))
    commit(closed)

    assert sorted(rules(findings(closed))) == ["GR106", "GR701"]
    stopped = done(closed, "plan", "--on", DAY, code=1)
    assert "GR106" in stopped.err


def test_without_a_ledger_the_rules_are_not_asked_and_the_closing_line_says_so(
    root: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    put(begin(root), GRADUATE)
    commit(root)
    assert done(root, "check", "--on", DAY).out == "1 record: 0 errors, 0 warnings, 0 notes.\n"

    clone = tmp_path_factory.mktemp("clone") / "school"
    git(root, "clone", "--quiet", str(root), str(clone))
    said = "1 record: 0 errors, 0 warnings, 0 notes. Not compared with Handshake: no ledger here.\n"
    assert done(clone, "check", "--on", DAY).out == said
    assert done(clone, "check", "--on", DAY, "--json").out == ""

    git(root, "tag", "upload/20260701-1")
    assert done(root, "check", "--on", DAY).out == said


def test_a_ledger_that_cannot_be_read_is_said_and_the_records_are_checked_all_the_same(closed: Path) -> None:
    put(closed, GRADUATE)
    commit(closed)
    tree = git(closed, "write-tree").strip()
    broken = git(closed, "commit-tree", tree, "-m", "mine").strip()
    git(closed, "branch", "--force", "graduand/ledger", broken)

    checked = done(closed, "check", "--on", DAY)

    assert checked.err.startswith("Not compared with Handshake. The ledger is broken at commit")
    assert checked.out == "2 records: 0 errors, 0 warnings, 0 notes.\n"
    assert done(closed, "plan", "--on", DAY, code=5).out == ""


# Another build in hand


def test_compile_changed_asks_before_it_replaces_a_build_that_was_not_noted(closed: Path, tmp_path: Path) -> None:
    done(closed, "edit", OTHER, "campus_name=Nord")
    done(closed, "compile", "--on", DAY, "--changed")
    before = {path.name: path.read_bytes() for path in (closed / "build").iterdir()}
    done(closed, "compile", "--on", DAY, "--changed")  # the same bytes again
    done(closed, "edit", OTHER, "campus_name=Sud")

    refused = done(closed, "compile", "--on", DAY, "--changed", code=5)

    assert f"{closed}/build/manifest.json is of another upload that was not noted" in refused.err
    assert {path.name: path.read_bytes() for path in (closed / "build").iterdir()} == before
    done(closed, "compile", "--on", DAY, "--changed", "--out", str(tmp_path / "elsewhere"))
    done(closed, "compile", "--on", DAY)
    done(closed, "compile", "--on", DAY, "--changed", "--again")
    done(closed, "uploaded", str(closed / "build/manifest.json"))
    done(closed, "edit", OTHER, "campus_name=Est")
    done(closed, "compile", "--on", DAY, "--changed")


@pytest.mark.parametrize("answer", [True, False])
def test_at_a_terminal_one_is_asked(closed: Path, monkeypatch: pytest.MonkeyPatch, answer: bool) -> None:  # noqa: FBT001
    done(closed, "edit", OTHER, "campus_name=Nord")
    done(closed, "compile", "--on", DAY, "--changed")
    done(closed, "edit", OTHER, "campus_name=Sud")
    asked: list[str] = []

    def ask(question: str) -> bool:
        asked.append(question)
        return answer

    monkeypatch.setattr(compile_module, "agreed", ask)

    done(closed, "compile", "--on", DAY, "--changed", code=0 if answer else 5)

    assert [question.endswith("Compile in its place all the same?") for question in asked] == [True]


def test_a_rehearsal_in_the_folder_is_no_build_in_hand(closed: Path) -> None:
    done(closed, "edit", OTHER, "campus_name=Nord")
    done(closed, "compile", "--on", DAY, "--rehearse")
    done(closed, "compile", "--on", DAY, "--changed")


# Limits


def school_of(root: Path, people: int) -> Path:
    """Make a school of so many people whose accounts are closed, and one that is open."""
    begin(root)
    settle(root, limits="null" if people == 0 else "{deactivations: null}")
    for number in range(people):
        username = f"0050{number:04}"
        text = CLOSED.replace(PERSON, username).replace("chloe.dupont", f"p{username}")
        put(root, text, f"2026-spring/{username}.yaml")
    commit(root)
    done(root, "compile", "--on", DAY)
    done(root, "uploaded", str(root / "build/manifest.json"))
    return root


def test_many_reopenings_stop_at_a_limit(root: Path) -> None:
    school_of(root, 26)
    for number in range(26):
        username = f"0050{number:04}"
        text = graduate(username).replace("transition:", "disabled: false\ntransition:")
        put(root, text + "  account:\n    reason: closed-by-mistake\n", f"2026-spring/{username}.yaml")
    commit(root)

    stopped = done(root, "compile", "--on", DAY, code=3)

    assert "26 accounts would be reopened, of 26 people; the limit in institution.yaml is 25 / 5\u00a0%." in stopped.err
    told = json.loads(done(root, "plan", "--on", DAY, "--json", code=3).out)
    assert told["beyond_limits"] == [{"effect": "reactivate", "count": 26, "people": 26}]
    settle(root, limits="{reactivations: null}")
    commit(root)
    done(root, "compile", "--on", DAY)


def test_a_scope_that_has_shrunk_stops_at_a_limit_and_the_manifest_says_who_went_on(root: Path) -> None:
    school_of(root, 40)
    for path in sorted((root / "records/2026-spring").iterdir())[:10]:
        path.unlink()
    commit(root)

    stopped = done(root, "compile", "--on", DAY, code=3)

    said = "10 people fewer than in the last upload, of 40 people; the limit in institution.yaml is 10\u00a0%."
    assert said in stopped.err
    plan = json.loads(done(root, "plan", "--on", DAY, "--json", code=3).out)
    assert plan["beyond_limits"] == [{"effect": "fewer-people", "count": 10, "people": 40}]
    done(root, "compile", "--on", DAY, "--approve", plan["plan"], "--reason", "They left")
    (override,) = json.loads((root / "build/manifest.json").read_bytes())["overrides"]
    assert (override["what"], override["number"], override["reason"]) == ("fewer-people", 10, "They left")
    settle(root, limits="{fewer_people: {percent: 50}}")
    commit(root)
    done(root, "compile", "--on", DAY)


# What only Handshake shows


def test_an_account_that_was_closed_by_hand_is_a_note_until_the_person_returns(root: Path) -> None:
    put(begin(root), GRADUATE)
    commit(root)
    done(root, "observe", "--person", PERSON, "disabled=TRUE", "--seen", "2026-06-20", "--apply")
    (seen,) = noted(root, "observation")

    assert f"Handshake shows the account as closed ({seen})." in done(root, "check", "--on", DAY).out
    assert findings(root) == [("GR703", "note", PERSON, "disabled")]
    assert held(root) == {}
    told = json.loads(done(root, "plan", "--on", DAY, "--json").out)
    assert ([one["rule"] for one in told["conflicts"]], told["closed_without_record"]) == (["GR703"], [])

    put(root, RETURNED)
    commit(root)
    assert (
        f"Handshake shows the account as closed ({seen}); the person returns"
        in done(root, "check", "--on", DAY, code=1).out
    )
    done(root, "cure", "--apply")
    assert findings(root) == []
    done(root, "observe", "--person", PERSON, "disabled=FALSE", "--seen", "2026-06-21", "--apply")
    put(root, RETURNED)
    assert findings(root) == []


def test_a_closing_that_failed_closed_nothing(root: Path) -> None:
    put(begin(root), CLOSED)
    commit(root)
    excluded = Importer({PERSON: STUDENT}, excluded={PERSON})
    done(root, "compile", "--on", DAY)
    (outcome,) = excluded.upload(root / "build")
    done(root, "uploaded", str(root / "build/manifest.json"))
    (root / "build" / "failed.csv").write_bytes(outcome.failed)
    done(root, "reconcile", str(root / "build" / "failed.csv"))
    put(root, GRADUATE)
    commit(root)

    assert rules(findings(root)) == ["GR706"]


def test_a_person_is_known_by_the_former_username_until_the_new_one_is_sent(closed: Path) -> None:
    (closed / PLACE).unlink()
    new = "00499999"
    renamed = GRADUATE.replace(PERSON, new) + f'  previous_username: "{PERSON}"\n'
    put(closed, renamed, f"2026-spring/{new}.yaml")
    commit(closed)

    assert rules(findings(closed)) == ["GR701"]
    assert held(closed) == {new: "conflict"}
    assert json.loads(done(closed, "plan", "--on", DAY, "--json").out)["closed_without_record"] == []


def test_a_pull_request_is_red_only_for_the_records_that_it_touches(closed: Path) -> None:
    put(closed, GRADUATE)
    commit(closed)
    git(closed, "branch", "before")
    put(closed, graduate(OTHER).replace("Dupont", "Martin"), f"2026-spring/{OTHER}.yaml")
    commit(closed)
    done(closed, "check", "--on", TODAY, code=1)

    other = done(closed, "check", "--on", TODAY, "--against", "before", "--json")

    severities = {one["rule"]: one["severity"] for one in map(json.loads, other.out.splitlines())}
    assert severities["GR701"] == "note"
    git(closed, "branch", "--force", "before", "HEAD~2")
    done(closed, "check", "--on", TODAY, "--against", "before", code=1)
    done(closed, "check", "--against", "nowhere", code=2)
