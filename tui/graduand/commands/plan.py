"""graduand plan: what the next upload would change, person by person; writes nothing."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

from graduand.commands.parameters import Option
from graduand.commands.session import Ended, Session, say
from graduand.errors import Exit
from graduand.handshake.effect import Effect
from graduand.language import N_, _
from graduand.reports.console import show as show_lines
from graduand.reports.progress import progress
from graduand.reports.size_limit import Place, room_of
from graduand.workspace import day, errors, today

if TYPE_CHECKING:
    from graduand.reports.labels import Terms
    from graduand.uploads.compilation import PreparedUpload

HELP = N_("Say what the next upload would change, person by person, destructive first; writes nothing.")


class Format(StrEnum):
    """How a plan can be printed."""

    text = "text"
    json = "json"
    markdown = "markdown"
    html = "html"


def plan(
    session: Session,
    cohort: Annotated[str, Option(help=_("Only this cohort."))] = "",
    on: Annotated[
        str, Option(metavar="YYYY-MM-DD", help=_("The day that decides what is held back; today by default."))
    ] = "",
    only: Annotated[list[Effect] | None, Option(help=_("Only people to whom this is done, and nothing worse."))] = None,
    changed: Annotated[bool, Option("--changed", help=_("Only people with something outstanding."))] = False,
    form: Annotated[Format, Option("--format", help=_("How to print the plan."))] = Format.text,
    place: Annotated[
        Place, Option("--for", help=_("Where Markdown must fit: a comment, or the summary of a job."))
    ] = Place.comment,
    as_json: Annotated[bool, Option("--json", help=_("The same as --format json."))] = False,
    show: Annotated[bool, Option("--show", help=_("Show addresses whole."))] = False,
    everything: Annotated[bool, Option("--all", help=_("Show everybody, not the first ten of each kind."))] = False,
    exit_code: Annotated[bool, Option("--exit-code", help=_("End with 10 when there are changes."))] = False,
    skip_errors: Annotated[bool, Option("--skip-errors", help=_("Leave out who has errors, and list them."))] = False,
    allow_dirty: Annotated[bool, Option("--allow-dirty", help=_("Plan uncommitted changes too."))] = False,
    no_cache: Annotated[bool, Option("--no-cache", help=_("Read every file again, and remember nothing."))] = False,
) -> None:
    from graduand.reports.compile_text import left_out_text
    from graduand.reports.findings_text import findings_text
    from graduand.reports.labels import terms_of
    from graduand.reports.plan_formats import as_markdown
    from graduand.uploads import compilation

    order = compilation.CompileOptions(
        day(on) if on else today(),
        cohort,
        frozenset(only or ()),
        changed,
        allow_dirty=allow_dirty,
        skip_errors=skip_errors,
    )
    planned = compilation.prepare(session.workspace(remembers=not no_cache), order, progress(), afresh=no_cache)
    if planned.prepared is None:
        found = errors(planned.checked.findings)
        show_lines(findings_text(found, len(planned.checked.paths), everything=False), session.colour, sys.stderr)
        raise Ended(Exit.FINDINGS)
    prepared = planned.prepared
    show_lines(left_out_text(prepared.upload), session.colour, sys.stderr)
    form, terms = Format.json if as_json else form, terms_of(session.workspace(remembers=not no_cache))
    if form is Format.markdown:
        sys.stdout.writelines(f"{line}\n" for line in as_markdown(prepared, room_of(place), terms, show=show))
    else:
        _print(prepared, terms, form, session.colour, everything=everything, show=show)
    if prepared.breaches:
        say(" ".join(compilation.said(breach) for breach in prepared.breaches))
        message = _("To go on: compile with --approve {checksum}, or send the others first with --only.")
        say(message.format(checksum=prepared.upload.plan))
        raise Ended(Exit.LIMIT)
    if exit_code and prepared.plan.outstanding:
        raise Ended(Exit.CHANGES)


def _print(prepared: PreparedUpload, terms: Terms, form: Format, colour: str, *, everything: bool, show: bool) -> None:
    from graduand.reports.plan_formats import as_html
    from graduand.reports.plan_formats import as_json as json_of
    from graduand.reports.plan_text import plan_text

    if form is Format.text:
        show_lines(plan_text(prepared, terms, everything=everything, show=show), colour)
    elif form is Format.json:
        sys.stdout.write(json_of(prepared))
    else:
        sys.stdout.writelines(f"{line}\n" for line in as_html(prepared, terms, show=show))
