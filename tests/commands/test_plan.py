from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

import pytest

from graduand.reports.labels import TECHNICAL
from graduand.reports.plan_formats import as_markdown
from graduand.reports.size_limit import SizeLimit
from graduand.uploads.compiler import CompileOptions, prepare
from graduand.workspace import Workspace
from tests.handshake.test_article import CLOSED, DAY, HELD_BACK, LOSES_ADDRESS, RETURNED
from tests.repository import FAULTY, GRADUATE, HOUSE, begin, built, commit, git, graduand, graduate, noted, put, settle

if TYPE_CHECKING:
    from pathlib import Path

ADDRESS = "chloe.dupont@courriel.example"
ON = ("--on", DAY)
KINDS = {
    "00000001": GRADUATE.replace("06-15", "06-16"),
    "00000002": CLOSED,
    "00000003": LOSES_ADDRESS,
    "00000004": RETURNED,
    "00000005": GRADUATE.replace("transition:", "system_label_names:\n  - Boursière\ntransition:"),
    "00000006": GRADUATE.replace("primary_education:", "auth_identifier: b\nprimary_education:"),
    "00000007": GRADUATE.replace("Dupont", "**CLEAR**")
    .replace("last_name: **", "last_name: '**")
    .replace("CLEAR**", "CLEAR**'"),
    "00000008": CLOSED.replace("disabled: true", "disabled: false"),
    "00000009": GRADUATE,
}
"""What becomes of nine people who were sent as graduates before."""


def named(record: str, username: str) -> str:
    """Return the record as that of another person."""
    return record.replace("00412345", username).replace("chloe.dupont", f"p{username}")


def plan(root: Path, *words: str, code: int = 0) -> dict[str, object]:
    """Return the plan as JSON."""
    ran = graduand(root, "plan", *ON, "--json", *words)
    assert ran.code == code, ran.err
    return json.loads(ran.out)  # type: ignore[no-any-return]


def planned(root: Path, *words: str) -> list[str]:
    """Return who is in the plan, in its order."""
    changes = plan(root, *words)["changes"]
    assert isinstance(changes, list)
    return [change["username"] for change in changes]


def note(root: Path) -> str:
    """Compile everything, and note it as if it had gone up."""
    assert graduand(root, "compile", *ON).code == 0
    ran = graduand(root, "uploaded", str(root / "build/manifest.json"))
    assert ran.code == 0, ran.err
    return ran.out.strip()


@pytest.fixture
def changing(root: Path) -> Path:
    """A repository of people who were sent as graduates, and to each of whom something else happens now."""
    settle(begin(root), limits="{deactivations: null}", send_auth_identifier="always")
    for username in KINDS:
        login = "auth_identifier: a\nprimary_education:" if username == "00000006" else "primary_education:"
        put(root, named(GRADUATE, username).replace("primary_education:", login), f"2026-spring/{username}.yaml")
    put(root, named(GRADUATE, "00000000"), "2025-autumn/00000000.yaml")
    commit(root)
    note(root)
    for username, record in KINDS.items():
        put(root, named(record, username), f"2026-spring/{username}.yaml")
    renamed = named(GRADUATE, "00000000").replace('"00000000"', '"0000000A"') + '  previous_username: "00000000"\n'
    (root / "records/2025-autumn/00000000.yaml").unlink()
    put(root, renamed, "2025-autumn/0000000A.yaml")
    commit(root)
    return root


# What it says


def test_the_most_destructive_comes_first_and_the_counts_last(changing: Path) -> None:
    ran = graduand(changing, "plan", *ON)

    assert ran.code == 0
    upload = noted(changing)[-1]
    *heads, counts, checksum = [line for line in ran.out.splitlines() if line and line[0] != " "]
    assert heads == [
        f"Plan for {DAY} · since {upload}",
        "closes the account (1)",
        "changes the username (1)",
        "changes the login address (1)",
        "changes the school login (SSO) (1)",
        "wipes a field (1)",
        "replaces all labels (1)",
        "reopens the account (1)",
        "makes a student again (1)",
        "updates fields (1)",
    ]
    assert counts == (
        "10 people: 9 changed, 1 unchanged, 1 × closes the account, 1 × changes the username, "
        "1 × changes the login address, 1 × changes the school login (SSO), 1 × wipes a field, "
        "1 × replaces all labels, 1 × reopens the account, 1 × makes a student again, 2 × updates fields."
    )
    assert checksum == f"Checksum: {plan(changing)['plan']}"
    assert "    Account state: – → closed\n" in ran.out
    assert "    Username: 00000000 → 0000000A\n" in ran.out
    assert "    Last name: Dupont → wiped in Handshake\n" in ran.out


def test_the_plan_in_french_says_the_same_in_french(changing: Path) -> None:
    ran = graduand(changing, "plan", *ON, lang="fr")

    assert not re.search(r"\b(the|account|closes|changes|unchanged|people)\b", ran.out)


def test_machines_read_everything_and_nothing_masked(changing: Path) -> None:
    printed = plan(changing)

    told = {"conflicts", "closed_without_record", "held", "early", "changes"}
    assert printed.keys() == {"schema", "plan", "on", "commit", "since", "seen", "counts", "beyond_limits", *told}
    assert printed["schema"] == "graduand/plan/1"
    assert printed["commit"] == git(changing, "rev-parse", "HEAD").strip()
    assert printed["since"] == noted(changing)[-1]
    counts = printed["counts"]
    assert isinstance(counts, dict)
    assert (counts["changed"], counts["unchanged"], counts["deactivate"], counts["held"]) == (9, 1, 1, 0)
    changes = printed["changes"]
    assert isinstance(changes, list)
    assert {
        "username": "00000003",
        "status": "changed",
        "effects": ["email"],
        "held_back": None,
        "keeps_year": False,
        "fields": [
            {"header": "email_address", "before": "p00000003@valmont.example", "after": "p00000003@courriel.example"}
        ],
    } in changes


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_addresses_are_masked_until_they_are_asked_for(changing: Path, form: str) -> None:
    words = ("plan", *ON, "--all", "--format", form)
    masked, shown = (
        graduand(changing, *words, *more).out.replace("\\", "").replace("<!-- -->", "") for more in ((), ("--show",))
    )

    assert re.findall(r"[\w.]+@\w+", masked) == []
    assert "p•••@courriel.example" in masked
    assert "p00000003@courriel.example" in shown


def test_a_page_of_hostile_text_is_still_only_text(root: Path) -> None:
    put(begin(root), GRADUATE)
    commit(root)
    note(root)
    put(root, GRADUATE.replace("Dupont", "'<script>|`*_[x](y)'"))
    commit(root)

    page = graduand(root, "plan", *ON, "--format", "html").out
    table = graduand(root, "plan", *ON, "--format", "markdown").out

    assert "<script>" not in page
    assert "&lt;script&gt;|`*_[x](y)" in page
    (row,) = [line for line in table.splitlines() if "00412345" in line]
    assert re.findall(r"(?<!\\)\|", row) == ["|"] * 4
    assert r"\<script\>\|\`\*\_\[x\](y)" in row


@pytest.mark.parametrize("size", [2_500, 6_000, 60_000])
def test_markdown_fits_where_it_is_read_and_counts_who_does_not(root: Path, size: int) -> None:
    begin(root)
    for number in range(30):
        put(root, graduate(f"{number:08}"), f"2026-spring/{number:08}.yaml")
    commit(root)
    prepared = prepare(Workspace(root), CompileOptions(DAY)).prepared
    assert prepared
    limit = SizeLimit(size, "utf-8", 1)

    page = "".join(f"{line}\n" for line in as_markdown(prepared, limit, TECHNICAL, show=False))

    rows = page.count("\n| `")
    left = sum(map(int, re.findall(r"^(\d+) more do(?:es)? not fit here\.$", page, re.MULTILINE)))
    assert rows + left == 30
    assert (rows == 30) is (size == 60_000)
    assert rows > 2
    assert limit.size_of(page) <= size
    assert page.endswith(f"Checksum: `{prepared.upload.plan}`\n")


@pytest.mark.parametrize("form", ["markdown", "html"])
def test_a_page_says_before_its_rows_what_must_be_read_first(root: Path, form: str) -> None:
    settle(begin(root), limits="{deactivations: {count: 0, percent: null}}")
    put(root, CLOSED)
    put(root, graduate("00412815"), "2026-spring/00412815.yaml")
    put(root, named(FAULTY, "00412399"), "2026-spring/00412399.yaml")
    commit(root)
    put(root, CLOSED.replace("06-15", "06-16"))

    ran = graduand(root, "plan", *ON, "--format", form, "--skip-errors", "--allow-dirty")

    assert ran.code == 3
    page = ran.out.replace("\\", "")
    for said in (
        "1 account would be closed, of 2 people; the limit in institution.yaml is 0.",
        "1 person is left out because of errors: 00412399",
        "! Compiled with uncommitted changes: this upload cannot be answered for.",
    ):
        assert page.index(said) < page.index("closes the account, makes")


def test_a_page_needs_and_runs_nothing(changing: Path) -> None:
    page = graduand(changing, "plan", *ON, "--format", "html").out

    assert "default-src 'none'" in page
    assert not re.search(r"<(script|link|img|iframe|form)|\b(src|href|on\w+)=", page)
    assert page.count('<th scope="col">') == 3
    assert '<tr class="deactivate">' in page


def test_ten_of_a_kind_are_shown_and_the_others_counted(root: Path) -> None:
    begin(root)
    for number in range(12):
        put(root, graduate(f"{number:08}"), f"2026-spring/{number:08}.yaml")
    commit(root)

    some, everybody = (graduand(root, "plan", *ON, *words).out for words in ((), ("--all",)))

    assert some.count("never sent\n") == 10
    assert "  … and 2 more (--all shows them)\n" in some
    assert everybody.count("never sent\n") == 12


# Whom it is about


def test_the_scope_is_who_is_asked_for(changing: Path) -> None:
    assert planned(changing, "--cohort", "2025-autumn") == ["0000000A"]
    assert planned(changing, "--only", "email", "--only", "deactivate") == ["00000002", "00000003"]
    assert "00000009" not in planned(changing, "--changed")
    assert len(planned(changing, "--changed")) == 9
    whole, changed = plan(changing)["counts"], plan(changing, "--changed")["counts"]
    assert isinstance(whole, dict)
    assert isinstance(changed, dict)
    assert (whole["unchanged"], changed.get("unchanged", 0)) == (1, 0)


def test_an_exit_code_tells_of_changes_only_when_it_is_asked_to(changing: Path) -> None:
    plan(changing, "--exit-code", code=10)
    note(changing)

    plan(changing, "--exit-code")
    nothing = graduand(changing, "plan", *ON, "--changed")

    assert (nothing.code, nothing.err) == (0, "")
    assert "Nothing is outstanding in records/ of what" in nothing.out
    assert plan(changing, "--changed", "--exit-code")["changes"] == []
    assert graduand(changing, "compile", *ON, "--changed").code == 1


def test_whoever_has_an_error_stops_the_plan_or_is_left_out(changing: Path) -> None:
    put(changing, FAULTY)
    commit(changing)

    stopped = graduand(changing, "plan", *ON)
    without = graduand(changing, "plan", *ON, "--skip-errors")

    assert (stopped.code, stopped.out) == (1, "")
    assert "“2026-02-30” is no date: that month has 28 days." in stopped.err
    assert without.code == 0
    assert without.err.startswith("1 person is left out because of errors:\n  00412345\n")


def test_a_closing_that_waits_is_shown_as_waiting_and_is_sent_from_its_day_on(root: Path) -> None:
    put(begin(root), HELD_BACK)
    commit(root)

    for on, held in (("2026-07-14", True), ("2026-07-15", False)):
        text = graduand(root, "plan", "--on", on).out
        printed = json.loads(graduand(root, "plan", "--on", on, "--json").out)
        assert ("account held back until 2026-07-15" in text) is held
        assert ("1 held back." in text) is held
        assert ("closes the account" in text) is not held
        assert printed["changes"][0]["held_back"] == ("2026-07-15" if held else None)
        assert graduand(root, "compile", "--on", on, "--changed").code == 0
        (file,) = (root / "build").glob("*.csv")
        assert (b"TRUE" in file.read_bytes()) is not held
        assert graduand(root, "uploaded", str(root / "build/manifest.json")).code == 0
    assert "Nothing is outstanding" in graduand(root, "plan", "--on", "2026-07-16", "--changed").out


# Its checksum


def test_the_checksum_is_that_of_the_compile_with_the_same_options(changing: Path) -> None:
    sums = set()
    for words in ((), ("--changed",), ("--only", "deactivate"), ("--cohort", "2025-autumn")):
        checksum = str(plan(changing, *words)["plan"])
        ran = graduand(changing, "compile", *ON, *words, "--again", "--plan", checksum, "--json")
        assert json.loads(ran.out)["plan"] == checksum
        sums.add(checksum)
    assert len(sums) == 4
    before = built(changing)

    other = graduand(changing, "compile", *ON, "--plan", min(sums - {str(plan(changing)["plan"])}))

    assert other.code == 4
    assert "The plan is not the one that was approved" in other.err
    assert built(changing) == before


def test_another_machine_comes_to_the_same_checksum(changing: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "données"
    git(changing, "clone", "--quiet", str(changing), str(elsewhere))
    words = [sys.executable, "-m", "graduand", "--root", str(elsewhere), "plan", *ON, "--json"]
    foreign = {"LC_ALL": "C", "TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "7"}
    environment = os.environ | foreign | {"PYTHONPATH": str(HOUSE / "tui")}

    ran = subprocess.run(words, env=environment, check=True, capture_output=True)

    assert json.loads(ran.stdout) == plan(changing)


class _File(NamedTuple):
    content: bytes
    mtime: int
    mode: int


def _everything(root: Path) -> dict[str, _File]:
    """Return every file and folder of a repository, git's own among them."""
    found = {}
    for path in sorted(root.rglob("*")):
        facts = path.lstat()
        content = path.read_bytes() if path.is_file() else b""
        found[str(path.relative_to(root))] = _File(content, facts.st_mtime_ns, facts.st_mode)
    return found


def test_a_plan_writes_nothing_at_all_and_needs_no_leave_to(changing: Path) -> None:
    os.utime(changing / "records/2026-spring/00000001.yaml")  # git would like to note this in its index
    subprocess.run(["chmod", "-R", "a-w", str(changing)], check=True)
    before = _everything(changing)

    for words in ((), ("--json",), ("--format", "html"), ("--changed", "--all"), ("--only", "email")):
        assert graduand(changing, "plan", *ON, *words, "--no-cache").code == 0

    assert _everything(changing) == before
    assert graduand(changing, "plan", *ON).code == 0
    after = _everything(changing)
    assert {path for path in after if after[path] != before.get(path)} <= {
        path
        for path in after
        if path.startswith((".git/graduand/leaves", ".git/graduand/schema", ".git/graduand/ledger-state"))
    } | {".git/graduand"}
    subprocess.run(["chmod", "-R", "u+w", str(changing)], check=True)


# The limits


def crowd(root: Path, people: int, closed: int, limits: str = "") -> Path:
    """Commit so many graduates, the first of whom are closed."""
    begin(root)
    if limits:
        settle(root, limits=f"{{deactivations: {limits}}}")
    for number in range(people):
        record = named(CLOSED if number < closed else GRADUATE, f"{number:08}")
        put(root, record, f"2026-spring/{number:08}.yaml")
    commit(root)
    return root


@pytest.mark.parametrize(
    ("people", "closed", "limits", "stops"),
    [
        (26, 25, "{count: 25, percent: null}", False),
        (26, 26, "{count: 25, percent: null}", True),
        (9, 9, "{count: null, percent: 5}", False),
        (20, 10, "{count: null, percent: 50}", False),
        (20, 11, "{count: null, percent: 50}", True),
        (10, 10, "{count: null, percent: 99}", True),
        (30, 30, "null", False),
        (2, 1, "{count: 0, percent: null}", True),
    ],
)
def test_a_limit_is_reached_and_not_passed(root: Path, people: int, closed: int, limits: str, *, stops: bool) -> None:
    crowd(root, people, closed, limits)

    ran = graduand(root, "plan", *ON, "--json")

    printed = json.loads(ran.out)
    assert ran.code == (3 if stops else 0)
    beyond = [{"effect": "deactivate", "count": closed, "people": people}]
    assert printed["beyond_limits"] == (beyond if stops else [])
    assert graduand(root, "compile", *ON).code == ran.code
    assert (root / "build").exists() is not stops


def test_beyond_a_limit_there_are_two_ways_on(root: Path) -> None:
    crowd(root, 40, 26)

    ran = graduand(root, "plan", *ON)
    refused = graduand(root, "compile", *ON)

    checksum = str(plan(root, code=3)["plan"])
    assert (ran.code, refused.code) == (3, 3)
    limit = "26 accounts would be closed, of 40 people; the limit in institution.yaml is 25 / 5\u00a0%."
    assert ran.err == (
        f"{limit}\nTo go on: compile with --approve {checksum} --reason REASON, or send the others first with --only.\n"
    )
    assert limit in refused.err
    assert f"--approve {checksum}" in refused.err
    others = graduand(root, "compile", *ON, "--only", "graduate", "--json")
    assert others.code == 0
    assert json.loads(others.out)["records"] == 14
    wrong = graduand(root, "compile", *ON, "--approve", json.loads(others.out)["plan"])
    assert wrong.code == 4
    approved = graduand(root, "compile", *ON, "--approve", checksum, "--reason", "Board", "--json")
    assert approved.code == 0
    assert json.loads(approved.out)["records"] == 40


def test_changes_of_addresses_have_a_limit_of_their_own(root: Path) -> None:
    settle(begin(root), limits="{deactivations: null, email_changes: {count: 1, percent: null}}")
    for number in range(2):
        put(root, graduate(f"{number:08}"), f"2026-spring/{number:08}.yaml")
    commit(root)
    note(root)
    for number in range(2):
        put(root, named(LOSES_ADDRESS, f"{number:08}"), f"2026-spring/{number:08}.yaml")
    commit(root)

    ran = graduand(root, "plan", *ON)

    assert ran.code == 3
    assert "2 addresses would change, of 2 people; the limit in institution.yaml is 1." in ran.err


# The walls of the automatic sync


@pytest.mark.parametrize(
    ("people", "moved", "closed", "by_hand"),
    [(1000, 99, 0, 0), (1000, 100, 0, 100), (100, 0, 49, 0), (100, 0, 50, 50)],
)
def test_what_would_stop_the_sync_goes_up_by_hand_and_says_so(
    root: Path, people: int, moved: int, closed: int, by_hand: int
) -> None:
    settle(begin(root), delivery="s3", limits="{deactivations: null}")
    for number in range(people):
        record = LOSES_ADDRESS if number < moved else CLOSED if number < closed else GRADUATE
        put(root, named(record, f"{number:08}"), f"2026-spring/{number // 400}/{number:08}.yaml")
    commit(root)

    ran = graduand(root, "compile", *ON)

    assert ran.code == 0, ran.err
    jobs = json.loads((root / "build/manifest.json").read_bytes())["jobs"]
    expected = [("s3", people - by_hand)] + [("manual", by_hand)] * bool(by_hand)
    assert [(job["delivery"], job["rows"]) for job in jobs] == expected
    card = (root / "build/upload.md").read_text(encoding="utf-8")
    assert card.count("Goes up by the automatic sync (S3): `graduand deliver`") == 1
    assert ran.out.count("by hand") == bool(by_hand)
    assert card.count("begin a new job") == bool(by_hand)
