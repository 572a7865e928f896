"""Read and write a user's preferences: theme, keys, columns of the list, what a save does, and the remote."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from graduand.errors import SchemaBroken
from graduand.index.people_list import COLUMNS
from graduand.language import _, quoted
from graduand.storage import atomic, file_reader
from graduand.storage.user_folder import user_folder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graduand.records.nodes import Node, Scalar

_THEMES: Final = ("dark", "light")
_MINUTES: Final = re.compile("[0-9]{1,4}")
_BOOLEANS: Final = {"true": True, "false": False}


@dataclass(frozen=True)
class Preferences:
    """One user's preferences, with their defaults."""

    theme: str = "dark"
    """dark or light."""
    commit: bool = True
    """Whether a save is committed at once."""
    fetch: int = 5
    """Minutes between two looks at what colleagues have pushed; 0: only when one asks."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """Replaced keys by the id of their action, such as `people.find: ctrl+f`."""
    columns: tuple[str, ...] = ()
    """The columns of the list of people, from left to right; empty for those that fit."""
    lines: Mapping[str, int] = field(default_factory=dict, compare=False)
    """The line of each replaced key in the file."""


def preferences_path() -> Path:
    """Return the path of the preferences in the system's folder of user configuration."""
    return user_folder() / "interface.yaml"


def _former_path() -> Path:
    """Return the path that earlier versions used on all systems."""
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "graduand" / "interface.yaml"


def read_preferences() -> Preferences:
    """Return the preferences; the defaults where there is no file.

    Raises:
        Unreadable: the file cannot be read.
        SchemaBroken: it is not YAML, or holds a key or a value that is not allowed.
    """
    path = next((path for path in (preferences_path(), _former_path()) if path.exists()), None)
    if path is None:
        return Preferences()
    from graduand.records.source import Refused, text_of  # noqa: PLC0415 - most have no such file
    from graduand.records.tree import parse  # noqa: PLC0415

    try:
        tree = parse(text_of(file_reader.read(path)))
    except Refused as refused:
        raise SchemaBroken(str(path), refused.fault.place.line, refused.fault.message) from refused
    found = Preferences()
    for key, node in tree.entries:
        found = _with_entry(found, path, key, node)
    return found


def _with_entry(found: Preferences, path: Path, key: Scalar, node: Node) -> Preferences:
    """Return the preferences with one entry of the file."""
    from graduand.records.nodes import Mapping as Tree  # noqa: PLC0415
    from graduand.records.nodes import Scalar, Sequence  # noqa: PLC0415

    text = node.text if isinstance(node, Scalar) else ""
    if key.text == "theme" and text in _THEMES:
        return replace(found, theme=text)
    if key.text == "commit" and text in _BOOLEANS:
        return replace(found, commit=_BOOLEANS[text])
    if key.text == "fetch" and _MINUTES.fullmatch(text):
        return replace(found, fetch=int(text))
    if key.text == "keys" and isinstance(node, Tree):
        own = [(name, value.text) for name, value in node.entries if isinstance(value, Scalar)]
        lines = {name.text: name.place.line for name, _value in own}
        return replace(found, keys={name.text: value for name, value in own}, lines=lines)
    if key.text == "columns" and isinstance(node, Sequence):
        columns = tuple(one.text for one in node.items if isinstance(one, Scalar))
        if len({*columns} & {*COLUMNS}) == len(node.items):
            return replace(found, columns=columns)
    message = _(
        "{key} is not valid here; the file holds theme: dark or light, commit: true or false, fetch: a number of "
        "minutes (0: never), keys:, and columns: each once, of {known}."
    )
    known = ", ".join(COLUMNS)
    raise SchemaBroken(str(path), key.place.line, message.format(key=quoted(key.text), known=known))


def write_preferences(preferences: Preferences) -> None:
    """Write the preferences to their file.

    Raises:
        NotWritten: the file could not be written.
    """
    lines = [
        f"theme: {preferences.theme}",
        f"commit: {str(preferences.commit).lower()}",
        f"fetch: {preferences.fetch}",
    ]
    if preferences.keys:
        lines += ["keys:", *(f'  {name}: "{key}"' for name, key in preferences.keys.items())]
    if preferences.columns:
        lines += ["columns:", *(f"  - {column}" for column in preferences.columns)]
    path = preferences_path()
    path.parent.parent.mkdir(parents=True, exist_ok=True)
    atomic.write_private(path, "".join(f"{line}\n" for line in lines).encode())
