"""Typer's command and group with help and errors in the language of the process."""

from __future__ import annotations

import gettext
import os
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer
import typer.core
import typer.main

from graduand.commands.usage_errors import no_such_command, usage_sentence
from graduand.errors import Usage
from graduand.language import _, spoken

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typer._click import Command as ClickCommand
    from typer._click import Context, HelpFormatter
    from typer.core import TyperOption

COMMANDS: Final = (
    "intake",
    "edit",
    "check",
    "cure",
    "plan",
    "approve",
    "compile",
    "uploaded",
    "uploads",
    "reconcile",
    "rollback",
    "observe",
    "drift",
    "feed",
    "deliver",
    "outreach",
    "due",
    "sheet",
    "log",
    "audit",
    "propose",
    "diff",
    "merge",
    "resolve",
    "text",
    "explain",
    "fmt",
    "forget",
    "erase",
    "schema",
    "init",
    "setup",
    "upgrade",
    "doctor",
)
"""The names of the commands in the order of the help; the function of a command has its name."""

_MODULES: Final = {
    **dict.fromkeys(("uploaded", "reconcile", "rollback"), "uploads"),
    **dict.fromkeys(("log", "audit", "diff"), "history"),
    **dict.fromkeys(("init", "doctor", "schema"), "repository"),
}
"""The module of a command that is not in a module of its own name."""

# Typer looks up "Options", "required" and the like with gettext.gettext: in this domain, in the language of LANGUAGE.
gettext.bindtextdomain("graduand", Path(__file__).parents[1] / "locale")
gettext.textdomain("graduand")


@contextmanager
def _language_for_typer() -> Iterator[None]:
    """Set the environment variable LANGUAGE while Typer writes a help page, and restore it."""
    before = os.environ.get("LANGUAGE")
    os.environ["LANGUAGE"] = spoken()
    try:
        yield
    finally:
        del os.environ["LANGUAGE"]
        if before is not None:
            os.environ["LANGUAGE"] = before


if TYPE_CHECKING:
    _Base = ClickCommand
else:  # Typer's class for a command, or for a group, comes second
    _Base = object


class _Translated(_Base):
    """A command or the group of commands: its help and errors are in the language of the process."""

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """Parse the arguments after the command, or before it.

        Raises:
            Usage: they are invalid.
        """
        arguments = list(args)
        try:
            return super().parse_args(ctx, args)
        except typer.TyperException as error:
            raise Usage(usage_sentence(error, ctx, arguments)) from error

    def get_help(self, ctx: Context) -> str:
        """Return the help page."""
        with _language_for_typer():
            return super().get_help(ctx)

    def format_usage(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write the usage line, which shows the order of options and arguments."""
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), prefix=_("Usage: "))

    def get_help_option(self, ctx: Context) -> TyperOption | None:
        """Return the option that prints the help page."""
        return _translate_help_option(super().get_help_option(ctx))


class TranslatedCommand(_Translated, typer.core.TyperCommand):
    """One command."""

    def get_short_help_str(self, limit: int = 45) -> str:  # noqa: ARG002 - the list of commands breaks lines itself
        """Return the whole help sentence for the list of commands."""
        return self.help or ""


class LazyGroup(_Translated, typer.core.TyperGroup):
    """The group of all commands; the module of a command is imported when the command is needed."""

    def list_commands(self, ctx: Context) -> list[str]:  # noqa: ARG002 - the same in every context
        """Return the names of the commands in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: Context, cmd_name: str) -> ClickCommand | None:  # noqa: ARG002 - likewise
        """Return the command of a name; None if there is none."""
        return command_of(cmd_name) if cmd_name in COMMANDS else None

    def resolve_command(self, ctx: Context, args: list[str]) -> tuple[str | None, ClickCommand | None, list[str]]:
        """Return the name of the command, the command, and the arguments after it.

        Raises:
            Usage: there is no such command.
        """
        command = self.get_command(ctx, args[0])
        if command is None and not ctx.resilient_parsing:
            raise Usage(no_such_command(args[0], COMMANDS, ctx))
        return args[0], command, args[1:]


def command_of(name: str) -> ClickCommand:
    """Return a command with its help in the language of the process; no other module of commands is imported."""
    return _command(name, spoken())


@cache
def _command(name: str, _language: str) -> ClickCommand:
    """Return a command; Typer takes milliseconds to read the types of its function."""
    module = import_module(f"graduand.commands.{_MODULES.get(name, name)}")
    summary = getattr(module, f"{name.upper()}_HELP")
    program = typer.Typer(rich_markup_mode=None, add_completion=False)
    register = program.command(name, cls=TranslatedCommand, help=_(summary), options_metavar=_("[OPTIONS]"))
    register(getattr(module, name))
    return translate_help(typer.main.get_command(program))


def translate_help(command: ClickCommand) -> ClickCommand:
    """Return the command with its help and metavars in the language of the process."""
    for parameter in command.params:
        if isinstance(parameter, typer.core.TyperArgument | typer.core.TyperOption):
            parameter.help = parameter.help and _(parameter.help)
            parameter.metavar = parameter.metavar and _(parameter.metavar)
    return command


def _translate_help_option(option: TyperOption | None) -> TyperOption | None:
    if option:
        option.help = _("Show this help and end.")
    return option
