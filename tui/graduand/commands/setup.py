"""graduand setup: set a clone up, say how its ledger stands, and take over what its remote holds."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from graduand.commands.parameters import JsonObject
from graduand.commands.session import say, session_of
from graduand.errors import Exit
from graduand.language import N_, _
from graduand.reports.console import show

if TYPE_CHECKING:
    from graduand.workspace import Workspace

SETUP_HELP = N_(
    "Set this clone up, and say how the ledger of uploads stands: whether it is whole, shared, and with whom."
)


def setup(
    context: typer.Context,
    accept_ledger: Annotated[
        bool,
        typer.Option(
            "--accept-ledger",
            help=N_("Take over the remote's ledger even if entries are missing there; the earlier one is kept."),
        ),
    ] = False,
    show_key: Annotated[
        bool,
        typer.Option(
            "--show-key", help=N_("Print the key by which deleted people are recognised, for a colleague; and end.")
        ),
    ] = False,
    take_key: Annotated[
        bool, typer.Option("--take-key", help=N_("Keep that key as a colleague gave it, from standard input; and end."))
    ] = False,
    as_json: JsonObject = False,
) -> None:
    from graduand.reports import ledger_text
    from graduand.setup import ledger
    from graduand.setup.clone import set_clone_up, set_up_sentence

    session = session_of(context)
    workspace = session.workspace()
    if show_key or take_key:
        _exchange_key(workspace, shown=show_key)
        return
    if changed := set_clone_up(workspace):
        say(set_up_sentence(changed))
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


def _exchange_key(workspace: Workspace, *, shown: bool) -> None:
    from graduand.editing.forget_person import shown_key, take_shown_key

    if shown:
        sys.stdout.write(f"{shown_key(workspace)}\n")
        say(_("Whoever has this key can ask whether a username was deleted; hand it over as you would a password."))
        return
    if sys.stdin.isatty():
        say(_("Paste the key and press Enter:"))
    take_shown_key(workspace, sys.stdin.readline())
    say(_("The key is kept; deleted people are recognised now."))
