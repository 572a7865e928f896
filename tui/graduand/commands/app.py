"""The command line: the options before a command, and the commands."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Annotated

from graduand.commands import quick_parse
from graduand.commands.parameters import Entry, Option, words_of
from graduand.commands.session import Ended, Session
from graduand.language import N_, _

ABOUT = N_(
    "From reviewed YAML records to the files that Handshake's Importer takes. Without a command, the interface opens."
)

COMMANDS = (
    "intake",
    "edit",
    "check",
    "cure",
    "plan",
    "compile",
    "uploaded",
    "uploads",
    "reconcile",
    "rollback",
    "outreach",
    "due",
    "sheet",
    "log",
    "audit",
    "diff",
    "text",
    "explain",
    "fmt",
    "forget",
    "schema",
    "init",
    "doctor",
)
"""In the order of the help; for each there is a module that holds a function of its name, and a sentence HELP."""


_TAKING = frozenset({"--root", "--lang", "--color"})
"""The options before a command whose next word is a value."""


class Colour(StrEnum):
    """When to print in colour."""

    auto = "auto"
    always = "always"
    never = "never"


class Language(StrEnum):
    """The languages that the program speaks."""

    fr = "fr"
    en = "en"


def options(
    root: Annotated[
        Path | None,
        Option(help=_("The folder that holds records/ and schema/; found from here upwards by default.")),
    ] = None,
    lang: Annotated[
        Language | None,
        Option(help=_("The language of messages; GRADUAND_LANG and institution.yaml by default.")),
    ] = None,
    color: Annotated[Colour, Option(help=_("When to print in colour."))] = Colour.auto,
    version: Annotated[bool, Option("--version", help=_("Print the version and end."))] = False,
) -> Session:
    """Keep the options for the command; `lang` and `version` have done their work before."""
    del lang, version
    return Session(root, color.value)


def run(arguments: Sequence[str]) -> None:
    """Run the command line: plain words at once, all others by Typer, which has the help and the complaints.

    Raises:
        Usage: the words do not fit.
        Ended: the command says by its code what it found.
    """
    before, name, after = _parted(arguments)
    head = Entry(words_of(options), _(ABOUT), lambda _nobody, values: options(**values))  # type: ignore[arg-type]
    said = quick_parse.values_of(head.words, before)
    if said is not None and name and not said["version"]:
        entry = entry_of(name)
        values = quick_parse.values_of(entry.words, after)
        if values is not None:
            entry.call(head.call(None, said), values)
            return
    elif said is not None and not arguments and alone(Session()):
        return
    from graduand.commands import typer_adapter

    typer_adapter.run(head, {one: entry_of(one) for one in ([name] if name else COMMANDS)}, alone, arguments)


def _parted(arguments: Sequence[str]) -> tuple[Sequence[str], str, Sequence[str]]:
    """Return the words before a command, the command, and those after it; "" where none is named."""
    for number, word in enumerate(arguments):
        if word in COMMANDS and (number == 0 or arguments[number - 1] not in _TAKING):
            return arguments[:number], word, arguments[number + 1 :]
    return arguments, "", ()


def entry_of(name: str) -> Entry:
    """Return a command; only its own module is imported."""
    module = import_module(f"graduand.commands.{name}")
    command = getattr(module, name)

    def call(session: Session, values: dict[str, object]) -> object:
        return command(session, **values)

    return Entry(words_of(command), _(module.HELP), call)


def alone(session: Session) -> bool:
    """Open the interface at a terminal; anywhere else tell that there is nothing to do."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    from graduand.screens.app import open_interface
    from graduand.workspace import today

    raise Ended(open_interface(session.workspace(), today()))
