from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from graduand import __version__
from graduand.errors import Exit, NewerSchema, SchemaBroken
from graduand.findings import Finding, Severity, in_order
from graduand.records import transition
from graduand.records.importer import read_importer
from graduand.records.institution import Institution, Limit, Limits, read_institution
from graduand.records.kinds import CLEAR, FieldKind, matches
from graduand.records.record import ATTENDING, END, Record
from graduand.records.schema_format import FORMAT, parts_of
from graduand.records.school import Domains, school_of
from graduand.records.school_language import peeked_language

if TYPE_CHECKING:
    from graduand.records.school import School

SCHEMA = Path(__file__).parents[2] / "schema"


# ---- institution.yaml


def test_the_shipped_institution_states_the_documented_defaults() -> None:
    shipped = read_institution((SCHEMA / "institution.yaml").read_bytes())

    assert replace(shipped, name="", own_domains=(), format=1) == Institution(
        other_institutions=shipped.other_institutions
    )
    assert shipped.own_domains == ("valmont.example", "alumni.valmont.example")
    assert read_institution(b"name: x\n") == Institution(name="x")


def test_every_key_of_the_institution_is_read() -> None:
    text = b"""\
format: 2
requires: ">=0.1"
name: "No"
region: us
language: en
own_domains: [VALMONT.example]
other_institutions:
  - other.example
keeps_school_email: false
keeps_sso: false
delivery: s3
required_columns: [username]
year_values: [Alumni]
deactivation: {reasons: [asked], after_months: 12}
reactivation: {reasons: [back]}
outreach: {announce_archiving: true}
mailbox: {months_after_end: 18}
sso: {months_after_end: 6}
leavers: {inactive_months: 12}
retention: {years: 5}
limits:
  deactivations: {count: 3, percent: null}
  email_changes: {percent: 10}
"""
    assert read_institution(text) == Institution(
        name="No",
        region="us",
        language="en",
        own_domains=("valmont.example",),
        other_institutions=("other.example",),
        keeps_school_email=False,
        keeps_sso=False,
        delivery="s3",
        required_columns=("username",),
        year_values=("Alumni",),
        deactivation_reasons=("asked",),
        after_months=12,
        reactivation_reasons=("back",),
        announce_archiving=True,
        mailbox_months=18,
        sso_months=6,
        inactive_months=12,
        retention_years=5,
        limits=Limits(Limit(3, None), Limit(None, 10)),
        format=2,
    )
    assert read_institution(b"limits: {deactivations: null}\n").limits == Limits(Limit(), Limit())
    assert read_institution(b"limits: {email_changes: {count: 0}}\n").limits == Limits(Limit(25, 5), Limit(0))


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("name: x\nregion: fr\n", 2, "“region” is “fr”; it can be: eu, us."),
        ("region: null\n", 1, "“region” needs a text."),
        ("own_domain: [a.example]\n", 1, "“own_domain” is no key of this file. Did you mean “own_domains”?"),
        ("qwertz: x\n", 1, "“qwertz” is no key of this file."),
        ("own_domains: a.example\n", 1, "“own_domains” needs a list"),
        ("name: x\nown_domains:\n  - nodot\n", 3, "“nodot” is no domain"),
        ("own_domains: [a_b.example]\n", 1, "is no domain"),
        ("own_domains: [null]\n", 1, "“own_domains” needs a text."),
        ("keeps_sso: yes\n", 1, "“keeps_sso” is “yes”; it can be: true, false."),
        ("deactivation: {after_months: soon}\n", 1, "“after_months” is “soon”; it must be a whole number or null."),
        ("deactivation: {after_months: -1}\n", 1, "it must be a whole number or null."),
        ("limits:\n  deactivations:\n    counts: 3\n", 3, "Did you mean “count”?"),
        ("limits: 3\n", 1, "keys are expected below this one."),
        ("name: x\nname: y\n", 2, "“name” "),
        ("name: a: b\n", 1, "a colon followed by a blank"),
        ("", 1, "The file is empty."),
        ("- name\n", 1, "The file is no record"),
        ("name: x\nformat: two\n", 2, "“format” is “two”; it must be a whole number."),
        ("requires: 0.2\n", 1, "“requires” is “0.2”; it is written like this: “>=0.2”."),
        ("requires: [x]\n", 1, "“requires” is “…”; it is written like this"),
    ],
)
def test_a_wrong_institution_is_refused_with_its_line(text: str, line: int, said: str) -> None:
    with pytest.raises(SchemaBroken) as broken:
        read_institution(text.encode())

    assert str(broken.value).startswith(f"schema/institution.yaml:{line}: ")
    assert said in str(broken.value)


@pytest.mark.parametrize(
    ("raw", "language"),
    [
        (b"name: x\nlanguage: fr  # ours\n", "fr"),
        (b"language:   en", "en"),
        (b"# language: en\n", ""),
        (b"x: [\nlanguage: en\n\xff", "en"),
        (b"language: english\n", ""),
        (b"", ""),
    ],
)
def test_the_language_is_known_before_the_rest_is_read(raw: bytes, language: str) -> None:
    assert peeked_language(raw) == language


# ---- handshake.yaml


def test_the_shipped_importer_holds_together(school: School) -> None:
    importer = school.importer
    headers = [column.key for column in importer.columns]

    for name in importer.regions:
        here = [column.key for column in importer.columns if column.region in {"", name}]
        assert len(here) == len({*here}) > 30
    assert {source for column in importer.columns for source in column.sources} <= set(importer.sources)
    assert set(importer.aliases.values()) <= {*headers, *(field.key for field in transition.FIELDS)}
    assert not set(importer.retired) & set(headers)
    assert {old.use for old in importer.retired.values()} - {""} <= set(headers)
    for region in importer.regions.values():
        assert {region.year_column, *region.required_columns, *region.required_values} <= set(headers)
    for column in importer.columns:
        assert column.exported
        assert str(column.label)
        assert str(column.help)
        assert not (column.clear and column.kind is FieldKind.BOOLEAN)
        meant = {*column.misspellings.values(), *column.counterparts.values()}
        assert meant <= {*column.values, CLEAR} or not column.values
        kind = column.item if column.kind is FieldKind.LIST else column.kind
        assert all(matches(kind, text) for text in filter(None, column.example.split(";")))


@pytest.mark.parametrize(
    ("right", "wrong", "line", "said"),
    [
        (b"\ncolumns:\n", b"\ncolums:\n", 0, "“colums” is no key of this file. Did you mean “columns”?"),
        (b"kind: identifier", b"kind: number", 1, "number"),
        (b"label: {en: Username, ", b"label: {", 1, "en"),
        (b"label: {en: Username, fr: Identifiant}", b"label: {en: Username, fr: [Identifiant]}", 1, "Identifiant"),
        (b"file_bytes: 50000000", b"file_bytes: much", 1, "much"),
        (b"regions:\n", b"regions: null\n", 0, "not YAML"),
        (b"\nregions:\n", b"\nregions: !x\n", 0, "A tag"),
    ],
)
def test_a_wrong_importer_is_refused(right: bytes, wrong: bytes, line: int, said: str) -> None:
    raw = (SCHEMA / "handshake.yaml").read_bytes()
    assert right in raw
    broken_at = line or raw[: raw.index(right) + 1].count(b"\n") + 1
    with pytest.raises(SchemaBroken) as broken:
        read_importer(raw.replace(right, wrong, 1))

    assert str(broken.value).startswith(f"schema/handshake.yaml:{broken_at}: ") or said == "not YAML"
    assert said in str(broken.value) or said == "not YAML"


# ---- Formats


NEWER = [
    ("format: 2\nrequires: '>=9.1'\nfour_eyes: 2\n", 2, "graduand 9.1 or newer is needed here"),
    ("four_eyes: 2\nformat: 3\n", 2, "a newer graduand wrote this file"),
]


@pytest.mark.parametrize(("text", "line", "said"), NEWER)
def test_an_older_program_says_what_it_lacks_before_it_stumbles_on_a_key(text: str, line: int, said: str) -> None:
    for read, path in ((read_institution, "institution"), (read_importer, "handshake")):
        with pytest.raises(NewerSchema) as newer:
            read(text.encode())

        assert str(newer.value).startswith(f"schema/{path}.yaml:{line}: {said}, and this is {__version__}.")
        assert newer.value.exit_code is Exit.REPOSITORY


@pytest.mark.parametrize("required", [">=0.2", ">= 0.2", ">=0.1.9", ">=0"])
def test_a_program_reads_what_asks_for_it_or_for_an_older_one(required: str) -> None:
    assert read_institution(f"requires: '{required}'\nformat: 2\n".encode()).format == FORMAT


def test_versions_are_compared_as_numbers() -> None:
    assert parts_of("0.10") > parts_of("0.9.12") > parts_of("0.9")
    assert parts_of("1.2.3.dev4") == (1, 2, 3)


def test_a_section_that_an_older_file_lacks_is_the_shipped_one(school: School) -> None:
    raw = (SCHEMA / "handshake.yaml").read_bytes()
    older = re.sub(rb"(?ms)^(format|requires|mail_providers|messages):.*?(?=^\w|\Z)", b"", raw)
    assert b"\nmessages" not in older

    assert read_importer(older) == replace(school.importer, format=1)


def test_a_file_of_the_past_may_hold_what_is_unknown_today() -> None:
    raw = (SCHEMA / "handshake.yaml").read_bytes() + b"\nmoons: [Io]\n"
    assert read_importer(raw, is_past=True).columns
    assert read_institution(b"moons: 4\nlimits: {moons: 3}\n", is_past=True) == Institution()

    with pytest.raises(SchemaBroken, match="“moons” is no key of this file"):
        read_importer(raw)


# ---- Both together


def test_a_region_has_its_own_year_column_and_its_own_columns(school: School, american: School) -> None:
    assert (school.year, american.year) == ("institution_year_name", "school_year_name")
    for here, there in ((school, american), (american, school)):
        assert here.year in here.fields
        assert there.year not in here.fields
        assert set(here.required_columns) <= set(here.columns)
    assert "Alumni" in american.year_values
    assert not school.year_values
    assert school.groups >= {
        "primary_education",
        "hometown_location_attributes",
        "transition",
        "transition:account",
        "transition:left",
        "transition:personal_email",
        "transition:sso",
    }


def test_a_school_may_ask_for_other_columns_but_not_for_unknown_ones(school: School) -> None:
    own = replace(school.institution, required_columns=("username",), year_values=("Alumni",))
    assert (("username",), ("Alumni",)) == (
        school_of(own, school.importer).required_columns,
        school_of(own, school.importer).year_values,
    )

    with pytest.raises(SchemaBroken, match=r"institution\.yaml:1: .*“school_year_name”, which is no column"):
        school_of(replace(own, required_columns=("school_year_name",)), school.importer)


@pytest.mark.parametrize(
    ("domain", "is_other"),
    [
        ("valmont.example", False),
        ("alumni.valmont.example", False),
        ("gmail.com", False),
        ("courriel.example", False),
        ("mit.edu", True),
        ("alum.mit.edu", True),
        ("ox.ac.uk", True),
        ("student.unimelb.edu.au", True),
        ("univ-paris1.fr", True),
        ("etu.univ-lyon2.fr", True),
        ("sister.example", True),
        ("post.sister.example", True),
        ("notedu", False),
        ("ac.uk.example", False),
        ("", False),
    ],
)
def test_the_domains_of_other_institutions_are_known(domain: str, is_other: bool, school: School) -> None:  # noqa: FBT001 - a parameter
    own = replace(school.institution, other_institutions=("sister.example",))

    assert school_of(own, school.importer).is_other_institution(domain) is is_other


def test_patterns_of_domains_match_whole_labels() -> None:
    assert "b.a.example" in Domains(("a.example",))
    assert "b.example" not in Domains(("a.example",))
    assert "b.example" not in Domains(())
    assert "x.univ-a.fr" in Domains(("univ-*.fr",))
    assert "univ-a.fr.example" not in Domains(("univ-*.fr",))


def test_an_own_domain_is_never_another_institutions(school: School) -> None:
    own = replace(school.institution, own_domains=("valmont.edu",))
    here = school_of(own, school.importer)

    assert not here.is_other_institution("valmont.edu")
    assert here.is_other_institution("other.edu")


# ---- What a record tells


def test_a_record_answers_for_what_it_holds_and_for_what_it_does_not() -> None:
    record = Record(
        "records/2026-spring/45/12345.yaml",
        {
            "username": "12345",
            "email_address": "a@b@Courriel.EXAMPLE",
            "primary_education:major_names": ("a", "b"),
            "primary_education:minor_names": CLEAR,
            END: "2026-06-15",
            ATTENDING: "true",
            "transition:kind": "graduated",
        },
    )
    assert (record.username, record.cohort, record.domain) == ("12345", "2026-spring", "courriel.example")
    assert (record.graduated, record.returned, record.stays, record.ends) == (True, False, True, "2026-06-15")
    assert (record.texts("primary_education:major_names"), record.texts("primary_education:minor_names")) == (
        ("a", "b"),
        (),
    )
    assert (record.text("primary_education:major_names"), record.text("gender")) == ("", "")
    leaves = record._replace(path="records/2026-spring/12345.yaml", values={**record.values, ATTENDING: "false"})
    assert (leaves.graduated, leaves.stays, leaves.cohort) == (True, False, "2026-spring")
    empty = Record("records/x.yaml", {})
    assert (empty.username, empty.cohort, empty.domain, empty.ends, empty.texts("x")) == ("", "", "", "", ())
    back = Record("x", {"transition:kind": "returned", ATTENDING: "true", END: CLEAR})
    assert (back.graduated, back.returned, back.stays, back.ends) == (False, True, False, "")


def test_findings_stand_in_the_order_of_the_files_and_their_lines() -> None:
    places = [("b", 1, 1), ("a", 10, 1), ("a", 2, 5), ("a", 2, 1)]
    findings = [Finding("GR1", Severity.ERROR, *place, "", "", "") for place in places]

    assert [found[2:5] for found in in_order(findings)] == sorted(places)


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        (FieldKind.IDENTIFIER, ["0", "00412345", "m.okafor", "12:30", "a@b", "~"], ["", "a b", "é", "a\n", "\u0661"]),
        (
            FieldKind.EMAIL,
            ["a@b.co", "a.b+c@d-e.example", "o'brien@valmont.example", "a@xn--caf-dma.example"],
            [
                "",
                "a",
                "a@b",
                "a@@b.co",
                "a@b@c.co",
                ".a@b.co",
                "a.@b.co",
                "a@b.co.",
                "a@-b.co",
                "a b@c.co",
                "a@b.c",
                "é@b.co",
            ],
        ),
        (FieldKind.PHONE, ["0639981207", "+33639981207"], ["", "+", "06 39", "0-6", "\u0661"]),
        (
            FieldKind.DATE,
            ["2026-06-15", "0000-00-00"],
            ["", "2026-6-5", "2026-06-15 ", "15/06/2026", "\u0662026-06-15"],
        ),
        (FieldKind.BOOLEAN, ["true", "false"], ["", "True", "TRUE", "yes", "1", "true\n"]),
        (
            FieldKind.GPA,
            ["0", "3.4", "3.47", "4", "4.0", "4.00"],
            ["", "4.01", "5", "3.", ".5", "3.475", "-1", "3,4", "13"],
        ),
        (FieldKind.TEXT, ["", "anything\n"], []),
    ],
)
def test_a_kind_knows_its_texts(kind: FieldKind, right: list[str], wrong: list[str]) -> None:
    assert [text for text in right if not matches(kind, text)] == []
    assert [text for text in wrong if matches(kind, text)] == []
