"""Wording: what Typer says by itself, in the language spoken now; of its own words it has most in English only."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import typer.core

from graduand.language import N_, _, quoted

if TYPE_CHECKING:
    from typer._click import Context, HelpFormatter
    from typer.core import TyperOption

typer.core._ = _  # type: ignore[attr-defined, assignment] # "Options", "required" and the like, which it does look up


class Command(typer.core.TyperCommand):
    """A command whose help is in the language spoken now."""

    def format_usage(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write the line that shows how the words stand."""
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), prefix=_("Usage: "))

    def get_help_option(self, ctx: Context) -> TyperOption | None:
        """Return the option that asks for help."""
        return _worded(super().get_help_option(ctx))

    def get_short_help_str(self, limit: int = 45) -> str:  # noqa: ARG002 - the list breaks it
        """Return what stands in the list of commands: the whole sentence."""
        return self.help or ""


class Group(typer.core.TyperGroup):
    """All commands, with their help in the language spoken now."""

    def format_usage(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write the line that shows how the words stand."""
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), prefix=_("Usage: "))

    def get_help_option(self, ctx: Context) -> TyperOption | None:
        """Return the option that asks for help."""
        return _worded(super().get_help_option(ctx))


def _worded(option: TyperOption | None) -> TyperOption | None:
    if option:
        option.help = _("Show this message and end.")
    return option


_REFUSALS: Final = (
    (r"No such option:? '?(?P<name>[^' ]+)'?", N_("There is no option {name}.")),
    (r"No such command '(?P<name>.*)'", N_("There is no command {name}.")),
    (r"Missing (?:argument|option|parameter) '(?P<name>.*)'\.?.*", N_("{name} is missing.")),
    (r"Option '(?P<name>.*)' requires an argument", N_("{name} needs a value.")),
    (r"Option '(?P<name>.*)' does not take a value", N_("{name} takes no value.")),
    (r"Got unexpected extra argument(?:s|\(s\))? \((?P<words>.*)\)", N_("Unexpected: {words}.")),
    (
        r"Invalid value for '(?P<name>.*?)': '(?P<value>.*)' is not one of (?P<allowed>.*)",
        N_("{name} cannot be {value}; it can be: {allowed}."),
    ),
    (
        r"Invalid value for '(?P<name>.*?)': '(?P<value>.*)' is not a valid int(?:eger)?",
        N_("{name} cannot be {value}; it must be a whole number."),
    ),
)
"""Typer's own sentences without what they end in, and ours."""
_CLOSE: Final = re.compile(r"[. ]*\(?(?:Possible options:|Did you mean(?: one of:)?) (?P<close>[^?)]+)[?)]*$")
_SHOWN: Final = frozenset({"value", "words"})


def refusal(refused: Exception) -> str:
    """Return what Typer has against the words of the command line, in the language spoken now."""
    said = str(getattr(refused, "format_message", refused.__str__)())
    close = _CLOSE.search(said)
    body = _said_by_us((said[: close.start()] if close else said).rstrip("."))
    hint = _(" Did you mean {close}?").format(close=_bare(close["close"])) if close else ""
    context = getattr(refused, "ctx", None)
    path = context.command_path if context else "graduand"
    return body + hint + _(" Help: {command}").format(command=f"{path} --help")


def _said_by_us(said: str) -> str:
    for pattern, ours in _REFUSALS:
        if match := re.fullmatch(pattern, said):
            parts = {name: quoted(text) if name in _SHOWN else _bare(text) for name, text in match.groupdict().items()}
            return _(ours).format(**parts)
    return f"{said}."


def _bare(words: str) -> str:
    return words.replace("'", "")
