"""Session: what the options before a command say, for every command."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from graduand.workspace import Workspace, root_of

if TYPE_CHECKING:
    import typer


@dataclass(frozen=True)
class Session:
    """Where the records are, and how to print."""

    root: Path | None = None
    colour: str = "auto"

    def workspace(self) -> Workspace:
        """Return the repository that the command works on.

        Raises:
            NoRepository: there is none here.
        """
        return Workspace(root_of(self.root or Path.cwd()))


def session_of(context: typer.Context) -> Session:
    """Return the session of a command's context."""
    return context.obj if isinstance(context.obj, Session) else Session()


def say(sentence: str) -> None:
    """Tell a person something; data goes to standard output, talk to standard error."""
    sys.stderr.write(f"{sentence}\n")
