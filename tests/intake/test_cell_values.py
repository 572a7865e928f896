"""A cell has one meaning, whatever the other cells of its column hold."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Final

import pytest

from graduand.intake.cell_values import CellError, ColumnValues
from graduand.intake.column_formats import ColumnFormat
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


def test_no_record_is_made_with_a_line_break_that_check_refuses(root: Path) -> None:
    begin(root)
    rows = '00700101,zoe@mail.example,"Zoë\nMarie",Quarles\n"00700102\n00700103",chidi@mail.example,Chidi,Obi\n'
    path = keep(root, "class.csv", f"username,email_address,first_name,last_name\n{rows}".encode())

    ran = graduand(root, "intake", path, "--cohort", "2026-spring", "--kind", "graduated", "--apply", "--no-commit")

    assert "1 new, 0 changed, 0 identical, 1 refused." in ran.out
    assert "first_name: Zoë Marie\n" in (root / "records/2026-spring/00700101.yaml").read_text(encoding="utf-8")
    assert graduand(root, "check").code == 0
