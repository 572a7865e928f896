"""Describe an invalid command line in one sentence, in the language of the process.

The sentence is made from the attributes of Typer's errors (option, parameter, type), because Typer's own messages are
in English only.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from graduand.language import _, quoted, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from typer import TyperException
    from typer._click import Context, Parameter


def usage_sentence(error: TyperException, context: Context, words: Sequence[str]) -> str:
    """Return a sentence on the invalid arguments of `context`'s command."""
    option = getattr(error, "option_name", "")
    parameter = getattr(error, "param", None)
    if option:
        said = _wrong_option(error, option, context)
    elif parameter is None:
        said = _("Unexpected: {words}.").format(words=quoted(" ".join(_parsed(context, words)[1])))
    elif hasattr(error, "param_type"):  # a missing parameter
        said = _("{name} is missing.").format(name=_name(parameter))
    else:
        said = _wrong_value(parameter, _parsed(context, words)[0].get(parameter.name))
    return said + _help_hint(context)


def no_such_command(word: str, commands: Iterable[str], context: Context) -> str:
    """Return a sentence on an unknown command, with commands of similar names."""
    said = _("There is no command {name}.").format(name=quoted(word))
    return said + _near(get_close_matches(word, list(commands))) + _help_hint(context)


def _wrong_option(error: TyperException, option: str, context: Context) -> str:
    if hasattr(error, "possibilities"):  # an unknown option
        return _("There is no option {name}.").format(name=visible(option)) + _near(error.possibilities or ())
    takes_value = [parameter for parameter in context.command.get_params(context) if option in parameter.opts]
    if any(getattr(parameter, "is_flag", False) for parameter in takes_value):
        return _("{name} takes no value.").format(name=option)
    return _("{name} needs a value.").format(name=option)


def _wrong_value(parameter: Parameter, value: str | Sequence[str] | None) -> str:
    """Return a sentence on a value that is not of the parameter's type, a choice or a whole number."""
    values = [value] if isinstance(value, str) else value or ()
    choices = getattr(parameter.type, "choices", ())
    if choices:
        wrong = " ".join(word for word in values if word not in choices)
        message = _("{name} cannot be {value}; it can be: {allowed}.")
        return message.format(name=_name(parameter), value=quoted(wrong), allowed=", ".join(choices))
    message = _("{name} cannot be {value}; it must be a whole number.")
    return message.format(name=_name(parameter), value=quoted(" ".join(values)))


def _parsed(context: Context, words: Sequence[str]) -> tuple[dict[str, str | Sequence[str]], list[str]]:
    """Return the arguments by parameter, without type conversion, and the arguments of no parameter."""
    values, rest, _order = context.command.make_parser(context).parse_args(list(words))
    return values, rest


def _name(parameter: Parameter) -> str:
    """Return the name of a parameter: the option, or the metavar of an argument."""
    return parameter.opts[0] if parameter.param_type_name == "option" else parameter.human_readable_name


def _near(close: Iterable[str]) -> str:
    words = ", ".join(close)
    return _(" Did you mean {close}?").format(close=words) if words else ""


def _help_hint(context: Context) -> str:
    return _(" Help: {command}").format(command=f"{context.command_path} --help")
