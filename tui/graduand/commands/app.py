"""The command line: the options before a command, and what runs it."""

from __future__ import annotations

import sys
from contextlib import redirect_stderr, redirect_stdout, suppress
from enum import StrEnum
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
import typer.core
import typer.main

from graduand import __version__
from graduand.commands.command_classes import COMMANDS, LazyGroup, translated
from graduand.commands.session import Session, say
from graduand.errors import Exit, Usage
from graduand.language import LANGUAGES, N_, _

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from typer._click import Command as ClickCommand

__all__ = ["COMMANDS", "run"]

ABOUT = N_("Turn reviewed YAML records into the files that Handshake imports. Without a command, the interface opens.")


class Colour(StrEnum):
    """When to print in colour."""

    auto = "auto"
    always = "always"
    never = "never"


if TYPE_CHECKING:
    Language = StrEnum
else:  # one member for each folder of locale/
    Language = StrEnum("Language", {language: language for language in LANGUAGES})


def _print_version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"graduand {__version__}\n")
        raise typer.Exit


def start(
    context: typer.Context,
    root: Annotated[
        Path | None,
        typer.Option(
            metavar=N_("FOLDER"),
            readable=False,
            help=N_("The folder with records/ and schema/; by default this one or the nearest above it."),
        ),
    ] = None,
    lang: Annotated[
        Language | None,
        typer.Option(help=N_("The language of messages; by default GRADUAND_LANG, then institution.yaml.")),
    ] = None,
    color: Annotated[Colour, typer.Option(help=N_("When to print in colour."))] = Colour.auto,
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_print_version, help=N_("Print the version and end."))
    ] = False,
) -> None:
    """Hand the options to the command; without a command open the interface, or print the help without a terminal."""
    del lang, version  # the language was chosen before the help was made
    context.obj = Session(root, color.value)
    if context.invoked_subcommand is not None:
        return
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        sys.stdout.write(f"{context.get_help()}\n")
        return
    from graduand.screens.app import open_interface
    from graduand.workspace import today

    raise typer.Exit(open_interface(context.obj.workspace(), today()))


def program() -> ClickCommand:
    """Return the whole command line, its help in the language of the process."""
    made = typer.Typer(
        name="graduand",
        cls=LazyGroup,
        help=_(ABOUT),
        invoke_without_command=True,
        options_metavar=_("[OPTIONS]"),
        subcommand_metavar=_("COMMAND [ARGS]..."),
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    made.callback()(start)
    group = typer.main.get_command(made)
    for parameter in group.params:
        if isinstance(parameter, typer.core.TyperOption) and parameter.name in _COMPLETION_HELP:
            parameter.help = _COMPLETION_HELP[parameter.name]
            parameter.callback = _completion_callback(parameter.callback, parameter.name)
    return translated(group)


_COMPLETION_HELP = {
    "install_completion": N_("Let this shell complete commands, options, usernames, cohorts and columns, and end."),
    "show_completion": N_("Print the script with which this shell completes, and end."),
}


def _completion_callback(callback: Callable[..., Any] | None, name: str) -> Callable[..., Any]:
    """Return Typer's own callback with our sentences in place of its English ones."""

    def complete(context: typer.Context, parameter: typer.CallbackParam, value: object) -> object:
        if not value or context.resilient_parsing or callback is None:
            return value
        printed = StringIO()
        try:
            with redirect_stdout(printed), redirect_stderr(StringIO()), suppress(SystemExit):
                callback(context, parameter, value)
        except typer.Exit as failed:
            raise Usage(_("This shell is not known; completion is there for bash, zsh and fish.")) from failed
        if name == "install_completion":
            say(_("Completion is installed; open a new terminal to use it."))
        else:
            sys.stdout.write(printed.getvalue())
        raise typer.Exit

    return complete


def run(words: Sequence[str]) -> int:
    """Run the command line and return the exit code.

    Raises:
        Trouble: what stopped the command; Usage where the words do not fit.
        KeyboardInterrupt: the command was interrupted.
    """
    try:
        code = program()(args=list(words), prog_name="graduand", standalone_mode=False)
    except typer.Abort as aborted:
        raise KeyboardInterrupt from aborted
    except SystemExit as ended:  # Typer ends so when a shell completes, and when what reads the output has gone
        return Exit(int(ended.code or 0))
    if code == Exit.INTERRUPTED:  # Typer catches the interrupt itself
        raise KeyboardInterrupt
    return code or Exit.DONE
