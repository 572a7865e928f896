"""Session: what the options before a command say, for every command."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from graduand.language import _, ngettext
from graduand.workspace import Workspace, root_of

if TYPE_CHECKING:
    from graduand.editing.transaction import Resumed


class Session(NamedTuple):
    """Where the records are, and how to print."""

    root: Path | None = None
    colour: str = "auto"

    def workspace(self, *, remembers: bool = True) -> Workspace:
        """Return the repository that the command works on, and whether it goes by what is remembered.

        Raises:
            NoRepository: there is none here.
        """
        return Workspace(root_of(self.root or Path.cwd()), remembers)


class Ended(Exception):
    """A command has done its work, and says by its exit code what it found."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def say(sentence: str) -> None:
    """Tell a person something; data goes to standard output, talk to standard error."""
    sys.stderr.write(f"{sentence}\n")


def say_resumed(resumed: Resumed) -> None:
    """Tell what became of a save that was killed before."""
    from graduand.editing.transaction import told

    say(told(resumed))


def agreed(question: str, closing: int = 0) -> bool:
    """Ask at the terminal; without one nothing is agreed to. What closes accounts is agreed to by their number."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    if closing:
        message = ngettext(
            "{count} account would be closed. Type {count} to go on: ",
            "{count} accounts would be closed. Type {count} to go on: ",
            closing,
        )
        sys.stderr.write(f"{question} {message.format(count=closing)}")
    else:
        sys.stderr.write(_("{question} [y/N] ").format(question=question))
    sys.stderr.flush()
    answer = sys.stdin.readline().strip().casefold()
    return answer == str(closing) if closing else answer in {"y", "yes", "o", "oui"}
