from __future__ import annotations

import stat

import pytest

from graduand.errors import SchemaBroken
from graduand.preferences import Preferences, preferences_path, read_preferences, write_preferences


@pytest.fixture(autouse=True)
def _own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))


def test_without_a_file_the_defaults_hold() -> None:
    assert read_preferences() == Preferences("dark", commit=True)
    assert not preferences_path().exists()


def test_what_is_kept_is_read_again() -> None:
    wanted = Preferences("light", commit=False, keys={"people.find": "ctrl+f", "people.sort": "o"})
    write_preferences(wanted)

    assert read_preferences() == wanted
    assert stat.S_IMODE(preferences_path().stat().st_mode) == 0o600


@pytest.mark.parametrize("text", ["theme: pink\n", "colour: dark\n", "commit: yes\n", "keys: a\n", "a: [\n", "- a\n"])
def test_a_file_that_does_not_fit_is_said_with_its_line(text: str) -> None:
    preferences_path().parent.mkdir(parents=True)
    preferences_path().write_text(text, encoding="utf-8")

    with pytest.raises(SchemaBroken, match=r"interface\.yaml"):
        read_preferences()
