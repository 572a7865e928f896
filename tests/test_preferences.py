from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import platformdirs
import pytest

from graduand.errors import SchemaBroken
from graduand.preferences import Preferences, preferences_path, read_preferences, write_preferences

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))


def test_without_a_file_the_defaults_hold() -> None:
    assert read_preferences() == Preferences("dark", commit=True)
    assert not preferences_path().exists()


def test_what_is_kept_is_read_again() -> None:
    keys = {"people.sort": "o", "people.find": "ctrl+f"}
    wanted = Preferences("light", commit=False, fetch=30, keys=keys, columns=("name", "email", "kind"))
    write_preferences(wanted)

    assert read_preferences() == wanted
    assert list(read_preferences().keys) == ["people.sort", "people.find"]
    assert stat.S_IMODE(preferences_path().stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "text",
    [
        "theme: pink\n",
        "colour: dark\n",
        "commit: yes\n",
        "fetch: -1\n",
        "keys: a\n",
        "columns: [name, name]\n",
        "columns: [x]\n",
        "a: [\n",
        "- a\n",
    ],
)
def test_a_file_that_does_not_fit_is_said_with_its_line(text: str) -> None:
    preferences_path().parent.mkdir(parents=True)
    preferences_path().write_text(text, encoding="utf-8")

    with pytest.raises(SchemaBroken, match=r"interface\.yaml"):
        read_preferences()


def test_a_file_of_an_earlier_version_is_read_until_a_new_one_is_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write_preferences(Preferences("light"))
    former = preferences_path()
    monkeypatch.setattr(platformdirs, "user_config_path", lambda name: tmp_path / "Library" / name)
    assert preferences_path() != former
    assert read_preferences() == Preferences("light")

    write_preferences(Preferences("dark", commit=False))

    assert read_preferences() == Preferences("dark", commit=False)
    assert "theme: light" in former.read_text(encoding="utf-8")
