"""One class of all kinds from one file, sent on three days: each change on its day, and nobody else is touched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.handshake.test_article import ALUMNA, ATTENDING, EMAIL, MAJORS, STUDENT, YEAR
from tests.importer import END, START, Importer
from tests.repository import begin, commit, graduand, noted

if TYPE_CHECKING:
    from pathlib import Path

    from tests.importer import Account
    from tests.repository import Ran

MAY, ASKED, DECEMBER, RETURNS, LEAVES, STAYS, DOUBLE, SECRET, DEAD, BYSTANDER = (f"000001{n:02}" for n in range(10))
HEAD: Final = (
    *("username", EMAIL, "first_name", "last_name", YEAR, MAJORS, START, END, ATTENDING, "disabled"),
    *("transition:kind", "transition:left:on", "transition:account:reason", "transition:account:effective_on"),
    *("transition:confidential", "transition:excluded_from_sync"),
)
PEOPLE: Final[dict[str, Account]] = {
    MAY: {END: "2026-05-29"},
    ASKED: {
        END: "2026-05-29",
        "disabled": "TRUE",
        "transition:account:reason": "requested-by-student",
        "transition:account:effective_on": "2026-09-01",
    },
    DECEMBER: {END: "2026-12-18"},
    RETURNS: {
        YEAR: "Master 1",
        START: "2026-05-04",
        END: "2028-06-30",
        "disabled": "FALSE",
        "transition:kind": "returned",
        "transition:account:reason": "returned",
    },
    LEAVES: {"transition:kind": "left", "transition:left:on": "2026-03-01"},
    STAYS: {YEAR: "Master 1", ATTENDING: "TRUE", START: "2026-05-04", END: "2028-06-30"},
    DOUBLE: {END: "2026-05-29", MAJORS: "Économie;Droit"},
    SECRET: {END: "2026-05-29", "transition:confidential": "true"},
    DEAD: {END: "2026-05-29", "transition:account:reason": "deceased", "transition:excluded_from_sync": "true"},
}
ALUMNUS: Final[Account] = {YEAR: "Alumni", ATTENDING: "FALSE", END: "2026-05-29"}


def _account(username: str) -> Account:
    known = ALUMNA | {"disabled": "TRUE"} if username == RETURNS else STUDENT
    return {**known, EMAIL: f"p{username}@valmont.example", "auth_identifier": f"sso{username}"}


class _Class:
    """The school, and its Handshake."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.handshake = Importer({name: _account(name) for name in (*PEOPLE, BYSTANDER)})

    def run(self, *words: str) -> Ran:
        ran = graduand(self.root, *words)
        assert ran.code == 0, (words, ran.out, ran.err)
        return ran

    def take_in(self) -> None:
        """Take everybody in from one file."""
        own = {"first_name": "Chloé", "last_name": "Dupont", "transition:kind": "graduated"}
        lines = [",".join(HEAD)]
        for username, cells in PEOPLE.items():
            said = {"username": username, EMAIL: f"p{username}@valmont.example", **own, **cells}
            lines.append(",".join(said.get(header, "") for header in HEAD))
        path = self.root / "build" / "class.csv"
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n".join([*lines, ""]), encoding="utf-8")
        ran = self.run("intake", str(path), "--cohort", "2026", "--apply")
        assert f"{len(PEOPLE)} new, 0 changed, 0 identical, 0 refused" in ran.out
        # A file says of graduands too that they attend; that somebody stays is said by hand.
        self.run("edit", STAYS, f"{ATTENDING}=true", f"{YEAR}=Master 1")

    def send(self, on: str) -> dict[str, Account]:
        """Send what is outstanding on a day, none of it may fail; return what has changed, by username and column."""
        before = {name: dict(account) for name, account in self.handshake.accounts.items()}
        self.run("compile", "--changed", "--on", on)
        for outcome in self.handshake.upload(self.root / "build"):
            assert (outcome.ran, outcome.said, outcome.skipped, outcome.failed) == (True, (), {}, b"")
        self.run("uploaded", str(self.root / "build/manifest.json"))
        return {
            name: {header: cell for header, cell in account.items() if cell != before[name].get(header)}
            for name, account in self.handshake.accounts.items()
            if account != before[name]
        }


def test_one_file_of_all_kinds_is_sent_on_three_days_and_nobody_else_is_touched(root: Path) -> None:
    begin(root)
    settled = root / "schema/institution.yaml"
    settled.write_text(settled.read_text(encoding="utf-8").replace("percent: 5", "percent: 50"), encoding="utf-8")
    commit(root)
    school = _Class(root)
    school.take_in()

    again = {YEAR: "Master 1", START: "2026-05-04", END: "2028-06-30"}
    assert school.send("2026-06-01") == {
        MAY: ALUMNUS,
        ASKED: ALUMNUS,
        DOUBLE: ALUMNUS | {MAJORS: "Économie;Droit"},
        RETURNS: again | {ATTENDING: "TRUE", "disabled": "FALSE"},
        STAYS: again,
        LEAVES: {ATTENDING: "FALSE"},
    }
    assert school.send("2026-09-01") == {ASKED: {"disabled": "TRUE"}}
    assert school.send("2026-12-18") == {DECEMBER: ALUMNUS | {END: "2026-12-18"}}
    assert len(noted(root)) == 3
    for username in (SECRET, DEAD, BYSTANDER):
        assert school.handshake.accounts[username] == {**_account(username), "username": username}
    assert graduand(root, "compile", "--changed", "--on", "2027-01-15").code == 1, "nothing is outstanding"
