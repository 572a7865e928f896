"""graduand approve: look at what a commit would send, and note that you approve it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from graduand.commands.parameters import (
    Cohort,
    JsonObject,
    NoCache,
    NoPush,
    Offline,
    ShowAddresses,
    ShowAll,
    UploadDay,
)
from graduand.commands.session import agreed, say, session_of
from graduand.language import N_, _, ngettext
from graduand.reports.console import progress
from graduand.reports.console import show as show_lines
from graduand.workspace import day, today

if TYPE_CHECKING:
    from graduand.uploads.approve import NotedApproval, ProposedApproval

APPROVE_HELP = N_(
    "Show what a commit would send to Handshake, and note in the ledger that you approve what these records say; it "
    "lasts 90 days."
)


def approve(
    context: typer.Context,
    revision: Annotated[
        str,
        typer.Argument(
            metavar="[COMMIT]",
            help=N_(
                "What to approve, such as origin/a-branch: of a branch that is not merged only what it changes. By "
                "default what is checked out."
            ),
        ),
    ] = "",
    cohort: Cohort = "",
    rollback: Annotated[
        str,
        typer.Option(
            metavar=N_("UPLOAD"),
            help=N_("Approve that this upload is taken back, where that closes accounts; it counts for nothing else."),
        ),
    ] = "",
    plan: Annotated[
        str,
        typer.Option(
            metavar=N_("CHECKSUM"), help=N_("Approve without a question what has this checksum; else nothing is noted.")
        ),
    ] = "",
    on: UploadDay = "",
    everything: ShowAll = False,
    show: ShowAddresses = False,
    no_push: NoPush = False,
    offline: Offline = False,
    as_json: JsonObject = False,
    no_cache: NoCache = False,
) -> None:
    from graduand.reports.approval_text import approval_json, approval_text
    from graduand.reports.labels import terms_of
    from graduand.reports.upload_text import synced_text
    from graduand.uploads import approve as approving
    from graduand.uploads.exchange import Exchange

    session = session_of(context)
    workspace = session.workspace(remembers=not no_cache)
    exchange = Exchange(offline, not no_push)
    options = approving.ApprovalOptions(day(on) if on else today(), revision, cohort, rollback, exchange)
    proposed = approving.prepare_approval(workspace, options, progress(), no_cache=no_cache)
    lines = approval_text(proposed, terms_of(workspace), everything=everything, show=show)
    show_lines(lines, session.colour, sys.stderr if as_json else sys.stdout)
    noted: NotedApproval | None = None
    if not proposed.is_empty and (plan or _is_wanted(proposed)):
        noted = approving.approve(workspace, proposed, exchange, checksum=plan)
        _say_noted(noted)
        show_lines(synced_text(noted.fetched, noted.shared), session.colour, sys.stderr)
    if as_json:
        sys.stdout.write(approval_json(proposed, noted))


def _is_wanted(proposed: ProposedApproval) -> bool:
    """Ask whether it is approved; without a terminal say how."""
    if sys.stdin.isatty() and sys.stderr.isatty():
        people = ngettext("Approve {count} row?", "Approve {count} rows?", len(proposed.meanings))
        return agreed(people.format(count=len(proposed.meanings)), proposed.closings)
    say(_("Nothing was approved. To approve just this: --plan {checksum}").format(checksum=proposed.checksum))
    return False


def _say_noted(noted: NotedApproval) -> None:
    if not noted.is_new:
        say(_("Already noted as {id}.").format(id=noted.id))
        return
    say(_("Approved, and noted as {id}.").format(id=noted.id))
    if not noted.is_signed:
        say(_("! It is not signed, so it is a claim and no proof: git config commit.gpgsign true, and a key."))
