"""graduand diff: what a pull request changes, as a reviewer wants it."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Annotated

import typer

from graduand.commands.session import session_of
from graduand.language import N_, _

HELP = N_("Say what a pull request changes, closings first: diff main..HEAD")


class Format(StrEnum):
    """How changes can be printed."""

    text = "text"
    markdown = "markdown"
    json = "json"


def diff(
    context: typer.Context,
    span: Annotated[str, typer.Argument(metavar="A..B", help=_("Two commits, such as main..HEAD."))],
    form: Annotated[Format, typer.Option("--format", help=_("How to print the changes."))] = Format.text,
    as_json: Annotated[bool, typer.Option("--json", help=_("The same as --format json."))] = False,
    show: Annotated[bool, typer.Option("--show", help=_("Show addresses whole."))] = False,
) -> None:
    from graduand import trail
    from graduand.reports.page import show as show_lines
    from graduand.reports.trail_machine import as_json as json_of
    from graduand.reports.trail_pages import as_markdown
    from graduand.reports.trail_text import trail_text

    session = session_of(context)
    found = trail.diff(session.workspace(), span)
    if as_json or form is Format.json:
        sys.stdout.writelines(f"{line}\n" for line in json_of(found.told))
    elif form is Format.markdown:
        sys.stdout.writelines(f"{line}\n" for line in as_markdown(found, show=show))
    else:
        show_lines(trail_text(found, show=show), session.colour)
