"""Hindrance: the use case of why nothing can be saved or committed at the moment, before somebody tries."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from graduand.errors import NoGit, NotGit
from graduand.git.checkout import in_progress
from graduand.git.program import Program
from graduand.language import _, visible
from graduand.storage import file_reader

if TYPE_CHECKING:
    from pathlib import Path

    from graduand.workspace import Workspace


def hindrance(workspace: Workspace) -> str:
    """Return the sentence that says what does not go at the moment, and why; "" when all goes."""
    place = workspace.root / "records"
    if reason := file_reader.why_not_writable(place):
        message = _("Read only: nothing can be saved into {path}: {reason}.")
        return message.format(path=visible(str(place), 200), reason=reason)
    try:
        reason = in_progress(_folder(workspace.root))
    except (NoGit, NotGit) as trouble:
        return str(trouble)
    return _("What is saved is not committed for now: {reason}.").format(reason=reason) if reason else ""


@lru_cache(maxsize=4)
def _folder(root: Path) -> str:
    return Program(root).folder
