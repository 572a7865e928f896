"""graduand erase: write the ledger anew without a person."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from graduand.commands.completion import complete_username
from graduand.commands.parameters import JsonObject
from graduand.commands.session import agreed, say, session_of, typed
from graduand.errors import Exit, Usage
from graduand.language import N_, _, visible
from graduand.reports.console import show

if TYPE_CHECKING:
    from graduand.editing.erase_person import ErasurePlan

ERASE_HELP = N_("Erase a person from the ledger of uploads: its history is written anew, here and on its remote.")


def erase(
    context: typer.Context,
    username: Annotated[
        str, typer.Argument(metavar=N_("USERNAME"), autocompletion=complete_username, help=N_("The person's username."))
    ],
    by_order_of: Annotated[
        str,
        typer.Option(metavar=N_("NAME"), help=N_("Who ordered it, by office and not by name; it is noted.")),
    ] = "",
    request: Annotated[
        str, typer.Option(metavar=N_("NUMBER"), help=N_("The number of the request; it is noted."))
    ] = "",
    commits: Annotated[
        Path | None,
        typer.Option(
            metavar=N_("FILE"),
            readable=False,
            help=N_("The commit-map of git filter-repo, where the history of the records was written anew before."),
        ),
    ] = None,
    exact: Annotated[
        bool, typer.Option("--exact", help=N_("Only this username, not those that the person had before or after it."))
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=N_("Only say which entries hold the person; change nothing."))
    ] = False,
    share: Annotated[
        bool,
        typer.Option("--share", help=N_("Force-push to the remote, which is asked otherwise.")),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help=N_("Do not ask for the username again."))] = False,
    purge_objects: Annotated[
        bool,
        typer.Option(
            "--purge-objects", help=N_("Also remove what git keeps of the earlier entries in this clone, at once.")
        ),
    ] = False,
    as_json: JsonObject = False,
) -> None:
    from graduand.editing import erase_person
    from graduand.reports import erase_text

    session = session_of(context)
    workspace = session.workspace()
    if not (dry_run or by_order_of.strip()):
        raise Usage(_("Say who ordered the erasure, which is noted without naming the person: --by-order-of NAME"))
    plan = erase_person.plan_erasure(workspace, username, exact=exact, only_look=dry_run)
    if dry_run and as_json:
        sys.stdout.write(erase_text.plan_json(plan) + "\n")
    else:
        show(erase_text.plan_lines(plan), session.colour, sys.stderr if as_json else sys.stdout)
    if dry_run:
        return
    _require_consent(plan, username, share=share, yes=yes)
    erased = erase_person.erase(workspace, plan, by_order_of, request, commits)
    is_purged = erase_person.purge_objects(workspace, erased) if purge_objects else None
    if as_json:
        sys.stdout.write(erase_text.erased_json(plan, erased, is_purged=is_purged) + "\n")
    say(_("Erased, and noted as {id}.").format(id=erased.id))
    show(erase_text.remains_lines(plan, erased, is_purged=is_purged), session.colour, sys.stderr)
    if plan.rows.named_in:
        raise typer.Exit(Exit.FINDINGS)


def _require_consent(plan: ErasurePlan, username: str, *, share: bool, yes: bool) -> None:
    """Ask what was not said by an option.

    Raises:
        Usage: the answer is no, or there is no terminal to ask at.
    """
    if plan.remote and not share:
        question = _("Force-push the ledger to {remote}?").format(remote=visible(plan.remote))
        if not agreed(question):
            raise Usage(_("Nothing was erased: the remote has to take the ledger that is written anew (--share)."))
    if not (yes or typed(_("This cannot be undone. Type the username to go on: "), username)):
        raise Usage(_("Nothing was erased: the username was not typed (without a terminal: --yes)."))
