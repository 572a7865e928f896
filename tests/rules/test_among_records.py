"""What is wrong among records: found in every file that is concerned, each naming the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from graduand.records.paths import CROWD
from tests.rules.judged import GRADUATE, HERE, RETURNER, but, judged, other, quoted

if TYPE_CHECKING:
    from pathlib import Path

THERE: Final = "2025-autumn/00412346.yaml"
YONDER: Final = "2024-autumn/00412347.yaml"


def with_(text: str, line: str) -> str:
    return but(text, ("primary", f"{line}\nprimary"))


def formerly(text: str, username: str) -> str:
    return f'{text}  previous_username: "{username}"\n'


def three(*texts: str) -> dict[str, str]:
    """Return the files of three people called 00412345, 00412346 and 00412347."""
    return dict(zip((HERE, THERE, YONDER), texts, strict=True))


ME, SECOND = GRADUATE, other(GRADUATE)
THIRD: Final = other(GRADUATE, "00412347", "third@mail.example")
SHARED: Final = {
    "a username in three cases": (
        "GR402",
        {
            "2026-spring/ab.yaml": but(ME, ("00412345", "ab")),
            "2025-autumn/AB.yaml": but(SECOND, ("00412346", "AB")),
            "2024-autumn/Ab.yaml": but(THIRD, ("00412347", "Ab")),
        },
    ),
    "an address in three cases": (
        "GR403",
        three(
            but(ME, ("chloe.dupont@valmont.example", "shared@mail.example")),
            but(SECOND, ("other@mail", "Shared@mail")),
            but(THIRD, ("third@mail.example", "SHARED@MAIL.EXAMPLE")),
        ),
    ),
    "a card": ("GR404", three(*(with_(text, "card_id: ab12") for text in (ME, SECOND, THIRD)))),
    "a login in three cases": (
        "GR405",
        three(
            *(
                with_(text, f"auth_identifier: {login}")
                for text, login in zip((ME, SECOND, THIRD), ("me", "Me", "ME"), strict=True)
            )
        ),
    ),
    "a former username in two cases": (
        "GR406",
        three(formerly(ME, "A1"), formerly(SECOND, "a1"), formerly(THIRD, "A1")),
    ),
}


@pytest.mark.parametrize(("rule", "files"), SHARED.values(), ids=SHARED)
def test_three_who_share_it_are_all_told_of_both_others(tmp_path: Path, rule: str, files: dict[str, str]) -> None:
    found = judged(tmp_path, files)
    paths = {f"records/{path}" for path in files}

    assert [(one.rule, one.path) for one in found] == [(rule, path) for path in sorted(paths)]
    for one in found:
        assert {path for path in paths if path in one.message} == paths - {one.path}
        assert one.line > (rule != "GR402")


@pytest.mark.parametrize(("people", "rest"), [(4, 0), (5, 1), (9, 1)])
def test_of_a_crowd_three_are_named_and_the_rest_is_an_ellipsis(tmp_path: Path, people: int, rest: int) -> None:
    everybody = range(people)
    files = {f"2026-spring/p{n}.yaml": with_(other(ME, f"p{n}", f"p{n}@mail.example"), "card_id: c") for n in everybody}
    said = judged(tmp_path, files)[0].message

    assert quoted(said) == ["c"]
    assert [n for n in everybody if f"records/2026-spring/p{n}.yaml" in said] == [1, 2, 3]
    assert said.count("…") == rest


CHAINS: Final = {
    "a username handed on": (
        three(formerly(ME, "00412346"), formerly(SECOND, "00412347"), formerly(THIRD, "old")),
        [THERE, HERE],
    ),
    "two usernames exchanged": (three(formerly(ME, "00412346"), formerly(SECOND, "00412345"), THIRD), [THERE, HERE]),
    "one's own": (three(formerly(ME, "00412345"), SECOND, THIRD), [HERE]),
    "another's in capitals": (
        {HERE: formerly(ME, "CDUPONT"), "2026-spring/cdupont.yaml": but(SECOND, ("00412346", "cdupont"))},
        [HERE],
    ),
    "another's in small letters": (
        {HERE: formerly(ME, "cdupont"), "2026-spring/CDUPONT.yaml": but(SECOND, ("00412346", "CDUPONT"))},
        [HERE],
    ),
    "nobody's": (three(formerly(ME, "00000001"), formerly(SECOND, "00000002"), THIRD), []),
}


@pytest.mark.parametrize(("files", "wrong"), CHAINS.values(), ids=CHAINS)
def test_a_former_username_is_nobodys_present_one(tmp_path: Path, files: dict[str, str], wrong: list[str]) -> None:
    found = judged(tmp_path, files)

    assert [(one.rule, one.path) for one in found] == [("GR406", f"records/{path}") for path in wrong]


ALONE: Final = {
    "what is to be wiped is nobody's": three(*(with_(text, 'card_id: "**CLEAR**"') for text in (ME, SECOND, THIRD))),
    "an additional address of two": three(
        *(with_(text, "additional_email_addresses: [home@mail.example]") for text in (ME, SECOND, THIRD))
    ),
    "namesakes who both leave": {HERE: ME, THERE: but(SECOND, ("Martin", "Dupont"))},
    "people of one name alone": {
        HERE: but(ME, ("last_name: Dupont\n", "")),
        THERE: but(other(RETURNER, address="x@valmont.example"), ("last_name: Martin\n", "")),
    },
    "a username that is another's login": three(with_(ME, "auth_identifier: '00412346'"), SECOND, THIRD),
}


@pytest.mark.parametrize("files", ALONE.values(), ids=ALONE)
def test_nothing_is_shared_here(tmp_path: Path, files: dict[str, str]) -> None:
    assert {one.rule for one in judged(tmp_path, files)} <= {"GR105", "GR133"}


def test_a_name_counts_as_one_whatever_its_accents_and_hyphens(tmp_path: Path) -> None:
    back = but(other(RETURNER, address="m@valmont.example"), ("Chloé", "Chloe"), ("Martin", "D'Aubigny Roux"))
    files = {HERE: but(ME, ("Dupont", "d’Aubigny-Roux")), "2026-autumn/00412346.yaml": back}

    first, second = judged(tmp_path, files)

    assert (first.rule, quoted(first.message)) == ("GR407", ["Chloe D'Aubigny Roux"])
    assert (second.rule, quoted(second.message)) == ("GR407", ["Chloé d’Aubigny-Roux"])
    assert second.path in first.message
    assert first.path in second.message


def test_a_file_that_cannot_be_read_hides_nothing_among_the_others(tmp_path: Path) -> None:
    files = three(with_(ME, "card_id: c"), with_(SECOND, "card_id: c"), "a: [")

    assert [(one.rule, one.path) for one in judged(tmp_path, files)] == [
        ("GR007", f"records/{YONDER}"),
        ("GR404", f"records/{THERE}"),
        ("GR404", f"records/{HERE}"),
    ]


def test_a_cohort_gets_a_second_level_above_the_crowd_and_not_before(tmp_path: Path) -> None:
    names = [f"p{number:04}" for number in range(CROWD + 1)]
    files = {f"2026-spring/{name}.yaml": other(ME, name, f"{name}@mail.example") for name in names[:-1]}
    assert judged(tmp_path, files) == ()

    found = judged(tmp_path, {f"2026-spring/{names[-1]}.yaml": other(ME, names[-1], "last@mail.example")})
    assert {one.rule for one in found} == {"GR017"}
    assert len(found) == CROWD + 1
    assert quoted(found[0].message) == ["records/2026-spring/00"]
    assert "501" in found[0].message


def test_a_record_without_a_username_belongs_nowhere_in_particular(tmp_path: Path) -> None:
    text = but(ME, ('username: "00412345"\n', ""))

    assert [one.rule for one in judged(tmp_path, {"2026-spring/45/00412345.yaml": text})] == ["GR104"]
