"""Lines are broken where French breaks them."""

from __future__ import annotations

import pytest
from textual.content import Content

import graduand.screens  # noqa: F401 - what is tested


@pytest.mark.parametrize("space", ["\u00a0", "\u202f"])
def test_no_line_ends_or_begins_with_a_sign_that_is_held_to_its_word(space: str) -> None:
    text = f"La fiche de «{space}Chloé{space}» est prête{space}: oui{space}!"
    for width in range(12, len(text)):
        for line in Content(text).wrap(width):
            assert not line.plain.rstrip().endswith("«")
            assert not line.plain.lstrip().startswith(("»", ":", "!"))
