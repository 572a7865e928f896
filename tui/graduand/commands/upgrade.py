"""graduand upgrade: bring what this graduand ships into a data repository that an older one made."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from graduand.commands.parameters import Devcontainer, InstallFrom, JsonObject, Offline
from graduand.commands.session import say, session_of
from graduand.errors import Exit, FormerUploads
from graduand.language import N_, _

if TYPE_CHECKING:
    from graduand.workspace import Workspace

UPGRADE_HELP = N_(
    "Bring newer facts, Makefile, CI and letters into this repository, on a branch, and keep what you have changed."
)


def upgrade(
    context: typer.Context,
    check: Annotated[bool, typer.Option("--check", help=N_("Only say what would change; change nothing."))] = False,
    install_from: InstallFrom = "",
    devcontainer: Devcontainer = False,
    offline: Offline = False,
    as_json: JsonObject = False,
) -> None:
    from graduand.reports import upgrade_text
    from graduand.reports.console import show
    from graduand.setup.upgrade import propose_upgrade, upgrade_of

    session = session_of(context)
    workspace = session.workspace()
    unread = _read_tags(workspace, session.colour, write=not check, offline=offline)
    found = upgrade_of(workspace, install_from, devcontainer=devcontainer)
    if found.doubt:
        say(found.doubt)
    branch = ""
    if found.is_needed and not check:
        branch = propose_upgrade(workspace, found, upgrade_text.upgrade_message(found))
    if as_json:
        sys.stdout.write(f"{upgrade_text.upgrade_json(found, branch)}\n")
    elif found.is_needed:
        show(upgrade_text.upgrade_lines(found), session.colour)
    else:
        say(_("This repository has all that this graduand ships."))
    if branch:
        message = _(
            "All of it is on the branch {branch}. Look at it (git diff HEAD...{branch}), then propose or merge it."
        )
        say(message.format(branch=branch))
    if check and (found.is_needed or unread):
        raise typer.Exit(Exit.FINDINGS)


def _read_tags(workspace: Workspace, colour: str, *, write: bool, offline: bool) -> int:
    """Read what is noted in tags into the ledger, or only count it; return how much is still not read."""
    from graduand.reports.console import show
    from graduand.reports.upload_text import former_uploads_text, synced_text
    from graduand.uploads.exchange import Exchange
    from graduand.uploads.former_uploads import count_former_uploads, share_former_uploads

    unread = count_former_uploads(workspace)
    if not unread:
        return 0
    if not write:
        say(str(FormerUploads(unread)))
        return unread
    found = share_former_uploads(workspace, Exchange(offline))
    show([*former_uploads_text(found.uploads), *synced_text(found.fetched, found.shared)], colour, sys.stderr)
    return 0
