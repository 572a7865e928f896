"""graduand forget: delete a person's record, and exclude the person from future intakes."""

from __future__ import annotations

import shlex
import sys
from typing import Annotated

import typer

from graduand.commands.completion import complete_username
from graduand.commands.parameters import CommitMessage, CommitTrailers
from graduand.commands.session import say, say_resumed, session_of
from graduand.language import N_, _, visible
from graduand.workspace import today

FORGET_HELP = N_("Delete a person's record, and keep a checksum so that intake does not add the person again.")


def forget(
    context: typer.Context,
    username: Annotated[
        str, typer.Argument(metavar=N_("USERNAME"), autocompletion=complete_username, help=N_("The person's username."))
    ],
    basis: Annotated[
        str,
        typer.Option(metavar=N_("REASON"), help=N_("The reason, such as “GDPR art. 17”; stored with the checksum.")),
    ],
    message: CommitMessage = "",
    trailer: CommitTrailers = None,
) -> None:
    from graduand.editing import forget_person

    session = session_of(context)
    workspace = session.writing_workspace(message, trailer)
    forgotten = forget_person.forget(workspace, username, basis, today(), on_resumed=say_resumed)
    sys.stdout.writelines(f"{visible(path, 300)}\n" for path in forgotten.paths)
    say(_("Deleted and committed: {commit}").format(commit=forgotten.saved[0].commit[:12]))
    if forgotten.named_in:
        files = ", ".join(visible(path, 300) for path in forgotten.named_in)
        say(_("Still named in {files}: delete these files, or compile anew.").format(files=files))
    if forgotten.entries:
        ids, command = ", ".join(forgotten.entries), shlex.join(("graduand", "erase", visible(username)))
        told = _("The ledger still holds the person in {ids}; erase it there with: {command}")
        say(told.format(ids=ids, command=command))
    if forgotten.ledger_fault:
        say(_("Whether the ledger holds the person is not known. {reason}").format(reason=forgotten.ledger_fault))
    say(
        _(
            "git's history still holds the record: the guide (“Erasing a person”) says how it is written "
            "anew. The account in Handshake is deleted there."
        )
    )
