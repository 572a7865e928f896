"""The school of the article's cases: one repository, one stand-in of Handshake, and one summer that both go through."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from tests.handshake.test_article import ALUMNA, ATTENDING, EMAIL, STUDENT, YEAR
from tests.importer import END, START, Importer
from tests.repository import begin, commit, graduand, graduate, put, settle

if TYPE_CHECKING:
    from pathlib import Path

    from tests.importer import Account, Outcome
    from tests.repository import Ran

DAY: Final = "2026-07-01"
KEEPS, STAYS, LOSES, WAITS, CLOSES, YEAR_OUT, RETURNS, OPEN_END, NO_LOGIN, GOES_ON, BY_HAND, KEEPS_LONG, NO_END = (
    f"{number:08}" for number in range(1, 14)
)
DROPPED, BAD_DATE, OWN_ACCOUNT, NOBODY = "00000020", "00000021", "00000022", "00000099"
CONNECTED: Final = f"p{OWN_ACCOUNT}@valmont.example"
"""The username of an account that somebody opened alone: the address."""


def _with(text: str, more: str) -> str:
    """Return a record with more keys at its end, which are those of `transition`."""
    return f"{text}{more}"


def _closing(username: str, state: str, reason: str, text: str = "") -> str:
    record = (text or graduate(username)).replace("transition:", f"disabled: {state}\ntransition:")
    return f"{record}  account:\n    reason: {reason}\n    requested_by: student\n"


def _returned(username: str, end: str) -> str:
    return (
        f'username: "{username}"\nemail_address: p{username}@valmont.example\nfirst_name: Chloé\nlast_name: Dupont\n'
        f"institution_year_name: Master 1\nprimary_education:\n  start_date: 2026-09-07\n{end}transition:\n"
        "  kind: returned\n"
    )


def _records() -> dict[str, str]:
    at_mail = {name: graduate(name).replace("valmont.example", "courriel.example") for name in (LOSES, YEAR_OUT)}
    return {
        KEEPS: graduate(KEEPS),
        DROPPED: graduate(DROPPED),
        STAYS: graduate(STAYS)
        .replace("primary", "institution_year_name: Master 1\nprimary", 1)
        .replace("transition:", "  currently_attending: true\ntransition:")
        .replace("2026-06-15", "2028-06-30"),
        LOSES: _with(at_mail[LOSES], "  keeps_school_email: false\n"),
        WAITS: _with(graduate(WAITS), "  keeps_school_email: false\n"),
        CLOSES: _closing(CLOSES, "true", "requested-by-student"),
        YEAR_OUT: at_mail[YEAR_OUT].replace("2026-06-15", "2025-06-15"),
        RETURNS: _closing(RETURNS, "false", "returned", _returned(RETURNS, "  end_date: 2028-06-30\n")),
        OPEN_END: _returned(OPEN_END, ""),
        NO_LOGIN: _with(graduate(NO_LOGIN), "  keeps_sso: false\n"),
        GOES_ON: _with(graduate(GOES_ON), "  continues_at: Université d’Aiguebelle\n"),
        BY_HAND: _returned(BY_HAND, "  end_date: 2027-06-30\n"),
        KEEPS_LONG: _with(graduate(KEEPS_LONG), "  mailbox_ends_on: 2027-12-31\n"),
        NO_END: graduate(NO_END).replace("primary_education:\n  end_date: 2026-06-15\n", ""),
        BAD_DATE: graduate(BAD_DATE),
        OWN_ACCOUNT: graduate(OWN_ACCOUNT),
    }


def _account(username: str, **cells: str) -> Account:
    own = {EMAIL: f"p{username}@valmont.example", "auth_identifier": f"sso{username}"}
    return {**STUDENT, "mobile_number": "", **own, **cells}


def _accounts() -> dict[str, Account]:
    alumni = {key: ALUMNA[key] for key in (YEAR, START, END, ATTENDING)}
    people = {name: _account(name) for name in _records() if name != OWN_ACCOUNT}
    people[YEAR_OUT] |= alumni | {EMAIL: f"p{YEAR_OUT}@courriel.example"}
    people[RETURNS] |= alumni | {EMAIL: f"p{RETURNS}@courriel.example", "disabled": "TRUE"}
    people[OPEN_END] |= alumni
    people[BY_HAND] |= alumni | {"disabled": "TRUE"}
    people[BAD_DATE] |= {START: "2026-09-01", END: ""}
    people[CONNECTED] = _account(OWN_ACCOUNT, auth_identifier="")
    people[NOBODY] = _account(NOBODY)
    return people


class Summer(NamedTuple):
    """What was seen in one summer."""

    root: Path
    before: dict[str, Account]
    """The accounts before the first upload."""
    after: dict[str, Account]
    """The accounts after it."""
    autumn: dict[str, Account]
    """The accounts after what had failed was sent once more."""
    files: dict[str, bytes]
    """What was compiled, by name."""
    outcomes: list[Outcome]
    ran: dict[str, Ran]
    """What commands said, by their words."""

    def run(self, *words: str, lang: str = "en") -> Ran:
        """Run a command on the school's repository."""
        return graduand(self.root, *words, lang=lang)

    def rows(self, username: str) -> list[dict[str, str]]:
        """Return the rows of a person in the first upload."""
        found = []
        for name, content in sorted(self.files.items()):
            if name.endswith(".csv"):
                head, *lines = (line.split(",") for line in content.decode().splitlines())
                found += [dict(zip(head, line, strict=True)) for line in lines if username in line]
        return found

    def row(self, username: str) -> dict[str, str]:
        """Return the one row of a person."""
        (row,) = self.rows(username)
        return row

    def became(self, username: str, header: str) -> str:
        """Return what a cell of a profile was and is, `column: before → after`."""
        was, now = (accounts[username].get(header, "") or "–" for accounts in (self.before, self.after))
        return f"`{header}`: {was} → {now}" if was != now else f"`{header}`: {now}"

    def objects(self, *words: str) -> list[dict[str, Any]]:
        """Return the lines of JSON that a command prints."""
        return [json.loads(line) for line in self.run(*words, "--json").out.splitlines()]


class _Office:
    """Somebody at the school's desk, who keeps what commands say."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.ran: dict[str, Ran] = {}

    def run(self, *words: str, called: str = "") -> None:
        """Run a command that must end well; it is known by its first two words, or as it is `called`."""
        ran = graduand(self.root, *words)
        assert ran.code == 0, (words, ran.err)
        self.ran[called or " ".join(words[:2])] = ran

    def look(self) -> None:
        """Ask what there is to do, and for the letters."""
        self.run("check", "--json", "--on", DAY)
        self.run("due", "--json", "--on", DAY)
        self.run("outreach", "email", "--on", DAY, "--answer-by", "2026-07-31", "--json")
        self.run("outreach", "sso", "--on", DAY, "--json")

    def overlay(self) -> None:
        """Lay the returner over a sync file that has no column for the state of accounts."""
        sync = self.root / "build" / "users.csv"
        lines = (f"username,{EMAIL},first_name,{YEAR},{END}", f"{RETURNS},p{RETURNS}@valmont.example,Chloé,,", "")
        sync.write_text("\n".join(lines), encoding="utf-8")
        self.run("feed", "overlay", str(sync), "--on", DAY)

    def compiled(self) -> dict[str, bytes]:
        """Compile everybody, and return the files by name."""
        self.run("plan", "--on", DAY, "--json")
        self.run("compile", "--on", DAY)
        build = self.root / "build"
        return {path.name: path.read_bytes() for path in (*build.glob("2026*.csv"), build / "upload.md")}

    def take_in(self, outcomes: list[Outcome]) -> None:
        """Note the upload, and what failed of it."""
        self.run("uploaded", str(self.root / "build/manifest.json"), called="uploaded")
        failed = self.root / "build" / "failed.csv"
        failed.write_bytes(next(outcome.failed for outcome in outcomes if outcome.failed))
        self.run("reconcile", str(failed), called="reconcile")

    def try_again(self, handshake: Importer) -> None:
        """Cure the date, drop somebody, and send what is outstanding."""
        (self.root / f"records/2026-summer/{DROPPED}.yaml").unlink()
        cured = graduate(BAD_DATE).replace("  end", "  start_date: 2022-09-01\n  end")
        put(self.root, cured, f"2026-summer/{BAD_DATE}.yaml")
        commit(self.root)
        self.run("plan", "--changed", "--on", DAY, "--json")
        self.run("compile", "--changed", "--on", DAY)
        handshake.upload(self.root / "build")


def summer(root: Path) -> Summer:
    """Take a school through a summer: due, letters, sync file, plan, upload, failed rows, once more."""
    begin(root)
    settle(root, outreach="{announce_archiving: true}")
    settle(root, deactivation="{after_months: 12}", limits="{deactivations: null}")
    for username, text in _records().items():
        put(root, text, f"2026-summer/{username}.yaml")
    commit(root)
    handshake, office = Importer(_accounts()), _Office(root)
    before = {name: dict(account) for name, account in handshake.accounts.items()}
    office.look()
    office.overlay()
    office.run("observe", "--person", BY_HAND, "disabled=FALSE", "--seen", "2026-06-30", "--apply")
    handshake.accounts[BY_HAND]["disabled"] = "FALSE"
    files = office.compiled()
    outcomes = handshake.upload(root / "build")
    after = {name: dict(account) for name, account in handshake.accounts.items()}
    office.take_in(outcomes)
    office.try_again(handshake)
    return Summer(root, before, after, handshake.accounts, files, outcomes, office.ran)
