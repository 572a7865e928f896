"""graduand log, audit and diff: list the events of a person, of all people, or of a pull request."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from graduand.audit.doubts import requirements_of
from graduand.commands.completion import complete_username
from graduand.commands.parameters import (
    Cohort,
    JsonFormat,
    JsonLines,
    MarkdownFor,
    OutputFormat,
    ShowAddresses,
    UploadDay,
)
from graduand.commands.session import Session, say, session_of
from graduand.errors import Exit, Usage
from graduand.git.events import EventKind
from graduand.language import N_, _, quoted
from graduand.reports.console import show as show_lines
from graduand.reports.size_limit import MarkdownTarget, limit_of
from graduand.workspace import day, today

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from graduand.audit.doubts import Requirement
    from graduand.audit.query import EventFilter
    from graduand.audit.review_rows import ReviewedRows
    from graduand.reports.console import Line
    from graduand.workspace import Workspace

Since = Annotated[str, typer.Option(metavar=N_("YYYY-MM-DD"), help=N_("The first day."))]
Until = Annotated[str, typer.Option(metavar=N_("YYYY-MM-DD"), help=N_("The last day."))]

LOG_HELP = N_(
    "Show one person's history: every event, who made it, when and why, across changes of username; and what a "
    "period changed in the record."
)


def log(
    context: typer.Context,
    username: Annotated[
        str,
        typer.Argument(
            metavar=N_("USERNAME"),
            autocompletion=complete_username,
            help=N_("The person's username, present or former."),
        ),
    ],
    since: Since = "",
    until: Until = "",
    show: ShowAddresses = False,
    as_json: JsonLines = False,
) -> None:
    from graduand.audit import query
    from graduand.audit.comparison import compare_days
    from graduand.reports import comparison_text
    from graduand.reports.audit_formats import as_json as json_of
    from graduand.reports.audit_text import trail_text
    from graduand.reports.labels import terms_of

    session = session_of(context)
    workspace = session.workspace()
    days = _days(since, until)
    found = query.log(workspace, username, signatures=True)
    compared = compare_days(workspace, found.events, *days) if any(days) else None
    if compared:
        found = found._replace(events=compared.events)
    if as_json:
        sys.stdout.writelines(f"{line}\n" for line in json_of(found.events, found.signatures))
        if compared:
            sys.stdout.write(f"{comparison_text.comparison_json(compared, username)}\n")
        return
    terms = terms_of(workspace)
    show_lines(trail_text(found, terms, show=show), session.colour)
    if compared:
        show_lines(comparison_text.comparison_text(compared, terms, show=show), session.colour)


def _days(since: str, until: str) -> tuple[str, str]:
    """Return the first and the last day that were asked for; "" for none.

    Raises:
        Usage: one of them is no day.
    """
    return (day(since) if since else "", day(until) if until else "")


AUDIT_HELP = N_("List every event: who closed which account, when and why; “audit verify” checks the history itself.")


def audit(
    context: typer.Context,
    what: Annotated[
        str, typer.Argument(metavar="[verify]", help=N_("verify: check signatures, ledger and files."))
    ] = "",
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
    since: Since = "",
    until: Until = "",
    as_json: JsonLines = False,
    as_csv: Annotated[bool, typer.Option("--csv", help=N_("CSV for a spreadsheet."))] = False,
    as_html: Annotated[bool, typer.Option("--html", help=N_("One page with a plot, for a browser."))] = False,
    bypassed: Annotated[
        bool, typer.Option("--bypassed", help=N_("Only changes that one person made and merged without anybody else."))
    ] = False,
    anchor: Annotated[
        str,
        typer.Option(
            metavar=N_("CHECKSUM"),
            help=N_(
                "With verify: the anchor on a card or page that was kept; says whether anything before it was "
                "rewritten."
            ),
        ),
    ] = "",
    require: Annotated[
        list[str] | None,
        typer.Option(
            metavar=N_("WORDS"),
            help=N_(
                "With verify: what must be so besides. signed: every entry and commit (or signed-entries, "
                "signed-commits); reviewed: nobody made and merged a change alone; two-people: what was sent was "
                "approved with “graduand approve” by somebody who did not make it."
            ),
        ),
    ] = None,
    questions: Annotated[
        bool,
        typer.Option(
            "--questions",
            help=N_("With verify: what an auditor asks, for a period (--since, --until): proved, a claim, or missing."),
        ),
    ] = False,
    show: ShowAddresses = False,
) -> None:
    from graduand.audit import query

    session = session_of(context)
    if what == "verify":
        if kind or cohort or person or author or bypassed or as_csv or as_html or ((since or until) and not questions):
            message = _(
                "“audit verify” is about the whole history; it takes only --anchor, --require, --questions and --json, "
                "and with --questions a period."
            )
            raise Usage(message)
        asked = _days(since, until) if questions else None
        _verify(session, anchor, requirements_of(require or ()), asked, as_json=as_json)
        return
    if anchor or require or questions:
        raise Usage(_("--anchor, --require and --questions belong to “audit verify”."))
    if what:
        raise Usage(_("{word} is not known here; there is “audit” and “audit verify”.").format(word=quoted(what)))
    people = frozenset({person} if person else ())
    wanted = query.EventFilter(frozenset(kind or ()), cohort, people, author, *_days(since, until), bypassed)
    form = (
        OutputFormat.json
        if as_json
        else OutputFormat.csv
        if as_csv
        else OutputFormat.html
        if as_html
        else OutputFormat.text
    )
    _print_events(wanted, form, session, show=show)


def _print_events(wanted: EventFilter, form: OutputFormat, session: Session, *, show: bool) -> None:
    from graduand.audit.query import audit as list_events
    from graduand.reports import audit_text
    from graduand.reports.labels import terms_of

    workspace = session.workspace()
    found = list_events(workspace, wanted, signatures=True)
    if form is OutputFormat.text:
        show_lines(audit_text.trail_text(found, terms_of(workspace), show=show), session.colour)
        show_lines(_compared(workspace, wanted, show=show), session.colour)
        return
    from graduand.reports import audit_formats

    show_lines(audit_text.warnings(found), session.colour, sys.stderr)
    if form is OutputFormat.json:
        sys.stdout.writelines(f"{line}\n" for line in audit_formats.as_json(found.events, found.signatures))
    elif form is OutputFormat.csv:
        from graduand.reports.console import write_data

        write_data(audit_formats.as_csv(found.events, found.signatures, show=show))
    else:
        from graduand.reports.audit_html import as_html

        page = as_html(found, workspace.institution.name, wanted, terms_of(workspace), show=show)
        sys.stdout.writelines(f"{line}\n" for line in page)


def _compared(workspace: Workspace, wanted: EventFilter, *, show: bool) -> Iterator[Line]:
    """Yield what a period changed in the record of the one person that is asked for."""
    if wanted.people and (wanted.since or wanted.until):
        from graduand.audit.comparison import compare_days
        from graduand.audit.query import log as read_log
        from graduand.reports.comparison_text import comparison_text
        from graduand.reports.labels import terms_of

        events = read_log(workspace, min(wanted.people)).events
        compared = compare_days(workspace, events, wanted.since, wanted.until)
        yield from comparison_text(compared, terms_of(workspace), show=show)


def _verify(
    session: Session, anchor: str, required: Collection[Requirement], period: tuple[str, str] | None, *, as_json: bool
) -> None:
    from graduand.audit.questions import answers
    from graduand.audit.verify import verify
    from graduand.reports.audit_formats import verified_json
    from graduand.reports.audit_text import verified_text
    from graduand.reports.questions_text import answer_facts, questions_text

    workspace = session.workspace()
    verified = verify(workspace, anchor, required)
    found = answers(workspace, verified, *period) if period is not None else ()
    if as_json:
        sys.stdout.write(verified_json(verified, [answer_facts(one) for one in found]))
    else:
        show_lines(verified_text(verified), session.colour)
        show_lines(questions_text(found), session.colour)
    if not verified.sound:
        raise typer.Exit(Exit.FINDINGS)


def _rows(workspace: Workspace, span: Sequence[str], on: str, against: str) -> ReviewedRows:
    from graduand.audit.review_rows import reviewed_rows

    return reviewed_rows(workspace, span, day(on) if on else today(), against)


DIFF_HELP = N_("Show what a pull request changes and what that does in Handshake, closings first: diff main...HEAD")

ReviewFormat = Literal[OutputFormat.text, OutputFormat.markdown, OutputFormat.json]


def diff(
    context: typer.Context,
    span: Annotated[
        list[str],
        typer.Argument(
            metavar="A...B",
            help=N_("Two commits, such as main...HEAD: what the second has over the first. A B: what differs."),
        ),
    ],
    form: Annotated[ReviewFormat, typer.Option("--format", help=N_("How to print the changes."))] = OutputFormat.text,
    target: MarkdownFor = MarkdownTarget.comment,
    on: UploadDay = "",
    limits: Annotated[
        bool, typer.Option("--limits", help=N_("End with exit code 3 where a limit of institution.yaml is exceeded."))
    ] = False,
    rows: Annotated[
        bool,
        typer.Option(
            "--rows",
            help=N_("Also a checksum over the rows of its own people, whatever the day."),
        ),
    ] = False,
    against: Annotated[
        str,
        typer.Option(
            metavar="COMMIT",
            help=N_(
                "Also which of these rows are others at this commit by now, such as origin/main; exit code 4 if any is."
            ),
        ),
    ] = "",
    as_json: JsonFormat = False,
    show: ShowAddresses = False,
) -> None:
    from graduand.audit.review import review
    from graduand.reports import review_text
    from graduand.reports.labels import terms_of

    session = session_of(context)
    workspace = session.workspace()
    found = review(workspace, span, day(on) if on else "")
    of_people = _rows(workspace, span, on, against) if rows or against else None
    if as_json or form is OutputFormat.json:
        more = [review_text.rows_json(of_people)] if of_people else []
        sys.stdout.writelines(f"{line}\n" for line in (*review_text.review_json(found), *more))
    elif form is OutputFormat.markdown:
        page = review_text.as_markdown(found, limit_of(target), terms_of(workspace), show=show, rows=of_people)
        sys.stdout.writelines(f"{line}\n" for line in page)
    else:
        show_lines(review_text.as_text(found, terms_of(workspace), show=show), session.colour)
        show_lines(review_text.rows_text(of_people) if of_people else (), session.colour)
    if of_people and of_people.changed:
        raise typer.Exit(Exit.PLAN_CHANGED)
    if limits and found.breaches:
        for sentence in (*review_text.limit_sentences(found), review_text.lifting()):
            say(sentence)
        raise typer.Exit(Exit.LIMIT)
