"""graduand audit: every event of the history, and whether the history can be believed."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

from graduand.commands.parameters import Argument, Option
from graduand.commands.session import Ended, Session
from graduand.errors import Exit, Usage
from graduand.git.events import EventKind
from graduand.language import N_, _, quoted
from graduand.workspace import day

if TYPE_CHECKING:
    from graduand.audit.query import Wanted

HELP = N_("Tell every event: who closed which account, when and why; “audit verify” holds the history against itself.")


class Format(StrEnum):
    """How events can be printed."""

    text = "text"
    json = "json"
    csv = "csv"
    html = "html"


def audit(
    session: Session,
    what: Annotated[str, Argument(metavar="[verify]", help=_("verify: signatures, tags and files."))] = "",
    kind: Annotated[list[EventKind] | None, Option(help=_("Only events of this kind; may be repeated."))] = None,
    cohort: Annotated[str, Option(help=_("Only this cohort."))] = "",
    person: Annotated[str, Option(help=_("Only this person, across renames."))] = "",
    author: Annotated[str, Option(help=_("Only by this author; a part of the name will do."))] = "",
    since: Annotated[str, Option(metavar="YYYY-MM-DD", help=_("The first day."))] = "",
    until: Annotated[str, Option(metavar="YYYY-MM-DD", help=_("The last day."))] = "",
    as_json: Annotated[bool, Option("--json", help=_("One JSON object a line."))] = False,
    as_csv: Annotated[bool, Option("--csv", help=_("CSV for a spreadsheet."))] = False,
    as_html: Annotated[bool, Option("--html", help=_("One page with a plot, for a browser."))] = False,
    show: Annotated[bool, Option("--show", help=_("Show addresses whole."))] = False,
) -> None:
    from graduand.audit import query as trail

    if what == "verify":
        if kind or cohort or person or author or since or until or as_csv or as_html:
            raise Usage(_("“audit verify” is about the whole history; of these options it takes only --json."))
        _verify(session, as_json=as_json)
        return
    if what:
        raise Usage(_("{word} is not known here; there is “audit” and “audit verify”.").format(word=quoted(what)))
    days = (day(since) if since else "", day(until) if until else "")
    wanted = trail.Wanted(frozenset(kind or ()), cohort, person, author, *days)
    form = Format.json if as_json else Format.csv if as_csv else Format.html if as_html else Format.text
    _print(wanted, form, session, show=show)


def _print(wanted: Wanted, form: Format, session: Session, *, show: bool) -> None:
    from graduand.audit.query import audit as found_in
    from graduand.reports import audit_text
    from graduand.reports.console import show as show_lines
    from graduand.reports.labels import terms_of

    workspace = session.workspace()
    found = found_in(workspace, wanted)

    if form is Format.text:
        show_lines(audit_text.trail_text(found, terms_of(workspace), show=show), session.colour)
        return
    from graduand.reports import audit_formats

    show_lines(audit_text.warnings(found), session.colour, sys.stderr)
    if form is Format.json:
        sys.stdout.writelines(f"{line}\n" for line in audit_formats.as_json(found.told))
    elif form is Format.csv:
        sys.stdout.write(audit_formats.as_csv(found.told, show=show))
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
        raise Ended(Exit.FINDINGS)
