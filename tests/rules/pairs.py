"""Every rule of the book by example: a text that breaks it and no other, marked where, and a sound one close to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from tests.rules.judged import CLOSED, GRADUATE, HERE, MARK, RETURNER, but, other

if TYPE_CHECKING:
    from collections.abc import Mapping


class Pair(NamedTuple):
    """A text that breaks one rule where it is marked, and one close to it that breaks none."""

    bad: str | Mapping[str, str]
    good: str | Mapping[str, str]
    field: str
    settings: str = "language: en"


def swap(base: str, line: str, bad: str, good: str, field: str) -> Pair:
    """Return the pair that differs in one line of `base`."""
    return Pair(but(base, (line, bad)), but(base, (line, good)), field)


def first_name(bad: str, good: str) -> Pair:
    return swap(GRADUATE, "Chloé", f"{MARK}{bad}", good, "first_name")


def last_name(bad: str, good: str) -> Pair:
    return swap(GRADUATE, "Dupont\n", f"{MARK}{bad}\n", f"{good}\n", "last_name")


def address(bad: str, good: str) -> Pair:
    return swap(GRADUATE, "chloe.dupont@valmont.example", f"{MARK}{bad}", good, "email_address")


def column(name: str, bad: str, good: str) -> Pair:
    """Return the pair of a column that the record does not hold otherwise."""
    field, _colon, index = name.partition("/")
    key = f"{field}:{index}" if index else field
    end = "primary_education:\n"
    return swap(GRADUATE, end, f"{field}:{bad}\n{end}", f"{field}:{good}\n{end}", key)


def study(name: str, bad: str, good: str) -> Pair:
    """Return the pair of a column below primary_education."""
    field, _colon, index = name.partition("/")
    key = f"primary_education:{field}:{index}" if index else f"primary_education:{field}"
    end = "transition:\n"
    return swap(GRADUATE, end, f"  {field}:{bad}\n{end}", f"  {field}:{good}\n{end}", key)


def why(bad: str, good: str, field: str, base: str = GRADUATE) -> Pair:
    """Return the pair of what stands at the end of the transition."""
    return Pair(f"{base}{bad}\n", f"{base}{good}\n", f"transition:{field}")


def two(bad: tuple[str, str], good: tuple[str, str], field: str) -> Pair:
    """Return the pair of two people, the second one called 00412346."""
    there = "2025-autumn/00412346.yaml"
    return Pair({HERE: bad[0], there: bad[1]}, {HERE: good[0], there: good[1]}, field)


PHONE = but(GRADUATE, ("primary_education:\n", "mobile_number: +33612345678\nprimary_education:\n"))
EXEMPTED = f"{PHONE}  waive:\n    - rule: GR126\n      reason: abroad\n      until: 2026-07-01\n      by: registrar\n"
MARTIN = other(GRADUATE)


def exempted(old: str, new: str, base: str = EXEMPTED) -> str:
    return but(base, (old, new))


PLAIN = exempted("mobile_number: +33612345678", "mobile_number: 0612345678")
PERSONAL = ("chloe.dupont@valmont.example", "c.dupont@mail.example")
LAB = "deactivation: {reasons: [cleaning-up]}"
CLEANED = but(CLOSED, ("requested-by-student", "cleaning-up"), ("disabled: ", f"disabled: {MARK}"))
DROIT = "\n    - Droit"

PAIRS: Final[dict[str, Pair]] = {
    # the file; the reader finds these
    "GR001 a file of more than 64 KB": Pair(
        f"{MARK}{GRADUATE}# {'x' * 65_536}\n", f"{GRADUATE}# {'x' * (65_536 - len(GRADUATE.encode()) - 3)}\n", ""
    ),
    "GR002 an accent of Windows": Pair(but(GRADUATE, ("Chloé", f"Chlo{MARK}\udce9")), GRADUATE, ""),
    "GR003 a byte order mark": Pair(f"{MARK}\ufeff{GRADUATE}", f"# Chloé\n{GRADUATE}", ""),
    "GR004 a line end of Windows": Pair(but(GRADUATE, ("Chloé\n", f"Chloé{MARK}\r\n")), GRADUATE, ""),
    "GR005 a tab": Pair(but(GRADUATE, ("Chloé", f"Chloé{MARK}\t")), but(GRADUATE, ("Chloé", "Chloé   ")), ""),
    "GR006 an unfinished merge": Pair(f"{GRADUATE}{MARK}=======\n", f"{GRADUATE}# =======\n", ""),
    "GR007 a colon inside a text": Pair(
        but(GRADUATE, ("Chloé", f"Chloé{MARK}: x")), but(GRADUATE, ("Chloé", '"Chloé: x"')), ""
    ),
    "GR008 a key twice": Pair(f"{GRADUATE}{MARK}first_name: Chloé\n", f"{GRADUATE}# first_name: Chloé\n", "first_name"),
    "GR009 the word for wipe without quotes": Pair(
        but(GRADUATE, ("2022-09-01", f"{MARK}**CLEAR**")), but(GRADUATE, ("2022-09-01", '"**CLEAR**"')), ""
    ),
    "GR010 a tag": Pair(but(GRADUATE, ("Chloé", f"{MARK}!!str Chloé")), but(GRADUATE, ("Chloé", '"!!str Chloé"')), ""),
    "GR011 a first line of a document": Pair(f"{MARK}---\n{GRADUATE}", f"# ---\n{GRADUATE}", ""),
    "GR012 a text for a list": study("major_names", f" {MARK}Droit", " [Droit]"),
    "GR013 an empty value": study("major_names", f" {MARK}[]", " [Droit]"),
    "GR014 something else in the folder": Pair(
        {HERE: GRADUATE, "2026-spring/list.txt": f"{MARK}-"}, {HERE: GRADUATE, "2026-spring/README.md": "-"}, ""
    ),
    "GR016 a file that is named otherwise": Pair(
        {"2026-spring/12%3a30.yaml": but(GRADUATE, ("00412345", "12:30"), ("username: ", f"username: {MARK}"))},
        {"2026-spring/12%3A30.yaml": but(GRADUATE, ("00412345", "12:30"))},
        "username",
    ),
    "GR017 a folder deeper than the cohort needs": Pair(
        {"2026-spring/45/00412345.yaml": but(GRADUATE, ("username: ", f"username: {MARK}"))}, GRADUATE, "username"
    ),
    # columns and values
    "GR101 a key that nobody knows": swap(
        GRADUATE, "transition:\n", f"{MARK}shoe_size: 42\ntransition:\n", "gender: 42\ntransition:\n", "shoe_size"
    ),
    "GR102 a column of old": swap(
        GRADUATE, "first", f"{MARK}opt_cpt_eligible: true\nfirst", "veteran: true\nfirst", "opt_cpt_eligible"
    ),
    "GR103 the year of the other region": swap(
        GRADUATE,
        "primary",
        f"{MARK}school_year_name: Alumni\nprimary",
        "institution_year_name: Alumni\nprimary",
        "school_year_name",
    ),
    "GR104 no first name": swap(f"{MARK}{GRADUATE}", "first_name: Chloé\n", "", "first_name: C\n", "first_name"),
    "GR105 no last name in Europe": swap(f"{MARK}{GRADUATE}", "last_name: Dupont\n", "", "last_name: D\n", "last_name"),
    "GR106 a leap day in another year": swap(
        GRADUATE, "2026-06-15", f"{MARK}2025-02-29", "2024-02-29", "primary_education:end_date"
    ),
    "GR107 a capital letter in true": column("athlete", f" {MARK}True", " true"),
    "GR108 more than the best average": study("cumulative_gpa", f" {MARK}4.01", " 4.00"),
    "GR109 a level in small letters": study("education_level_name", f" {MARK}bachelors", " Bachelors"),
    "GR110 a name of 51 letters": first_name("é" * 51, "é" * 50),
    "GR111 figures in a name": first_name("Louis 14", "Louis XIV"),
    "GR112 true wiped": column("athlete", f' {MARK}"**CLEAR**"', " false"),
    "GR112 the username wiped": swap(GRADUATE, '"00412345"', f'{MARK}"**CLEAR**"', '"00412345"', "username"),
    "GR113 nearly the word for wipe": column("campus_name", f' {MARK}"**Clear**"', " Clear"),
    "GR113 the word for wipe with blanks": column("gender", f' {MARK}"** clear **"', ' "**Clearly**"'),
    "GR114 a joiner between Latin letters": first_name('"Chlo\\u200dé"', "क्\u200dषमा"),
    "GR115 a blank at the end": column("campus_name", f' {MARK}"Lac "', " Lac du Nord"),
    "GR116 a hyphen at the beginning": column("campus_name", f' {MARK}"-Nord"', " Nord-Est"),
    "GR117 a semicolon in an item": study("major_names/0", f"\n    - {MARK}Droit; Histoire", "\n    - Droit, Histoire"),
    "GR118 an accent apart from its letter": first_name("Chloe\u0301", "Chlo\u00e9"),
    "GR119 a blank in an identifier": column("auth_identifier", f" {MARK}c dupont", " c.dupont"),
    "GR120 two lines": column("campus_name", f' {MARK}"Lac\\nNord"', ' "Lac\\\\nNord"'),
    "GR121 a major twice": study("major_names/1", f"{DROIT}\n    - {MARK}Droit", f"{DROIT}\n    - Droits"),
    "GR121 an address twice, in two cases": column(
        "additional_email_addresses/1",
        f"\n  - c@mail.example\n  - {MARK}C@Mail.Example",
        "\n  - c@mail.example\n  - d@mail.example",
    ),
    "GR123 a main major among no majors": study(
        "primary_major_name", f" {MARK}Droits\n  major_names: [Droit]", " Droit\n  major_names: [Droit]"
    ),
    "GR124 a comma in one of two colleges": study(
        "college_names/0", f"\n    - {MARK}Arts, Lettres\n    - Droit", "\n    - Arts, Lettres"
    ),
    "GR125 blanks in a phone number": column("mobile_number", f" {MARK}06 12 34 56 78", " 0612345678"),
    "GR126 eleven figures": column("mobile_number", f" {MARK}+33612345678", " +3312345678"),
    "GR127 a Cyrillic letter in a Latin word": last_name("Dup\u043ent", "Дюпон Dupont"),
    "GR128 a major in capitals": study("minor_names/0", f"\n    - {MARK}DROIT PUBLIC", "\n    - STAPS"),
    "GR129 a level that America does not list": study("education_level_name", f" {MARK}Licence 3", " Masters"),
    "GR131 labels": swap(
        GRADUATE,
        "first",
        f"system_label_names:\n  {MARK}- Mention bien\nfirst",
        "additional_email_addresses:\n  - c@mail.example\nfirst",
        "system_label_names",
    ),
    "GR133 minors wiped": study("minor_names", f' {MARK}"**CLEAR**"', " [Droit]"),
    # dates and study
    "GR201 an end before the start": swap(
        GRADUATE, "2026-06-15", f"{MARK}2022-08-31", "2022-09-01", "primary_education:end_date"
    ),
    "GR202 graduated on no day": Pair(
        but(GRADUATE, ("  end_date: 2026-06-15\n", ""), ("  start", f"  {MARK}start")),
        but(
            GRADUATE,
            ("  end_date: 2026-06-15\n", "  currently_attending: true\n"),
            ("primary", "institution_year_name: Master 1\nprimary"),
        ),
        "primary_education:end_date",
    ),
    "GR203 graduated in another year": column("institution_year_name", f" {MARK}Master 2", " Alumni"),
    "GR204 returned, the year wiped": swap(
        RETURNER, ": Master 1", f': {MARK}"**CLEAR**"', ": M1", "institution_year_name"
    ),
    "GR205 returned without a start": Pair(
        but(RETURNER, ("  start_date: 2025-09-01\n  end", f"  {MARK}end")), RETURNER, "primary_education:start_date"
    ),
    "GR206 returned as an alumnus": swap(RETURNER, "Master 1", f"{MARK}Alumni", "Master 2", "institution_year_name"),
    "GR207 an alumna who stays": Pair(
        but(
            GRADUATE,
            ("transition", f"  currently_attending: {MARK}true\ntransition"),
            ("primary", "institution_year_name: Alumni\nprimary"),
        ),
        but(
            GRADUATE,
            ("transition", "  currently_attending: false\ntransition"),
            ("primary", "institution_year_name: Alumni\nprimary"),
        ),
        "primary_education:currently_attending",
    ),
    "GR208 returned and not studying": swap(
        RETURNER,
        "transition",
        f"  currently_attending: {MARK}false\ntransition",
        "  currently_attending: true\ntransition",
        "primary_education:currently_attending",
    ),
    "GR209 an end without a start": swap(
        GRADUATE,
        "start_date: 2022-09-01\n  end_date: ",
        f"end_date: {MARK}",
        'start_date: "**CLEAR**"\n  end_date: ',
        "primary_education:end_date",
    ),
    "GR210 returned without an end": Pair(
        but(RETURNER, ("  end_date: 2027-06-30\n", ""), ("  start", f"  {MARK}start")),
        RETURNER,
        "primary_education:end_date",
    ),
    "GR211 graduated tomorrow": swap(
        GRADUATE, "2026-06-15", f"{MARK}2026-07-02", "2026-07-01", "primary_education:end_date"
    ),
    "GR212 stays in no year": Pair(
        but(GRADUATE, ("transition", f"  currently_attending: {MARK}true\ntransition")),
        but(
            GRADUATE,
            ("transition", "  currently_attending: true\ntransition"),
            ("primary", "institution_year_name: Master 1\nprimary"),
        ),
        "primary_education:currently_attending",
    ),
    "GR213 seventy-one years ago": swap(
        GRADUATE, "2022-09-01", f"{MARK}1955-09-01", "1956-09-01", "primary_education:start_date"
    ),
    "GR214 returned to a study that is over": swap(
        RETURNER, "2027-06-30", f"{MARK}2026-06-30", "2026-07-01", "primary_education:end_date"
    ),
    # addresses
    "GR301 half a domain": address("chloe@mail", "chloe@mail.example"),
    "GR302 another university": address("chloe@univ-lyon.fr", "chloe@univ.example"),
    "GR304 an unknown subdomain": address("chloe@etu.valmont.example", "chloe@alumni.valmont.example"),
    "GR305 returned with a personal address": swap(
        RETURNER, PERSONAL[0], f"{MARK}{PERSONAL[1]}", "c.dupont@alumni.valmont.example", "email_address"
    ),
    "GR306 the main address once more": column(
        "additional_email_addresses/0", f"\n  - {MARK}Chloe.Dupont@valmont.example", "\n  - c.dupont@valmont.example"
    ),
    "GR306 the main address in small letters": Pair(
        but(GRADUATE, ("chloe", "Chloe"), ("first", f"additional_email_addresses:\n  - {MARK}{PERSONAL[0]}\nfirst")),
        but(GRADUATE, ("chloe", "Chloe"), ("first", f"additional_email_addresses:\n  - {PERSONAL[1]}\nfirst")),
        "additional_email_addresses:0",
    ),
    "GR308 an adviser from elsewhere": column(
        "assigned_to_email_address", f" {MARK}adviser@mail.example", " adviser@valmont.example"
    ),
    "GR309 two letters swapped": address("chloe@gmial.com", "chloe@gmail.com"),
    "GR310 an additional address of the school, and the mailbox closes": Pair(
        but(GRADUATE, PERSONAL, ("first", f"additional_email_addresses:\n  - {MARK}c.dupont@valmont.example\nfirst"))
        + "  keeps_school_email: false\n",
        but(GRADUATE, PERSONAL, ("first", "additional_email_addresses:\n  - c.dupont@valmont.example\nfirst"))
        + "  keeps_school_email: true\n",
        "additional_email_addresses:0",
    ),
    # identity
    "GR401 one username in two cohorts": Pair(
        {
            HERE: but(GRADUATE, ("username: ", f"username: {MARK}")),
            "2025-autumn/00412345.yaml": but(MARTIN, ('"00412346"', f'{MARK}"00412345"')),
        },
        {HERE: GRADUATE, "2025-autumn/00412346.yaml": MARTIN},
        "username",
    ),
    "GR402 a capital letter apart": Pair(
        {
            "2026-spring/cdupont.yaml": but(GRADUATE, ('"00412345"', f"{MARK}cdupont")),
            "2026-spring/CDupont.yaml": but(MARTIN, ('"00412346"', f"{MARK}CDupont")),
        },
        {
            "2026-spring/cdupont.yaml": but(GRADUATE, ('"00412345"', "cdupont")),
            "2026-spring/CDupond.yaml": but(MARTIN, ('"00412346"', "CDupond")),
        },
        "username",
    ),
    "GR403 one address in two cases": two(
        (but(GRADUATE, ("chloe", f"{MARK}chloe")), but(MARTIN, ("other@mail", f"{MARK}CHLOE.DUPONT@valmont"))),
        (GRADUATE, but(MARTIN, ("other@mail", "chloe.dupont@mail"))),
        "email_address",
    ),
    "GR404 one card": two(
        (
            but(GRADUATE, ("primary", f'card_id: {MARK}"0077"\nprimary')),
            but(MARTIN, ("primary", f"card_id: {MARK}0077\nprimary")),
        ),
        (but(GRADUATE, ("primary", "card_id: 0077\nprimary")), but(MARTIN, ("primary", "card_id: 77\nprimary"))),
        "card_id",
    ),
    "GR405 one login": two(
        (
            but(GRADUATE, ("primary", f"auth_identifier: {MARK}dupont\nprimary")),
            but(MARTIN, ("primary", f"auth_identifier: {MARK}Dupont\nprimary")),
        ),
        (
            but(GRADUATE, ("primary", "auth_identifier: dupont\nprimary")),
            but(MARTIN, ("primary", "auth_identifier: dupond\nprimary")),
        ),
        "auth_identifier",
    ),
    "GR406 a former username that another has": two(
        (f'{GRADUATE}  previous_username: {MARK}"00412346"\n', MARTIN),
        (f'{GRADUATE}  previous_username: "00412347"\n', MARTIN),
        "transition:previous_username",
    ),
    "GR407 one name, gone and back": two(
        (
            but(GRADUATE, ("kind: ", f"kind: {MARK}")),
            but(
                other(RETURNER, address="c@valmont.example"),
                ("Chloé", "CHLOE"),
                ("Martin", "Dupont"),
                ("kind: ", f"kind: {MARK}"),
            ),
        ),
        (GRADUATE, other(RETURNER, address="c@valmont.example")),
        "transition:kind",
    ),
    "GR408 an address that is another's login": two(
        (
            but(GRADUATE, ("first", f"additional_email_addresses:\n  - {MARK}Other@mail.example\nfirst")),
            but(MARTIN, ("other@mail", "OTHER@mail")),
        ),
        (but(GRADUATE, ("first", "additional_email_addresses:\n  - another@mail.example\nfirst")), MARTIN),
        "additional_email_addresses:0",
    ),
    "GR409 the address as username": Pair(
        {
            "2026-spring/C@mail.example.yaml": but(
                GRADUATE,
                ("00412345", "C@mail.example"),
                (PERSONAL[0], "c@Mail.example"),
                ("username: ", f"username: {MARK}"),
            )
        },
        {
            "2026-spring/c@mail.example.yaml": but(
                GRADUATE, ("00412345", "c@mail.example"), (PERSONAL[0], "d@mail.example")
            )
        },
        "username",
    ),
    "GR410 a major that three others write otherwise": Pair(
        {
            HERE: but(GRADUATE, ("transition", f"  major_names:\n    - {MARK}Economie\ntransition")),
            **{
                f"2026-spring/{name}.yaml": but(
                    other(GRADUATE, name, f"{name}@mail.example"),
                    ("transition", "  major_names: [Économie]\ntransition"),
                )
                for name in ("a", "b", "c")
            },
        },
        {
            HERE: but(GRADUATE, ("transition", "  major_names: [Economie]\ntransition")),
            **{
                f"2026-spring/{name}.yaml": but(
                    other(GRADUATE, name, f"{name}@mail.example"),
                    ("transition", "  major_names: [Économie]\ntransition"),
                )
                for name in ("a", "b")
            },
        },
        "primary_education:major_names:0",
    ),
    "GR411 an address that is another's login still": two(
        (
            but(GRADUATE, ("chloe", f"{MARK}chloe")),
            but(MARTIN, ("first", "auth_identifier: Chloe.Dupont@valmont.example\nfirst")),
        ),
        (GRADUATE, but(MARTIN, ("first", "auth_identifier: chloe.martin@valmont.example\nfirst"))),
        "email_address",
    ),
    # the account
    "GR501 closed without a word": Pair(
        but(GRADUATE, ("transition", f"disabled: {MARK}true\ntransition")), CLOSED, "disabled"
    ),
    "GR502 closed for a reason to reopen": swap(
        CLOSED, "requested-by-student", f"{MARK}closed-by-mistake", "required-by-policy", "transition:account:reason"
    ),
    "GR503 a reason for nothing": Pair(
        but(CLOSED, ("disabled: true\n", ""), ("    reason", f"    {MARK}reason")), CLOSED, "transition:account"
    ),
    "GR504 returned and closed": Pair(
        but(RETURNER, ("transition", f"disabled: {MARK}true\ntransition"))
        + "  account: {reason: required-by-policy}\n",
        but(RETURNER, ("transition", "disabled: false\ntransition")) + "  account: {reason: returned}\n",
        "disabled",
    ),
    "GR505 closed within a year, unasked": Pair(
        but(CLEANED, ("2026-06-15", "2025-07-02")), but(CLEANED, ("2026-06-15", "2025-07-01")), "disabled", LAB
    ),
    "GR506 closed tomorrow": why(
        f"    effective_on: {MARK}2026-07-02", "    effective_on: 2026-07-01", "account:effective_on", CLOSED
    ),
    "GR508 on request of nobody": Pair(
        but(CLOSED, ("    requested_by: student\n", ""), ("reason: ", f"reason: {MARK}")),
        CLOSED,
        "transition:account:reason",
    ),
    "GR509 a person who died": swap(
        CLOSED, "requested-by-student", f"{MARK}deceased", "duplicate-account", "transition:account:reason"
    ),
    # the school's policy
    "GR601 loses the mailbox": Pair(
        but(GRADUATE, ("chloe", f"{MARK}chloe")) + "  keeps_school_email: false\n",
        but(GRADUATE, PERSONAL) + "  keeps_school_email: false\n",
        "email_address",
    ),
    "GR602 an answer that did not come": Pair(
        but(GRADUATE, ("chloe", f"{MARK}chloe"))
        + "  keeps_school_email: false\n  personal_email: {answer_by: 2026-06-30}\n",
        but(GRADUATE, PERSONAL) + "  keeps_school_email: false\n  personal_email: {answer_by: 2026-06-30}\n",
        "email_address",
    ),
    "GR603 an answer before the question": why(
        f"  personal_email: {{requested_on: 2026-04-01, answer_by: {MARK}2026-03-31}}",
        "  personal_email: {requested_on: 2026-04-01, answer_by: 2026-04-01}",
        "personal_email:answer_by",
    ),
    "GR604 loses the login, and does not stay": Pair(
        f"{GRADUATE}  keeps_sso: {MARK}false\n",
        but(
            GRADUATE,
            ("transition", "  currently_attending: true\ntransition"),
            ("primary", "institution_year_name: Master 1\nprimary"),
        )
        + "  keeps_sso: false\n",
        "transition:keeps_sso",
    ),
    "GR604 loses the login": why(f"  keeps_sso: {MARK}false", "  keeps_sso: true", "keeps_sso"),
    "GR605 an exemption until yesterday": Pair(
        exempted("until: 2026-07-01", f"until: {MARK}2026-06-30", PLAIN), EXEMPTED, "transition:waive:0:until"
    ),
    "GR606 an exemption from no rule": Pair(
        exempted("rule: GR126", f"rule: {MARK}GR999", PLAIN), EXEMPTED, "transition:waive:0:rule"
    ),
    "GR607 an exemption from nothing": Pair(exempted("- rule", f"- {MARK}rule", PLAIN), EXEMPTED, "transition:waive:0"),
    "GR608 an exemption by nobody": Pair(
        exempted("      by: registrar\n", "", exempted("- rule", f"- {MARK}rule", PLAIN)),
        EXEMPTED,
        "transition:waive:0",
    ),
}
