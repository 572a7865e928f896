from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from graduand.records.paths import CROWD, file_name, record_path, username_of

USERNAMES = st.text(st.characters(exclude_categories=["Cs"]))

NAMES = {
    "00412345": "00412345.yaml",
    "m.okafor": "m.okafor.yaml",
    "A_b-c@d": "A_b-c@d.yaml",
    "x": "x.yaml",
    "con": "%63on.yaml",
    "CON.x": "%43ON.x.yaml",
    "aux": "%61ux.yaml",
    "Com7.tar.gz": "%43om7.tar.gz.yaml",
    "lpt0": "%6Cpt0.yaml",
    "con1": "con1.yaml",
    "com10": "com10.yaml",
    "icon": "icon.yaml",
    "end.": "end%2E.yaml",
    ".hidden": "%2Ehidden.yaml",
    "-rf": "%2Drf.yaml",
    "a-": "a%2D.yaml",
    ".": "%2E.yaml",
    "..": "%2E%2E.yaml",
    "../../x": "%2E.%2F..%2Fx.yaml",
    "/etc/passwd": "%2Fetc%2Fpasswd.yaml",
    "a\\b": "a%5Cb.yaml",
    "12:30": "12%3A30.yaml",
    "50%": "50%25.yaml",
    "%41": "%2541.yaml",
    "é": "%C3%A9.yaml",
    "e\u0301": "e%CC%81.yaml",
    "😀": "%F0%9F%98%80.yaml",
    "a b": "a%20b.yaml",
    " ": "%20.yaml",
    "a\nb\0": "a%0Ab%00.yaml",
    'a"*?<>|': "a%22%2A%3F%3C%3E%7C.yaml",
    "~a+b": "%7Ea%2Bb.yaml",
    "x.yaml": "x.yaml.yaml",
}


@pytest.mark.parametrize(("username", "name"), NAMES.items())
def test_a_file_name_is_one_that_every_system_can_bear(username: str, name: str) -> None:
    assert name == file_name(username)
    assert username == username_of(f"records/2026-spring/{name}")


@given(USERNAMES)
@example("")
@example("prn.")
@example("com\u00b9")
def test_every_username_has_a_safe_name_of_its_own(username: str) -> None:
    name = file_name(username)

    assert username == username_of(name) == username_of(record_path("a", username, 1))
    assert re.fullmatch(r"(?:[A-Za-z0-9_@%](?:[A-Za-z0-9_@%.-]*[A-Za-z0-9_@%])?)?\.yaml", name)
    assert not re.match(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])\.", name, re.IGNORECASE)


def test_two_spellings_of_a_name_are_two_files() -> None:
    assert file_name("é") != file_name("e\u0301")


@pytest.mark.parametrize(
    ("username", "people", "path"),
    [
        ("00412345", 1, "records/2026-spring/00412345.yaml"),
        ("00412345", CROWD, "records/2026-spring/00412345.yaml"),
        ("00412345", CROWD + 1, "records/2026-spring/45/00412345.yaml"),
        ("x", CROWD + 1, "records/2026-spring/x/x.yaml"),
        ("a..", CROWD + 1, "records/2026-spring/%2E%2E/a.%2E.yaml"),
        ("a/b", CROWD + 1, "records/2026-spring/%2Fb/a%2Fb.yaml"),
        ("12:3", CROWD + 1, "records/2026-spring/%3A3/12%3A3.yaml"),
    ],
)
def test_a_cohort_above_the_crowd_gets_a_second_level(username: str, people: int, path: str) -> None:
    assert CROWD == 500
    assert path == record_path("2026-spring", username, people)


@given(USERNAMES.filter(bool))
def test_the_second_level_is_a_plain_folder(username: str) -> None:
    parts = record_path("a", username, CROWD + 1).split("/")

    assert ["records", "a", file_name(username)] == [*parts[:2], parts[3]]
    assert parts[2].strip(".")
    assert not parts[2].startswith((".", "-"))
    assert not parts[2].endswith(".")
