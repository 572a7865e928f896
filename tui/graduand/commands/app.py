"""The command line: the options before a command, and the commands."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from graduand.commands import check, compile, doctor, explain, fmt, init, plan, schema  # noqa: A004 - compile is the command
from graduand.commands.session import Session
from graduand.language import _


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


def build() -> typer.Typer:
    """Return the command line, its help in the language spoken now."""
    app = typer.Typer(
        name="graduand",
        help=_("From reviewed YAML records to the files that Handshake's Importer takes."),
        add_completion=False,
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(options)
    for name, module in COMMANDS.items():
        app.command(name, help=_(module.HELP))(getattr(module, name))
    return app


COMMANDS = {
    "check": check,
    "plan": plan,
    "compile": compile,
    "explain": explain,
    "fmt": fmt,
    "schema": schema,
    "init": init,
    "doctor": doctor,
}
"""In the order of the help; each module holds a function of its name, and a sentence HELP."""
