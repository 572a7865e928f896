"""People who come back, by the registrar's list; and what every intake says that check will say."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.handshake.test_article import ALUMNA_ELSEWHERE, ATTENDING, EMAIL, YEAR, brought_in
from tests.importer import END, START, Importer
from tests.intake.registrars import keep
from tests.repository import GRADUATE, begin, commit, git, graduand, put

if TYPE_CHECKING:
    from pathlib import Path

DAY = "2028-09-15"
PERSON = "00412345"
PATH = f"records/2026-spring/{PERSON}.yaml"
ASKED = (
    GRADUATE.replace("valmont", "courriel").replace("  end_date", "  start_date: 2023-09-01\n  end_date")
    + "  keeps_school_email: false\n"
    + "  personal_email:\n    requested_on: 2026-07-01\n    answer_by: 2026-07-31\n    answered_on: 2026-07-10\n"
    + "    how: mail\n  sso:\n    notified_on: 2026-07-01\n    ends_on: 2026-09-30\n"
)
HEAD = "Identifiant;Adresse e-mail;Prénom;Nom;Année;Date de début"
ROW = f"{PERSON};chloe.dupont@valmont.example;Chloé;Dupont;Master 1;2028-09-01"


def closed(reason: str) -> str:
    return ASKED.replace("transition:", "disabled: true\ntransition:") + (
        f"  account:\n    reason: {reason}\n    requested_by: student\n    effective_on: 2026-09-01\n"
    )


def back(root: Path, *words: str, head: str = HEAD, row: str = ROW, lang: str = "en") -> tuple[int, str, str]:
    """Take the list of returners in, and return the exit code, the output and the messages."""
    file = keep(root, "retours.csv", f"{head}\n{row}\n".encode())
    ran = graduand(root, "intake", file, "--kind", "returned", "--apply", *words, lang=lang)
    return ran.code, ran.out, ran.err


@pytest.fixture
def school(root: Path) -> Path:
    put(begin(root), ASKED)
    commit(root)
    return root


RETURNED = f"""\
username: "{PERSON}"
email_address: chloe.dupont@valmont.example
first_name: Chloé
last_name: Dupont
institution_year_name: Master 1
primary_education:
  start_date: 2028-09-01
transition:
  kind: returned
  keeps_school_email: false
"""


def test_a_graduate_who_comes_back_loses_the_old_end_and_what_belonged_to_the_departure(school: Path) -> None:
    importer = Importer({PERSON: ALUMNA_ELSEWHERE})

    assert back(school)[0] == 0

    assert git(school, "show", f"HEAD:{PATH}") == RETURNED
    brought_in(school, importer, DAY)
    account = importer.accounts[PERSON]
    assert END not in account
    assert {key: account[key] for key in (EMAIL, YEAR, START, ATTENDING)} == {
        EMAIL: "chloe.dupont@valmont.example",
        YEAR: "Master 1",
        START: "2028-09-01",
        ATTENDING: "TRUE",
    }


def test_the_end_of_the_list_is_taken_where_it_has_one(school: Path) -> None:
    assert back(school, head=f"{HEAD};Date de fin", row=f"{ROW};2030-06-30")[0] == 0

    assert "  start_date: 2028-09-01\n  end_date: 2030-06-30\n" in git(school, "show", f"HEAD:{PATH}")


@pytest.mark.parametrize("reason", ["requested-by-student", "no-personal-email"])
def test_an_account_that_is_closed_is_reopened(school: Path, reason: str) -> None:
    put(school, closed(reason))
    commit(school)
    importer = Importer({PERSON: ALUMNA_ELSEWHERE | {"disabled": "TRUE"}})

    code, out, _err = back(school)

    assert code == 0
    assert "1 closed account is reopened: the person comes back." in out
    assert (
        git(school, "show", f"HEAD:{PATH}")
        == RETURNED.replace("transition:", "disabled: false\ntransition:") + "  account:\n    reason: returned\n"
    )
    brought_in(school, importer, DAY)
    assert importer.accounts[PERSON]["disabled"] == "FALSE"


@pytest.mark.parametrize(
    ("reason", "question"),
    [
        ("deceased", "est-ce vraiment cette personne ?"),
        ("duplicate-account", "lequel des deux comptes doit servir ?"),
        ("required-by-policy", "le compte peut-il être rouvert ?"),
    ],
)
def test_what_a_return_does_not_decide_by_itself_is_refused_with_the_question(
    school: Path, reason: str, question: str
) -> None:
    put(school, closed(reason))
    before = commit(school)

    code, out, _err = back(school, lang="fr")

    assert code == 1
    assert question in out.replace("\u00a0", " ")
    assert git(school, "rev-parse", "HEAD").strip() == before
    changes = ("disabled=false", "transition:account:reason=returned", "transition:account:effective_on=")
    graduand(school, "edit", PERSON, *changes)
    assert back(school)[0] == 0
    assert "disabled: false" in git(school, "show", f"HEAD:{PATH}")


@pytest.mark.parametrize("known", [True, False], ids=["with a record", "without a record"])
def test_an_account_that_only_handshake_shows_closed_is_reopened(school: Path, known: bool) -> None:  # noqa: FBT001
    ran = graduand(school, "observe", "--person", PERSON, "disabled=TRUE", "--seen", "2026-10-01", "--apply")
    assert ran.code == 0, ran.out + ran.err
    if not known:
        (school / PATH).unlink()
        commit(school)

    code, out, err = back(school, "--cohort", "2026-spring")

    assert code == 0, out + err
    assert "disabled: false\ntransition:" in git(school, "show", f"HEAD:{PATH}")
    assert "account:\n    reason: returned\n" in git(school, "show", f"HEAD:{PATH}")


def test_every_intake_says_what_check_will_say_new_errors_first(school: Path) -> None:
    """Somebody has an additional address that is the main one of another person: an error among records."""
    head = "username,email_address,first_name,last_name,additional_email_addresses"
    file = keep(
        school, "class.csv", f"{head}\n9,nine@valmont.example,NINE,Nine,chloe.dupont@courriel.example\n".encode()
    )
    words = ("intake", file, "--cohort", "2026-spring", "--kind", "graduated", "--end-date", "2026-06-15")
    before = git(school, "rev-parse", "HEAD")

    seen = graduand(school, *words)
    refused = graduand(school, *words, "--apply")
    detail = json.loads(graduand(school, *words, "--json").out)["check"]

    assert (seen.code, refused.code) == (1, 1)
    assert git(school, "rev-parse", "HEAD") == before
    said = seen.out[seen.out.index("What check will say of these people") :]
    signs = [line.strip()[0] for line in said.splitlines() if line.strip()[:1] in {"✗", "!", "·"}]
    assert signs == sorted(signs, key="✗!·".index)
    assert signs[0] == "✗"
    assert "check would find 1 new error in these records" in refused.err
    taken = graduand(school, *words, "--apply", "--with-errors")
    assert taken.code == 1
    assert {(one["rule"], one["field"]) for one in detail["new"]} == {
        (one["rule"], one["field"])
        for one in map(json.loads, graduand(school, "check", "--json").out.splitlines())
        if one.get("username") == "9"
    }


def test_an_error_of_before_stops_no_intake_and_is_named_as_such(school: Path) -> None:
    put(school, ASKED.replace("start_date: 2023-09-01", "start_date: 2027-09-01"))
    commit(school)
    file = keep(school, "class.csv", f"username,email_address,campus_name\n{PERSON},c@courriel.example,Nord\n".encode())

    ran = graduand(school, "intake", file, "--apply")

    assert ran.code == 0, ran.out + ran.err
    assert "As before: GR201 (1)" in ran.out
