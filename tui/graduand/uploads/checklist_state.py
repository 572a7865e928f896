"""The state of the checklist: which boxes of the upload card are ticked, in a private file below git's own folder."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from graduand.errors import NoGit, NotGit, NotWritten, Unreadable
from graduand.git.program import Program
from graduand.storage import atomic, file_reader

if TYPE_CHECKING:
    from collections.abc import Collection

    from graduand.workspace import Workspace

_SIZE: Final = 64_000


def ticked(workspace: Workspace, card: str) -> frozenset[int]:
    """Return the numbers of the ticked lines of this card; none when nothing is written of just this card."""
    try:
        return frozenset(map(int, json.loads(file_reader.read(_place(workspace, card), _SIZE))))
    except (NoGit, NotGit, Unreadable, ValueError, TypeError):
        return frozenset()


def keep_ticks(workspace: Workspace, card: str, lines: Collection[int]) -> None:
    """Write the numbers of the ticked lines, and remove those of other cards; a disk that refuses is passed over."""
    with suppress(NoGit, NotGit, NotWritten):
        place = _place(workspace, card)
        atomic.write_private(place, json.dumps(sorted(lines)).encode())
        atomic.remove_others(place.parent, {place.name})


def _place(workspace: Workspace, card: str) -> Path:
    name = hashlib.sha256(card.encode(errors="surrogatepass")).hexdigest()[:24]
    return Path(Program(workspace.root).folder, "graduand", "ticks", f"{name}.json")
