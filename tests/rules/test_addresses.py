"""Whose an address is: the school's own, another institution's, a mail provider's, or a slip of the keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

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
}


@pytest.mark.parametrize(("domain", "rule"), DOMAINS.items(), ids=DOMAINS)
def test_a_domain_is_the_schools_anothers_or_nobodys(tmp_path: Path, domain: str, rule: str) -> None:
    found = judged(tmp_path, but(GRADUATE, ("valmont.example", domain)), settings=HUDSON)

    assert [one.rule for one in found] == [rule] * bool(rule)
    assert all(domain.lower() in one.message for one in found)


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
