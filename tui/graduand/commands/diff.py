"""graduand diff: what a pull request changes, as a reviewer wants it."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Annotated

from graduand.commands.parameters import Argument, Option
from graduand.commands.session import Session
from graduand.language import N_, _
from graduand.reports.size_limit import Place, room_of

HELP = N_("Say what a pull request changes, closings first: diff main..HEAD")


class Format(StrEnum):
    """How changes can be printed."""

    text = "text"
    markdown = "markdown"
    json = "json"


def diff(
    session: Session,
    span: Annotated[str, Argument(metavar="A..B", help=_("Two commits, such as main..HEAD."))],
    form: Annotated[Format, Option("--format", help=_("How to print the changes."))] = Format.text,
    place: Annotated[
        Place, Option("--for", help=_("Where Markdown must fit: a comment, or the summary of a job."))
    ] = Place.comment,
    as_json: Annotated[bool, Option("--json", help=_("The same as --format json."))] = False,
    show: Annotated[bool, Option("--show", help=_("Show addresses whole."))] = False,
) -> None:
    from graduand.audit.review import review
    from graduand.reports import review_text
    from graduand.reports.console import show as show_lines
    from graduand.reports.labels import terms_of

    workspace = session.workspace()
    found = review(workspace, span)
    if as_json or form is Format.json:
        sys.stdout.writelines(f"{line}\n" for line in review_text.as_json(found))
    elif form is Format.markdown:
        page = review_text.as_markdown(found, room_of(place), terms_of(workspace), show=show)
        sys.stdout.writelines(f"{line}\n" for line in page)
    else:
        show_lines(review_text.as_text(found, terms_of(workspace), show=show), session.colour)
