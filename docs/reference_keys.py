"""The reference page on the keys of the interface, made from its screens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.binding import Binding
from wording import plain, says, table

from graduand.language import _
from graduand.screens.app import GraduandApp
from graduand.screens.base_app import BaseApp
from graduand.screens.bulk import BulkScreen
from graduand.screens.form import EditingScreen
from graduand.screens.keys import key_name
from graduand.screens.places import PLACES
from graduand.screens.routes import place_classes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.dom import DOMNode


def keys() -> Iterator[str]:
    """Return the page on keys, place by place."""
    yield f"# {says('Keys', 'Touches')}"
    yield ""
    yield says(
        "The keys of each place; `F1` shows those of the screen that is open. By the names in the last column other "
        "keys are given to them ([Preferences](../interface.md)).",
        "Les touches de chaque lieu\xa0; `F1` montre celles de l’écran ouvert. Par les noms de la dernière colonne, on "
        "leur donne d’autres touches ([Préférences](../interface.md)).",
    )
    screens = place_classes()
    for number, place in enumerate(PLACES, 1):
        yield from ("", f"## {number} · {_(place.name)}", "", plain(_(place.about)))
        yield from _keys(screens[place.key])
    yield f"## {says('A record', 'Une fiche')}"
    yield from _keys(EditingScreen)
    yield f"## {says('One change over many', 'Un changement sur plusieurs')}"
    yield from _keys(BulkScreen)
    yield f"## {says('Everywhere', 'Partout')}"
    yield from _keys(GraduandApp, BaseApp)


def _keys(*nodes: type[DOMNode]) -> Iterator[str]:
    bindings = [
        one for node in nodes for one in node.__dict__["BINDINGS"] if isinstance(one, Binding) and one.description
    ]
    rows = (
        (f"`{_shown(one)}`", plain(_(one.description)), plain(_(one.tooltip) if one.tooltip else ""), f"`{one.id}`")
        for one in bindings
    )
    yield from table(
        (says("key", "touche"), says("what", "action"), says("more", "précision"), says("name", "nom")), rows
    )


def _shown(binding: Binding) -> str:
    """Return the keys of a binding as the keyboard has them."""
    return binding.key_display or " ".join(key_name(key) for key in binding.key.split(","))
