"""graduand diff: what a pull request changes, as a reviewer wants it."""

from __future__ import annotations

import sys
from typing import Annotated, Literal

import typer

from graduand.commands.parameters import JsonFormat, MarkdownPlace, OutputFormat, ShowAddresses
from graduand.commands.session import session_of
from graduand.language import N_
from graduand.reports.size_limit import Place, room_of

HELP = N_("Show what a pull request changes, closings first: diff main..HEAD")


ReviewFormat = Literal[OutputFormat.text, OutputFormat.markdown, OutputFormat.json]


def diff(
    context: typer.Context,
    span: Annotated[str, typer.Argument(metavar="A..B", help=N_("Two commits, such as main..HEAD."))],
    form: Annotated[ReviewFormat, typer.Option("--format", help=N_("How to print the changes."))] = OutputFormat.text,
    place: MarkdownPlace = Place.comment,
    as_json: JsonFormat = False,
    show: ShowAddresses = False,
) -> None:
    from graduand.audit.review import review
    from graduand.reports import review_text
    from graduand.reports.console import show as show_lines
    from graduand.reports.labels import terms_of

    session = session_of(context)
    workspace = session.workspace()
    found = review(workspace, span)
    if as_json or form is OutputFormat.json:
        sys.stdout.writelines(f"{line}\n" for line in review_text.review_json(found))
    elif form is OutputFormat.markdown:
        page = review_text.as_markdown(found, room_of(place), terms_of(workspace), show=show)
        sys.stdout.writelines(f"{line}\n" for line in page)
    else:
        show_lines(review_text.as_text(found, terms_of(workspace), show=show), session.colour)
