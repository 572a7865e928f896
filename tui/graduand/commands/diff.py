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


class Place(StrEnum):
    """Where Markdown must fit."""

    comment = "comment"
    summary = "summary"


def diff(
    context: typer.Context,
    span: Annotated[str, typer.Argument(metavar="A..B", help=_("Two commits, such as main..HEAD."))],
    form: Annotated[Format, typer.Option("--format", help=_("How to print the changes."))] = Format.text,
    place: Annotated[
        Place, typer.Option("--for", help=_("Where Markdown must fit: a comment, or the summary of a job."))
    ] = Place.comment,
    as_json: Annotated[bool, typer.Option("--json", help=_("The same as --format json."))] = False,
    show: Annotated[bool, typer.Option("--show", help=_("Show addresses whole."))] = False,
) -> None:
    from graduand.reports import review_pages
    from graduand.reports.page import show as show_lines
    from graduand.trail.review import review

    session = session_of(context)
    found = review(session.workspace(), span)
    if as_json or form is Format.json:
        sys.stdout.writelines(f"{line}\n" for line in review_pages.as_json(found))
    elif form is Format.markdown:
        room = review_pages.SUMMARY if place is Place.summary else review_pages.COMMENT
        sys.stdout.writelines(f"{line}\n" for line in review_pages.as_markdown(found, room, show=show))
    else:
        show_lines(review_pages.as_text(found, show=show), session.colour)
