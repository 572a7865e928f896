"""The names of keys, as they are printed on French and English keyboards."""

from __future__ import annotations

from typing import Final

from textual.keys import format_key

from graduand.language import N_, _

_NAMES: Final = {
    "ctrl": N_("Ctrl"),
    "shift": N_("Shift"),
    "alt": N_("Alt"),
    "space": N_("Space"),
    "escape": N_("Esc"),
    "enter": N_("Enter"),
    "pageup": N_("PgUp"),
    "pagedown": N_("PgDn"),
    "home": N_("Home"),
    "end": N_("End"),
    "delete": N_("Del"),
    "tab": N_("Tab"),
}


def key_name(key: str) -> str:
    """Return the name of a key, such as `Ctrl+S` of `ctrl+s`, in the language spoken now."""
    *modifiers, last = key.split("+")
    return "+".join([*(_(_NAMES.get(modifier, modifier)) for modifier in modifiers), _last(last, bool(modifiers))])


def _last(key: str, modified: bool) -> str:  # noqa: FBT001 - it has no other word
    if key in _NAMES:
        return _(_NAMES[key])
    shown = format_key(key)
    return shown.upper() if modified or (key[0] == "f" and key[1:].isdigit()) else shown
