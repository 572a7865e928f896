"""A cell has one meaning, whatever the other cells of its column hold."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Final

import pytest

from graduand.intake.cell_values import CellError, ColumnValues
from graduand.intake.column_formats import ColumnFormat, national_length
from graduand.workspace import Workspace
from tests.intake.registrars import keep
from tests.repository import begin, graduand

if TYPE_CHECKING:
    from pathlib import Path

    from graduand.records.record import Value

UNUSUAL: Final = "=1+1  "
"""A cell that cannot be taken as it is, so that every cell of the column is read by itself."""
BREAKS: Final = {
    "username": ("00700102\n00700103", None),
    "first_name": ("Zoë\nMarie", "Zoë Marie"),
    "last_name": ("Obi\r\nRenner", "Obi Renner"),
    "email_address": ("chidi.obi@valmont.example\nchidi.renner@valmont.example", None),
    "mobile_number": ("0612345678\n0612345679", None),
    "card_id": ("C1\nC2", None),
}
"""By key: a cell with a line break, and the value that it gives; None: it is refused."""
PIECES: Final = (
    *("Zoë", "Marie", "00412345", "a.b@valmont.example", "x@mail.example", "0612345678", "O’Neil", "D'Arcy", "3.5E+7"),
    *(
        "\n",
        "\r\n",
        "\r",
        "\t",
        " ",
        "  ",
        "\u00a0",
        "\u2028",
        "\x0b",
        "\x1f",
        "\x85",
        "'",
        '"',
        "=",
        "+",
        "-",
        "@",
        ";",
    ),
    *("null", "n/a", "#REF!", "Ã©", "e\u0301", "\ufffd", "\u200b", "**CLEAR**", "(", ")", "."),
)


@pytest.fixture
def workspace(root: Path) -> Workspace:
    return Workspace(begin(root))


def value_of(workspace: Workspace, key: str, text: str, *others: str) -> Value | CellError | None:
    """Return what a cell means in a column with others."""
    texts = [text, *others]
    column = ColumnValues(ColumnFormat(workspace.school.fields[key]), workspace.school, texts)
    return text if column.unchanged else column[text]


@pytest.mark.parametrize("key", BREAKS)
def test_a_line_break_in_a_cell_is_a_blank_in_every_column(workspace: Workspace, key: str) -> None:
    text, wanted = BREAKS[key]

    for others in ((), (UNUSUAL,)):
        found = value_of(workspace, key, text, *others)
        assert isinstance(found, CellError) if wanted is None else found == wanted


@pytest.mark.parametrize("key", BREAKS)
def test_the_other_cells_of_a_column_do_not_change_what_a_cell_means(workspace: Workspace, key: str) -> None:
    choice = random.Random(key)
    for _number in range(400):
        text = "".join(choice.choices(PIECES, k=choice.randint(1, 4)))
        assert value_of(workspace, key, text) == value_of(workspace, key, text, UNUSUAL), text


@pytest.mark.parametrize(
    ("key", "cells"),
    [
        ("username", {"20419001.0": None, "20,419,001": None, "20 419 001": None, "NULL": "", "n.419.7": "n.419.7"}),
        ("username", {"nan": "", "nana": "nana", "(null)": "", "7.0": None, "a.0": "a.0"}),
        ("card_id", {"1e5": "1e5", "7.0E+5": None, "419&amp;7": "419&7", "12.345.678": None}),
        ("mobile_number", {"639980102.0": None, "tel:+33 (0)6 39 98 01 02": "+33639980102", "\\N": ""}),
        ("mobile_number", {"0033639980102": "+33639980102", "06.39.98.01.02": "0639980102", "+33 6 x": None}),
        ("mobile_number", {"06‐39–98 01 02": "0639980102", "0470/12.34.56": "0470123456", "12": None, "0": ""}),
        ("mobile_number", {"+225 07 12 34 56 78": "+2250712345678", "\u202a+32470123456\u202c": "+32470123456"}),
        (
            "username",
            {'"00700101"': "00700101", "(vide)": "", "n/a": "", "#VALEUR!": None, "####": None, "Err:502": None},
        ),
        ("username", {"O\\'Dowd": "O'Dowd", "o''dowd": "o'dowd", "unknown": ""}),
        ("last_name", {"Zo?": None, "?tienne": None, "#N/D": None, "#ÉPARS!": None, "“Aas”": "Aas", "n/a": "n/a"}),
        ("middle_name", {"n/a": "", "-": "", "Néant": "Néant", "néant": "", "à compléter": "", "#": ""}),
        ("majors", {"Litt?rature": None, "Quo vadis?": ("Quo vadis?",), "Law; law": ("Law",), "s.o.": ""}),
        ("majors", {'{"Law","Art, old"}': ("Law", "Art, old"), "['Law', 'Art']": ("Law", "Art"), "{Law}": ("Law",)}),
        (
            "majors",
            {
                "Art – Law - Law": ("Art – Law - Law",),
                "• Law\n• Art": ("Law", "Art"),
                "- Law\n- Art": ("Law", "Art"),
                "<li>Law</li><li>Art": ("Law", "Art"),
            },
        ),
        ("athlete", {"x": "true", "✓": "true", "T": "true", "0.0": "false", "O": "true", "?": "", "maybe": None}),
        ("first_name", {"NULL": None, "Nan": "Nan", "(null)": "", "No&euml;l": "Noël", "None": None}),
        ("first_name", {"M" * 100_001: None}),
        ("middle_name", {"NULL": "", "<null>": "", "Null": "Null"}),
        ("majors", {"Law;NULL;Music": ("Law", "Music"), "Fran&ccedil;ais": ("Français",), "None": ""}),
        ("email_address", {"Ivo <ivo@mail.example>": "ivo@mail.example", "NULL": "", "ivo@x <a@mail.example>": None}),
        ("start_date", {"1900-01-01": None, "9999-12-31": None, "0001-01-01": None, "2024-09-02Z": "2024-09-02"}),
        ("start_date", {"Mon, 02 Sep 2024": "2024-09-02", "lundi 2 septembre 2024": "2024-09-02"}),
        ("start_date", {"Mon Sep 02 00:00:00 CEST 2024": "2024-09-02", "Monday, September 2nd, 2024": "2024-09-02"}),
        ("start_date", {"1970-01-01": None, "2099-12-31": None, "2024-09-02T22:00:00Z": None, "200526": None}),
        ("start_date", {"2024-09-02 / 2025-09-01": None, "02/09/2024 (planned)": None, "45537.5": None}),
        ("start_date", {"1ER SEPTEMBRE 2024": "2024-09-01", "2024-09-02 14 h 30": "2024-09-02", "-/-": ""}),
        (
            "start_date",
            {"2024-09-02+0200": "2024-09-02", "mar. 3 mars 2026": "2026-03-03", "3 mars 2026": "2026-03-03"},
        ),
    ],
)
def test_what_programs_write_is_understood_or_refused(
    workspace: Workspace, key: str, cells: dict[str, Value | None]
) -> None:
    """A value of None: the cell is refused; "": it is blank."""
    name = next(name for name in workspace.school.fields if name.endswith(_KEYS.get(key, key)))
    for text, wanted in cells.items():
        for others in ((), (UNUSUAL,)):
            found = value_of(workspace, name, text, *others)
            assert isinstance(found, CellError) if wanted is None else found == (wanted or None), (text, found)


_KEYS: Final = {"majors": "major_names"}


@pytest.mark.parametrize(
    ("text", "wanted"), [("612345678", None), ("6 12 34 56 78", None), ("0032470123456", "+32470123456")]
)
def test_a_telephone_number_that_lost_its_zero_is_refused_among_others(
    workspace: Workspace, text: str, wanted: str | None
) -> None:
    others = [f"061234567{number}" for number in range(5)]
    length = national_length([*others, text])
    kept = ColumnFormat(workspace.school.fields["mobile_number"], length=length)
    padded = kept._replace(length=0, width=10)

    found, filled = (ColumnValues(one, workspace.school, [*others, text])[text] for one in (kept, padded))

    assert isinstance(found, CellError) if wanted is None else found == wanted
    assert filled == (wanted or "0612345678")


def test_no_record_is_made_with_a_line_break_that_check_refuses(root: Path) -> None:
    begin(root)
    rows = '00700101,zoe@mail.example,"Zoë\nMarie",Quarles\n"00700102\n00700103",chidi@mail.example,Chidi,Obi\n'
    path = keep(root, "class.csv", f"username,email_address,first_name,last_name\n{rows}".encode())

    ran = graduand(root, "intake", path, "--cohort", "2026-spring", "--kind", "graduated", "--apply", "--no-commit")

    assert "1 new, 0 changed, 0 identical, 1 refused." in ran.out
    assert "first_name: Zoë Marie\n" in (root / "records/2026-spring/00700101.yaml").read_text(encoding="utf-8")
    assert graduand(root, "check").code == 0


@pytest.mark.parametrize("length", [189, 190, 199])
def test_an_address_that_is_too_long_is_refused_among_usual_ones(workspace: Workspace, length: int) -> None:
    domain = f"{'.'.join('d' * 9 for _label in range(18))}.{'e' * (length - 180)}"
    text = f"{'a' * 64}@{domain}"

    assert len(domain) == length
    assert isinstance(value_of(workspace, "email_address", text), CellError) is (len(text) > 254)
