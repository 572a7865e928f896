"""The whole loop, with a stand-in for Handshake: records, files, failed rows, cures, and all the way back."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

from graduand.git.program import Program
from graduand.ledger.ledger import read_ledger
from graduand.records.kinds import CLEAR
from tests.handshake.test_article import DAY, EMAIL, RETURNED, STUDENT, YEAR
from tests.importer import END, LABELS, START, Importer
from tests.repository import begin, commit, git, graduand, graduate, put, settle

if TYPE_CHECKING:
    from pathlib import Path

    from tests.importer import Account, Outcome

ACCOUNT = "  account:\n    reason: requested-by-student\n    requested_by: student\n"
MOVED, TAKEN, DATES, LOGIN, NO_LOGIN, RENAMED, LABELLED, CLOSED, REOPENED = (f"0000000{n}" for n in range(1, 10))
NEW_NAME = "00099999"


def person(username: str, **cells: str) -> Account:
    """Return the account of a student, with an address and a login of its own."""
    own = {EMAIL: f"p{username}@valmont.example", "auth_identifier": f"sso{username}"}
    return {**STUDENT, "mobile_number": "", LABELS: "", END: "", **own, **cells}


def with_lines(record: str, lines: str) -> str:
    """Return a record with more keys in their place before the study."""
    return record.replace("primary_education:", f"{lines}primary_education:")


class Desk(NamedTuple):
    """An operator between a repository and Handshake."""

    root: Path
    handshake: Importer

    def run(self, *words: str, code: int = 0) -> str:
        """Run graduand, which ends with `code`, and return its output."""
        ran = graduand(self.root, *words)
        assert ran.code == code, (words, ran.err)
        return ran.out

    def send(self, *words: str) -> tuple[str, list[Outcome]]:
        """Compile, bring every file in, and note it; return the upload and what became of each file."""
        self.run(*(words or ("compile",)), "--on", DAY)
        outcomes = self.handshake.upload(self.root / "build")
        assert all(outcome.ran for outcome in outcomes)
        return self.run("uploaded", str(self.root / "build/manifest.json")).strip(), outcomes

    def plan(self) -> dict[str, str]:
        """Return who is outstanding, and how."""
        told = json.loads(self.run("plan", "--on", DAY, "--json"))
        return {change["username"]: change["status"] for change in told["changes"]}

    def held(self) -> dict[str, Account]:
        """Return what the ledger says that Handshake holds."""
        ledger = read_ledger(Program(self.root))
        state, cached = ledger.state(no_cache=True), ledger.state()
        assert {name: state.cells(name) for name in state.rows} == {name: cached.cells(name) for name in cached.rows}
        assert (state.outcomes, state.aliases, state.moments) == (cached.outcomes, cached.aliases, cached.moments)
        return {
            username: {header: cell for header, cell in state.cells(username).items() if cell != CLEAR}
            for username in state.rows
        }

    def knows(self) -> bool:
        """Tell whether every value that the ledger knows is the one that the account has."""
        accounts = self.handshake.accounts
        return all(known.items() <= accounts[name].items() for name, known in self.held().items() if name in accounts)


def failed_file(root: Path, outcomes: list[Outcome]) -> str:
    """Write the failed rows of the one file that has some, and return where."""
    (failed,) = [outcome.failed for outcome in outcomes if outcome.failed]
    path = root / "build" / "failed.csv"
    path.write_bytes(failed)
    return str(path)


def same(account: Account) -> Account:
    """Return an account in which what was never said and what is no are the same."""
    return {header: cell for header, cell in account.items() if cell and (header, cell) != ("disabled", "FALSE")}


def test_the_whole_loop_ends_where_it_began(root: Path) -> None:  # noqa: PLR0915 - one story
    records = {
        MOVED: graduate(MOVED),
        TAKEN: graduate(TAKEN),
        DATES: graduate(DATES),
        LOGIN: with_lines(graduate(LOGIN), "auth_identifier: new.login\n"),
        NO_LOGIN: with_lines(graduate(NO_LOGIN), "auth_identifier: typo\n"),
        LABELLED: graduate(LABELLED),
    }
    autumn = {
        CLOSED: graduate(CLOSED).replace("transition:", "disabled: true\ntransition:") + ACCOUNT,
        REOPENED: RETURNED.replace("00412345", REOPENED)
        .replace("chloe.dupont", f"p{REOPENED}")
        .replace("transition:", "disabled: false\ntransition:")
        + "  account:\n    reason: returned\n",
    }
    people = {username: person(username) for username in (MOVED, TAKEN, LOGIN, NO_LOGIN, RENAMED, LABELLED, CLOSED)}
    people[DATES] = person(DATES, **{START: "2026-09-01"})
    people[REOPENED] = person(REOPENED, disabled="TRUE", **{YEAR: "Alumni"})
    desk = Desk(begin(root), Importer(people, elsewhere=["taken@courriel.example"]))

    settle(root, send_auth_identifier="always")

    # An upload of last spring makes some cells known; nothing of it fails.
    for username in (MOVED, LABELLED):
        put(root, with_lines(records[username], f"auth_identifier: sso{username}\n"), f"2026-spring/{username}.yaml")
    commit(root)
    _, outcomes = desk.send()
    assert {outcome.failed for outcome in outcomes} == {b""}
    start = {username: dict(account) for username, account in desk.handshake.accounts.items()}

    # The class graduates: one moves, one changes everything, one has labels, four will fail.
    records[MOVED] = records[MOVED].replace(f"p{MOVED}@valmont", "moved@courriel")
    records[TAKEN] = records[TAKEN].replace(f"p{TAKEN}@valmont", "taken@courriel")
    records[LABELLED] = with_lines(records[LABELLED], "system_label_names:\n  - Mention Bien\n")
    for username, record in records.items():
        put(root, record, f"2026-spring/{username}.yaml")
    renamed = graduate(RENAMED).replace(f'"{RENAMED}"', f'"{NEW_NAME}"').replace("@valmont", "@courriel")
    put(root, renamed + f'  previous_username: "{RENAMED}"\n', f"2026-spring/{NEW_NAME}.yaml")
    for username, record in autumn.items():
        put(root, record, f"2025-autumn/{username}.yaml")
    commit(root)
    spring, outcomes = desk.send("compile", "--cohort", "2026-spring")
    assert [len(outcome.failed) > 0 for outcome in outcomes] == [True, False, False]
    failed = failed_file(root, outcomes)
    assert desk.handshake.accounts[NEW_NAME][EMAIL] == f"p{RENAMED}@courriel.example"
    assert desk.handshake.accounts[LABELLED][LABELS] == "Mention Bien"

    # Another cohort goes up before the answer to the first comes back.
    assert set(desk.plan()) == set(autumn)
    later, outcomes = desk.send("compile", "--cohort", "2025-autumn")
    assert {outcome.failed for outcome in outcomes} == {b""}
    assert desk.plan() == {}

    refused = desk.run("reconcile", failed, "--upload", spring, "--json")

    rows = [json.loads(line) for line in refused.splitlines()]
    assert {(row["username"], row["field"]) for row in rows} == {
        (TAKEN, EMAIL),
        (DATES, END),
        (LOGIN, "auth_identifier"),
        (NO_LOGIN, "auth_identifier"),
    }
    assert all((root / row["path"]).is_file() and row["line"] for row in rows)
    assert desk.plan() == dict.fromkeys((TAKEN, DATES, LOGIN, NO_LOGIN), "failed")
    assert desk.knows()
    ledger = git(root, "rev-parse", "graduand/ledger")
    desk.run("reconcile", failed, "--upload", spring)
    assert git(root, "rev-parse", "graduand/ledger") == ledger

    # Cured, but for one who really has another login now: that goes up with the option.
    desk.run("edit", TAKEN, "email_address=mine@courriel.example")
    desk.run("edit", DATES, "primary_education:start_date=2023-09-04")
    desk.run("edit", NO_LOGIN, "auth_identifier=")
    retry, outcomes = desk.send("compile", "--changed")
    assert {outcome.failed for outcome in outcomes} == {b""}
    jobs = json.loads((root / "build/manifest.json").read_bytes())
    assert jobs["records"] == 4
    assert [(job["rows"], job["changes_identifier_data"]) for job in jobs["jobs"]] == [(3, False), (1, True)]
    accounts = desk.handshake.accounts
    assert (accounts[LOGIN]["auth_identifier"], accounts[NO_LOGIN]["auth_identifier"]) == (
        "new.login",
        f"sso{NO_LOGIN}",
    )
    assert {account[YEAR] for name, account in accounts.items() if name != REOPENED} == {"Alumni"}
    assert (accounts[CLOSED]["disabled"], accounts[REOPENED]["disabled"]) == ("TRUE", "FALSE")
    assert desk.plan() == {}
    desk.run("compile", "--on", DAY, "--changed", code=1)
    assert desk.knows()

    # All of it is taken back, the last first; what cannot be is printed.
    desk.run("rollback", retry, "--on", DAY, code=1)
    printed: dict[str, int] = {}
    for upload in (later, spring):
        ran = graduand(root, "rollback", upload, "--on", DAY, "--out", str(root / "build/list"))
        for header, count in re.findall(r"^  (\S+) \((\d+)\): ", ran.err, re.MULTILINE):
            printed[header] = printed.get(header, 0) + int(count)
        _, outcomes = desk.send("rollback", upload)
        assert {outcome.failed for outcome in outcomes} == {b""}
    lost: dict[str, int] = {}
    assert accounts.keys() == start.keys()
    for username, account in start.items():
        was, now = same(account), same(accounts[username])
        for header in {header for header in was | now if was.get(header) != now.get(header)}:
            lost[header] = lost.get(header, 0) + (username not in {TAKEN, DATES, LOGIN, NO_LOGIN})
            assert username != MOVED, header
    assert {header: count for header, count in lost.items() if count > printed.get(header, 0)} == {}
    assert "disabled" not in lost
    assert "username" not in lost
    assert desk.knows()
    # Nobody of them is sent a second time by himself.
    assert desk.plan() == {}
    told = json.loads(desk.run("plan", "--on", DAY, "--json"))
    held = {one["username"]: one["why"] for one in told["held"]}
    assert held == dict.fromkeys((MOVED, NEW_NAME, CLOSED, REOPENED), "taken-back")


def test_the_card_warns_where_a_username_comes_back(root: Path) -> None:
    """The Importer skips a row that it has seen: after A, B the row of A may be one."""
    desk = Desk(begin(root), Importer({"a1": person("a1")}))
    path = put(root, graduate("a1"), "2026-spring/a1.yaml")
    for former, now in (("", "a1"), ("a1", "b1"), ("b1", "a1")):
        more = f'  previous_username: "{former}"\n' if former else ""
        path.unlink()
        record = graduate("a1").replace('"a1"', f'"{now}"')
        path = put(root, record + more, f"2026-spring/{now}.yaml")
        commit(root)
        desk.send()
        card = (root / "build" / "upload.md").read_text(encoding="utf-8")
        assert ("they get back a username or an address that they had before (`a1`)" in card) == (former == "b1"), (
            former
        )
    assert {*desk.handshake.accounts} == {"b1"}, "as the card says, the row was skipped without a word"


def test_the_card_warns_where_an_address_comes_back_and_keeps_checksums_to_its_foot(root: Path) -> None:
    desk = Desk(begin(root), Importer({"a1": person("a1")}))
    card = ""
    for address, returns in (("first", False), ("other", False), ("first", True)):
        put(root, graduate("a1").replace("pa1@", f"{address}@"), "2026-spring/a1.yaml")
        commit(root)
        desk.send()
        card = (root / "build" / "upload.md").read_text(encoding="utf-8")
        assert ("a username or an address that they had before (`a1`)" in card) == returns
    work, _heading, proof = card.partition("## Proof")
    assert not re.search(r"[0-9a-f]{12}", work)
    assert re.search(r"students\.csv`: SHA-256 `[0-9a-f]{64}`", proof)
