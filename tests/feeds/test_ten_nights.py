"""Ten nights of a school's sync: what happens in between, in any order, and where all accounts end."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.deliveries.s3 import KEYS, PREFIX, Answer, allow_loopback, answering
from tests.feeds.test_feed_overlay import ATTENDING, END, HEADERS, START, YEAR, feed_of
from tests.importer import Importer, Settings
from tests.observations.exports import export_of, person
from tests.repository import begin, commit, graduand, graduate, noted, put, settle
from tests.uploads.test_loop import Desk

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tests.importer import Account, Outcome

PEOPLE: Final = int(os.environ.get("GRADUAND_TEN_NIGHTS", "60"))
NIGHTS: Final = 10
FIRST: Final = datetime(2026, 6, 20, tzinfo=UTC)
MAJORS: Final = "primary_education:major_names"
LEVEL: Final = "primary_education:education_level_name"
COLUMNS: Final = (*HEADERS, MAJORS, LEVEL)

EARLY, FAILS, BACK, CLOSED_BACK, SHUT = "00000001", "00000007", "00000009", "00000010", "00000020"
CLASS: Final = tuple(f"{number:08}" for number in range(2, 9))
SOUND: Final = Answer(headers={"ETag": '"abc"'})
BROKEN: Final = Answer(closes=True)
EVENTS: Final = ("class", "returns", "closed", "address", "broken")


class Clock(datetime):
    """The time by which entries are noted: every question takes a second."""

    moment = FIRST

    @classmethod
    def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
        del tz
        Clock.moment += timedelta(seconds=1)
        return Clock.moment


BACK_AGAIN: Final = "transition:\n  kind: returned\n"
REOPENS: Final = "  account:\n    reason: returned\n    requested_by: registrar\n"


def returned(username: str, *, reopens: bool) -> str:
    record = (
        f'username: "{username}"\nemail_address: p{username}@valmont.example\nfirst_name: Chloé\nlast_name: Dupont\n'
        "institution_year_name: Master 1\nprimary_education:\n  start_date: 2026-06-22\n"
    )
    return f"{record}disabled: false\n{BACK_AGAIN}{REOPENS}" if reopens else record + BACK_AGAIN


ALUMNUS: Final = {YEAR: "Alumni", START: "2018-09-01", END: "2021-06-30", ATTENDING: "FALSE"}


def accounts() -> dict[str, Account]:
    found = {name: person(name, disabled="FALSE") for name in (f"{n:08}" for n in range(1, PEOPLE + 1))}
    found[FAILS][START] = "2026-09-01"
    found[BACK] |= ALUMNUS
    found[CLOSED_BACK] |= {**ALUMNUS, "disabled": "TRUE"}
    return found


class School:
    """A school, its student system, its Handshake, and what its staff does about what it is told."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.breaks = False
        """Whether the connection breaks in the next night."""
        self.desk = Desk(root, Importer(accounts()))
        self.handshake = self.desk.handshake
        self.enrolled = {name: one for name, one in accounts().items() if name not in {BACK, CLOSED_BACK}}
        self.stopped: list[tuple[int, str]] = []
        """The nights on which nothing was sent, and why."""
        put(root, graduate(EARLY), f"2026-spring/{EARLY}.yaml")
        commit(root)
        self.observe()

    def observe(self) -> None:
        """Note what Handshake's export shows."""
        path = self.root / "build" / "export.csv"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(export_of(self.handshake.accounts.values()))
        dates = [
            word
            for header in ("Start date", "Expected graduation date")
            for word in ("--dates", f"{header}=dd/mm/yyyy")
        ]
        self.desk.run(
            "observe", str(path), "--seen-at", f"{Clock.now():%Y-%m-%dT%H:%M}", *dates, "--complete", "--apply"
        )

    # What happens by day

    def happens(self, event: str) -> None:
        if event == "class":
            for username in CLASS:
                put(self.root, graduate(username), f"2026-spring/{username}.yaml")
        elif event == "returns":
            put(self.root, returned(BACK, reopens=False), f"2026-autumn/{BACK}.yaml")
            put(self.root, returned(CLOSED_BACK, reopens=True), f"2026-autumn/{CLOSED_BACK}.yaml")
            for username in (BACK, CLOSED_BACK):
                self.enrolled[username] = person(username, **{YEAR: "Master 1"})
        elif event == "broken":
            self.breaks = True
        elif event == "closed":
            self.handshake.accounts[SHUT]["disabled"] = "TRUE"
        elif event == "address":
            self.handshake.accounts[EARLY]["email_address"] = "mine@mail.example"
            self.desk.run("observe", "--person", EARLY, "email_address=mine@mail.example", "--apply")
        commit(self.root)

    # What runs by night

    def night(self, number: int, *, confirms: bool) -> None:
        """Overlay, deliver, and let Handshake run what arrived."""
        plain, laid = self.root / "build" / "sync.csv", self.root / "build" / "laid.csv"
        plain.write_text(feed_of(self.enrolled, headers=COLUMNS), encoding="utf-8")
        day = f"{FIRST + timedelta(days=number):%Y-%m-%d}"
        graduand(self.root, "feed", "overlay", str(plain), "--out", str(laid), "--force", "--on", day)
        with answering(BROKEN if self.breaks else SOUND) as server:
            os.environ["AWS_ENDPOINT_URL"] = server.url
            ran = graduand(self.root, "deliver", str(laid), "--on", day)
        self.breaks = False
        if ran.code:
            self.stopped.append((number, ran.err))
            self.next_morning(ran.err)
            return
        name = f"{day.replace('-', '')}_users.csv"
        (asked,) = server.asked
        assert asked.path.endswith(f"/{PREFIX}/{name}")
        outcome = self.handshake.take(name, asked.body, Settings(automatic=True))
        assert outcome.ran, outcome.said
        self.take_in(outcome, confirms=confirms)

    def take_in(self, outcome: Outcome, *, confirms: bool) -> None:
        """Note what came back; who failed is cured."""
        if outcome.failed:
            path = self.root / "build" / "failed.csv"
            path.write_bytes(outcome.failed)
            rows = [*csv.DictReader(io.StringIO(outcome.failed.decode()))]
            assert [row["username"] for row in rows] == [FAILS]
            self.desk.run("reconcile", str(path))
            self.desk.run("edit", FAILS, "primary_education:start_date=2022-09-01")
        elif confirms:
            self.desk.run("uploaded", noted(self.root, "delivered")[-1])

    def next_morning(self, said: str) -> None:
        """Do what the night's message asks for."""
        if "GR802" in said:
            self.desk.run("edit", EARLY, "email_address=mine@mail.example")
        else:
            assert "It is not known whether" in said, said

    # Where it ends

    def expected(self) -> dict[str, Account]:
        graduated = {YEAR: "Alumni", END: "2026-06-15", ATTENDING: "FALSE"}
        found = accounts()
        for username in (EARLY, *CLASS):
            found[username] |= graduated
        found[EARLY]["email_address"] = "mine@mail.example"
        found[FAILS][START] = "2022-09-01"
        found[SHUT]["disabled"] = "TRUE"
        for username in (BACK, CLOSED_BACK):
            found[username] |= {YEAR: "Master 1", START: "2026-06-22", ATTENDING: "TRUE", "disabled": "FALSE"}
            del found[username][END]
        return found


def open_account(account: Account) -> Account:
    return {header: cell for header, cell in account.items() if (header, cell) != ("disabled", "FALSE")}


def play(root: Path, order: Sequence[str], confirmed: frozenset[int]) -> School:
    """Let ten nights pass; the events happen on the second and following days, in this order."""
    Clock.moment = FIRST
    begin(root)
    settle(root, s3=f"{{prefix: {PREFIX}}}", delivery="s3")
    school = School(root)
    for number in range(NIGHTS):
        Clock.moment = FIRST + timedelta(days=number, hours=10)
        if 0 < number <= len(order):
            school.happens(order[number - 1])
        school.night(number, confirms=number in confirmed)
    return school


@pytest.fixture
def fresh(root: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Path]:
    """Make an empty school again and again; the clock and the keys are set."""
    allow_loopback(monkeypatch)
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    monkeypatch.setattr("graduand.ledger.entry.datetime", Clock)
    for name, value in {**KEYS, "AWS_ENDPOINT_URL": ""}.items():
        monkeypatch.setenv(name, value)

    def make() -> Path:
        folder = tmp_path_factory.mktemp("school")
        shutil.copytree(root / "schema", folder / "schema")
        (folder / "records").mkdir()
        return folder

    return make


FEW = settings(
    max_examples=max(settings().max_examples // 30, 1), suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@FEW
@given(order=st.permutations(EVENTS), confirmed=st.frozensets(st.integers(0, NIGHTS - 1)))
@example(order=EVENTS, confirmed=frozenset({0, 3, 5}))
def test_whatever_the_order_all_accounts_end_as_they_should(
    fresh: Callable[[], Path], order: Sequence[str], confirmed: frozenset[int]
) -> None:
    school = play(fresh(), order, confirmed)

    now = {name: open_account(account) for name, account in school.handshake.accounts.items()}
    assert now == {name: open_account(account) for name, account in school.expected().items()}
    assert len(school.stopped) == 2, "the night that broke, and the one on which an own address was at stake"
    school.observe()
    assert school.desk.plan() == {}
    assert school.desk.knows()
    drift = [json.loads(line) for line in school.desk.run("drift", "--json").splitlines()]
    assert {(one["username"], one["why"]) for one in drift} == {(SHUT, "closed-no-record")}
