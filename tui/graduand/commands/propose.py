"""graduand propose: put changes on a branch, push it, and open a pull request."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from graduand.commands.parameters import CommitMessage, CommitTrailers, JsonObject
from graduand.commands.session import say, session_of
from graduand.errors import Exit
from graduand.language import N_, _, visible
from graduand.reports.console import show
from graduand.workspace import today

if TYPE_CHECKING:
    from graduand.editing.change_request import ChangeRequest, PublishedRequest
    from graduand.workspace import Workspace

PROPOSE_HELP = N_("Propose changes to colleagues: branch, commit, push, pull request; what lies on main too.")


def propose(
    context: typer.Context,
    branch: Annotated[
        str, typer.Argument(metavar=N_("[BRANCH]"), help=N_("The name of the branch; by default graduand names it."))
    ] = "",
    title: Annotated[
        str,
        typer.Option(metavar=N_("TEXT"), help=N_("The title of the pull request; what happens, by default.")),
    ] = "",
    message: CommitMessage = "",
    trailer: CommitTrailers = None,
    as_json: JsonObject = False,
) -> None:
    from graduand.editing.change_request import faults_of_uncommitted, prepare_request, publish_request
    from graduand.reports.findings_text import findings_text

    session = session_of(context)
    workspace = session.writing_workspace(message, trailer)
    if faults := faults_of_uncommitted(workspace, today()):
        show(findings_text(faults, len({one.path for one in faults}), everything=False), session.colour, sys.stderr)
        say(_("Nothing was proposed: correct these first, or commit them yourself."))
        raise typer.Exit(Exit.FINDINGS)
    request = prepare_request(workspace, branch)
    published = publish_request(workspace, request, *_described(workspace, request, title))
    if as_json:
        from graduand.reports.json_text import json_text

        facts = {"branch": request.branch, "commit": request.commit, "remote": request.base.remote}
        whole = {**facts, "base": request.base.name, **published._asdict()}
        sys.stdout.write(json_text({"schema": "graduand/proposal/1", **whole}) + "\n")
    else:
        _tell(request, published)


def _described(workspace: Workspace, request: ChangeRequest, title: str) -> tuple[str, str]:
    """Return title and text of the pull request, which name nobody but by username."""
    from graduand.audit.review import review
    from graduand.reports.labels import terms_of
    from graduand.reports.review_text import as_markdown, title_of
    from graduand.reports.size_limit import DESCRIPTION

    found = review(workspace, [request.span])
    lines = as_markdown(found, DESCRIPTION, terms_of(workspace), show=False)
    return title or title_of(found), "\n".join(lines) + "\n"


def _tell(request: ChangeRequest, published: PublishedRequest) -> None:
    said = _("Pushed to {remote}: the branch {branch}, on which you are now.")
    say(said.format(remote=visible(request.base.remote), branch=visible(request.branch, 200)))
    base = visible(request.base.name, 200)
    if published.put_back:
        say(_("{base} of this clone is where {remote} has it.").format(base=base, remote=visible(request.base.remote)))
    if published.not_put_back:
        say(_("{base} of this clone was left: {why}").format(base=base, why=published.not_put_back))
    if published.refused:
        say(_("The forge's program opened no pull request: {why}").format(why=published.refused))
    if published.url or published.page:
        say(_("The pull request:") if published.url else _("Open the pull request here:"))
        sys.stdout.write(f"{visible(published.url or published.page, 600)}\n")
    else:
        say(_("Open the pull request where this repository lies."))
