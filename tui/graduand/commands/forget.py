"""graduand forget: delete a person's record, and exclude the person from future intakes."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from graduand.commands.completion import complete_username
from graduand.commands.parameters import CommitMessage, CommitTrailers, Day
from graduand.commands.session import say, say_resumed, session_of
from graduand.errors import Usage
from graduand.language import N_, _, ngettext, visible
from graduand.workspace import day, today

if TYPE_CHECKING:
    from graduand.editing.forget_person import RemovalResult
    from graduand.workspace import Workspace

FORGET_HELP = N_("Delete a person's record, and keep a checksum so that intake does not add the person again.")


def forget(
    context: typer.Context,
    username: Annotated[
        str, typer.Argument(metavar=N_("USERNAME"), autocompletion=complete_username, help=N_("The person's username."))
    ] = "",
    basis: Annotated[
        str,
        typer.Option(metavar=N_("REASON"), help=N_("The reason, such as “GDPR art. 17”; stored with the checksum.")),
    ] = "",
    due: Annotated[
        bool,
        typer.Option(
            "--due",
            help=N_(
                "Instead of one person, everybody who has passed retention of institution.yaml; without checksums."
            ),
        ),
    ] = False,
    on: Day = "",
    apply: Annotated[bool, typer.Option("--apply", help=N_("With --due: remove the records, in one commit."))] = False,
    message: CommitMessage = "",
    trailer: CommitTrailers = None,
) -> None:
    from graduand.editing import forget_person

    session = session_of(context)
    workspace = session.writing_workspace(message, trailer)
    if due:
        if username or basis:
            raise Usage(_("--due goes without a username and without --basis."))
        _forget_due(workspace, day(on) if on else today(), apply=apply)
        return
    if not username or not basis:
        raise Usage(_("Say who, and why: graduand forget USERNAME --basis REASON; or --due."))
    forgotten = forget_person.forget(workspace, username, basis, today(), on_resumed=say_resumed)
    sys.stdout.writelines(f"{visible(path, 300)}\n" for path in forgotten.paths)
    made = forgotten.saved[0].commit[:12]
    said = _("Deleted and committed: {commit}").format(commit=made)
    say(said if made else _("Deleted; it was committed already."))
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


def _forget_due(workspace: Workspace, on: str, *, apply: bool) -> None:
    """Show who has passed the school's retention; with `apply` remove the records, and say what is left to erase."""
    from graduand.campaigns.due import calendar
    from graduand.campaigns.kinds import DueKind
    from graduand.editing.forget_person import remove_records

    if workspace.institution.retention_years is None:
        raise Usage(_("How long records are kept is not said: retention: years in institution.yaml."))
    found = [one for one in calendar(workspace, on, ahead=0).due if one.kind is DueKind.RETENTION]
    for one in found:
        since = _("nothing has happened since {day}").format(day=one.what)
        sys.stdout.write(f"{visible(one.record.path, 300)}  {since}\n")
    if not found:
        say(_("Nobody has passed the retention."))
    elif not apply:
        message = ngettext(
            "Nothing was removed. Remove this record with --apply.",
            "Nothing was removed. Remove these {count} records with --apply.",
            len(found),
        )
        say(message.format(count=len(found)))
    else:
        _say_removed(remove_records(workspace, [one.record for one in found], on_resumed=say_resumed))


def _say_removed(removed: RemovalResult) -> None:
    number = len(removed.saved)
    message = ngettext("Removed {count} record: {commit}", "Removed {count} records: {commit}", number)
    say(message.format(count=number, commit=removed.saved[0].commit[:12]))
    if removed.named_in:
        files = ", ".join(visible(path, 300) for path in removed.named_in)
        say(_("Still named in {files}: delete these files, or compile anew.").format(files=files))
    if removed.in_ledger:
        say(_("The ledger still holds these people; erase them there:"))
        for username in removed.in_ledger:
            say(f"  {shlex.join(('graduand', 'erase', visible(username)))}")
    if removed.ledger_fault:
        say(_("Whether the ledger holds the people is not known. {reason}").format(reason=removed.ledger_fault))
    say(
        _(
            "git's history still holds the records: the guide (“Erasing a person”) says how it is written anew. The "
            "accounts in Handshake stay as they are."
        )
    )
