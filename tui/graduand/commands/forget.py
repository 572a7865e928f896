"""graduand forget: a person's record deleted, and kept from coming back with the next file."""

from __future__ import annotations

import sys
from typing import Annotated

from graduand.commands.parameters import Argument, Option
from graduand.commands.session import Session, say, say_resumed
from graduand.language import N_, _, visible
from graduand.workspace import today

HELP = N_("Delete a person's record, and keep a checksum so that no intake brings it back.")


def forget(
    session: Session,
    username: Annotated[str, Argument(metavar="USERNAME", help=_("Whose record."))],
    basis: Annotated[str, Option(help=_("Why it must go, such as “GDPR art. 17”; kept beside the checksum."))],
) -> None:
    from graduand.editing import forget_person

    forgotten = forget_person.forget(session.workspace(), username, basis, today(), tell=say_resumed)
    sys.stdout.writelines(f"{visible(path, 300)}\n" for path in forgotten.paths)
    say(_("Deleted and committed: {commit}").format(commit=forgotten.saved[0].commit[:12]))
    if forgotten.left:
        files = ", ".join(visible(path, 300) for path in forgotten.left)
        say(_("Still named in {files}: delete these files, or compile anew.").format(files=files))
    say(_("git's history still holds the record: an erasure rewrites it. The account in Handshake is deleted there."))
