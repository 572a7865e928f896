"""The command line: the options before a command, and the commands."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from graduand.commands.session import Session, session_of
from graduand.commands.wording import Command, Group
from graduand.language import _

COMMANDS = (
    "intake",
    "edit",
    "check",
    "cure",
    "plan",
    "compile",
    "uploaded",
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
    context: typer.Context,
    root: Annotated[
        Path | None,
        typer.Option(help=_("The folder that holds records/ and schema/; found from here upwards by default.")),
    ] = None,
    lang: Annotated[
        Language | None,
        typer.Option(help=_("The language of messages; GRADUAND_LANG and institution.yaml by default.")),
    ] = None,
    color: Annotated[Colour, typer.Option(help=_("When to print in colour."))] = Colour.auto,
    version: Annotated[bool, typer.Option("--version", help=_("Print the version and end."))] = False,
) -> None:
    """Keep the options for the command; `lang` and `version` have done their work before."""
    del lang, version
    context.obj = Session(root, color.value)
    if context.invoked_subcommand is None:
        _without_a_command(context)


def _without_a_command(context: typer.Context) -> None:
    """Open the interface at a terminal; anywhere else say what there is."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        sys.stdout.write(f"{context.get_help()}\n")
        return
    from graduand.screens.app import open_interface
    from graduand.workspace import today

    raise typer.Exit(open_interface(session_of(context).workspace(), today()))


def build(arguments: Sequence[str] = ()) -> typer.Typer:
    """Return the command line, its help in the language spoken now.

    When `arguments` name a command, the modules of the others are not even imported.
    """
    app = typer.Typer(
        name="graduand",
        cls=Group,
        help=_("From reviewed YAML records to the files that Handshake's Importer takes."),
        options_metavar=_("[OPTIONS]"),
        subcommand_metavar=_("COMMAND [ARGS]..."),
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(invoke_without_command=True)(options)
    after = zip(("", *arguments), arguments, strict=False)
    named = [word for before, word in after if word in COMMANDS and before not in _TAKING]
    for name in named[:1] or COMMANDS:
        module = import_module(f"graduand.commands.{name}")
        app.command(name, cls=Command, help=_(module.HELP), options_metavar=_("[OPTIONS]"))(getattr(module, name))
    return app
