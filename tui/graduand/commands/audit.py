"""graduand audit: every event of the history, and whether the history can be believed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from graduand.commands.completion import complete_username
from graduand.commands.parameters import Cohort, JsonLines, OutputFormat, ShowAddresses
from graduand.commands.session import Session, session_of
from graduand.errors import Exit, Usage
from graduand.git.events import EventKind
from graduand.language import N_, _, quoted
from graduand.workspace import day

if TYPE_CHECKING:
    from graduand.audit.query import EventFilter

HELP = N_("List every event: who closed which account, when and why; “audit verify” checks the history itself.")


def audit(
    context: typer.Context,
    what: Annotated[str, typer.Argument(metavar="[verify]", help=N_("verify: check signatures, tags and files."))] = "",
    kind: Annotated[list[EventKind] | None, typer.Option(help=N_("Only events of this kind; may be repeated."))] = None,
    cohort: Cohort = "",
    person: Annotated[
        str,
        typer.Option(
            metavar=N_("USERNAME"),
            autocompletion=complete_username,
            help=N_("Only this person, across changes of username."),
        ),
    ] = "",
    author: Annotated[
        str, typer.Option(metavar=N_("NAME"), help=N_("Only events by this author; part of the name is enough."))
    ] = "",
    since: Annotated[str, typer.Option(metavar=N_("YYYY-MM-DD"), help=N_("The first day."))] = "",
    until: Annotated[str, typer.Option(metavar=N_("YYYY-MM-DD"), help=N_("The last day."))] = "",
    as_json: JsonLines = False,
    as_csv: Annotated[bool, typer.Option("--csv", help=N_("CSV for a spreadsheet."))] = False,
    as_html: Annotated[bool, typer.Option("--html", help=N_("One page with a plot, for a browser."))] = False,
    show: ShowAddresses = False,
) -> None:
    from graduand.audit import query

    session = session_of(context)
    if what == "verify":
        if kind or cohort or person or author or since or until or as_csv or as_html:
            raise Usage(_("“audit verify” is about the whole history; of these options it takes only --json."))
        _verify(session, as_json=as_json)
        return
    if what:
        raise Usage(_("{word} is not known here; there is “audit” and “audit verify”.").format(word=quoted(what)))
    days = (day(since) if since else "", day(until) if until else "")
    wanted = query.EventFilter(frozenset(kind or ()), cohort, person, author, *days)
    form = (
        OutputFormat.json
        if as_json
        else OutputFormat.csv
        if as_csv
        else OutputFormat.html
        if as_html
        else OutputFormat.text
    )
    _print(wanted, form, session, show=show)


def _print(wanted: EventFilter, form: OutputFormat, session: Session, *, show: bool) -> None:
    from graduand.audit.query import audit as found_in
    from graduand.reports import audit_text
    from graduand.reports.console import show as show_lines
    from graduand.reports.labels import terms_of

    workspace = session.workspace()
    found = found_in(workspace, wanted)

    if form is OutputFormat.text:
        show_lines(audit_text.trail_text(found, terms_of(workspace), show=show), session.colour)
        return
    from graduand.reports import audit_formats

    show_lines(audit_text.warnings(found), session.colour, sys.stderr)
    if form is OutputFormat.json:
        sys.stdout.writelines(f"{line}\n" for line in audit_formats.as_json(found.events))
    elif form is OutputFormat.csv:
        sys.stdout.write(audit_formats.as_csv(found.events, show=show))
    else:
        from graduand.reports.audit_html import as_html

        page = as_html(found, workspace.institution.name, wanted, terms_of(workspace), show=show)
        sys.stdout.writelines(f"{line}\n" for line in page)


def _verify(session: Session, *, as_json: bool) -> None:
    from graduand.audit.verify import verify
    from graduand.reports.audit_formats import verified_json
    from graduand.reports.audit_text import verified_text
    from graduand.reports.console import show

    verified = verify(session.workspace())
    if as_json:
        sys.stdout.write(verified_json(verified))
    else:
        show(verified_text(verified), session.colour)
    if not verified.sound:
        raise typer.Exit(Exit.FINDINGS)
