"""The catalogue looks a message up as gettext itself would, and bears a file that is none."""

from __future__ import annotations

import gettext
from pathlib import Path

import pytest

import graduand
from graduand import language
from graduand.catalogue import Catalogue

FRENCH = Path(graduand.__file__).parent / "locale" / "fr" / "LC_MESSAGES" / "graduand.mo"


def test_every_message_is_found_as_gettext_finds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language._Voice, "catalogue", Catalogue(FRENCH))
    with FRENCH.open("rb") as file:
        judge = gettext.GNUTranslations(file)
    messages = list(judge._catalog)  # type: ignore[attr-defined]  # gettext gives no other list of them
    single = [message for message in messages if isinstance(message, str) and message]
    plural = sorted({message[0] for message in messages if isinstance(message, tuple)})

    assert len(single) > 500
    assert len(plural) > 50
    assert [language._(message) for message in single] == [judge.gettext(message) for message in single]
    for count in (0, 1, 2, 11, 1_000_000):
        found = [language.ngettext(message, "many", count) for message in plural]
        assert found == [judge.ngettext(message, "many", count) for message in plural]


@pytest.mark.parametrize("message", ["", "A", "Zzz", "There is no such message.", "→", "{"])
def test_what_it_does_not_hold_is_said_in_english(monkeypatch: pytest.MonkeyPatch, message: str) -> None:
    catalogue = Catalogue(FRENCH)
    monkeypatch.setattr(language._Voice, "catalogue", catalogue)

    assert message == "" or catalogue.forms(message) is None
    assert language.ngettext("one thing of ours", "many things of ours", 0) == "many things of ours"
    assert message == "" or language._(message) == message


@pytest.mark.parametrize("raw", [b"", b"\xde\x12\x04\x95", b"no catalogue at all, but long enough for its head"])
def test_a_file_that_is_none_holds_no_message(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "graduand.mo"
    assert Catalogue(path).forms("Interrupted.") is None
    path.write_bytes(raw)

    assert Catalogue(path).forms("Interrupted.") is None
