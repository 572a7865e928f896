"""The session of a command: its repository, the use of colour, messages and questions to the user."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from graduand.errors import Usage
from graduand.language import _, ngettext, quoted
from graduand.vocabulary import means_yes
from graduand.workspace import CommitWords, Workspace, root_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import typer

    from graduand.editing.transaction import ResumedTransaction


class Session(NamedTuple):
    """The options before a command."""

    root: Path | None = None
    colour: str = "auto"

    def writing_workspace(self, message: str, trailers: Sequence[str] | None) -> Workspace:
        """Return the repository of a command that commits, with what the user says of the commit.

        Raises:
            NoRepository: the folder is in no data repository.
            Usage: a trailer is none.
        """
        workspace = self.workspace()
        workspace.set_commit_words(CommitWords(message.strip(), tuple(map(_trailer, trailers or ()))))
        return workspace

    def workspace(self, *, remembers: bool = True) -> Workspace:
        """Return the repository of the command; `remembers` says whether the cache is used.

        Raises:
            NoRepository: the folder is in no data repository.
        """
        return Workspace(root_of(self.root or Path.cwd()), remembers)


def _trailer(text: str) -> tuple[str, str]:
    """Return key and value of a line such as `Ticket: 4411`."""
    key, colon, value = text.partition(":")
    if not colon or not value.strip() or not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", key) or not text.isprintable():
        raise Usage(_("{text} is no trailer, such as “Ticket: 4411”.").format(text=quoted(text, 100)))
    return key, value.strip()


def session_of(context: typer.Context) -> Session:
    """Return the session of a command."""
    return context.find_object(Session) or Session()


def say(sentence: str) -> None:
    """Write a sentence to standard error; standard output is for data."""
    sys.stderr.write(f"{sentence}\n")


def unread_words(why: str, *, is_compared: bool) -> str:
    """Return the sentence on what of Handshake is not known; records may be compared with the rest of it."""
    return f"! {why}" if is_compared else _("Not compared with Handshake. {why}").format(why=why)


def say_resumed(resumed: ResumedTransaction) -> None:
    """Write the outcome of an earlier save that was interrupted."""
    from graduand.editing.transaction import resumed_message

    say(resumed_message(resumed))


def typed(question: str, word: str) -> bool:
    """Ask at the terminal, and return whether the user types a word; False without a terminal."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    sys.stderr.write(question)
    sys.stderr.flush()
    return sys.stdin.readline().strip() == word


def agreed(question: str, closing: int = 0) -> bool:
    """Ask at the terminal, and return whether the user agrees; False without a terminal.

    If `closing` accounts would be closed, the user must type that number instead of yes.
    """
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
    answer = sys.stdin.readline().strip()
    return answer == str(closing) if closing else means_yes(answer)


def ask(question: str, default: str) -> str:
    """Ask at the terminal, and return the answer; the default without an answer or without a terminal.

    Typer would ask on standard output, which is for data.

    Raises:
        KeyboardInterrupt: standard input ended.
    """
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return default
    sys.stderr.write(f"{question} [{default}]: " if default else f"{question}: ")
    sys.stderr.flush()
    answer = sys.stdin.readline()
    if not answer:
        raise KeyboardInterrupt
    return answer.strip() or default
