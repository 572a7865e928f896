"""Run the command line: the options before a command, the commands, and shell completion."""

from __future__ import annotations

import os
import sys
from contextlib import redirect_stderr, redirect_stdout, suppress
from enum import StrEnum
from functools import cache
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
import typer.core
import typer.main

from graduand import __version__
from graduand.commands.command_classes import COMMANDS, LazyGroup, translate_help
from graduand.commands.session import Session, say
from graduand.errors import Exit, Usage
from graduand.language import LANGUAGES, N_, _, spoken, visible
from graduand.patience import be_patient

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
else:  # a member for each of LANGUAGES
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
    """Pass the options to the command; without a command open the interface, or, without a terminal, print the help."""
    del lang, version  # the language is set before the help is built
    context.obj = Session(root, color.value)
    be_patient(say)
    if context.invoked_subcommand is not None:
        return
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        sys.stdout.write(f"{context.get_help()}\n")
        return
    if (terminal := os.environ.get("TERM", "")) in _DUMB:
        raise Usage(
            _(
                "This terminal (TERM={name}) can show no screens; the commands do the same: graduand --help. Or set "
                "TERM to what it is, such as xterm-256color."
            ).format(name=visible(terminal))
        )
    from graduand.screens.app import open_interface
    from graduand.workspace import today

    raise typer.Exit(open_interface(context.obj.workspace(), today()))


_DUMB: Final = frozenset({"dumb", "unknown"})
"""Terminals that only print lines: of the shell in an editor, of a serial line."""


def program() -> ClickCommand:
    """Return the command line with its help in the language of the process."""
    return _program(spoken())


@cache
def _program(_language: str) -> ClickCommand:
    app = typer.Typer(
        name="graduand",
        cls=LazyGroup,
        help=_(ABOUT),
        invoke_without_command=True,
        options_metavar=_("[OPTIONS]"),
        subcommand_metavar=_("COMMAND [ARGS]..."),
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(start)
    group = typer.main.get_command(app)
    for parameter in group.params:
        if isinstance(parameter, typer.core.TyperOption) and parameter.name in _COMPLETION_HELP:
            parameter.help = _COMPLETION_HELP[parameter.name]
            parameter.callback = _completion_callback(parameter.callback, parameter.name)
    return translate_help(group)


_COMPLETION_HELP = {
    "install_completion": N_("Let this shell complete commands, options, usernames, cohorts and columns, and end."),
    "show_completion": N_("Print the script with which this shell completes, and end."),
}


def _completion_callback(callback: Callable[..., Any] | None, name: str) -> Callable[..., Any]:
    """Return Typer's callback with translated messages in place of its English ones."""

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


def run(arguments: Sequence[str]) -> int:
    """Run the command line and return the exit code.

    Raises:
        Trouble: the command cannot be completed; Usage if the arguments are invalid.
        KeyboardInterrupt: the command was interrupted.
    """
    try:
        code = program()(args=list(arguments), prog_name="graduand", standalone_mode=False)
    except typer.Abort as aborted:
        raise KeyboardInterrupt from aborted
    except SystemExit as ended:  # raised by Typer after shell completion, and when the reader of a pipe is gone
        return Exit(int(ended.code or 0))
    if code == Exit.INTERRUPTED:  # Typer catches the interrupt itself
        raise KeyboardInterrupt
    return code or Exit.DONE
