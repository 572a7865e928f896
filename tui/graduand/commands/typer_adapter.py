"""Typed words: the command line as Typer understands it, with its help and what it says of wrong words."""

from __future__ import annotations

import inspect
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from graduand.commands.parameters import Option
from graduand.commands.session import Ended
from graduand.commands.typer_messages import Command, Group, refusal
from graduand.errors import Usage
from graduand.language import _

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from graduand.commands.parameters import Entry, Word
    from graduand.commands.session import Session


def run(before: Entry, commands: Mapping[str, Entry], alone: Callable[[Session], bool], words: Sequence[str]) -> None:
    """Run the command line; `before` makes a session of the options before a command, `alone` goes on without one.

    Raises:
        Usage: the words do not fit.
    """
    # Typer bears a click of its own, or uses the installed one; its public error leads to the right family.
    _bad, _usage, family, *_rest = typer.BadParameter.__mro__
    try:
        _program(before, commands, alone)(args=list(words), prog_name="graduand", standalone_mode=False)
    except typer.Exit as ended:
        raise Ended(ended.exit_code) from ended
    except typer.Abort as aborted:
        raise KeyboardInterrupt from aborted
    except Exception as error:
        if isinstance(error, family):
            raise Usage(refusal(error)) from error
        raise


def _program(before: Entry, commands: Mapping[str, Entry], alone: Callable[[Session], bool]) -> typer.Typer:
    """Return the command line, its help in the language spoken now."""
    program = typer.Typer(
        name="graduand",
        cls=Group,
        help=before.help,
        options_metavar=_("[OPTIONS]"),
        subcommand_metavar=_("COMMAND [ARGS]..."),
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )

    def begin(context: typer.Context, **values: object) -> None:
        context.obj = before.call(None, values)
        if context.invoked_subcommand is None and not alone(context.obj):
            sys.stdout.write(f"{context.get_help()}\n")

    program.callback(invoke_without_command=True)(_declared(begin, before.words))
    for name, entry in commands.items():
        command = _declared(_calling(entry), entry.words)
        program.command(name, cls=Command, help=entry.help, options_metavar=_("[OPTIONS]"))(command)
    return program


def _calling(entry: Entry) -> Callable[..., None]:
    def command(context: typer.Context, **values: object) -> None:
        entry.call(context.obj, values)

    return command


def _declared(command: Callable[..., None], words: Sequence[Word]) -> Callable[..., None]:
    """Let Typer read what a command takes as if its function had been written for it."""
    kind = inspect.Parameter.KEYWORD_ONLY
    context = inspect.Parameter("context", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context)
    taken = [
        inspect.Parameter(
            word.name,
            kind,
            default=inspect.Parameter.empty if word.needed else word.default,
            annotation=Annotated[word.hint, _told(word)],
        )
        for word in words
    ]
    command.__signature__ = inspect.Signature([context, *taken])  # type: ignore[attr-defined]
    command.__annotations__ = {one.name: one.annotation for one in [context, *taken]}
    return command


def _told(word: Word) -> Any:  # noqa: ANN401 - Typer's own words for it have no common type
    """Return what Typer wants to know of a word."""
    says = word.says
    if isinstance(says, Option):
        return typer.Option(*([says.flag] if says.flag else []), metavar=says.metavar, help=says.help)
    return typer.Argument(metavar=says.metavar, help=says.help)
