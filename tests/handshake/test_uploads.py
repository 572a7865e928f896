"""Upload after upload: what graduand believes that Handshake has, held against what the stand-in has."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from graduand.handshake.upload import manifest_checksum
from tests.handshake.test_article import (
    ALUMNA,
    CLOSED,
    DAY,
    EMAIL,
    LOSES_ADDRESS,
    REOPENED,
    RETURNED,
    STUDENT,
    YEAR,
    renamed,
)
from tests.importer import END, LABELS, Importer
from tests.repository import GRADUATE, begin, commit, git, graduand, graduate, put, settle

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.importer import Account


@pytest.fixture
def people(root: Path) -> Path:
    """A committed repository with a graduate and somebody else."""
    put(begin(root), GRADUATE)
    put(root, graduate("00412815"), "2026-spring/00412815.yaml")
    commit(root)
    return root


def handshake(**changes: str) -> Importer:
    """Return a Handshake in which both are students."""
    other = {EMAIL: "p00412815@valmont.example", "auth_identifier": "hsteiner"}
    return Importer({"00412345": STUDENT | changes, "00412815": STUDENT | other})


def sent(root: Path, importer: Importer, *words: str) -> list[dict[str, object]]:
    """Compile, upload and note it; nothing may be refused. Return the jobs."""
    commit(root)
    assert graduand(root, "compile", "--on", DAY, *words).code == 0
    for outcome in importer.upload(root / "build"):
        assert (outcome.ran, outcome.failed) == (True, b"")
    assert graduand(root, "uploaded", str(root / "build/manifest.json")).code == 0
    return json.loads((root / "build/manifest.json").read_bytes())["jobs"]  # type: ignore[no-any-return]


def outstanding(root: Path) -> dict[str, str]:
    """Return who would be sent something, and how that stands."""
    ran = graduand(root, "plan", "--on", DAY, "--json", "--all")
    assert ran.code == 0, ran.err
    changes = json.loads(ran.out)["changes"]
    return {change["username"]: change["status"] for change in changes if change["status"] != "unchanged"}


def move(root: Path, record: str, username: str = "00412345") -> None:
    """Put a record in the place of the graduate's."""
    (root / "records/2026-spring/00412345.yaml").unlink()
    put(root, record, f"2026-spring/{username}.yaml")


def test_after_an_upload_nothing_is_outstanding(people: Path) -> None:
    assert outstanding(people) == {"00412345": "new", "00412815": "new"}

    sent(people, handshake())

    assert outstanding(people) == {}
    ran = graduand(people, "compile", "--on", DAY, "--changed")
    assert ran.code == 1


@pytest.mark.parametrize(
    ("record", "username", "settings", "changes"),
    [
        (LOSES_ADDRESS, "00412345", [("username", False)], {EMAIL: "chloe.dupont@courriel.example"}),
        (CLOSED, "00412345", [("username", False)], {"disabled": "TRUE"}),
        (renamed(GRADUATE), "00499999", [("email_address", True)], {}),
        (
            renamed(LOSES_ADDRESS),
            "00499999",
            [("username", False), ("email_address", True)],
            {EMAIL: "chloe.dupont@courriel.example"},
        ),
        (
            renamed(CLOSED.replace("disabled:", "system_label_names:\n  - Mention Bien\ndisabled:")),
            "00499999",
            [("email_address", True)],
            {"disabled": "TRUE", LABELS: "Mention Bien"},
        ),
        (RETURNED, "00412345", [("username", False)], {YEAR: "Master 1", END: "2028-06-30"}),
    ],
)
def test_a_second_upload_sends_what_has_changed_in_as_few_steps_as_it_takes(
    people: Path, record: str, username: str, settings: list[tuple[str, bool]], changes: Account
) -> None:
    importer = handshake()
    sent(people, importer)
    move(people, record, username)
    commit(people)
    assert outstanding(people) in ({username: "changed"}, {username: "new"})

    jobs = sent(people, importer, "--changed")

    assert [(job["identifier_column"], job["changes_identifier_data"]) for job in jobs] == settings
    assert importer.accounts.keys() == {username, "00412815"}
    assert changes.items() <= importer.accounts[username].items()
    assert outstanding(people) == {}


def test_the_labels_of_one_wipe_nobody_elses_in_the_username_step(people: Path) -> None:
    importer = handshake()
    sent(people, importer)
    labelled = GRADUATE.replace("transition:", "system_label_names:\n  - Mention Bien\ntransition:")
    move(people, renamed(labelled), "00499999")
    (people / "records/2026-spring/00412815.yaml").unlink()
    put(
        people,
        graduate("new").replace("pnew@", "p00412815@") + '  previous_username: "00412815"\n',
        "2026-spring/new.yaml",
    )

    jobs = sent(people, importer)

    assert [job["changes_identifier_data"] for job in jobs] == [True, True]
    assert {username: account[LABELS] for username, account in importer.accounts.items()} == {
        "00499999": "Mention Bien",
        "new": STUDENT[LABELS],
    }


def test_a_login_that_is_known_to_change_goes_up_with_the_option(people: Path) -> None:
    importer = handshake()
    settle(people, send_auth_identifier="always")
    login = "auth_identifier: cdupont\nprimary_education:"
    move(people, GRADUATE.replace("primary_education:", login))
    sent(people, importer)
    move(people, GRADUATE.replace("primary_education:", login.replace("cdupont", "cdupont2")))

    (job,) = sent(people, importer, "--changed")

    assert (job["identifier_column"], job["changes_identifier_data"]) == ("username", True)
    assert importer.accounts["00412345"]["auth_identifier"] == "cdupont2"


def test_a_row_that_failed_is_outstanding_until_it_is_cured(people: Path, tmp_path: Path) -> None:
    importer = handshake(**{"primary_education:start_date": "2026-09-01"})
    graduand(people, "compile", "--on", DAY)
    (outcome,) = importer.upload(people / "build")
    graduand(people, "uploaded", str(people / "build/manifest.json"))
    failed = tmp_path / "failed.csv"
    failed.write_bytes(outcome.failed)

    ran = graduand(people, "reconcile", str(failed))

    assert ran.code == 0
    assert "00412345" in ran.out
    assert outstanding(people) == {"00412345": "failed"}
    put(people, GRADUATE.replace("  end_date", "  start_date: 2023-09-04\n  end_date"))
    failed.unlink()
    (job,) = sent(people, importer, "--changed")
    assert job["rows"] == 1
    assert importer.accounts["00412345"][END] == "2026-06-15"
    assert outstanding(people) == {}


@pytest.mark.parametrize(
    ("record", "username"),
    [
        (LOSES_ADDRESS, "00412345"),
        (CLOSED, "00412345"),
        (renamed(GRADUATE), "00499999"),
        (renamed(LOSES_ADDRESS), "00499999"),
        (RETURNED, "00412345"),
        (GRADUATE.replace("06-15", "06-16"), "00412345"),
    ],
)
def test_a_rollback_brings_back_what_was_sent_before(people: Path, record: str, username: str) -> None:
    importer = handshake()
    settle(people, send_auth_identifier="always")
    login = "auth_identifier: cdupont\nprimary_education:"
    levels = "  education_level_name: Bachelors\n  major_names: [Économie]\n  start_date: 2022-09-01\n  end_date"
    move(people, GRADUATE.replace("primary_education:", login).replace("  end_date", levels))
    sent(people, importer)
    before = {name: dict(account) for name, account in importer.accounts.items()}
    move(people, record, username)
    sent(people, importer)

    assert graduand(people, "rollback", "--on", DAY).code == 0

    for outcome in importer.upload(people / "build"):
        assert (outcome.ran, outcome.failed) == (True, b"")
    for name, account in before.items():
        assert importer.accounts[name] | {"disabled": ""} == account | {"disabled": ""}
        assert importer.accounts[name].get("disabled", "FALSE") == "FALSE"


def test_what_was_never_sent_cannot_be_brought_back_and_is_listed(people: Path) -> None:
    importer = handshake()
    sent(people, importer)

    ran = graduand(people, "rollback", "--on", DAY)

    assert ran.code != 0
    move(people, REOPENED)
    sent(people, importer)
    again = graduand(people, "rollback", "--on", DAY)
    assert again.code == 0
    importer.upload(people / "build")
    assert importer.accounts["00412345"]["disabled"] == "TRUE"


def test_an_upload_that_is_not_noted_cannot_be_taken_back(people: Path) -> None:
    none = graduand(people, "rollback", "--on", DAY)
    sent(people, handshake())
    name = git(people, "log", "-1", "--format=%s", "graduand/ledger").split()[1].removesuffix(":")

    other = graduand(people, "rollback", "20200101T000000Z", "--on", DAY)

    assert (none.code, other.code) == (2, 2)
    assert "No upload is noted here yet" in none.err
    assert f"the last ones: {name}." in other.err


def everybody(root: Path, number: int, moved: int, closed: int) -> Importer:
    """Commit so many graduates, some of whom change address or are closed, and return the Handshake of before."""
    settle(begin(root), delivery="s3", limits="{deactivations: null}")
    accounts: dict[str, Account] = {}
    for index in range(number):
        username = f"{index:08}"
        record = graduate(username)
        accounts[username] = STUDENT | {EMAIL: f"p{username}@valmont.example", "auth_identifier": f"a{username}"}
        if index < moved:
            record = record.replace("valmont", "courriel")
        if index >= number - closed:
            account = "  account:\n    reason: required-by-policy\n"
            record = record.replace("transition:", "disabled: true\ntransition:") + account
        put(root, record, f"2026-spring/{username}.yaml")
    commit(root)
    return Importer(accounts)


@pytest.mark.parametrize("closed", [0, 1, 9, 10, 11, 20])
@pytest.mark.parametrize("moved", [0, 1, 2, 3, 20])
def test_the_automatic_sync_is_never_stopped(root: Path, moved: int, closed: int) -> None:
    importer = everybody(root, 20, moved, closed)

    jobs = sent(root, importer)

    assert {job["delivery"] for job in jobs} <= {"s3", "manual"}
    assert sum(EMAIL in account and "courriel" in account[EMAIL] for account in importer.accounts.values()) == moved
    assert sum(account.get("disabled") == "TRUE" for account in importer.accounts.values()) == closed
    assert {account[YEAR] for account in importer.accounts.values()} == {"Alumni"}


@pytest.mark.parametrize("record", [LOSES_ADDRESS, CLOSED])
def test_the_sync_counts_only_what_it_does_not_skip(root: Path, record: str) -> None:
    importer = everybody(root, 20, 0, 0)
    sent(root, importer)
    put(root, record.replace("00412345", "00000007").replace("chloe.dupont", "p00000007"), "2026-spring/00000007.yaml")

    jobs = sent(root, importer)

    assert [(job["delivery"], job["rows"]) for job in jobs] == [("s3", 19), ("manual", 1)]
    assert outstanding(root) == {}


def test_what_does_not_stop_the_sync_goes_by_it(root: Path) -> None:
    jobs = sent(root, everybody(root, 20, 1, 9))

    assert [(job["delivery"], job["rows"]) for job in jobs] == [("s3", 20)]


def test_identifiers_never_go_by_the_sync(root: Path) -> None:
    importer = Importer(
        {"00412345": STUDENT, "00412815": ALUMNA | {EMAIL: "p00412815@valmont.example", "auth_identifier": "h"}}
    )
    settle(begin(root), delivery="s3")
    put(root, renamed(GRADUATE), "2026-spring/00499999.yaml")
    put(root, graduate("00412815"), "2026-spring/00412815.yaml")

    jobs = sent(root, importer)

    assert [(job["delivery"], job["changes_identifier_data"]) for job in jobs] == [("s3", False), ("manual", True)]
    card = (root / "build/upload.md").read_text(encoding="utf-8")
    assert card.count("Goes up by the automatic sync (S3): `graduand deliver`") == 1
    assert git(root, "log", "--format=%s", "graduand/ledger").count("upload ") == 1


def compile_draft(root: Path) -> None:
    put(root, GRADUATE.replace("06-15", "06-16"))
    graduand(root, "compile", "--on", DAY, "--allow-dirty")


def compile_rehearsal(root: Path) -> None:
    graduand(root, "compile", "--on", DAY, "--rehearse")


def touch_a_file(root: Path) -> None:
    (file,) = (root / "build").glob("*.csv")
    file.write_bytes(file.read_bytes().replace(b"FALSE", b"TRUE"))


def lose_a_file(root: Path) -> None:
    (file,) = (root / "build").glob("*.csv")
    file.unlink()


def lose_the_manifest(root: Path) -> None:
    (root / "build/manifest.json").unlink()


def write_nonsense(root: Path) -> None:
    (root / "build/manifest.json").write_text("[]", encoding="utf-8")


def write_no_json(root: Path) -> None:
    (root / "build/manifest.json").write_text("username", encoding="utf-8")


def lead_out_of_the_folder(root: Path) -> None:
    path = root / "build/manifest.json"
    (root / "20260701_1_students.csv").write_bytes((root / "build/20260701_1_students.csv").read_bytes())
    path.write_text(path.read_text(encoding="utf-8").replace("20260701_1", "../20260701_1"), encoding="utf-8")


def come_from_the_future(root: Path) -> None:
    path = root / "build/manifest.json"
    path.write_text(path.read_text(encoding="utf-8").replace("manifest/2", "manifest/3"), encoding="utf-8")


def come_from_elsewhere(root: Path) -> None:
    path = root / "build/manifest.json"
    says = json.loads(path.read_bytes()) | {"commit": "0" * 40}
    path.write_text(json.dumps(says | {"checksum": manifest_checksum(says)}), encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (compile_draft, "compiled from uncommitted changes"),
        (compile_rehearsal, "it is a rehearsal"),
        (touch_a_file, "“20260701_1_students.csv” is not as it was compiled"),
        (lose_a_file, "20260701_1_students.csv cannot be read: it is not there"),
        (lose_the_manifest, "manifest.json cannot be read: it is not there"),
        (write_nonsense, "it is no manifest of graduand"),
        (write_no_json, "it is no manifest of graduand"),
        (lead_out_of_the_folder, "it is no manifest of graduand"),
        (come_from_the_future, "it is no manifest that this graduand reads (graduand/manifest/2)"),
        (come_from_elsewhere, "its commit “000000000000” is not in this repository"),
    ],
)
def test_only_what_can_be_answered_for_is_noted(people: Path, change: Callable[[Path], None], why: str) -> None:
    graduand(people, "compile", "--on", DAY)
    change(people)

    ran = graduand(people, "uploaded", str(people / "build/manifest.json"))

    assert ran.code == 5
    assert why in ran.err
    assert git(people, "for-each-ref", "refs/heads/graduand") == ""


def test_an_upload_is_noted_once(people: Path) -> None:
    sent(people, handshake())

    ran = graduand(people, "uploaded", str(people / "build/manifest.json"))

    assert ran.code == 0
    assert git(people, "log", "--format=%s", "graduand/ledger").count(ran.out.strip()) == 1


def test_a_person_whose_address_step_failed_is_stopped_before_the_username_step(people: Path) -> None:
    """The second step finds accounts by the address, and here the address is somebody else's."""
    importer = handshake()
    importer.accounts["00400001"] = {"username": "00400001", EMAIL: "chloe.dupont@courriel.example", "first_name": "C."}
    move(people, renamed(LOSES_ADDRESS), "00499999")
    commit(people)
    graduand(people, "compile", "--on", DAY)

    first, _second = importer.upload(people / "build")

    assert b"has already been taken" in first.failed
    assert importer.accounts["00499999"]["first_name"] == "Chloé"
    assert "00400001" not in importer.accounts
    card = (people / "build/upload.md").read_text(encoding="utf-8")
    assert "Stop here if one of these people is among the failed rows of a file before" in card.partition("## 2.")[2]
    assert "Stop here" not in card.partition("## 2.")[0]
