"""Check the keys that a user has chosen: names that nothing has, keys that there are not, and keys that clash."""

from __future__ import annotations

from importlib import import_module
from inspect import isclass
from pkgutil import walk_packages
from typing import TYPE_CHECKING, Final, NamedTuple

from textual.app import App
from textual.binding import Binding
from textual.dom import DOMNode
from textual.keys import Keys, key_to_character

from graduand import screens
from graduand.language import _, quoted
from graduand.screens.keys import key_name
from graduand.screens.widgets.lines import LineList
from graduand.similar import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_MODIFIERS: Final = frozenset({"ctrl", "shift", "alt"})
_NAMED: Final = frozenset(key.value.rpartition("+")[2] for key in Keys)


class KeyFault(NamedTuple):
    """An own key that is not taken, and why."""

    name: str
    sentence: str


def key_faults(keys: Mapping[str, str], app: type[App[None]]) -> list[KeyFault]:
    """Return which entries of `keys`, by name of the action, cannot be taken; for all others the keys are unambiguous.

    All screens are imported for it.
    """
    owners = list(_owners(app))
    known = {one.id or "": one for owner in owners for one in owner}
    faults = [fault for name, key in keys.items() if (fault := _unfit(name, key, known))]
    refused = {fault.name for fault in faults}
    taken = {name: key for name, key in keys.items() if name not in refused}
    while clash := _first_clash(taken, owners):
        faults.append(clash)
        del taken[clash.name]
    return faults


def _owners(app: type[App[None]]) -> Iterator[tuple[Binding, ...]]:
    """Yield what can be pressed while a screen is shown, or one of its parts has the focus."""
    everywhere = (*_bindings_of(app), *_bindings_of(LineList))
    yield everywhere
    for found in walk_packages(screens.__path__, f"{screens.__name__}."):
        for node in vars(import_module(found.name)).values():
            is_own = isclass(node) and issubclass(node, DOMNode) and node.__module__ == found.name
            if is_own and not issubclass(node, App | LineList):
                yield (*_bindings_of(node), *everywhere)


def _bindings_of(node: type[DOMNode]) -> Iterator[Binding]:
    """Yield the bindings with a name of a class and of those of ours that it is made from."""
    for base in node.__mro__:
        if base.__module__.startswith(f"{screens.__name__}."):
            yield from (one for one in Binding.make_bindings(vars(base).get("BINDINGS", ())) if one.id)


def _unfit(name: str, key: str, known: Mapping[str, Binding]) -> KeyFault | None:
    if name not in known:
        near = nearest(name, known)
        meant = _("Perhaps {name} is meant.").format(name=near) + " " if near else ""
        words = _("{name} is nothing that has a key. {meant}F7 shows the names of what can be done on a screen.")
        return KeyFault(name, words.format(name=quoted(name), meant=meant))
    if not key or not all(map(_is_key, key.split(","))):
        words = _("{key} is no key. Write it as f5, ctrl+o, alt+o or one letter; the key of {name} stays as it was.")
        return KeyFault(name, words.format(key=quoted(key), name=name))
    return None


def _is_key(key: str) -> bool:
    *modifiers, last = key.strip().split("+")
    known = len(last) == 1 or last in _NAMED or key_to_character(last) is not None
    return known and _MODIFIERS.issuperset(modifiers)


def _first_clash(keys: Mapping[str, str], owners: Iterable[tuple[Binding, ...]]) -> KeyFault | None:
    order = list(keys)
    for owner in owners:
        own = [one for one in owner if one.id in keys]
        for one in sorted(own, key=lambda one: order.index(one.id or ""), reverse=True):
            chosen = _pressed(one, keys) - _pressed(one, {})
            for other in owner:
                if one.action != other.action and (same := chosen & _pressed(other, keys)):
                    return _clash(one.id or "", min(same), other)
    return None


def _clash(own: str, key: str, other: Binding) -> KeyFault:
    name = f"{quoted(_(other.description))} ({other.id})" if other.description else str(other.id)
    words = _("{key} is already the key of {other} there; {own} keeps its own. Choose another key for one of them.")
    return KeyFault(own, words.format(key=key_name(key), other=name, own=own))


def _pressed(binding: Binding, keys: Mapping[str, str]) -> set[str]:
    """Return the keys of a binding, as Textual spells them: `/` is `slash`."""
    chosen = Binding(keys.get(binding.id or "", binding.key), binding.action)
    return {one.key for one in Binding.make_bindings([chosen])}
