"""graduand setup: say how this clone's ledger stands, and take over what its remote holds."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from graduand.commands.parameters import JsonObject
from graduand.commands.session import say, session_of
from graduand.errors import Exit
from graduand.language import N_
from graduand.reports.console import show

SETUP_HELP = N_("Say how the ledger of uploads stands: whether it is whole, shared, and with whom.")


def setup(
    context: typer.Context,
    accept_ledger: Annotated[
        bool,
        typer.Option(
            "--accept-ledger",
            help=N_("Take over the remote's ledger even if entries are missing there; the earlier one is kept."),
        ),
    ] = False,
    as_json: JsonObject = False,
) -> None:
    from graduand.reports import ledger_text
    from graduand.setup import ledger

    session = session_of(context)
    workspace = session.workspace()
    if accept_ledger:
        for sentence in ledger_text.accepted_sentences(*ledger.accept_ledger(workspace)):
            say(sentence)
    standing = ledger.ledger_standing(workspace)
    if as_json:
        sys.stdout.write(ledger_text.standing_json(standing) + "\n")
    else:
        show(ledger_text.standing_lines(standing), session.colour)
    if standing.fault:
        raise typer.Exit(Exit.REPOSITORY)
