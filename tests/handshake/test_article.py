"""Every case of Handshake's article on alumni, from the account before, through a record, to the account after."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.importer import CLEAR, END, LABELS, START, Importer
from tests.repository import GRADUATE, PERSON, begin, commit, graduand, put, settle

if TYPE_CHECKING:
    from pathlib import Path

    from tests.importer import Account

DAY = "2026-07-01"
YEAR = "institution_year_name"
ATTENDING = "primary_education:currently_attending"
MAJORS = "primary_education:major_names"
EMAIL = "email_address"

STUDENT: Account = {
    EMAIL: "chloe.dupont@valmont.example",
    "first_name": "Chloé",
    "last_name": "Dupont",
    "auth_identifier": "cdupont",
    YEAR: "Licence 3",
    "primary_education:education_level_name": "Bachelors",
    MAJORS: "Économie",
    START: "2022-09-01",
    END: "2026-09-30",
    ATTENDING: "TRUE",
    LABELS: "Boursière;Ambassadrice",
    "mobile_number": "0639981207",
}
"""The account before, where a case says nothing else."""

ALUMNA: Account = STUDENT | {YEAR: "Alumni", START: "2018-09-03", END: "2021-06-25", ATTENDING: "FALSE"}
ALUMNA_ELSEWHERE: Account = ALUMNA | {EMAIL: "chloe@courriel.example"}
BYSTANDER: Account = STUDENT | {
    EMAIL: "hugo.steiner@valmont.example",
    "auth_identifier": "hsteiner",
    "first_name": "Hugo",
}
"""Somebody of whom no record says anything."""

GRADUATED: Account = {YEAR: "Alumni", END: "2026-06-15", ATTENDING: "FALSE"}
"""What the article promises of every graduate."""

LOSES_ADDRESS = GRADUATE.replace("valmont", "courriel") + "  keeps_school_email: false\n"
CLOSED = (
    GRADUATE.replace("transition:", "disabled: true\ntransition:")
    + "  account:\n    reason: requested-by-student\n    requested_by: student\n"
)
REOPENED = CLOSED.replace("disabled: true", "disabled: false")
HELD_BACK = CLOSED + "    effective_on: 2026-07-15\n"
RETURNED = f"""\
{PERSON}institution_year_name: Master 1
primary_education:
  education_level_name: Postgraduate
  major_names:
    - Économie du développement
  start_date: 2026-09-07
  end_date: 2028-06-30
transition:
  kind: returned
"""
RETURNED_OPEN = RETURNED.replace("  end_date: 2028-06-30\n", "")
UNARCHIVED = (
    RETURNED.replace("transition:", "disabled: false\ntransition:")
    + "  account:\n    reason: returned\n    requested_by: registrar\n"
)
STUDIES_AGAIN: Account = {
    YEAR: "Master 1",
    "primary_education:education_level_name": "Postgraduate",
    MAJORS: "Économie du développement",
    START: "2026-09-07",
    END: "2028-06-30",
    ATTENDING: "TRUE",
}
WITHDRAWN = f"{PERSON}transition:\n  kind: left\n  left:\n    on: 2026-02-01\n"
STAYS = (
    GRADUATE.replace("transition:", "  currently_attending: true\ntransition:")
    .replace("primary_education:", "institution_year_name: Master 1\nprimary_education:")
    .replace("2026-06-15", "2028-06-30")
)


def renamed(record: str) -> str:
    """Return the record with the username 00499999, which was 00412345."""
    return record.replace("00412345", "00499999") + '  previous_username: "00412345"\n'


class Case(NamedTuple):
    """What the account holds before; the record; what it holds otherwise afterwards ("" is nothing any more)."""

    before: Account
    record: str
    changes: Account
    on: str = DAY


CASES = {
    "a graduate keeps the school address": Case(STUDENT, GRADUATE, GRADUATED),
    "a graduate loses the school address and gets the personal one": Case(
        STUDENT, LOSES_ADDRESS, GRADUATED | {EMAIL: "chloe.dupont@courriel.example"}
    ),
    "a graduate who has not answered yet is Alumni at the old address": Case(
        STUDENT, GRADUATE + "  keeps_school_email: false\n", GRADUATED
    ),
    "a graduate goes on at another institution and stays Alumni here": Case(
        STUDENT, GRADUATE + "  continues_at: Université d’Aiguebelle\n", GRADUATED
    ),
    "a graduate who loses SSO keeps the identifier in the profile": Case(
        STUDENT, GRADUATE + "  keeps_sso: false\n", GRADUATED
    ),
    "a graduate of two subjects has both": Case(
        STUDENT,
        GRADUATE.replace(
            "  end_date", "  major_names:\n    - Économie\n    - Droit\n  primary_major_name: Droit\n  end_date"
        ),
        GRADUATED | {MAJORS: "Économie;Droit", "primary_education:primary_major_name": "Droit"},
    ),
    "a graduate without an end date keeps the one in the profile": Case(
        STUDENT,
        f"{PERSON}transition:\n  kind: graduated\n",
        {YEAR: "Alumni", ATTENDING: "FALSE"},
    ),
    "a graduate who stays for another programme does not become Alumni": Case(
        STUDENT, STAYS, {YEAR: "Master 1", END: "2028-06-30"}
    ),
    "a graduate who stays without a new year keeps the old one": Case(
        STUDENT, STAYS.replace("institution_year_name: Master 1\n", ""), {END: "2028-06-30"}
    ),
    "an account is closed on request": Case(STUDENT, CLOSED, GRADUATED | {"disabled": "TRUE"}),
    "an alumna's account is closed after X months": Case(
        ALUMNA_ELSEWHERE | {END: "2025-06-15"},
        CLOSED.replace("valmont", "courriel")
        .replace("chloe.dupont@", "chloe@")
        .replace("requested-by-student", "required-by-policy"),
        GRADUATED | {"disabled": "TRUE"},
    ),
    "a closing is held back the day before": Case(STUDENT, HELD_BACK, GRADUATED, "2026-07-14"),
    "a closing goes out on its day": Case(STUDENT, HELD_BACK, GRADUATED | {"disabled": "TRUE"}, "2026-07-15"),
    "a closing goes out after its day": Case(STUDENT, HELD_BACK, GRADUATED | {"disabled": "TRUE"}, "2026-07-16"),
    "a closed account is reopened": Case(
        ALUMNA | {"disabled": "TRUE", END: "2026-06-15"}, REOPENED, {"disabled": "FALSE"}
    ),
    "a closed account about which the record is silent stays closed": Case(
        STUDENT | {"disabled": "TRUE"}, GRADUATE, GRADUATED
    ),
    "a returner gives both dates": Case(ALUMNA, RETURNED, STUDIES_AGAIN),
    "a returner gives the start date only and the old end date goes": Case(
        ALUMNA, RETURNED_OPEN, STUDIES_AGAIN | {END: ""}
    ),
    "a returner gets the school address back": Case(
        ALUMNA_ELSEWHERE, RETURNED, STUDIES_AGAIN | {EMAIL: "chloe.dupont@valmont.example"}
    ),
    "a returner whose account was closed has it again": Case(
        ALUMNA_ELSEWHERE | {"disabled": "TRUE"},
        UNARCHIVED,
        STUDIES_AGAIN | {EMAIL: "chloe.dupont@valmont.example", "disabled": "FALSE"},
    ),
    "a returner whose account was closed needs more than silence": Case(
        ALUMNA | {"disabled": "TRUE"}, RETURNED, STUDIES_AGAIN
    ),
    "a returner comes back with a new number": Case(
        ALUMNA_ELSEWHERE | {"disabled": "TRUE"},
        renamed(UNARCHIVED),
        STUDIES_AGAIN | {"username": "00499999", EMAIL: "chloe.dupont@valmont.example", "disabled": "FALSE"},
    ),
    "a username changes and the address does not": Case(
        STUDENT, renamed(GRADUATE), GRADUATED | {"username": "00499999"}
    ),
    "a username and the address change": Case(
        STUDENT, renamed(LOSES_ADDRESS), GRADUATED | {"username": "00499999", EMAIL: "chloe.dupont@courriel.example"}
    ),
    "a username and the SSO identifier change": Case(
        STUDENT,
        renamed(GRADUATE.replace("primary_education:", 'auth_identifier: "cdupont2"\nprimary_education:')),
        GRADUATED | {"username": "00499999", "auth_identifier": "cdupont2"},
    ),
    "who leaves without a degree attends no more and keeps the year": Case(STUDENT, WITHDRAWN, {ATTENDING: "FALSE"}),
    "who leaves without a degree has the year and the end that the school says": Case(
        STUDENT,
        WITHDRAWN.replace("transition:", "primary_education:\n  end_date: 2026-02-28\ntransition:").replace(
            "primary_education:", "institution_year_name: Licence 2\nprimary_education:"
        ),
        {YEAR: "Licence 2", END: "2026-02-28", ATTENDING: "FALSE"},
    ),
    "who left without a degree is closed after the notice": Case(
        STUDENT | {ATTENDING: "FALSE"},
        WITHDRAWN.replace("transition:", "disabled: true\ntransition:")
        + "    notified_on: 2026-05-01\n    close_on: 2026-06-01\n  account:\n    reason: required-by-policy\n",
        {"disabled": "TRUE"},
    ),
    "labels are replaced as a whole": Case(
        STUDENT,
        GRADUATE.replace("transition:", "system_label_names:\n  - Mention Bien\n  - Boursière\ntransition:"),
        GRADUATED | {LABELS: "Mention Bien;Boursière"},
    ),
    "labels and a new username go together": Case(
        STUDENT,
        renamed(GRADUATE.replace("transition:", "system_label_names:\n  - Mention Bien\ntransition:")),
        GRADUATED | {LABELS: "Mention Bien", "username": "00499999"},
    ),
    "a column is wiped": Case(
        STUDENT,
        GRADUATE.replace("transition:", f'mobile_number: "{CLEAR}"\ntransition:'),
        GRADUATED | {"mobile_number": ""},
    ),
}


def brought_in(root: Path, importer: Importer, on: str = DAY) -> None:
    """Compile the records of `root` and upload every file, none of which may be refused in any way."""
    commit(root)
    ran = graduand(root, "compile", "--on", on)
    assert ran.code == 0, ran.err
    for outcome in importer.upload(root / "build"):
        assert outcome.ran, outcome.said
        assert (outcome.said, outcome.skipped, outcome.failed) == ((), {}, b"")


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_account_is_afterwards_as_the_article_promises(case: Case, root: Path) -> None:
    importer = Importer({"00412345": case.before, "00412815": BYSTANDER})
    username = case.changes.get("username", "00412345")
    put(begin(root), case.record, f"2026-spring/{username}.yaml")

    brought_in(root, importer, case.on)

    wanted = {"username": username, **case.before, **case.changes}
    assert importer.accounts == {
        username: {header: cell for header, cell in wanted.items() if cell},
        "00412815": {"username": "00412815", **BYSTANDER},
    }


def test_an_american_graduate_is_alumni_in_the_american_column(root: Path) -> None:
    american = {**STUDENT, "school_year_name": "Senior"}
    del american[YEAR]
    importer = Importer({"00412345": american}, region="us")
    settle(root, region="us")
    put(begin(root), GRADUATE)

    brought_in(root, importer)

    changed = {"school_year_name": "Alumni", END: "2026-06-15", ATTENDING: "FALSE"}
    assert importer.accounts == {"00412345": {"username": "00412345", **american, **changed}}


def test_everybody_goes_through_one_upload_together(root: Path) -> None:
    """The cases that differ in their settings, at once: labels here wipe nobody's there."""
    importer = Importer(
        {
            "a": STUDENT | {EMAIL: "a@valmont.example", "auth_identifier": "a"},
            "b": ALUMNA | {EMAIL: "b@courriel.example", "auth_identifier": "b", "disabled": "TRUE"},
            "c": STUDENT | {EMAIL: "c@valmont.example", "auth_identifier": "c"},
        }
    )
    named = {"chloe.dupont@valmont": "{0}@valmont", "00412345": "{0}"}
    records = {
        "a": GRADUATE.replace("transition:", "system_label_names:\n  - Mention Bien\ntransition:"),
        "b": UNARCHIVED,
        "d": renamed(GRADUATE).replace("00499999", "d").replace('"00412345"', '"c"'),
    }
    begin(root)
    for username, record in records.items():
        text = record
        for old, new in named.items():
            text = text.replace(old, new.format(username))
        put(root, text, f"2026-spring/{username}.yaml")

    brought_in(root, importer)

    assert {username: account[LABELS] for username, account in importer.accounts.items()} == {
        "a": "Mention Bien",
        "b": STUDENT[LABELS],
        "d": STUDENT[LABELS],
    }
    assert importer.accounts["d"][EMAIL] == "d@valmont.example"
    assert importer.accounts["b"]["disabled"] == "FALSE"


def test_who_drops_out_of_the_records_keeps_the_account(root: Path) -> None:
    importer = Importer({"00412345": STUDENT, "00412815": BYSTANDER})
    put(begin(root), GRADUATE)
    there = put(
        root,
        GRADUATE.replace("00412345", "00412815").replace("chloe.dupont", "hugo.steiner"),
        "2026-spring/00412815.yaml",
    )
    brought_in(root, importer)
    before = importer.accounts["00412815"]

    there.unlink()
    put(root, LOSES_ADDRESS)
    brought_in(root, importer)

    assert importer.accounts["00412815"] == before


def test_the_same_upload_twice_changes_nothing_the_second_time(root: Path) -> None:
    importer = Importer({"00412345": STUDENT})
    put(begin(root), GRADUATE)
    brought_in(root, importer)
    before = dict(importer.accounts)

    (outcome,) = importer.upload(root / "build")

    assert outcome.skipped == {"00412345": "unchanged"}
    assert importer.accounts == before


def test_a_rehearsal_is_analysed_and_changes_nothing(root: Path) -> None:
    importer = Importer({"00412345": STUDENT})
    put(begin(root), renamed(LOSES_ADDRESS), "2026-spring/00499999.yaml")
    commit(root)
    assert graduand(root, "compile", "--on", DAY, "--rehearse").code == 0

    outcomes = importer.upload(root / "build")

    assert [outcome.ran for outcome in outcomes] == [False, False]
    assert importer.accounts == {"00412345": {"username": "00412345", **STUDENT}}


@pytest.mark.parametrize(
    ("record", "rule"),
    [
        (GRADUATE.replace("valmont.example", "univ-aiguebelle.fr"), "GR302"),
        (RETURNED.replace("  start_date: 2026-09-07\n", ""), "GR205"),
        (RETURNED.replace("institution_year_name: Master 1\n", ""), "GR204"),
        (GRADUATE.replace("primary_education:", "institution_year_name: alumni\nprimary_education:"), "GR109"),
        (GRADUATE.replace("  end_date", "  start_date: 2026-09-01\n  end_date"), "GR201"),
        (GRADUATE.replace("transition:", 'disabled: "**CLEAR**"\ntransition:'), "GR112"),
    ],
)
def test_what_the_importer_would_skip_or_refuse_is_never_compiled(root: Path, record: str, rule: str) -> None:
    put(begin(root), record)
    commit(root)

    ran = graduand(root, "compile", "--on", DAY)

    assert ran.code == 1
    assert rule in ran.err
    assert not (root / "build").exists()
