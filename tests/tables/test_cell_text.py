"""What programs write into cells is understood in every table, or stays as it is."""

from __future__ import annotations

import pytest

from graduand.records.kinds import FieldKind, same_value
from graduand.tables.cell_text import bare_address, bare_phone, is_null, means_same
from graduand.tables.spreadsheet import clean_cell


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("No&euml;l", "Noël"),
        ("O&#39;Dowd", "O'Dowd"),
        ("O&#x27;Dowd", "O'Dowd"),
        ("Caf&amp;eacute;", "Café"),
        ("Arts &amp; Crafts", "Arts & Crafts"),
        ("Ruiz&nbsp;Pe&ntilde;a", "Ruiz Peña"),
        ("R&D; Law", "R&D; Law"),
        ("AT&T", "AT&T"),
        ("Caf&amp;amp;eacute;", "Café"),
        ("<b>Maud</b> <i>Ida</i>", "Maud Ida"),
        ("&lt;span class=x&gt;Maud&lt;/span&gt;", "Maud"),
        ("Maud<BR/>Ida", "Maud Ida"),
        ("Maud <3", "Maud <3"),
        ("O\\'Dowd", "O'Dowd"),
        ("O''Dowd", "O'Dowd"),
        ("C:\\Maud", "C:\\Maud"),
        ("Maud_x000D_", "Maud"),
        ('="00412345"', "00412345"),
        ("'00412345'", "00412345"),
        ("\u202aMaud\u202c\u200b\ufeff", "Maud"),
        ("\u200b", ""),
        ("&unknownword;", "&unknownword;"),
        ("&#7;", "&#7;"),
        ("Law<br>Music", "Law Music"),
        ("Maud\x1a", "Maud"),
        ("Maud \x00", "Maud"),
        ("'=Maud", "=Maud"),
    ],
)
def test_entities_and_controls_at_the_end_are_read(cell: str, text: str) -> None:
    assert clean_cell(cell) == text


@pytest.mark.parametrize(
    "cell",
    [
        "Maud Kessler <maud@mail.example>",
        '"Kessler, Maud" <maud@mail.example>',
        "<maud@mail.example>",
        "'maud@mail.example'",
        "“maud@mail.example”",
        "MailTo:maud@mail.example",
        "maud@mail.example <mailto:maud@mail.example>",
        "'MAUD@mail.example' <maud@mail.example>",
        "mailto:maud@mail.example?subject=Hello there",
        "maud@mail.example;",
        " maud@mail.example , ",
        "Maud Kessler &lt;maud@mail.example&gt;",
        "SMTP:maud@mail.example",
        "mailto: maud@mail.example",
        "maud@mail.example; MAUD@mail.example",
        '<a href="mailto:maud@mail.example">maud@mail.example</a>',
    ],
)
def test_the_address_is_read_however_a_mail_program_copies_it(cell: str) -> None:
    assert clean_cell(cell, FieldKind.EMAIL) == "maud@mail.example"


@pytest.mark.parametrize(
    "cell",
    [
        "maud@mail.example, ivo@mail.example",
        "ivo@mail.example <maud@mail.example>",
        "maud o'dowd@mail.example",
        "x <y>",
    ],
)
def test_a_cell_with_no_single_address_stays(cell: str) -> None:
    assert bare_address(cell) == cell


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("+33 (0)6 39 98 01 02", "+33639980102"),
        ("0033(0)639980102", "+33639980102"),
        ("00 33 6 39 98 01 02", "+33639980102"),
        ("(+33) 06-39-98-01-02", "+33639980102"),
        ("tel:+33639980102", "+33639980102"),
        ("+33\u00a06\u202f39\u00a098\u00a001\u00a002", "+33639980102"),
        ("+39 (0)6 698 12345", "+390669812345"),
        ("+44 (0)20 7946 0018", "+442079460018"),
        ("+1 (555) 010-0199", "+15550100199"),
        ("(0)639980102", "(0)639980102"),
        ("(020) 7946 0018", "(020) 7946 0018"),
        ("06 39 98 01 02", "06 39 98 01 02"),
        ("tel:06 39 98 01 02", "06 39 98 01 02"),
        ("+999 123 456 789", "+999 123 456 789"),
        ("+33 6 39", "+33 6 39"),
        ("+33 6 39 98 01 02 ext. 4", "+33 6 39 98 01 02 ext. 4"),
        ("+33639980102 / +33639980103", "+33639980102 / +33639980103"),
        ("0012345678", "0012345678"),
    ],
)
def test_a_number_with_the_code_of_a_country_is_read_by_its_rules_for_zeros(cell: str, text: str) -> None:
    assert bare_phone(cell) == text


@pytest.mark.parametrize(
    ("text", "kind", "null"),
    [
        ("NULL", FieldKind.NAME, True),
        ("(null)", FieldKind.NAME, True),
        ("\\N", FieldKind.TEXT, True),
        ("<NA>", FieldKind.LIST, True),
        ("n/a", FieldKind.LIST, True),
        ("nan", FieldKind.IDENTIFIER, True),
        ("Nan", FieldKind.NAME, False),
        ("Null", FieldKind.NAME, False),
        ("Na", FieldKind.NAME, False),
        ("na", FieldKind.DATE, True),
        ("-", FieldKind.PHONE, True),
        ("Nullarbor", FieldKind.TEXT, False),
        *((word, FieldKind.LIST, True) for word in ("(vide)", "(blank)", "[empty]", "N/D", "s.o.", "Néant", "NEANT")),
        *((word, FieldKind.TEXT, True) for word in ("—", "...", "?", "/", "Non renseigné", "sans objet", "Unknown")),
        *(
            (word, FieldKind.NAME, True)
            for word in ("—", "s/o", "S/O", "(Aucune)", "néant", "Non renseigné", "unknown")
        ),
        *((word, FieldKind.NAME, False) for word in ("Néant", "NEANT", "N.A.", "Blank", "X", "Nil", "S. O.")),
        ("__/__/____", FieldKind.DATE, True),
        ("00 00 00 00 00", FieldKind.PHONE, True),
        ("✓", FieldKind.BOOLEAN, False),
        ("?", FieldKind.NOTE, False),
    ],
)
def test_words_for_nothing_depend_on_the_column(text: str, kind: FieldKind, *, null: bool) -> None:
    assert is_null(text, kind) is null


@pytest.mark.parametrize(
    ("kind", "one", "other", "same"),
    [
        (FieldKind.EMAIL, "Maud@Mail.example", "maud@mail.example", True),
        (FieldKind.GPA, "3.5", "3.50", True),
        (FieldKind.GPA, "4", "4.00", True),
        (FieldKind.GPA, "3.5", "3.05", False),
        (FieldKind.BOOLEAN, "TRUE", "true", True),
        (FieldKind.LIST, "Droit;Lettres", "Lettres; Droit", True),
        (FieldKind.LIST, "Droit;Lettres", "Droit", False),
        (FieldKind.NAME, "maud", "Maud", False),
        (FieldKind.IDENTIFIER, "a1", "A1", False),
        (FieldKind.EMAIL, None, "maud@mail.example", False),
    ],
)
def test_the_same_value_may_be_written_otherwise(kind: FieldKind, one: str, other: str, *, same: bool) -> None:
    assert same_value(kind, one, other) is same


@pytest.mark.parametrize(
    ("kind", "one", "other", "same"),
    [
        (FieldKind.NAME, "L’Hôte", "L'Hôte", True),
        (FieldKind.NAME, "Zoe\u0308", "Zoë", True),
        (FieldKind.NAME, "zoë", "Zoë", False),
        (FieldKind.TEXT, "Campus d’Or", "Campus d`Or", True),
        (FieldKind.PHONE, "0612345678", "+33612345678", True),
        (FieldKind.PHONE, "33612345678", "+33612345678", True),
        (FieldKind.PHONE, "+33 (0)6 12 34 56 78", "+33612345678", True),
        (FieldKind.PHONE, "0470123456", "+32470123456", True),
        (FieldKind.PHONE, "0612345679", "+33612345678", False),
        (FieldKind.PHONE, "0612345678", "+32612345678", False),
        (FieldKind.LIST, ("Droit", "Lettres"), ("Lettres", "Droit"), True),
        (FieldKind.LIST, ("Droit", "Lettres"), ("Droit",), False),
        (FieldKind.EMAIL, "Maud@Mail.example", "maud@mail.example", True),
        (FieldKind.GPA, "3.1", "3.10", True),
        (FieldKind.IDENTIFIER, "a'1", "a’1", False),
    ],
)
def test_a_file_may_say_otherwise_what_a_record_says(
    kind: FieldKind, one: object, other: object, *, same: bool
) -> None:
    assert means_same(kind, one, other) is means_same(kind, other, one) is same
